"""Bulk actions: from ticked rows or a filter to a preview, to the result and its undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HTMX_STOP_POLLING

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.keyset import page
from shopadmin.pages import render_page

from ..bulk import services
from ..bulk.kinds import PLAIN_KINDS, Kind, needs_reason, permission_for
from ..bulk.presenting import first_rows, left_alone, rows_of, undone
from ..forms.bulk import FORMS, ActionForm, ReasonForm
from ..listing_filters import ListingFilters
from ..listing_words import chips
from ..listings import Refusal
from ..models import BulkAction
from .returning import back_to_list

MOST_TICKED = 1000
DETAIL = "catalog/bulk_detail.html"


@require_safe
@permission_required(Permission.VIEW_LISTINGS)
def bulk_list(request: AuthenticatedRequest) -> HttpResponse:
    """List what was done to many listings lately, newest first."""
    actions = BulkAction.objects.for_user(request.user).begun().select_related("actor", "seller", "undone_by")
    found = page(actions, fields=("-created_at", "-pk"), query=request.GET)
    context = {"page": found, "allowed": services.allowed_kinds(request.user)}
    return render_page(request, "catalog/bulk_list.html", context, fragment="results")


@require_POST
@permission_required(Permission.VIEW_LISTINGS)
def bulk_choose(request: AuthenticatedRequest) -> HttpResponse:
    """Begin an action on the ticked listings, or on all that fit the filter."""
    name = request.POST.get("kind", "")
    if name not in Kind and services.allowed_kinds(request.user):
        messages.error(request, _("Choose what to do with the products."))
        return back_to_list(request)
    kind = _kind(request, name)
    query = QueryDict(request.POST.get("filter", ""))
    filters = ListingFilters.from_query(query) if request.POST.get("all") else None
    keys = [int(text) for text in request.POST.getlist("product")[:MOST_TICKED] if text.isdecimal() and len(text) < 19]
    try:
        action = services.choose(user=request.user, kind=kind, keys=keys, filters=filters)
        if kind in PLAIN_KINDS:
            services.preview(action=action, user=request.user, parameters={})
    except Refusal as error:
        messages.error(request, str(error))
        return back_to_list(request)
    return redirect(action)


@require_safe
@permission_required(Permission.VIEW_LISTINGS)
def bulk_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show an action: what it would do, how far it is, or what it did."""
    action = _seen(request, pk)
    return _begun_page(request, action) if action.state not in BulkAction.OPEN else _open_page(request, action)


