"""How low a listing's price is beside authorised sellers' prices."""

from __future__ import annotations

from collections.abc import Mapping

from ..models import Offer
from ..money import amount
from ..price_range import PriceRange
from .batch import Batch, Listed
from .price_standings import Key, Row, standings_of
from .providers import Given, Known, Provider


def find(batch: Batch, known: Known) -> Known:
    """Return where the listings' prices stand; asks the database once."""
    keys = {key for listed in batch.listings for offer in listed.offers if (key := _key(listed, offer)) is not None}
    standings = standings_of(keys)
    return {listed.product.pk: _given(listed, standings) for listed in batch.listings}


def _key(listed: Listed, offer: Offer) -> Key | None:
    product = listed.product
    if product.brand_id is None or product.category_id is None:
        return None
    return product.brand_id, product.category_id, product.condition, offer.currency


def _given(listed: Listed, standings: Mapping[Key, Row]) -> Given:
    """Return the facts of the offer that lies lowest beside others' prices; of equals, of the first market."""
    offers = sorted(listed.offers, key=lambda offer: offer.market)
    if not offers:
        return Given({"price_peers": 0})
    placed = [(offer, *_place(listed, offer, standings)) for offer in offers]
    offer, quantile, to_median = min(placed, key=lambda place: (place[1] is None, place[1] or 0.0, place[2] or 0.0))
    values: dict[str, object] = {
        "price": float(amount(offer.price_minor, offer.currency)),
        "currency": offer.currency,
        "price_peers": 0,
    }
    made_by = {}
    if (standing := standings.get(_key(listed, offer) or (0, 0, "", ""))) is not None:
        values["price_peers"] = standing[0]
        made_by["prices as of"] = standing[2].isoformat()
    if quantile is not None:
        values |= {"price_quantile": quantile, "price_to_median": to_median}
    return Given(values, made_by=made_by)


def _place(listed: Listed, offer: Offer, standings: Mapping[Key, Row]) -> tuple[float | None, float | None]:
    """Return an offer's quantile and its price as a multiple of the median, None where too few prices are known."""
    key = _key(listed, offer)
    if key is None or key not in standings or (quantiles := standings[key][1]) is None:
        return None, None
    others = PriceRange(quantiles)
    return others.quantile_of(offer.price_minor), offer.price_minor / others.median


PROVIDER = Provider("price", "1", ("price", "currency", "price_quantile", "price_to_median", "price_peers"), find)
