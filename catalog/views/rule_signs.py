"""Signs of evasion, and how well the rules work."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission, Scope
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.pages import render_page

from ..evasion import dismiss, take_entry
from ..listings import Refusal
from ..models import EvasionSign
from ..sign_page import sign_page

PAGE = "catalog/rule_signs.html"


@require_safe
@permission_required(Permission.VIEW_RULES)
def rule_signs(request: AuthenticatedRequest) -> HttpResponse:
    """Show what the daily watch found, and how well the rules work."""
    context = {
        "shown": sign_page(timezone.now()),
        "may_write": request.user.scope(Permission.WRITE_RULES) == Scope.ALL,
        "may_judge": request.user.scope(Permission.DECIDE_FINDINGS) == Scope.ALL,
    }
    return render_page(request, PAGE, context)


@require_POST
@permission_required(Permission.WRITE_RULES)
def sign_dismiss(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Put a sign away."""
    sign = get_object_or_404(EvasionSign, pk=pk)
    try:
        dismiss(sign=sign, by=request.user)
    except Refusal as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The sign is put away. The same is not shown again."))
    return redirect("catalog:rule-signs")


@require_POST
@permission_required(Permission.WRITE_RULES)
def sign_take_entry(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Put the proposed entry on its list."""
    sign = get_object_or_404(EvasionSign.objects.select_related("list"), pk=pk)
    try:
        take_entry(sign=sign, by=request.user)
    except Refusal as error:
        messages.error(request, str(error))
    else:
        words = {"entry": sign.entry, "list": sign.list}
        messages.success(request, _("“%(entry)s” is on the list “%(list)s”. Listings are asked again.") % words)
    return redirect("catalog:rule-signs")