@require_safe
@permission_required(Permission.VIEW_LISTINGS)
def bulk_progress(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Return how far the worker is; at its end htmx stops asking and loads the page again."""
    action = _seen(request, pk)
    if action.state in BulkAction.BUSY:
        return render_page(request, f"{DETAIL}#progress", {"action": action, "job": action.jobs.first()})
    response = HttpResponse(status=HTMX_STOP_POLLING)
    response["HX-Refresh"] = "true"
    return response


@require_POST
@permission_required(Permission.VIEW_LISTINGS)
def bulk_preview(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Work out what the action would do with the parameters that were sent."""
    action = _own(request, pk)
    form = _form(action, request.POST)
    if form is not None and not form.is_valid():
        return _open_page(request, action, form=form, status=422)
    parameters = form.parameters if form else {}
    return _done(request, action, lambda: services.preview(action=action, user=request.user, parameters=parameters))


@require_POST
@permission_required(Permission.VIEW_LISTINGS)
def bulk_apply(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Do what the preview shows."""
    action = _own(request, pk)
    form = ReasonForm(request.POST)
    form.fields["reason"].required = _needs_reason(request, action)
    if not form.is_valid():
        return _open_page(request, action, reason_form=form, status=422)
    reason = str(form.cleaned_data["reason"])
    seen = request.POST.get("seen", "")
    return _done(request, action, lambda: services.apply(action=action, user=request.user, reason=reason, seen=seen))


@require_POST
@permission_required(Permission.VIEW_LISTINGS)
def bulk_undo(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Put back what nobody has changed since."""
    action = _seen(request, pk)
    _kind(request, action.kind)
    return _done(request, action, lambda: services.undo(action=action, user=request.user))


@require_POST
@permission_required(Permission.VIEW_LISTINGS)
def bulk_cancel(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Ask the worker to stop."""
    action = _seen(request, pk)
    _kind(request, action.kind)
    if not services.cancel(action=action):
        messages.info(request, _("It had already ended; nothing was cancelled."))
    return redirect(action)


def _seen(request: AuthenticatedRequest, pk: int) -> BulkAction:
    actions = BulkAction.objects.for_user(request.user).select_related("actor", "seller", "undone_by")
    return get_object_or_404(actions, pk=pk)


def _own(request: AuthenticatedRequest, pk: int) -> BulkAction:
    """Return one's own action, if one may still do such things."""
    action = get_object_or_404(BulkAction.objects.select_related("actor"), pk=pk, actor=request.user)
    _kind(request, action.kind)
    return action


def _kind(request: AuthenticatedRequest, name: str) -> Kind:
    """Return the kind of that name, which the user may do to some listings; else 403."""
    allowed = {kind.value: kind for kind in services.allowed_kinds(request.user)}
    if name not in allowed:
        raise PermissionDenied
    return allowed[name]


def _form(action: BulkAction, data: QueryDict | None = None) -> ActionForm | None:
    form = FORMS.get(Kind(action.kind))
    return form(data, action=action, initial=form.initial_of(action.parameters)) if form else None


def _needs_reason(request: AuthenticatedRequest, action: BulkAction) -> bool:
    kind = Kind(action.kind)
    return needs_reason(kind, request.user.scope(permission_for(kind)))


def _done(request: AuthenticatedRequest, action: BulkAction, act: Callable[[], object]) -> HttpResponse:
    """Act, or say why not, and go back to the action's page."""
    try:
        act()
    except Refusal as error:
        messages.error(request, str(error))
    return redirect(action)


def _open_page(
    request: AuthenticatedRequest,
    action: BulkAction,
    *,
    form: ActionForm | None = None,
    reason_form: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the form and the preview."""
    if action.state not in BulkAction.OPEN:
        return redirect(action)
    is_ready = action.state == BulkAction.State.READY
    context = {
        **_about(action),
        "form": form or _form(action),
        "reason_form": reason_form or ReasonForm(),
        "needs_reason": _needs_reason(request, action),
        "is_ready": is_ready and (form is None or not form.errors),
        "rows": first_rows(action, request.user) if is_ready else [],
        "left_alone": left_alone(action, request.user) if is_ready else [],
        "job": action.jobs.first(),
    }
    return render_page(request, DETAIL, context, status=status)


def _begun_page(request: AuthenticatedRequest, action: BulkAction) -> HttpResponse:
    """Show how far it is, or the result with its undo and the listings, page by page."""
    changes = action.changes.for_user(request.user)
    outcome, undo = request.GET.get("outcome", ""), request.GET.get("undo", "")
    changes = changes.filter(undo=undo) if undo else changes.filter(outcome=outcome or "change")
    found = page(changes.with_card(), fields=("product_id",), query=request.GET)
    context = {
        **_about(action),
        "page": found,
        "rows": rows_of(action, found.rows),
        "outcome": outcome or ("" if undo else "change"),
        "undo": undo,
        "left_alone": left_alone(action, request.user),
        "undone": undone(action),
        "may_undo": action.can_be_undone and action.kind in services.allowed_kinds(request.user),
        "job": action.jobs.first(),
    }
    return render_page(request, DETAIL, context)


def _about(action: BulkAction) -> dict[str, Any]:
    """Return what every state of the page shows."""
    filters = ListingFilters.from_query(QueryDict(action.query))
    return {"action": action, "chips": chips(filters), "filter": filters.to_query()}
