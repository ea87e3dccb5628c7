"""What a field of the listing's form offers while one types."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.pages import render_page

from ..models import Brand, Category

MOST = 12


@require_safe
@permission_required(Permission.EDIT_LISTINGS)
def brand_suggest(request: AuthenticatedRequest) -> HttpResponse:
    """Offer the brands whose name or alias holds what was typed."""
    text = request.GET.get("brand", "").strip()[:200]
    names = Brand.objects.named_like(text).order_by("name").values_list("name", flat=True)[:MOST]
    return _options(request, names)


@require_safe
@permission_required(Permission.EDIT_LISTINGS)
def category_suggest(request: AuthenticatedRequest) -> HttpResponse:
    """Offer the categories whose path holds what was typed."""
    text = request.GET.get("category", "").strip()[:200]
    return _options(request, Category.objects.filter(path__icontains=text).values_list("path", flat=True)[:MOST])


def _options(request: AuthenticatedRequest, values: object) -> HttpResponse:
    return render_page(request, "catalog/product_form.html#options", {"options": values})
