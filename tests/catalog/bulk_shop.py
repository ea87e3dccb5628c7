"""A shop with many listings, and how a test acts on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog.bulk import services
from catalog.bulk.kinds import Kind
from catalog.models import BulkAction, Offer, Product, ProductImage, Seller
from shopadmin.accounts.models import User


def previewed(user: User, kind: Kind, items: Sequence[Product], **parameters: Any) -> BulkAction:
    """Choose these listings and look at what would happen."""
    action = services.choose(user=user, kind=kind, keys=[item.pk for item in items])
    return services.preview(action=action, user=user, parameters=parameters)


def applied(
    user: User, kind: Kind, items: Sequence[Product], reason: str = "spring sale", **parameters: Any
) -> BulkAction:
    """Choose these listings and act on them."""
    return services.apply(action=previewed(user, kind, items, **parameters), user=user, reason=reason)


def outcomes(action: BulkAction, field: str = "outcome") -> dict[str, str]:
    """What became of each listing, by title."""
    return dict(action.changes.values_list("product__title", field))


def statuses() -> dict[str, str]:
    """The status of each listing, by title."""
    return dict(Product.objects.values_list("title", "status"))


def many(
    seller: Seller, count: int, *, status: str = "draft", market: str = "US", price_minor: int = 1000
) -> list[Product]:
    """So many complete listings with an offer each, written in three statements; their photos have no files."""
    start = Product.objects.count()
    items = Product.objects.bulk_create(
        Product(seller=seller, sku=f"M-{start + number}", title=f"Thing {start + number:05}", status=status)
        for number in range(count)
    )
    Offer.objects.bulk_create(
        Offer(product=item, market=market, price_minor=price_minor, currency="USD", stock=5) for item in items
    )
    ProductImage.objects.bulk_create(ProductImage(product=item, sha256="0" * 64, file="none.jpg") for item in items)
    return items
