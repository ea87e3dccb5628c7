"""The products index as a file."""

from __future__ import annotations

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest

from ..listing_columns import columns_of
from ..listing_export import csv_lines, fields_for
from ..listing_filters import ListingFilters, order_of
from ..models import Product, Seller


@require_safe
@permission_required(Permission.VIEW_LISTINGS)
def product_export(request: AuthenticatedRequest) -> HttpResponseBase:
    """Send what fits the filter as CSV: the user's columns, or all that there is with `fields=all`."""
    filters = ListingFilters.from_query(request.GET)
    sees_several = Seller.objects.for_user(request.user, Permission.VIEW_LISTINGS)[:2].count() > 1
    columns = columns_of(request.user, sees_several_sellers=sees_several)
    rows = Product.objects.listing(request.user, filters).order_by(*order_of(filters.sort))
    fields = fields_for(None if request.GET.get("fields") == "all" else columns)
    lines = csv_lines(rows, fields, filters.market)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="products-{timezone.localdate():%Y-%m-%d}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
