"""The promise: an error never counts as clean. Whatever rules, mutings and failures there are, it holds the listing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.fact_finding import FoundFacts
from catalog.models import LaneChoices, ListingFacts, Product, Screening, Snooze, VerdictChoices
from catalog.rules.listing_facts import ListingFacts as Facts
from catalog.screening import deciding, services
from tests import factories

from .running_rules import live_rule, shadow_rule, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]

ASKS: Mapping[str, tuple[str, ...]] = {
    "photo_count >= 0": ("photo_count",),
    "photo_count < 0": ("photo_count",),
    'title == "Cup" && photo_count >= 0': ("title", "photo_count"),
    "seller_age_days >= 0": ("seller_age_days",),
    "!has_price": ("price",),
    "has_price && price > 0.0": ("price",),
    "1 / (photo_count - photo_count) == 1": (),
    'in_list(seller, "a-list-that-is-gone")': (),
    'title == "Cup" || true': (),
}
"""Texts of rules with the facts that they need; those that need none say what they say whatever is known."""
ALWAYS_ERR = ("1 / (photo_count - photo_count) == 1", 'in_list(seller, "a-list-that-is-gone")')
FIRES = ("photo_count >= 0", 'title == "Cup" && photo_count >= 0', "seller_age_days >= 0", "has_price && price > 0.0",
         'title == "Cup" || true')  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """A rule, and what keeps it from acting."""

    text: str
    lane: LaneChoices
    order: int
    mute: str

    def errs(self, failed: frozenset[str]) -> bool:
        """Whether asking it about the cup is an error; a false or a true operand saves no other one here."""
        return self.text in ALWAYS_ERR or not failed.isdisjoint(ASKS[self.text])

    def fires(self, failed: frozenset[str]) -> bool:
        """Whether it fires on the cup."""
        return self.text in FIRES and not self.errs(failed)


RULES = st.builds(
    Drawn,
    st.sampled_from(sorted(ASKS)),
    st.sampled_from(LaneChoices),
    st.integers(1, 3),
    st.sampled_from(["", "", "", "shadow", "snoozed", "outside its share", "over"]),
)
FAILED = st.frozensets(st.sampled_from(["photo_count", "title", "seller_age_days", "price"]), max_size=2)


def is_kept_for(rules: Sequence[Drawn], failed: frozenset[str]) -> bool:
    """Screen a cup; return whether the promise is kept, and raise when the verdict contradicts the effect."""
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        cup = factories.product("Cup", photos=0, screened_version=0)
        for rule in rules:
            _make(rule, cup)
        _let_fail(patch, failed)
        services.screen_due()
        cup.refresh_from_db()
        verdict = ListingFacts.objects.get(product=cup).verdict
        assert cup.screened_version == cup.version
        assert verdict == VerdictChoices.CLEAN or Screening.objects.filter(product=cup, verdict=verdict).exists()
        transaction.set_rollback(True)
    acting = [rule for rule in rules if not rule.mute]
    allowed_at = min((rule.order for rule in acting if rule.lane == "allow" and rule.fires(failed)), default=99)
    has_error = any(rule.errs(failed) for rule in acting if rule.order <= allowed_at)
    return cup.status == Product.Status.HELD if has_error else True


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(RULES, max_size=5), FAILED)
def test_there_is_no_path_from_an_error_to_a_live_listing(rules: list[Drawn], failed: frozenset[str]) -> None:
    assert is_kept_for(rules, failed)


def test_without_the_guard_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the same check finds a listing that was left live, where errors do not hold."""
    rules = [Drawn("photo_count >= 0", LaneChoices.REVIEW, 1, "")]
    assert is_kept_for(rules, frozenset({"photo_count"}))

    monkeypatch.setattr(deciding, "HOLDING", deciding.HOLDING - {VerdictChoices.ERROR})

    assert not is_kept_for(rules, frozenset({"photo_count"}))


def test_what_allows_first_spares_later_rules_and_their_errors() -> None:
    allowing = Drawn('title == "Cup" || true', LaneChoices.ALLOW, 1, "")
    erring = Drawn("photo_count >= 0", LaneChoices.BLOCK, 2, "")
    failed = frozenset({"photo_count"})

    assert is_kept_for([allowing, erring], failed)
    assert is_kept_for([replace(allowing, order=3), erring], failed)


def _make(drawn: Drawn, cup: Product) -> None:
    if drawn.mute == "shadow":
        shadow_rule(drawn.text, drawn.lane, order=drawn.order)
        return
    percent = 0 if drawn.mute == "outside its share" else 100
    now = timezone.now()
    ends_at = now - timedelta(hours=1) if drawn.mute == "over" else None
    rule = live_rule(drawn.text, drawn.lane, order=drawn.order, rollout_percent=percent, ends_at=ends_at)
    if drawn.mute == "snoozed":
        until = now + timedelta(days=1)
        Snooze.objects.create(rule=rule.rule, product=cup, until=until, reason="x", made_by=staff("paula"))


def _let_fail(patch: pytest.MonkeyPatch, failed: frozenset[str]) -> None:
    """Let facts fail as a provider of facts does that is out of order."""
    find_facts = services.find_facts

    def find(product_ids: Sequence[int], **more: Any) -> dict[int, FoundFacts]:
        return {key: _without(found, failed) for key, found in find_facts(product_ids, **more).items()}

    patch.setattr(services, "find_facts", find)


def _without(found: FoundFacts, failed: frozenset[str]) -> FoundFacts:
    values = {name: value for name, value in found.facts.values.items() if name not in failed}
    reasons = {**found.facts.failed, **dict.fromkeys(failed, "out of order")}
    return replace(found, facts=Facts(values, found.facts.as_of, reasons))
