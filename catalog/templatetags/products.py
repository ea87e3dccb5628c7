"""What product cards and lists show."""

from __future__ import annotations

from django import template
from django.utils.translation import get_language

from ..countries import name_of
from ..models import Offer, Product, ProductImage
from ..wording import shown_price

register = template.Library()


@register.filter
def price(offer: Offer) -> str:
    """Show an offer's price in its currency, with the decimals that the currency has."""
    return shown_price(offer.price_minor, offer.currency)


@register.filter
def offer_in(product: Product, market: str) -> Offer | None:
    """Return the product's offer in `market`; the offers have to be fetched before (`with_card`)."""
    return next((offer for offer in product.offers.all() if offer.market == market), None)


@register.filter
def photo(product: Product) -> ProductImage | None:
    """Return the product's first photo; the photos have to be fetched before (`with_card`)."""
    return next(iter(product.images.all()), None)


@register.filter
def market_name(code: str) -> str:
    """Name a market in the reader's language; a code that is no country stays as it is."""
    return name_of(code, get_language() or "en")
