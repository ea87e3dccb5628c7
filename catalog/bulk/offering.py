"""What an action does to the offers of its listings: new prices, new stock, prices confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import (
    Aggregate,
    Case,
    DateTimeField,
    DecimalField,
    Exists,
    F,
    Func,
    JSONField,
    OuterRef,
    PositiveIntegerField,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Greatest, JSONObject, Round

from ..amounts import MOST_MINOR
from ..models import BulkChange, Offer
from ..models.products import OfferQuerySet
from .kinds import Kind
from .pricing import LOWEST, How, PriceChange, price_change

Outcome = BulkChange.Outcome
type Reasons = tuple[tuple[Q, BulkChange.Outcome], ...]

_EXACT = DecimalField(max_digits=40, decimal_places=4)
_WHOLE = DecimalField(max_digits=40, decimal_places=0)


class _ByMarket(Aggregate):
    """Gathers something of a listing's offers into one JSON object, by market."""

    function = "JSONB_OBJECT_AGG"
    output_field = JSONField()


def offers_effect(kind: Kind, parameters: Mapping[str, Any], now: datetime) -> tuple[Reasons, Combinable, Combinable]:
    """Return why listings are left alone, and their offers before and after: those that change, and no others."""
    offers = _offers(parameters["market"])
    none = (~Q(Exists(offers)), Outcome.NO_OFFER)
    if kind == Kind.PRICE:
        reasons, changing = _repriced(offers, parameters)
        new = _values(changing, price=F("new_price"), amount=F("stock"), confirmed=Value(now, DateTimeField()))
    elif kind == Kind.STOCK:
        stock = Value(int(parameters["stock"]), PositiveIntegerField())
        changing, reasons = offers.exclude(stock=stock), ()
        new = _values(changing, price=F("price_minor"), amount=stock, confirmed=F("price_refreshed_at"))
    else:
        changing, reasons = offers, ()
        new = _values(changing, price=F("price_minor"), amount=F("stock"), confirmed=Value(now, DateTimeField()))
    old = _values(changing, price=F("price_minor"), amount=F("stock"), confirmed=F("price_refreshed_at"))
    return (none, *reasons, (~Q(Exists(changing)), Outcome.SAME)), old, new


def _repriced(offers: OfferQuerySet, parameters: Mapping[str, Any]) -> tuple[Reasons, OfferQuerySet]:
    """Return why prices stay as they are, and the offers of which they change, with their `new_price`."""
    reasons: Reasons = ()
    if parameters["currency"]:
        offers = offers.filter(currency=parameters["currency"])
        reasons = ((~Q(Exists(offers)), Outcome.OTHER_CURRENCY),)
    change = price_change(How(parameters["how"]), Decimal(parameters["value"]))
    priced: OfferQuerySet = offers.annotate(new_price=new_price(change))
    too_large = Q(Exists(priced.filter(Q(new_price__gt=MOST_MINOR))))
    return (*reasons, (too_large, Outcome.TOO_LARGE)), priced.exclude(Q(new_price=F("price_minor")))


def new_price(change: PriceChange) -> Combinable:
    """Return an offer's new price: the same as `changed_price`, worked out by the database."""
    exact = Cast(F("price_minor"), _EXACT) * Value(change.factor, _EXACT) + Value(Decimal(change.plus), _EXACT)
    rounded = Greatest(Round(exact, output_field=_WHOLE), Value(Decimal(LOWEST), _WHOLE), output_field=_WHOLE)
    if change.plus > 0:
        return rounded
    return Case(When(price_minor=0, then=Value(Decimal(0), _WHOLE)), default=rounded, output_field=_WHOLE)


def current_offers() -> Subquery:
    """Return a listing's offers by market, as "offers" holds them before and after."""
    return _gathered(_offers(""), _offer(F("price_minor"), F("stock")))


def _offers(market: str) -> OfferQuerySet:
    offers = Offer.objects.filter(product=OuterRef("product_id")).order_by()
    return offers.filter(market=market) if market else offers


def _offer(price: Combinable, amount: Combinable) -> JSONObject:
    return JSONObject(price_minor=price, currency=F("currency"), stock=amount)


def _values(offers: OfferQuerySet, *, price: Combinable, amount: Combinable, confirmed: Combinable) -> Combinable:
    gathered = JSONObject(offers=_gathered(offers, _offer(price, amount)), confirmed=_gathered(offers, confirmed))
    return Func(gathered, function="JSONB_STRIP_NULLS", output_field=JSONField())


def _gathered(offers: OfferQuerySet, value: Combinable) -> Subquery:
    return Subquery(offers.values("product").annotate(gathered=_ByMarket("market", value)).values("gathered"))
