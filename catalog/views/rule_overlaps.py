"""How rules stand to each other, and measuring them anew."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission, Scope
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.jobs.doorbell import call_worker
from shopadmin.pages import render_page

from ..overlap_page import overlap_page
from ..recall_counting import MEASURE_RULES


@require_safe
@permission_required(Permission.VIEW_RULES)
def rule_overlaps(request: AuthenticatedRequest) -> HttpResponse:
    """Show which rules say the same, lie inside others or never meet, and what each adds."""
    may_write = request.user.scope(Permission.WRITE_RULES) == Scope.ALL
    return render_page(request, "catalog/rule_overlaps.html", {"shown": overlap_page(), "may_write": may_write})


@require_POST
@permission_required(Permission.WRITE_RULES)
def rule_measure(request: AuthenticatedRequest) -> HttpResponse:
    """Have a worker compare the rules and count what they find, before the hour is over."""
    if call_worker(MEASURE_RULES):
        messages.success(request, _("The rules are being measured. Load the page again in a minute."))
    else:
        messages.error(request, _("No worker takes work just now. The rules are measured within an hour."))
    return redirect("catalog:rule-signs" if request.POST.get("page") == "signs" else "catalog:rule-overlaps")
