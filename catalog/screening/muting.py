"""Which rules act on which listings: live, in their time and share, not muted, and not answered by people before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from ..models import Finding, Product, RuleVersion, Snooze
from ..rules.measuring.rollout import is_in

ALL = 100


@dataclass(frozen=True, slots=True)
class Muted:
    """What keeps rules from acting on the listings of a batch: snoozes, and findings that people have cleared.

    Snoozes are pairs of the keys of a rule and of a product or seller. `cleared` has what rules saw then, by product
    and rule (None where the screening itself had failed).
    """

    now: datetime
    products: frozenset[tuple[int, int]]
    sellers: frozenset[tuple[int, int]]
    cleared: Mapping[tuple[int, int | None], set[str]]

    def acts(self, version: RuleVersion, product: Product) -> bool:
        """Tell whether a version acts on a listing, whatever people have said of it before."""
        rule = version.rule_id
        if version.state != RuleVersion.State.LIVE or not version.is_within_schedule(self.now):
            return False
        if (rule, product.pk) in self.products or (rule, product.seller_id) in self.sellers:
            return False
        return version.rollout_percent == ALL or is_in(version.rule.slug, product.pk, version.rollout_percent)

    def is_cleared(self, product: Product, rule_id: int | None, saw: Callable[[], str]) -> bool:
        """Tell whether people have said that the rule is wrong about this listing, and it sees the same as then."""
        known = self.cleared.get((product.pk, rule_id))
        return known is not None and saw() in known


def muted(products: Sequence[Product], now: datetime) -> Muted:
    """Return what mutes rules on these listings; asks twice, however many they are."""
    keys = [product.pk for product in products]
    about = Q(product__in=keys) | Q(seller__in={product.seller_id for product in products})
    snoozes = list(Snooze.objects.holding(now).filter(about).values_list("rule", "product", "seller"))
    cleared: dict[tuple[int, int | None], set[str]] = {}
    findings = Finding.objects.filter(product__in=keys, state=Finding.State.CLEARED)
    for product, rule, seen in findings.values_list("product", "rule", "saw"):
        cleared.setdefault((product, rule), set()).add(seen)
    return Muted(
        now,
        frozenset((rule, product) for rule, product, _seller in snoozes if product is not None),
        frozenset((rule, seller) for rule, _product, seller in snoozes if seller is not None),
        cleared,
    )
