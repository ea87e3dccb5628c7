"""The engine over NumPy columns says what the online engine says, without a database."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.rules.arrays import evaluate_arrays
from catalog.rules.columns import Column, Columns, Texts, columns_of
from catalog.rules.equivalence import random_facts
from catalog.rules.facts import FACTS
from catalog.rules.language import compile_rule
from catalog.rules.listing_facts import ListingFacts, ListKind, RuleList
from catalog.rules.online import Verdict, evaluate
from catalog.rules.tree import AllOf, Literal, Node, ValueType

from .rule_trees import LISTS, rule_of, rule_trees

AS_OF = datetime(2026, 3, 1, tzinfo=UTC)
KINDS = {name: each.kind for name, each in LISTS.items()}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(rule_trees(), st.integers(0, 2**32))
def test_arrays_say_of_every_rule_what_is_said_online(tree: Node, seed: int) -> None:
    rule = rule_of(tree)
    listings = random_facts(random.Random(seed), rule.facts, 30, tree, LISTS)
    truth = evaluate_arrays(tree, columns_of(listings, rule.facts, listings[0].as_of), LISTS)
    online = [evaluate([rule], listing, LISTS)[0].verdict for listing in listings]
    assert list(truth.values) == [verdict == Verdict.FIRES for verdict in online]
    assert list(truth.errors) == [verdict == Verdict.ERROR for verdict in online]


def told(text: str, **values: object) -> bool | None:
    """What a rule says over arrays of one listing with these facts."""
    rule = compile_rule(text, KINDS)
    columns = columns_of([ListingFacts(values, AS_OF)], rule.facts, AS_OF)
    truth = evaluate_arrays(rule.tree, columns, LISTS)
    return None if truth.errors[0] else bool(truth.values[0])


def test_a_fact_that_is_not_there_is_an_error_unless_the_rest_decides() -> None:
    assert told("photo_count < 3") is None
    assert told("photo_count < 3 && seller_is_verified", seller_is_verified=False) is False
    assert told("photo_count < 3 || seller_is_verified", seller_is_verified=True) is True
    assert told("photo_count < 3 || seller_is_verified", seller_is_verified=False) is None


def test_a_value_of_another_type_counts_as_failed() -> None:
    assert told("photo_count < 3", photo_count=True) is None
    assert told("photo_count < 3", photo_count=2**63) is None


def test_days_are_whole_and_rounded_down() -> None:
    assert told("seller_age_days == 0", seller_age_days=AS_OF - timedelta(hours=23)) is True
    assert told("seller_age_days == -1", seller_age_days=AS_OF + timedelta(microseconds=1)) is True
    assert told("seller_age_days * 2 == 6", seller_age_days=AS_OF - timedelta(days=3)) is True


def test_lists_are_asked_whole_words_and_near_hashes() -> None:
    assert told('mentions_any(title, "words")', title="A TÓY-watch!") is True
    assert told('mentions_any(title, "words")', title="toys watches") is False
    assert told('photo_in_list(photo_hashes, "photos", 2)', photo_hashes=[0b11]) is True
    assert told('photo_in_list(photo_hashes, "photos", 1)', photo_hashes=[0b101]) is False


def test_literals_say_the_same_of_all_listings() -> None:
    literals = AllOf(0, ValueType.BOOL, (Literal(0, ValueType.BOOL, True), Literal(8, ValueType.BOOL, True)))
    truth = evaluate_arrays(literals, Columns(3, AS_OF, {}), {})
    assert list(truth.values) == [True] * 3
    assert list(truth.errors) == [False] * 3


def test_a_text_is_asked_once_however_many_listings_have_it() -> None:
    asked: list[str] = []
    texts = Texts.of(["a", "b", "a", "a"])
    assert list(texts.mapped(lambda text: bool(asked.append(text)) or text == "a", np.bool_)) == [
        True,
        False,
        True,
        True,
    ]
    assert asked == ["a", "b"]


def test_dear_clauses_are_asked_of_the_open_rows_only() -> None:
    rule = compile_rule('sku.contains("x") && photo_count < 3', {})
    columns = Columns(
        4, AS_OF, {"sku": Column(Texts.of(["x1", "2", "x3", "x4"])), "photo_count": Column(np.array([1, 9, 9, 9]))}
    )
    assert list(evaluate_arrays(rule.tree, columns, {}).values) == [True, False, False, False]


def test_a_missing_list_is_no_empty_list() -> None:
    rule = compile_rule('in_list(seller, "gone")', {"gone": ListKind.SELLERS})
    columns = columns_of([ListingFacts({"seller": "a"}, AS_OF)], [FACTS["seller"]], AS_OF)
    with pytest.raises(KeyError):
        evaluate_arrays(rule.tree, columns, {})
    empty = {"gone": RuleList("gone", ListKind.SELLERS, frozenset())}
    assert list(evaluate_arrays(rule.tree, columns, empty).values) == [False]
