"""Notices of brand owners for staff: the queue, and deciding on one listing after the other."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest, wants_fragment
from shopadmin.pages import render_page

from ..forms.notices import AcceptForm, RejectForm
from ..listings import Refusal
from ..models import Hold, Notice, NoticeItem
from ..notice_queue import Focus, Wanted, notice_page, notice_rows, suggested_acceptance, suggested_rejection
from ..notices import decide_item, mark_trusted, undo_item

PAGE = "catalog/brand_notice_detail.html"
USUAL_SEVERITY = 3
ACCEPT = "accept"


@require_safe
@permission_required(Permission.DECIDE_FINDINGS)
def brand_notice_list(request: AuthenticatedRequest) -> HttpResponse:
    """List notices: those that wait, trusted flaggers first, or what was decided."""
    wanted = Wanted.from_query(request.GET)
    found, rows = notice_rows(wanted, request.GET)
    context = {"page": found, "rows": rows, "wanted": wanted}
    return render_page(request, "catalog/brand_notice_list.html", context, fragment="results")


@require_safe
@permission_required(Permission.DECIDE_FINDINGS)
def brand_notice_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show what a notice says, and one of its listings with all that is known of it."""
    return _answer(request, _notice(pk), _key(request.GET.get("item", "")))


@require_POST
@permission_required(Permission.DECIDE_FINDINGS)
def brand_notice_decide(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Accept what the notice says of a listing, which takes it down, or reject it, and go on with the next."""
    notice, key = _notice(pk), _key(request.POST.get("item", ""))
    is_accepted = request.POST.get("verdict") == ACCEPT
    form: Form = (
        AcceptForm(request.POST, auto_id="down_%s") if is_accepted else RejectForm(request.POST, auto_id="no_%s")
    )
    if not form.is_valid():
        return _answer(request, notice, key, form=form, status=422)
    item = get_object_or_404(notice.items, pk=key)
    data = form.cleaned_data
    more = {"ground": Hold.Ground(data["ground"]), "severity": data["severity"]} if is_accepted else {}
    try:
        decide_item(item, is_accepted=is_accepted, reason=data["reason"], by=request.user, **more)
    except Refusal as error:
        messages.error(request, str(error))
        return _go_on(request, notice, item.pk)
    return _go_on(request, notice, _key(request.POST.get("next", "")) or item.pk)


@require_POST
@permission_required(Permission.DECIDE_FINDINGS)
def brand_notice_undo(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Take back what one has decided on a listing within the last ten minutes."""
    notice, key = _notice(pk), _key(request.POST.get("item", ""))
    if key is None:
        return redirect(notice)
    item = get_object_or_404(notice.items, pk=key)
    try:
        undo_item(item, by=request.user)
        messages.success(request, _("Taken back; it waits again."))
    except Refusal as error:
        messages.error(request, str(error))
    return _go_on(request, notice, item.pk)


@require_POST
@permission_required(Permission.DECIDE_FINDINGS)
def brand_notice_trust(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Say whether a notice comes from a trusted flagger."""
    notice = _notice(pk)
    is_trusted = request.POST.get("is_trusted") == "yes"
    mark_trusted(notice, is_trusted=is_trusted, by=request.user)
    messages.success(request, _("It comes first now.") if is_trusted else _("It waits like the others now."))
    return redirect(notice)


def _answer(
    request: AuthenticatedRequest, notice: Notice, item: int | None, *, form: Form | None = None, status: int = 200
) -> HttpResponse:
    """Answer with the page of a notice; `form` is the one that was sent and is to be mended."""
    shown = notice_page(notice, item, request.user)
    context: dict[str, Any] = {"notice": notice, "shown": shown, "focus": shown.focus}
    if shown.focus and shown.focus.item.state == NoticeItem.State.WAITING:
        context |= _forms(shown.focus)
    if form is not None:
        context["accept_form" if isinstance(form, AcceptForm) else "reject_form"] = form
    return render_page(request, PAGE, context, fragment="queue", status=status)


def _forms(focus: Focus) -> dict[str, Form]:
    accepted = {"severity": USUAL_SEVERITY, "reason": suggested_acceptance(focus.item)}
    rejected = suggested_rejection(focus.item, is_authorised=bool(focus.authorizations))
    return {
        "accept_form": AcceptForm(initial=accepted, auto_id="down_%s"),
        "reject_form": RejectForm(initial={"reason": rejected}, auto_id="no_%s"),
    }


def _go_on(request: AuthenticatedRequest, notice: Notice, item: int) -> HttpResponse:
    """Show the listing that is next: in place where htmx asks, else at its address."""
    address = f"{notice.get_absolute_url()}?item={item}"
    if not wants_fragment(request):
        return redirect(address)
    response = _answer(request, _notice(notice.pk), item)
    response["HX-Push-Url"] = address
    return response


def _notice(pk: int) -> Notice:
    return get_object_or_404(Notice.objects.select_related("brand"), pk=pk)


def _key(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None
