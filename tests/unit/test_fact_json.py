"""Facts come back from JSON as they were."""

from __future__ import annotations

import json
from datetime import UTC, timedelta, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.fact_json import from_json, to_json
from catalog.rules.fact_types import FactType
from catalog.rules.facts import FACTS
from catalog.rules.listing_facts import ListingFacts

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
integers = st.integers(-(2**63), 2**63 - 1)
moments = st.datetimes(
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-7)), timezone(timedelta(minutes=345))])
)
VALUES: dict[FactType, st.SearchStrategy[Any]] = {
    FactType.BOOL: st.booleans(),
    FactType.INT: integers,
    FactType.DOUBLE: st.floats(allow_nan=False, allow_infinity=False),
    FactType.TEXT: texts,
    FactType.TEXTS: st.lists(texts, max_size=4),
    FactType.INTS: st.lists(integers, max_size=4),
    FactType.DAYS: moments,
}


@st.composite
def any_facts(draw: st.DrawFn) -> ListingFacts:
    """Facts of which some are known, some lack and some failed."""
    states = {name: draw(st.sampled_from(["known", "lacking", "failed"])) for name in FACTS}
    values = {name: draw(VALUES[FACTS[name].type]) for name, state in states.items() if state == "known"}
    failed = {name: draw(texts) for name, state in states.items() if state == "failed"}
    return ListingFacts(values, draw(moments), failed)


@given(any_facts())
def test_facts_come_back_from_json_as_they_were(facts: ListingFacts) -> None:
    revived = from_json(json.loads(json.dumps(to_json(facts), allow_nan=False)))
    assert revived == facts
    assert {name: type(value) for name, value in revived.values.items()} == {
        name: type(value) for name, value in facts.values.items()
    }


def test_a_number_with_decimals_that_was_kept_as_a_whole_one_comes_back_with_decimals() -> None:
    """PostgreSQL's jsonb keeps 1e22 as 10000000000000000000000."""
    kept = {"as_of": "2026-11-28T12:00:00+00:00", "values": {"price": 10**22}, "failed": {}}
    price = from_json(kept).values["price"]
    assert (price, type(price)) == (1e22, float)


def test_a_fact_that_is_no_longer_known_is_left_out() -> None:
    kept = {"as_of": "2026-11-28T12:00:00+00:00", "values": {"price": 1.0, "phase_of_the_moon": 3}, "failed": {}}
    assert from_json(kept).values == {"price": 1.0}
