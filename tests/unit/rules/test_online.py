"""Rules asked of a listing: fires, passes, or an error that never passes."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.fact_types import FactType
from catalog.rules.fact_values import fact_values
from catalog.rules.facts import FACTS
from catalog.rules.forms import folded_words
from catalog.rules.language import Rule
from catalog.rules.listing_facts import ListingFacts, ListKind, RuleList
from catalog.rules.online import Outcome, Verdict, evaluate

from .shop import LISTS, NOW, guarded_rules, listing, listings, outcome, rule, values


def verdict(text: str, **changed: Any) -> Verdict:
    return outcome(text, listing(**changed)).verdict


def reason(found: Outcome) -> str:
    assert found.verdict == Verdict.ERROR
    return str(found.reason)


@pytest.mark.parametrize(
    "text",
    [
        "has_price && price < 45.5 && !is_authorized",
        "title == 'Nike Air Max 90' && title != 'nike air max 90'",
        "title.startsWith('Nike') && title.endsWith('90') && title.contains('Air')",
        r"title.matches(r'\bair\b') || title.matches('^Nike [A-Z]')",
        "'DE' in markets && !('FR' in markets) && condition in ['new', 'used']",
        "markets.exists(m, m == 'US') && markets.all(m, size(m) == 2)",
        "size(title) == 15 && size('日本') == 2 && photo_hashes.size() == 1",
        "seller_age_days == 5 && photo_count * 2 - 1 == 7 && photo_count % 3 == 1 && -photo_count / 3 == -1",
        "(is_authorized ? 1.5 : 2.5) > 2.0",
        "in_list(seller, 'trusted') && any_in_list(title_other_brands, 'luxury') && in_list(sku, 'recalled')",
        "photo_count == 4 && in_list('MIRROR  quality!', 'evasive')",
        "mentions(title, 'air max') && mentions(title, 'AIR-MAX') && !mentions(title, 'max air')",
        "mentions_any(description, 'evasive') && !mentions_any(title, 'evasive')",
        "imitates(title, 'N1K3') && !imitates(title, 'nik')",
        "photo_in_list(photo_hashes, 'taken down', 16) || photo_hashes.exists(h, h < 0)",
    ],
)
def test_a_rule_fires_where_it_is_so(text: str) -> None:
    assert verdict(text) == Verdict.FIRES
    assert verdict(f"!({text})") == Verdict.PASSES


def test_words_are_mentioned_whole() -> None:
    assert verdict("mentions(title, 'air')", title="Airmax") == Verdict.PASSES
    assert verdict("mentions(title, 'cafe creme')", title="CAFÉ—Crème!") == Verdict.FIRES
    assert verdict("mentions_any(title, 'evasive')", title="a Mirror, Quality one") == Verdict.FIRES
    assert verdict("mentions_any(title, 'evasive')", title="mirror of quality") == Verdict.PASSES


@pytest.mark.parametrize(
    ("photo", "bits", "found"),
    [
        (0b1111, 0, Verdict.FIRES),
        (0b0111, 0, Verdict.PASSES),
        (0b0111, 1, Verdict.FIRES),
        (0, 3, Verdict.PASSES),
        (0, 4, Verdict.FIRES),
        (-2, 1, Verdict.FIRES),
        (-(2**63), 4, Verdict.PASSES),
        (-(2**63), 5, Verdict.FIRES),
    ],
)
def test_photos_are_near_by_the_bits_that_differ(photo: int, bits: int, found: Verdict) -> None:
    assert verdict(f"photo_in_list(photo_hashes, 'taken down', {bits})", photo_hashes=[photo]) == found


def test_an_empty_list_has_nothing() -> None:
    empty = {name: RuleList(name, each.kind, frozenset()) for name, each in LISTS.items()}
    for text in ("in_list(seller, 'trusted')", "mentions_any(title, 'evasive')",
                 "photo_in_list(photo_hashes, 'taken down', 16)"):  # fmt: skip
        assert outcome(text, lists=empty).verdict == Verdict.PASSES


def test_a_list_that_is_gone_is_an_error() -> None:
    assert reason(outcome("in_list(seller, 'trusted')", lists={})) == "The list “trusted” no longer exists."
    assert outcome("in_list(seller, 'trusted') || is_authorized", lists={}).verdict == Verdict.ERROR


def test_a_fact_that_failed_is_an_error_with_its_reason_also_when_asked_whether_it_is_known() -> None:
    failed = listing({"price": "the exchange rates are missing"})
    for text in ("has_price && price < 3.0", "has_price"):
        assert reason(outcome(text, failed)) == "`price` could not be found out: the exchange rates are missing"


def test_a_fact_that_was_never_found_out_is_an_error() -> None:
    assert reason(outcome("photo_count > 3", listing(photo_count=None))) == "`photo_count` was not found out."


def test_each_rule_has_its_own_outcome_in_order() -> None:
    rules = [rule("photo_count > 3"), rule("photo_count / 0 > 3"), rule("photo_count < 3")]
    found = [each.verdict for each in evaluate(rules, listing(), LISTS)]
    assert found == [Verdict.FIRES, Verdict.ERROR, Verdict.PASSES]


def test_days_are_whole_days_rounded_down() -> None:
    almost = NOW - timedelta(days=5) + timedelta(microseconds=1)
    assert verdict("seller_age_days == 4", seller_age_days=almost) == Verdict.FIRES
    assert verdict("seller_age_days == -1", seller_age_days=NOW + timedelta(seconds=1)) == Verdict.FIRES
    assert verdict("seller_age_days == 0", seller_age_days=NOW) == Verdict.FIRES


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("photo_count", True, "it is bool and not int"),
        ("photo_count", 4.0, "it is float and not int"),
        ("photo_count", 2**63, "it does not fit into 64 bits"),
        ("photo_count", -(2**63) - 1, "it does not fit into 64 bits"),
        ("price", 41, "it is int and not float"),
        ("price", float("nan"), "it is not a finite number"),
        ("price", float("inf"), "it is not a finite number"),
        ("is_authorized", 1, "it is int and not bool"),
        ("title", b"Nike", "it is bytes and not str"),
        ("title", "Ni\0ke", "it has a letter that no text can have"),
        ("title", "Ni\ud800ke", "it has a letter that no text can have"),
        ("markets", "DE", "it is str and not list"),
        ("markets", ["DE", 3], "it is int and not str"),
        ("markets", ["\udfff"], "it has a letter that no text can have"),
        ("photo_hashes", [2**64], "it does not fit into 64 bits"),
        ("seller_age_days", 5, "it is int and not datetime"),
        ("seller_age_days", datetime(2026, 1, 1), "its moment has no time zone"),
    ],
)
def test_a_value_that_is_not_what_its_fact_should_be_is_one_that_failed(name: str, value: Any, why: str) -> None:
    found = fact_values(ListingFacts(values() | {name: value}, NOW))
    assert str(found.failed[name]) == f"`{name}` could not be found out: {why}"
    assert name not in found.asked
    assert f"has_{name}" not in found.asked


_anything = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.datetimes(),
    st.lists(st.one_of(st.integers(), st.text(), st.none()), max_size=3), st.just(object()),
    st.text(st.characters(categories=["Cs"]), min_size=1),
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(list(FACTS)), _anything, min_size=1, max_size=10), guarded_rules())
def test_any_values_are_asked_or_have_failed_and_never_pass_for_others(given: dict[str, Any], asked: Rule) -> None:
    found = fact_values(ListingFacts(values() | given, NOW))
    for name, value in given.items():
        assert (name in found.asked) != (name in found.failed)
        if name in found.asked and FACTS[name].type != FactType.DAYS:
            assert type(found.asked[name]) is type(value)
            assert found.asked[name] == value
    (said,) = evaluate([asked], ListingFacts(values() | given, NOW), LISTS)
    assert said.verdict != Verdict.ERROR or said.reason


@given(guarded_rules(), listings(), st.sets(st.sampled_from(list(FACTS))))
def test_what_failed_changes_a_verdict_to_an_error_only(asked: Rule, facts: ListingFacts, failed: set[str]) -> None:
    (before,) = evaluate([asked], facts, LISTS)
    (after,) = evaluate([asked], ListingFacts(facts.values, NOW, dict.fromkeys(failed, "gone")), LISTS)
    assert after.verdict in (before.verdict, Verdict.ERROR)
    if not failed & {fact.name for fact in asked.facts}:
        assert after == before


def test_an_entry_without_words_is_in_no_text() -> None:
    odd = {"evasive": RuleList("evasive", ListKind.WORDS, frozenset({folded_words("!!!")}))}
    assert outcome("mentions_any(title, 'evasive')", lists=LISTS | odd).verdict == Verdict.PASSES
