"""The list of products."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.keyset import page
from shopadmin.pages import render_page

from ..models import Product


@require_safe
@permission_required(Permission.VIEW_LISTINGS)
def product_list(request: AuthenticatedRequest) -> HttpResponse:
    """List the products that the user may see, by title; status, title and SKU can be searched for."""
    products = Product.objects.for_user(request.user).with_card()
    status, words = request.GET.get("status", ""), request.GET.get("q", "").strip()[:200]
    if status in Product.Status.values:
        products = products.filter(status=status)
    if words:
        products = products.filter(Q(title__icontains=words) | Q(sku__icontains=words))
    found = page(products, fields=("title", "pk"), query=request.GET, size=50)
    context = {"page": found, "statuses": Product.Status.choices, "status": status, "q": words}
    return render_page(request, "catalog/product_list.html", context, fragment="results")
