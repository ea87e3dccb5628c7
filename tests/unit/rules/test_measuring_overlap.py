"""Rules that say the same, lie inside others, never meet or add nothing are found, as plain sets would find them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binom

from catalog.rules.measuring.overlap import Contribution, Kind, Relation, overlap

hit_sets = st.dictionaries(st.integers(1, 50), st.sets(st.integers(-(10**12), 10**12), max_size=12), max_size=6)
small_sets = st.dictionaries(st.integers(1, 9), st.sets(st.integers(0, 7), max_size=8), max_size=6)


def arrays(hits: dict[int, set[int]]) -> dict[int, NDArray[np.int64]]:
    return {rule: np.array(sorted(keys), dtype=np.int64) for rule, keys in hits.items()}


def found(hits: dict[int, set[int]], listings: int) -> list[Relation]:
    return list(overlap(arrays(hits), listings).relations)


def test_a_rule_inside_another_is_found_with_the_number_it_rests_on() -> None:
    hits = {14: set(range(58)), 3: set(range(100))}
    inside, redundant = sorted(found(hits, 1_000), key=lambda one: one.kind)
    assert inside == Relation(Kind.INSIDE, 14, 3, 58, 100, 58, pytest.approx(0.05 ** (1 / 58)))
    assert (redundant.kind, redundant.rule, redundant.other) == (Kind.REDUNDANT, 14, None)


def test_rules_that_are_the_same_are_named_once_and_each_is_redundant() -> None:
    relations = found({1: {5, 6}, 2: {5, 6}}, 10)
    assert [(one.kind, one.rule, one.other) for one in relations] == [
        (Kind.REDUNDANT, 1, None),
        (Kind.SAME, 1, 2),
        (Kind.REDUNDANT, 2, None),
    ]


def test_rules_never_meet_only_where_common_hits_would_be_expected() -> None:
    hits = {1: set(range(100)), 2: set(range(100, 200))}
    assert found(hits, 2_000) == [Relation(Kind.NEVER_TOGETHER, 1, 2, 100, 100, 0, pytest.approx(3 / 2_000, rel=0.01))]
    assert found(hits, 2_001) == []


def test_a_rule_that_hits_nothing_is_silent_and_is_not_compared() -> None:
    assert found({1: set(), 2: {4}}, 300) == [Relation(Kind.SILENT, 1, None, 0, 0, 0, pytest.approx(3 / 300, rel=0.01))]


def test_rules_without_any_listing_are_silent_with_nothing_known() -> None:
    assert found({1: set()}, 0) == [Relation(Kind.SILENT, 1, None, 0, 0, 0, 1.0)]
    assert found({}, 0) == []


def test_the_contribution_is_what_no_other_rule_hits() -> None:
    result = overlap(arrays({7: {1, 2, 3}, 2: {3, 4}, 5: {3}}), 9)
    assert list(result.contributions) == [Contribution(2, 2, 1), Contribution(5, 1, 0), Contribution(7, 3, 2)]
    assert (result.hit, result.listings) == (4, 9)


def test_the_bound_leaves_the_chance_it_says() -> None:
    """Were the true share as low as the bound, all 58 would be hits in one sample of twenty."""
    inside = next(one for one in found({1: set(range(58)), 2: set(range(90))}, 90) if one.kind == Kind.INSIDE)
    assert binom.pmf(58, 58, inside.bound) == pytest.approx(0.05)


@given(small_sets)
def test_pairs_are_related_as_their_sets_are(hits: dict[int, set[int]]) -> None:
    relations = found(hits, 8)
    for kind in (Kind.SAME, Kind.INSIDE):
        expected = {
            (one, other)
            for one in hits
            for other in hits
            if hits[one]
            and (hits[one] < hits[other] if kind == Kind.INSIDE else one < other and hits[one] == hits[other])
        }
        assert {(found.rule, found.other) for found in relations if found.kind == kind} == expected
    apart = {(one.rule, one.other) for one in relations if one.kind == Kind.NEVER_TOGETHER}
    assert all(not hits[one] & hits[other or 0] for one, other in apart)


@given(hit_sets)
def test_without_a_rule_the_union_loses_what_it_contributes(hits: dict[int, set[int]]) -> None:
    result = overlap(arrays(hits), 1_000)
    union = set().union(*hits.values())
    assert result.hit == len(union)
    for one in result.contributions:
        rest = set().union(*(keys for rule, keys in hits.items() if rule != one.rule))
        assert one.alone == len(union - rest)
    redundant = {one.rule for one in result.relations if one.kind == Kind.REDUNDANT}
    assert redundant == {one.rule for one in result.contributions if one.hits and not one.alone}


@pytest.mark.parametrize("keys", [[2, 1], [1, 1]])
def test_keys_that_do_not_rise_are_refused(keys: list[int]) -> None:
    with pytest.raises(ValueError, match="rule 3 hits must rise"):
        overlap({3: np.array(keys, dtype=np.int64)}, 9)


def test_more_hits_than_listings_are_refused() -> None:
    with pytest.raises(ValueError, match="2 listings are hit, but only 1"):
        overlap({3: np.array([1, 2])}, 1)
