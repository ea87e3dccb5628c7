"""What a field for a brand or a category offers while one types, without saying who sells what."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest

from ..models import Brand, Category

MOST = 20


@require_safe
@permission_required(Permission.VIEW_LISTINGS)
def brand_suggest(request: AuthenticatedRequest) -> HttpResponse:
    """Offer the brands whose name or alias holds what was typed."""
    text = request.GET.get("brand", "").strip()[:200]
    names = Brand.objects.named_like(text).order_by("name").values_list("name", flat=True)
    return render(request, "catalog/_options.html", {"options": names[:MOST]})


@require_safe
@permission_required(Permission.VIEW_LISTINGS)
def category_suggest(request: AuthenticatedRequest) -> HttpResponse:
    """Offer the categories whose path holds what was typed."""
    text = request.GET.get("category", "").strip()[:1000]
    paths = Category.objects.filter(path__icontains=text).values_list("path", flat=True)
    return render(request, "catalog/_options.html", {"options": paths[:MOST]})
