"""Live listings that agree in two things or more with one that was taken down, and that no live rule holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..models import EvasionSign, LaneChoices, ListingFacts, Product, RuleVersion
from ..rules.function_calls import quoted
from ..rules.listing_facts import ListKind
from .suspicions import Suspicion, evidence_of, if_rule, key_of

LEAST_SIGNALS = 2
MOST_KEPT = 1000
"""So many listings are remembered as dismissed with a sign; those beyond it appear again."""


def relisted(versions: Sequence[RuleVersion], lists: Mapping[str, ListKind]) -> Iterator[Suspicion]:
    """Yield the relists of each brand, without those that somebody has dismissed; asks the database twice."""
    strict = {LaneChoices.BLOCK, LaneChoices.HOLD}
    holding = [version.pk for version in versions if version.acting_lane in strict]
    found = ListingFacts.objects.filter(relist_signals__gte=LEAST_SIGNALS, product__status=Product.Status.LIVE)
    rows = found.exclude(fired__overlap=holding).exclude(product__in=_dismissed()).order_by("product")
    brands: dict[tuple[int | None, str], tuple[list[int], set[int]]] = {}
    fields = ("product__brand", "product__brand__name", "product_id", "product__seller")
    for brand, name, listing, seller in rows.values_list(*fields).iterator(2000):
        listings, sellers = brands.setdefault((brand, name or ""), ([], set()))
        listings.append(listing)
        sellers.add(seller)
    for (brand, name), (listings, sellers) in brands.items():
        text = f"relist_signals >= {LEAST_SIGNALS}" + (f" && brand == {quoted(name)}" if name else "")
        yield Suspicion(
            EvasionSign.Kind.RELIST,
            key_of(brand, listings),
            evidence_of(listings, len(sellers), all=listings[:MOST_KEPT]),
            proposal=if_rule(text, lists),
            brand=brand,
        )


def _dismissed() -> list[int]:
    dismissed = EvasionSign.objects.filter(kind=EvasionSign.Kind.RELIST, dismissed_at__isnull=False)
    return sorted({listing for kept in dismissed.values_list("evidence__all", flat=True) for listing in kept or ()})
