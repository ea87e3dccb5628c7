"""What a rule saw of a listing changes when something changes that matters, and not by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.facts import FACTS
from catalog.rules.listing_facts import ListingFacts
from catalog.screening.fingerprints import what_it_saw

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def saw(*names: str, failed: dict[str, str] | None = None, as_of: datetime = NOW, **values: Any) -> str:
    return what_it_saw([FACTS[name] for name in names], ListingFacts(values, as_of, failed or {}))


def test_only_what_the_rule_asks_counts() -> None:
    assert saw("title", title="Cup", photo_count=1) == saw("title", title="Cup", photo_count=2)
    assert saw("title", title="Cup") != saw("title", title="Cups")


def test_the_order_of_facts_and_of_what_is_in_a_list_does_not_count() -> None:
    assert saw("title", "sku", title="Cup", sku="1") == saw("sku", "title", title="Cup", sku="1")
    assert saw("markets", markets=["DE", "US"]) == saw("markets", markets=["US", "DE"])


def test_known_lacking_and_failed_differ_and_the_words_of_a_failure_do_not_count() -> None:
    states = {
        saw("photo_text", photo_text=""),
        saw("photo_text"),
        saw("photo_text", failed={"photo_text": "at 12:00 no answer"}),
    }
    assert len(states) == 3
    assert saw("photo_text", failed={"photo_text": "at 12:01 no answer"}) in states


def test_days_count_as_the_moment_since_when_whatever_its_time_zone() -> None:
    joined = NOW - timedelta(days=10)
    tomorrow = NOW + timedelta(days=1)
    elsewhere = joined.astimezone(timezone(timedelta(hours=5)))
    name = "seller_age_days"
    assert saw(name, seller_age_days=joined) == saw(name, seller_age_days=joined, as_of=tomorrow)
    assert saw(name, seller_age_days=joined) == saw(name, seller_age_days=elsewhere)
    assert saw(name, seller_age_days=joined) != saw(name, seller_age_days=NOW)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [("seller_refund_rate", 0.31, 0.33), ("seller_orders", 70, 120), ("price_to_median", 2.1, 2.9)],
)
def test_what_moves_with_others_counts_by_steps(name: str, before: float, after: float) -> None:
    assert saw(name, **{name: before}) == saw(name, **{name: after})
    assert saw(name, **{name: before}) != saw(name, **{name: after * 3})


def test_what_the_merchant_enters_counts_exactly() -> None:
    assert saw("price", price=41.2) != saw("price", price=41.21)
    assert saw("photo_count", photo_count=4) != saw("photo_count", photo_count=5)


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12))
def test_steps_never_swap(one: float, other: float) -> None:
    from catalog.screening.fingerprints import _step

    low, high = sorted((one, other))
    assert _step(low) <= _step(high)
