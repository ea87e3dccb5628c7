"""Holding a listing back, releasing it, the merchant's appeal and its answer."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.keyset import page
from shopadmin.pages import render_page

from ..forms.holds import AnswerForm, AppealForm, HoldForm, ReleaseForm
from ..holding import answer_appeal, make_appeal, place_hold, release_hold
from ..listings import Refusal
from ..models import Appeal, AppealDocument, Hold
from ..own_holds import own_holds
from .access import allowed_on, product_for
from .documents import document_response
from .product_page import product_page


@require_POST
@permission_required(Permission.HOLD_LISTINGS)
def hold_place(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Hold a listing back, with the ground, what is wrong and what the merchant can do."""
    product = product_for(request, pk, Permission.HOLD_LISTINGS)
    form = HoldForm(request.POST, auto_id="hold_form_%s")
    if not form.is_valid():
        return product_page(request, product, form=form, status=422)
    cleaned = {**form.cleaned_data, "ground": Hold.Ground(form.cleaned_data["ground"])}
    try:
        place_hold(product=product, actor=request.user, **cleaned)
        messages.success(request, _("The listing is held back. Its merchant is told why."))
    except Refusal as error:
        messages.error(request, str(error))
    return redirect(product)


@require_POST
@permission_required(Permission.HOLD_LISTINGS)
def hold_release(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """End a hold, with the reason."""
    hold = _hold_for(request, pk, Permission.HOLD_LISTINGS)
    form = ReleaseForm(request.POST, auto_id="release_form_%s")
    if not form.is_valid():
        return product_page(request, hold.product, form=form, status=422)
    try:
        status = release_hold(hold=hold, reason=form.cleaned_data["reason"], actor=request.user)
        messages.success(request, _("The hold is released; the listing is “%(status)s”.") % {"status": status.label})
    except Refusal as error:
        messages.error(request, str(error))
    return redirect(hold.product)


@require_POST
@permission_required(Permission.APPEAL_HOLDS)
def appeal_make(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Say something against a hold, once."""
    hold = _hold_for(request, pk, Permission.APPEAL_HOLDS)
    form = AppealForm(request.POST, request.FILES, auto_id="appeal_form_%s")
    if not form.is_valid():
        return product_page(request, hold.product, form=form, status=422)
    try:
        make_appeal(hold=hold, actor=request.user, **form.cleaned_data)
    except Refusal as error:
        messages.error(request, str(error))
        return product_page(request, hold.product, form=form, status=422)
    messages.success(request, _("Your appeal is sent. Somebody who did not decide answers it."))
    return redirect(hold.product)


@require_safe
@permission_required(Permission.ANSWER_APPEALS)
def appeal_list(request: AuthenticatedRequest) -> HttpResponse:
    """List the appeals that wait for an answer, oldest first."""
    appeals = Appeal.objects.for_user(request.user).waiting().for_queue()
    found = page(appeals, fields=("made_at", "pk"), query=request.GET)
    own = own_holds(request.user, [appeal.hold for appeal in found.rows])
    return render_page(request, "catalog/appeal_list.html", {"page": found, "own_holds": own})


@require_POST
@permission_required(Permission.ANSWER_APPEALS)
def appeal_answer(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Let a hold stand or lift it; never by the one who placed it or took the listing down."""
    appeal = get_object_or_404(Appeal.objects.for_user(request.user), pk=pk)
    hold = _hold_for(request, appeal.hold_id, Permission.ANSWER_APPEALS)
    form = AnswerForm(request.POST, auto_id="answer_form_%s")
    if not form.is_valid():
        return product_page(request, hold.product, form=form, status=422)
    is_upheld = form.cleaned_data["verdict"] == "uphold"
    try:
        answer_appeal(appeal=appeal, is_upheld=is_upheld, answer=form.cleaned_data["answer"], actor=request.user)
        messages.success(request, _("The hold stands.") if is_upheld else _("The hold is lifted."))
    except Refusal as error:
        messages.error(request, str(error))
    return redirect(hold.product)


@require_safe
@permission_required(Permission.VIEW_LISTINGS)
def appeal_document(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    """Return a document that was sent with an appeal to those who may see the appeal."""
    row = get_object_or_404(AppealDocument.objects.for_user(request.user), pk=pk)
    return document_response(request, row.file, name=f"appeal-{row.appeal_id}-{row.pk}")


def _hold_for(request: AuthenticatedRequest, pk: int, permission: Permission) -> Hold:
    """Return a hold that the user may see and do `permission` to; 404 when unseen, 403 when not allowed."""
    hold = get_object_or_404(Hold.objects.for_user(request.user).select_related("product__seller"), pk=pk)
    if permission not in allowed_on(request.user, hold.product.seller):
        raise PermissionDenied
    return hold
