"""Trader files: what a seller says of itself, its word for it, and what staff decide."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.keyset import page
from shopadmin.pages import render_page

from ..forms.traders import CertificationForm, TraderFileForm, VerificationForm
from ..models import TraderFile, TraderVerification
from ..trader_checks import (
    ChangedMeanwhile,
    Incomplete,
    NotOwnFile,
    OwnFile,
    certify,
    decide,
    save_file,
    traders_of,
)
from .seller_pages import SellerAccess, seller_access, seller_allowing, seller_page
from .trader_context import trader_context

QUEUES = ("waiting", "incomplete", "all")


@require_safe
@permission_required(Permission.VERIFY_TRADERS)
def trader_list(request: AuthenticatedRequest) -> HttpResponse:
    """List the files that wait for staff, the longest waiting first."""
    queue = request.GET.get("queue", "")
    queue = queue if queue in QUEUES else QUEUES[0]
    files = TraderFile.objects.select_related("seller")
    if queue == "waiting":
        files = files.complete().unchecked()
    elif queue == "incomplete":
        files = files.incomplete()
    found = page(files, fields=("updated_at", "pk"), query=request.GET)
    traders = traders_of([file.seller for file in found.rows])
    rows = [(file, traders[file.seller_id]) for file in found.rows]
    return render_page(request, "catalog/trader_list.html", {"page": found, "rows": rows, "queue": queue})


@require_safe
@permission_required(Permission.VIEW_SELLERS)
def trader_detail(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Show a seller's file, how far it has come, and the clocks of the law."""
    return _page(request, _seen(request, slug))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.EDIT_SELLERS)
def trader_edit(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Fill in the file; half of it can be saved too."""
    access = seller_allowing(request, slug, Permission.EDIT_SELLERS)
    trader = traders_of([access.seller])[access.seller.pk]
    form = TraderFileForm(request.POST or None, initial=trader.contents)
    if request.method == "POST" and form.is_valid():
        changed = save_file(seller=access.seller, contents=form.cleaned_data, by=request.user)
        messages.success(request, _("The file was saved.") if changed else _("Nothing was changed."))
        return redirect("catalog:trader-detail", slug)
    status = 422 if request.method == "POST" else 200
    return seller_page(request, access, "catalog/trader_edit.html", {"tab": "trader", "form": form}, status=status)


@require_POST
@permission_required(Permission.EDIT_SELLERS)
def trader_certify(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Certify the file for the seller."""
    access = seller_allowing(request, slug, Permission.EDIT_SELLERS)
    form = CertificationForm(request.POST)
    if not form.is_valid():
        return _page(request, access, certification=form, status=422)
    try:
        certify(seller=access.seller, by=request.user)
    except NotOwnFile as error:
        raise PermissionDenied from error
    except Incomplete:
        messages.error(request, _("Complete the file first, then certify it."))
    else:
        messages.success(request, _("Thank you. The file is certified for a year."))
    return redirect("catalog:trader-detail", slug)


@require_POST
@permission_required(Permission.VERIFY_TRADERS)
def trader_decide(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Verify a file, ask for more, or refuse it."""
    access = seller_allowing(request, slug, Permission.VERIFY_TRADERS)
    form = VerificationForm(request.POST)
    if not form.is_valid():
        return _page(request, access, decision=form, status=422)
    try:
        check = decide(
            seller=access.seller,
            outcome=TraderVerification.Outcome(form.cleaned_data["outcome"]),
            note=form.cleaned_data["note"],
            seen=request.POST.get("seen", ""),
            by=request.user,
        )
    except OwnFile as error:
        raise PermissionDenied from error
    except ChangedMeanwhile:
        messages.error(request, _("The file was changed while you looked at it. Look at it again, then decide."))
    except Incomplete:
        messages.error(request, _("Something is still missing, so the file cannot be verified. Ask for more instead."))
    else:
        messages.success(request, _("Decided: %(outcome)s.") % {"outcome": check.get_outcome_display()})
    return redirect("catalog:trader-detail", slug)


def _seen(request: AuthenticatedRequest, slug: str) -> SellerAccess:
    """Return the seller if the user may read its whole file, else 403."""
    access = seller_access(request, slug)
    if not access.sees_trader:
        raise PermissionDenied
    return access


def _page(
    request: AuthenticatedRequest,
    access: SellerAccess,
    *,
    certification: CertificationForm | None = None,
    decision: VerificationForm | None = None,
    status: int = 200,
) -> HttpResponse:
    seller = access.seller
    context = {
        **trader_context(seller, traders_of([seller])[seller.pk], timezone.localdate()),
        "tab": "trader",
        "checks": seller.verifications.select_related("by")[:20],
        "certification": certification or CertificationForm(),
        "decision": decision or VerificationForm(),
        "may_certify": access.role is not None and Permission.EDIT_SELLERS in access.may,
        "may_decide": access.role is None and Permission.VERIFY_TRADERS in access.may,
    }
    return seller_page(request, access, "catalog/trader_detail.html", context, status=status)
