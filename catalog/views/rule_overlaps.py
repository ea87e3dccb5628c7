"""How rules stand to each other."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.pages import render_page

from ..overlap_page import overlap_page


@require_safe
@permission_required(Permission.VIEW_RULES)
def rule_overlaps(request: AuthenticatedRequest) -> HttpResponse:
    """Show which rules say the same, lie inside others or never meet, and what each adds."""
    return render_page(request, "catalog/rule_overlaps.html", {"shown": overlap_page()})
