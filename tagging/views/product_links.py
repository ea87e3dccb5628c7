"""Where a product is linked: loaded into the product's page."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from catalog.models import Product
from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.pages import render_page

from ..models import ProductLink

MOST_LINKS = 60


@require_safe
@permission_required(Permission.VIEW_LISTINGS)
def product_links(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show on which videos a product is linked, and when: staff see all links, others those that viewers see."""
    product = get_object_or_404(Product.objects.for_user(request.user), pk=pk)
    links = list(ProductLink.objects.for_product(product, request.user)[: MOST_LINKS + 1])
    shown = links[:MOST_LINKS]
    context = {
        "product": product,
        "videos": [(video, list(found)) for video, found in groupby(shown, key=lambda link: link.video)],
        "has_more": len(links) > MOST_LINKS,
        "most": MOST_LINKS,
        "sees_videos": request.user.sees_all_videos,
    }
    return render_page(request, "tagging/product_links.html", context, fragment="links")
