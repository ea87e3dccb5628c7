"""What product cards and lists show."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format

from ..models import Offer, Product, ProductImage
from ..money import amount, minor_digits, with_sign

register = template.Library()


@register.filter
def price(offer: Offer) -> str:
    """Show an offer's price in its currency, with the decimals that the currency has."""
    digits = minor_digits(offer.currency)
    number = number_format(amount(offer.price_minor, offer.currency), decimal_pos=digits, force_grouping=True)
    return with_sign(number, offer.currency)


@register.filter
def offer_in(product: Product, market: str) -> Offer | None:
    """Return the product's offer in `market`; the offers have to be fetched before (`with_card`)."""
    return next((offer for offer in product.offers.all() if offer.market == market), None)


@register.filter
def photo(product: Product) -> ProductImage | None:
    """Return the product's first photo; the photos have to be fetched before (`with_card`)."""
    return next(iter(product.images.all()), None)
