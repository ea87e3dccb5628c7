"""PURE. What people edit in a listing, as plain values: to compare three versions of it and to bring them together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any, Self

OFFER = "offer-"
"""Field names of offers are this and the market."""


@dataclass(frozen=True, slots=True)
class OfferValues:
    """What a listing costs in a market, in minor units of the currency, and how many there are."""

    price_minor: int
    currency: str
    stock: int


@dataclass(frozen=True, slots=True)
class ListingValues:
    """Everything that the form of a listing edits; brand by name, category by path ("Home > Kitchen"), "" for none."""

    sku: str
    title: str
    description: str = ""
    brand: str = ""
    category: str = ""
    gtin: str = ""
    condition: str = "new"
    variant_group: str = ""
    variant_name: str = ""
    offers: Mapping[str, OfferValues] = field(default_factory=dict)

    def flat(self) -> dict[str, Any]:
        """Return the values by field name, each offer as a field of its own, fit for JSON."""
        plain = {name: getattr(self, name) for name in TEXTS}
        return plain | {f"{OFFER}{market}": asdict(offer) for market, offer in self.offers.items()}

    @classmethod
    def from_flat(cls, values: Mapping[str, Any]) -> Self:
        """Return the listing of which `values` is the flat form; an offer that is None is left out."""
        offers = {
            name.removeprefix(OFFER): OfferValues(**offer)
            for name, offer in values.items()
            if name.startswith(OFFER) and offer is not None
        }
        return cls(**{name: values[name] for name in TEXTS}, offers=offers)


TEXTS = tuple(field.name for field in fields(ListingValues) if field.name != "offers")


class Side(StrEnum):
    """Whose value is kept where two people changed the same listing."""

    MINE = "mine"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that somebody else has changed since one began, and holds another value than one's own.

    An offer's value is None where there is no offer in that market. `side` is what one would probably keep: theirs,
    unless one has changed the field too.
    """

    name: str
    mine: Any
    theirs: Any
    side: Side


def differences(base: Mapping[str, Any] | None, mine: ListingValues, theirs: ListingValues) -> list[Difference]:
    """Compare one's own version with that of somebody else; both began with the flat values `base`.

    Where `base` is not known, everything that differs counts as changed by both.
    """
    own, other = mine.flat(), theirs.flat()
    found = []
    for name in own | other:
        left, right = own.get(name), other.get(name)
        if left == right:
            continue
        if base is None:
            found.append(Difference(name, left, right, Side.MINE))
        elif right != base.get(name):
            side = Side.THEIRS if left == base.get(name) else Side.MINE
            found.append(Difference(name, left, right, side))
    return found


def merged(mine: ListingValues, found: list[Difference], choices: Mapping[str, Side]) -> ListingValues:
    """Return one's own values with theirs where `choices` says so, or by default where it says nothing."""
    taken = {item.name: item.theirs for item in found if choices.get(item.name, item.side) is Side.THEIRS}
    return ListingValues.from_flat(mine.flat() | taken)


def changed_offers(before: ListingValues, after: ListingValues) -> tuple[dict[str, OfferValues], list[str]]:
    """Return the offers that are new or other than before, and the markets that are no longer offered in."""
    changed = {market: offer for market, offer in after.offers.items() if before.offers.get(market) != offer}
    return changed, [market for market in before.offers if market not in after.offers]
