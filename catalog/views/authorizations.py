"""Asking for the permission to sell protected brands, and deciding on it."""

from __future__ import annotations

from pathlib import PurePath

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission, Scope
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.keyset import page
from shopadmin.pages import render_page

from ..authorizations import AlreadyDecided, OwnRequest, ask, decide, withdraw
from ..countries import name_of
from ..forms.brands import AuthorizationForm, DecisionForm, WithdrawalForm
from ..models import Brand, BrandAuthorization
from .documents import document_response
from .seller_pages import seller_access, seller_allowing, seller_page

QUEUES = ("asked", "expiring", "granted", "all")
SUGGESTED_BRANDS = 200
WITHDRAWAL_ID = "withdrawal_%s"
State = BrandAuthorization.State


@require_safe
@permission_required(Permission.DECIDE_AUTHORIZATIONS)
def authorization_queue(request: AuthenticatedRequest) -> HttpResponse:
    """List what sellers asked for, the newest first, and what ends soon."""
    queue = request.GET.get("queue", "")
    queue = queue if queue in QUEUES else QUEUES[0]
    rows = BrandAuthorization.objects.for_user(request.user).select_related("seller", "brand")
    if queue == "asked":
        rows = rows.asked()
    elif queue == "expiring":
        rows = rows.expiring(timezone.localdate())
    elif queue == "granted":
        rows = rows.filter(state=State.GRANTED)
    found = page(rows, fields=("-asked_at", "-pk"), query=request.GET)
    context = {"page": found, "queue": queue, "today": timezone.localdate()}
    return render_page(request, "catalog/authorization_queue.html", context)


@require_safe
@permission_required(Permission.VIEW_SELLERS)
def authorization_list(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """List what a seller asked for and may sell."""
    access = seller_access(request, slug)
    if not access.sees_authorizations:
        raise PermissionDenied
    rows = access.seller.authorizations.select_related("brand")
    context = {
        "tab": "authorizations",
        "page": page(rows, fields=("-asked_at", "-pk"), query=request.GET),
        "today": timezone.localdate(),
    }
    return seller_page(request, access, "catalog/authorization_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.ASK_FOR_AUTHORIZATIONS)
def authorization_ask(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Ask for the permission to sell a protected brand."""
    access = seller_allowing(request, slug, Permission.ASK_FOR_AUTHORIZATIONS)
    initial = {"valid_from": timezone.localdate(), "brand": request.GET.get("brand", "")[:200]}
    form = AuthorizationForm(request.POST, request.FILES) if request.method == "POST" else None
    if form is not None and form.is_valid():
        wanted = ask(seller=access.seller, by=request.user, **form.cleaned_data)
        messages.success(
            request, _("You asked for %(brand)s. You read here what staff decide.") % {"brand": wanted.brand}
        )
        return redirect("catalog:authorization-list", slug)
    context = {
        "tab": "authorizations",
        "form": form or AuthorizationForm(initial=initial),
        "brands": Brand.objects.filter(is_protected=True).values_list("name", flat=True)[:SUGGESTED_BRANDS],
    }
    status = 422 if form is not None else 200
    return seller_page(request, access, "catalog/authorization_ask.html", context, status=status)


@require_safe
@permission_required(Permission.VIEW_SELLERS)
def authorization_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show one authorisation with its document and, to those who may, the decision to take."""
    return _page(request, _seen(request, pk))


@require_safe
@permission_required(Permission.VIEW_SELLERS)
def authorization_document(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    """Return the document."""
    row = _seen(request, pk)
    return document_response(request, row.document, name=f"authorisation-{row.pk}")


@require_POST
@permission_required(Permission.DECIDE_AUTHORIZATIONS)
def authorization_decide(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Grant or refuse what a seller asked for."""
    row = _seen(request, pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, row, decision=form, status=422)
    is_granted = form.cleaned_data["decision"] == "grant"
    try:
        decide(authorization=row, is_granted=is_granted, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("It is granted.") if is_granted else _("It is refused."))
    except OwnRequest as error:
        raise PermissionDenied from error
    except AlreadyDecided:
        messages.info(request, _("Somebody else has decided meanwhile."))
    return redirect(row)


@require_POST
@permission_required(Permission.VIEW_SELLERS)
def authorization_withdraw(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Take back what was asked for or granted: the seller, or the staff who decide."""
    row = _seen(request, pk)
    form = WithdrawalForm(request.POST, auto_id=WITHDRAWAL_ID)
    if not form.is_valid():
        return _page(request, row, withdrawal=form, status=422)
    try:
        withdraw(authorization=row, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("It is taken back."))
    except AlreadyDecided:
        messages.info(request, _("There is nothing left to take back."))
    return redirect(row)


def _seen(request: AuthenticatedRequest, pk: int) -> BrandAuthorization:
    """Return the authorisation if the user may see it, else 404, as if it did not exist."""
    rows = BrandAuthorization.objects.for_user(request.user)
    return get_object_or_404(rows.select_related("seller", "brand", "asked_by", "decided_by"), pk=pk)


def _page(
    request: AuthenticatedRequest,
    row: BrandAuthorization,
    *,
    decision: DecisionForm | None = None,
    withdrawal: WithdrawalForm | None = None,
    status: int = 200,
) -> HttpResponse:
    decides = request.user.scope(Permission.DECIDE_AUTHORIZATIONS) == Scope.ALL
    is_own = row.asked_by_id == request.user.pk or row.seller.role_of(request.user) is not None
    context = {
        "authorization": row,
        "territory": name_of(row.territory, get_language() or "en"),
        "decides": decides,
        "is_picture": PurePath(row.document.name or "").suffix in {".jpg", ".png"},
        "is_over": row.is_over(timezone.localdate()),
        "may_decide": decides and not is_own and row.state == State.ASKED,
        "must_not_decide": decides and is_own and row.state == State.ASKED,
        "may_withdraw": row.state == State.GRANTED or (row.state == State.ASKED and (is_own or not decides)),
        "decision": decision or DecisionForm(),
        "withdrawal": withdrawal or WithdrawalForm(auto_id=WITHDRAWAL_ID),
    }
    return render_page(request, "catalog/authorization_detail.html", context, status=status)
