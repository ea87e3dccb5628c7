"""The products index: a page of the list, the columns that a user wants, and names to filter by."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission, Scope
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.pages import render_page
from shopadmin.statements import TookTooLong, quick_reads

from ..listing_columns import COLUMNS, choose_columns, columns_of
from ..listing_filters import ListingFilters
from ..listing_page import count_listing, find_page
from ..listing_words import OFFERS, PHOTOS, SORTS, address, chips, known_markets, sort_links, tabs
from ..models import Product, SavedView, Seller
from .returning import back_to_list

LIMIT_MS = 3000
"""After that a filter is too costly to wait for, and the page says how to narrow it."""
MOST_SELLERS = 200


@require_safe
@permission_required(Permission.VIEW_LISTINGS)
def product_list(request: AuthenticatedRequest) -> HttpResponse:
    """List the products that the user may see; the address holds the filter, the order and the position."""
    view = _saved_view(request)
    if view is not None and set(request.GET) == {"view"}:
        return redirect(f"{request.path}{address(ListingFilters.from_query(view.filters), view=str(view.pk))}")
    filters = ListingFilters.from_query(request.GET)
    try:
        with quick_reads(limit_ms=LIMIT_MS, only_by_index=True):
            listing = find_page(request.user, filters, request.GET)
    except TookTooLong:
        listing = None
    context = {**_around(request, filters, view), "listing": listing, "page": listing.page if listing else None}
    status = 200 if listing else 422
    response = render_page(request, "catalog/product_list.html", context, fragment="results", status=status)
    response["HX-Push-Url"] = f"{request.path}{context['address'].removesuffix('?')}"
    return response


@require_safe
@permission_required(Permission.VIEW_LISTINGS)
def product_count(request: AuthenticatedRequest) -> HttpResponse:
    """Say how many products fit the filter, for a page that is there already."""
    filters = ListingFilters.from_query(request.GET)
    try:
        with quick_reads(limit_ms=LIMIT_MS, only_by_index=True):
            count = count_listing(request.user, filters)
    except TookTooLong:
        count = None
    return render(request, "catalog/product_list.html#count", {"count": count})


@require_POST
@permission_required(Permission.VIEW_LISTINGS)
def columns_set(request: AuthenticatedRequest) -> HttpResponse:
    """Remember which columns the user wants to see, and show the list again as it was."""
    choose_columns(user=request.user, names=request.POST.getlist("column"))
    return back_to_list(request)


def _saved_view(request: AuthenticatedRequest) -> SavedView | None:
    """Return the saved view that the address names, if the user sees it."""
    key = request.GET.get("view", "")
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return None
    return SavedView.objects.for_user(request.user).filter(pk=key).first()


def _around(request: AuthenticatedRequest, filters: ListingFilters, view: SavedView | None) -> dict[str, Any]:
    """Return what stands around the rows: tabs, chips, choices and columns."""
    sellers = list(Seller.objects.for_user(request.user, Permission.VIEW_LISTINGS).order_by("name")[:MOST_SELLERS])
    view_key = str(view.pk) if view else ""
    return {
        "filters": filters,
        "address": address(filters, view=view_key),
        "chips": chips(filters, view=view_key),
        "tabs": tabs(SavedView.objects.for_user(request.user), view),
        "view": view,
        "is_view_changed": view is not None and view.query != filters.to_query(),
        "may_change_view": view is not None and SavedView.objects.editable_by(request.user).filter(pk=view.pk).exists(),
        "may_edit": request.user.scope(Permission.EDIT_LISTINGS) > Scope.NONE,
        "shareable_with": Seller.objects.with_member(request.user, Permission.EDIT_LISTINGS),
        "sellers": sellers,
        "columns": columns_of(request.user, sees_several_sellers=len(sellers) > 1),
        "all_columns": [column for column in COLUMNS if column.name != "seller" or len(sellers) > 1],
        "statuses": Product.Status.choices,
        "conditions": Product.Condition.choices,
        "offers": OFFERS.items(),
        "photos": PHOTOS.items(),
        "sorts": SORTS.items(),
        "sort_links": sort_links(filters, view=view_key),
        "markets": known_markets(),
    }
