"""The models and tables that make facts: which version acts, and what a person decides about the next one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.pages import render_page

from ..backtests.services import start_release_backtest
from ..forms.rules import DecisionForm, ReasonForm
from ..listings import Refusal
from ..model_releases import approve_release, propose_again, refuse_release
from ..models import ModelRelease
from ..release_page import release_page


@require_safe
@permission_required(Permission.VIEW_RULES)
def release_list(request: AuthenticatedRequest) -> HttpResponse:
    """Show which version of each maker of facts acts, since when, and what waits for approval."""
    return _answer(request)


@require_POST
@permission_required(Permission.APPROVE_RULES)
def release_decide(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Let a version act, or refuse it with the reason."""
    release, form = _release(pk), DecisionForm(request.POST, auto_id=f"decision_{pk}_%s")
    if not form.is_valid():
        return _answer(request, forms={pk: form}, status=422)
    is_approved, reason = form.cleaned_data["verdict"] == "approve", form.cleaned_data["reason"]
    decide = approve_release if is_approved else refuse_release
    said = _("Approved. Listings are asked again.") if is_approved else _("Refused. The version in force stays.")
    return _done(request, lambda: decide(release=release, reason=reason, by=request.user), said)


@require_POST
@permission_required(Permission.WRITE_RULES)
def release_propose(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Ask for another decision on a version that was refused."""
    release, form = _release(pk), ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why it should be decided on again."))
        return redirect("catalog:release-list")
    reason = form.cleaned_data["reason"]
    said = _("Asked for again. Others are told to decide.")
    return _done(request, lambda: propose_again(release=release, reason=reason, by=request.user), said)


@require_POST
@permission_required(Permission.WRITE_RULES)
def release_backtest(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Ask all live rules of listings with the facts of a version in the place of those in force."""
    try:
        return redirect(start_release_backtest(release=_release(pk), by=request.user))
    except Refusal as error:
        messages.error(request, str(error))
    return redirect("catalog:release-list")


def _release(pk: int) -> ModelRelease:
    return get_object_or_404(ModelRelease, pk=pk)


def _answer(
    request: AuthenticatedRequest, *, forms: Mapping[int, Form] | None = None, status: int = 200
) -> HttpResponse:
    return render_page(
        request, "catalog/release_list.html", {"shown": release_page(request.user, forms)}, status=status
    )


def _done(request: AuthenticatedRequest, verb: Callable[[], Any], said: str) -> HttpResponse:
    """Do it and say so, or say why not."""
    try:
        verb()
    except Refusal as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("catalog:release-list")
