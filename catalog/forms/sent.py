"""A listing that came through the API, as the form of its page would send it: one set of checks for both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from ..listing_values import OFFER, TEXTS, ListingValues
from ..markets import currency_of, market_named
from ..prices import typed_price
from .editing import ListingEditor
from .offers import decimal_separator


def form_data(sent: Mapping[str, Any], present: ListingValues | None = None) -> QueryDict:
    """Return the form's data for what was sent over what is there; offers that are sent replace all that are there."""
    before: dict[str, Any] = present.flat() if present else {"condition": "new"}
    data = QueryDict(mutable=True)
    data.update({name: str(sent.get(name, before.get(name, ""))) for name in TEXTS})
    offers = sent.get("offers")
    if offers is None:
        offers = [
            {"market": name.removeprefix(OFFER), **offer} for name, offer in before.items() if name.startswith(OFFER)
        ]
    data.update({"offers-TOTAL_FORMS": str(len(offers)), "offers-INITIAL_FORMS": str(len(offers))})
    for number, offer in enumerate(offers):
        data.update({f"offers-{number}-{name}": value for name, value in _row(offer).items()})
    return data


def errors_of(editor: ListingEditor) -> dict[str, Any]:
    """Return what is wrong, by the names of the API; of offers by their number, from 0."""
    found: dict[str, Any] = {
        "detail" if name == "__all__" else name: [str(text) for text in texts]
        for name, texts in editor.form.errors.items()
    }
    if rows := {str(number): _named(row.errors) for number, row in enumerate(editor.offers.forms) if row.errors}:
        found["offers"] = rows
    if general := editor.offers.non_form_errors():
        found["detail"] = [*found.get("detail", []), *map(str, general)]
    return found


def _row(offer: Mapping[str, Any]) -> dict[str, str]:
    currency = str(offer.get("currency") or currency_of(market_named(offer["market"], "en") or "")).upper()
    minor = int(offer["price_minor"])
    return {
        "market": str(offer["market"]),
        "currency": currency,
        "price": typed_price(minor, currency, decimal_separator=decimal_separator()),
        "stock": str(offer.get("stock", 0)),
        "sure": f"{minor} {currency}" if offer.get("is_sure") else "",
    }


def _named(errors: Mapping[str, Any]) -> dict[str, list[str]]:
    return {"price_minor" if name == "price" else name: [str(text) for text in texts] for name, texts in errors.items()}
