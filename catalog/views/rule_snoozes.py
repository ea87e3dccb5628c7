"""Muting a rule for a listing or a seller, and letting it speak again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.pages import render_page

from ..forms.rules import SnoozeForm
from ..listings import Refusal
from ..models import Rule, Snooze
from ..snoozing import end_snooze, snooze

PAGE = "catalog/rule_snooze.html"


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.WRITE_RULES)
def rule_snooze(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Mute a rule for a listing or a seller; from a listing's page that listing is filled in."""
    rule = get_object_or_404(Rule, slug=slug)
    form = SnoozeForm(request.POST) if request.method == "POST" else SnoozeForm(initial=_initial(request))
    if form.is_valid():
        data = form.cleaned_data
        try:
            row = snooze(
                rule=rule,
                product=data["product"],
                seller=data["seller"],
                until=data["until"],
                reason=data["reason"],
                by=request.user,
            )
        except Refusal as error:
            form.add_error(None, str(error))
        else:
            words = {
                "thing": row.product or row.seller,
                "until": date_format(localtime(row.until), "DATE_FORMAT"),
            }
            messages.success(request, _("The rule is mute for %(thing)s until %(until)s.") % words)
            return HttpResponseClientRedirect(rule.get_absolute_url()) if request.htmx else redirect(rule)
    status = 422 if form.is_bound else 200
    return render_page(request, PAGE, {"rule": rule, "form": form}, fragment="dialog", status=status)


@require_POST
@permission_required(Permission.WRITE_RULES)
def snooze_end(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Let a rule speak again before the time."""
    row = get_object_or_404(Snooze.objects.select_related("rule", "product", "seller"), pk=pk)
    try:
        end_snooze(snooze=row, by=request.user)
        messages.success(request, _("The rule speaks again for %(thing)s.") % {"thing": row.product or row.seller})
    except Refusal as error:
        messages.error(request, str(error))
    return redirect(row.rule)


def _initial(request: AuthenticatedRequest) -> dict[str, Any]:
    for of in ("listing", "seller"):
        if name := request.GET.get(of, "")[:200]:
            return {"of": of, "name": name}
    return {}
