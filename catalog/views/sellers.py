"""Sellers: their list, the page of each, adding and renaming."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission, Scope
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.keyset import page
from shopadmin.pages import render_page

from ..forms.sellers import NewSellerForm, SellerForm
from ..members import add_seller, rename_seller
from ..membership import MemberRole
from ..models import Seller
from ..seller_overview import overview_of, rows_of
from ..trader_checks import traders_of
from .invitations import send_new
from .seller_pages import seller_access, seller_allowing, seller_page


@require_safe
@permission_required(Permission.VIEW_SELLERS)
def seller_list(request: AuthenticatedRequest) -> HttpResponse:
    """List the sellers that the user may see, by name; whoever has only one of their own goes straight to it."""
    sellers = Seller.objects.for_user(request.user)
    sees_all = request.user.scope(Permission.VIEW_SELLERS) == Scope.ALL
    if not sees_all and len(only := sellers[:2]) == 1:
        return redirect(only[0])
    words = request.GET.get("q", "").strip()[:200]
    if words:
        sellers = sellers.filter(Q(name__icontains=words) | Q(slug__icontains=words))
    found = page(sellers, fields=("name", "pk"), query=request.GET)
    may_add = request.user.scope(Permission.ADD_SELLERS) == Scope.ALL
    context = {"page": found, "rows": rows_of(found.rows), "q": words, "sees_all": sees_all, "may_add": may_add}
    return render_page(request, "catalog/seller_list.html", context, fragment="results")


@require_safe
@permission_required(Permission.VIEW_SELLERS)
def seller_detail(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Show a seller at a glance."""
    access = seller_access(request, slug)
    context = {
        "tab": "overview",
        "is_new_login": "new" in request.GET,
        "overview": overview_of(access.seller, timezone.localdate()),
        "trader": traders_of([access.seller])[access.seller.pk],
        "members": access.seller.memberships.select_related("user")[:6],
    }
    return seller_page(request, access, "catalog/seller_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.ADD_SELLERS)
def seller_add(request: AuthenticatedRequest) -> HttpResponse:
    """Add a seller, and invite its first owner if an address is given."""
    form = NewSellerForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render_page(request, "catalog/seller_add.html", {"form": form}, status=status)
    seller = add_seller(name=form.cleaned_data["name"], by=request.user)
    messages.success(request, _("%(seller)s was added.") % {"seller": seller})
    if email := form.cleaned_data["owner"]:
        send_new(request, seller, email, MemberRole.OWNER)
    return redirect("catalog:member-list", seller.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.EDIT_SELLERS)
def seller_edit(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Give a seller another name."""
    access = seller_allowing(request, slug, Permission.EDIT_SELLERS)
    form = SellerForm(request.POST or None, initial={"name": access.seller.name})
    if request.method == "POST" and form.is_valid():
        rename_seller(seller=access.seller, name=form.cleaned_data["name"], by=request.user)
        messages.success(request, _("The name was saved."))
        return redirect(access.seller)
    status = 422 if request.method == "POST" else 200
    return seller_page(request, access, "catalog/seller_edit.html", {"tab": "overview", "form": form}, status=status)
