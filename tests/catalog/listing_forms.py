"""What the page of a listing sends, as a browser would, and what it says then."""

from __future__ import annotations

import json

from django.http import HttpResponse
from django.test import Client

from catalog.listings import values_of
from catalog.models import Product
from catalog.prices import typed_price

US = {"market": "US", "price": "4.99", "currency": "USD", "stock": 10}
"""The offer that a listing has at first, as a row of the form."""


def sent(product: Product, **changes: object) -> dict[str, str]:
    """Return the whole form as the page shows it now, with `changes`; offers as `offers=[{...}]`."""
    values = values_of(Product.objects.get(pk=product.pk))
    texts = {name: value for name, value in values.flat().items() if isinstance(value, str)}
    rows = [
        {"market": market, "price": typed_price(o.price_minor, o.currency), "currency": o.currency, "stock": o.stock}
        for market, o in values.offers.items()
    ]
    fields = {
        **texts,
        "product": product.pk,
        "version": Product.objects.get(pk=product.pk).version,
        "base": json.dumps(values.flat()),
        **changes,
    }
    return filled(fields, changes.get("offers", rows))


def edit(client: Client, product: Product, **changes: object) -> HttpResponse:
    """Save the form with `changes`."""
    return client.post(f"/catalog/products/{product.pk}/edit", sent(product, **changes))


def filled(fields: dict[str, object], offers: list[dict[str, object]]) -> dict[str, str]:
    """Return form data with a row for each offer, and a blank one."""
    data = {name: str(value) for name, value in fields.items() if name != "offers"}
    data |= {"offers-TOTAL_FORMS": str(len(offers) + 1), "offers-INITIAL_FORMS": "0"}
    for number, offer in enumerate([*offers, {}]):
        for name in ("market", "price", "currency", "stock"):
            data[f"offers-{number}-{name}"] = str(offer.get(name, ""))
        data |= {f"offers-{number}-{name}": str(offer[name]) for name in ("sure", "DELETE") if name in offer}
    return data


def texts_of(response: object) -> list[str]:
    """Return what the page says is wrong."""
    return [problem.text for problem in response.context["editor"].problems]
