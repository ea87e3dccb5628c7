"""What people are to decide on: a finding for each rule that fired on a listing, or failed, and counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..models import Brand, Finding, Hold, LaneChoices, Product, Screening
from ..rules.explaining import explain
from ..rules.fact_types import Source
from ..rules.listing_facts import ListingFacts, RuleList
from ..rules.measuring.lanes import Outcome
from .deciding import Decided, saw
from .explanations import explanation_as_json
from .running_rules import Asked

STRICT = frozenset({LaneChoices.BLOCK, LaneChoices.HOLD})
GRAVEST = 5

_CHANGING = (
    "version", "screening", "brand", "cluster", "lane", "severity", "is_error", "explanation", "saw", "hold"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """A finding as it is to be; `is_of_hold` says that it is among what holds the listing back.

    `imitated` is the first brand that the rule saw imitated, by its name; without one it is about the declared brand.
    Without a version the screening itself has failed.
    """

    asked: Asked | None
    lane: str
    severity: int
    is_error: bool
    explanation: Mapping[str, Any]
    saw: str
    is_of_hold: bool
    brand_id: int | None = None
    imitated: str = ""
    cluster: int | None = None

    @property
    def rule_id(self) -> int | None:
        """The key of the rule."""
        return self.asked.version.rule_id if self.asked else None


def wanted_findings(
    product: Product, decided: Decided, facts: ListingFacts, lists: Mapping[str, RuleList]
) -> tuple[Wanted, ...]:
    """Return what people are to decide on: what fired in other lanes than allow, and what failed."""
    fired = [one for one in decided.fired if one.version.acting_lane != LaneChoices.ALLOW]
    return tuple(_wanted(one, product, facts, lists) for one in (*fired, *decided.erring))


def failed_screening(reason: str, what_was_seen: str) -> Wanted:
    """Return the finding for a listing of which no rule could be asked."""
    return Wanted(None, LaneChoices.HOLD, GRAVEST, True, {"reason": reason}, what_was_seen, is_of_hold=True)


def open_findings(products: Iterable[Product]) -> dict[int, dict[int | None, Finding]]:
    """Return the findings on which nobody has decided, by listing and rule."""
    found: dict[int, dict[int | None, Finding]] = {product.pk: {} for product in products}
    for finding in Finding.objects.open().filter(product__in=list(found)):
        found[finding.product_id][finding.rule_id] = finding
    return found


@dataclass(frozen=True, slots=True)
class Written:
    """A listing with its screening (kept where findings are wanted), the hold on it, and the findings it is to have."""

    product: Product
    screening: Screening
    hold: Hold | None
    wanted: Sequence[Wanted]


def write_findings(written: Sequence[Written]) -> None:
    """Bring the open findings of some listings to what is wanted: one for each rule, and none that is no longer so."""
    known = open_findings(one.product for one in written)
    imitated = {wanted.imitated for one in written for wanted in one.wanted if wanted.imitated}
    brands = dict(Brand.objects.filter(name__in=imitated).values_list("name", "pk")) if imitated else {}
    new: list[Finding] = []
    changed: list[Finding] = []
    for one in written:
        before = known[one.product.pk]
        for wanted in one.wanted:
            old = before.pop(wanted.rule_id, None)
            (new if old is None else changed).append(_brought_to(old, wanted, one, brands))
    Finding.objects.bulk_create(new)
    Finding.objects.bulk_update(changed, _CHANGING)
    over = [finding.pk for findings in known.values() for finding in findings.values()]
    Finding.objects.open().filter(pk__in=over).update(state=Finding.State.OUTDATED)


def _wanted(one: Asked, product: Product, facts: ListingFacts, lists: Mapping[str, RuleList]) -> Wanted:
    version, is_error = one.version, one.outcome == Outcome.ERROR
    hashes = facts.values.get("photo_hashes") or [None]
    return Wanted(
        asked=one,
        lane=LaneChoices.HOLD if is_error else version.acting_lane,
        severity=version.severity,
        is_error=is_error,
        explanation=_explanation(one, facts, lists),
        saw=saw(one, facts),
        is_of_hold=is_error or version.acting_lane in STRICT,
        brand_id=product.brand_id,
        imitated=_imitated(one, facts),
        cluster=hashes[0],
    )


def _imitated(one: Asked, facts: ListingFacts) -> str:
    asked = one.rule.facts if one.rule else ()
    named = (facts.values.get(fact.name) or [] for fact in asked if fact.source == Source.NAMES)
    return next((name for names in named for name in names), "")


def _explanation(one: Asked, facts: ListingFacts, lists: Mapping[str, RuleList]) -> dict[str, Any]:
    """Return for staff what each clause said with which values, and what counts for the seller; for an error why."""
    said: dict[str, Any] = {"reason": one.reason} if one.reason else {}
    if one.rule is None:
        return said
    explanation = explain(one.rule, facts, lists)
    seller = explanation.for_seller()
    return said | explanation_as_json(explanation) | ({"told": list(seller.facts)} if seller else {})


def _brought_to(old: Finding | None, wanted: Wanted, one: Written, brands: Mapping[str, int]) -> Finding:
    finding = old or Finding(product=one.product, seller_id=one.product.seller_id, rule_id=wanted.rule_id)
    finding.version = wanted.asked.version if wanted.asked else None
    finding.screening = one.screening
    finding.brand_id, finding.cluster = brands.get(wanted.imitated, wanted.brand_id), wanted.cluster
    finding.lane, finding.severity, finding.is_error = wanted.lane, wanted.severity, wanted.is_error
    finding.explanation, finding.saw = dict(wanted.explanation), wanted.saw
    finding.hold = one.hold if wanted.is_of_hold else None
    return finding
