"""Why a rule fired, what would have let the listing pass, and what of it a seller may know."""

import re
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from catalog.rules.counterfactuals import Change, Counterfactual
from catalog.rules.explaining import Explanation, Join, asking_clauses, explain
from catalog.rules.facts import FACTS
from catalog.rules.language import Rule
from catalog.rules.listing_facts import ListingFacts
from catalog.rules.online import Verdict, evaluate
from catalog.rules.seller_words import SELLER_WORDS
from catalog.rules.tree import Comparison
from catalog.rules.wording import Says

from .shop import LISTS, NOW, guarded_rules, listing, listings, rule, values


def explained(text: str, facts: ListingFacts | None = None) -> Explanation:
    return explain(rule(text), facts or listing(), LISTS)


def ways(text: str, facts: ListingFacts | None = None) -> list[list[str]]:
    return [[str(change) for change in each.changes] for each in explained(text, facts).counterfactuals]


@given(guarded_rules(), listings(), st.sets(st.sampled_from(list(FACTS)), max_size=5))
def test_the_clauses_together_have_the_truth_of_the_rule(asked: Rule, facts: ListingFacts, failed: set[str]) -> None:
    facts = ListingFacts(facts.values, NOW, dict.fromkeys(failed, "gone"))
    found = explain(asked, facts, LISTS)
    truths = {Verdict.FIRES: True, Verdict.PASSES: False, Verdict.ERROR: None}
    assert found.clause.truth is truths[found.outcome.verdict]
    assert all((clause.truth is None) == (clause.reason is not None) for clause in asking_clauses(found.clause))


def test_each_clause_has_its_text_its_truth_and_its_values() -> None:
    found = explained("has_price && price < 45.5 && !(seller_age_days > 9 || in_list(seller, 'trusted'))")
    assert found.outcome.verdict == Verdict.PASSES
    assert found.clause.join == Join.ALL
    assert [(each.text, each.truth, dict(each.values)) for each in asking_clauses(found.clause)] == [
        ("has_price", True, {"price": 41.2}),
        ("price < 45.5", True, {"price": 41.2}),
        ("seller_age_days > 9", False, {"seller_age_days": 5}),
        ('in_list(seller, "trusted")', True, {"seller": "corner-shop"}),
    ]


def test_a_clause_that_could_not_be_evaluated_says_why() -> None:
    found = explained("photo_count > 3 && relists_photo", listing({"relists_photo": "the index is being built"}))
    assert [each.truth for each in asking_clauses(found.clause)] == [True, None]
    assert [str(each) for each in found.for_staff()] == [
        "`relists_photo` could not be found out: the index is being built"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("!is_authorized", [["an authorisation existed"]]),
        ("has_price && price < 45.5 && !is_authorized",
         [["an authorisation existed"], ["price ≥ 45.50"], ["price were not known"]]),
        ("photo_count > 3", [["photo_count ≤ 3"]]),
        ("3 < photo_count", [["photo_count ≤ 3"]]),
        ("photo_count == 4", [["photo_count ≠ 4"]]),
        ("!(photo_count < 4)", [["photo_count < 4"]]),
        ("seller_age_days < 30", [["seller_age_days ≥ 30"]]),
        ("condition == 'new'", [['condition ≠ "new"']]),
        ("relists_photo", [["relists_photo were false"]]),
        ("has_price && price < price_to_median * 200.0 && has_price_to_median",
         [["price ≥ 80.00"], ["price were not known"], ["price_to_median were not known"]]),
        ("mentions(title, 'nike')", [['this did not hold: mentions(title, "nike")']]),
        # Any of them, so all have to change; bounds of one fact become one.
        ("photo_count < 5 || photo_count < 10", [["photo_count ≥ 10"]]),
        ("photo_count < 5 || relists_photo", [["photo_count ≥ 5", "relists_photo were false"]]),
        # The fact must not run into the other clause while it changes.
        ("photo_count < 5 || photo_count > 50", [["photo_count ≥ 5", "photo_count ≤ 50"]]),
        ("mentions(title, 'nike') || mentions(title, 'puma')",
         [['this did not hold: mentions(title, "nike")', 'this did not hold: mentions(title, "puma")']]),
        # There is no number for which both are false.
        ("photo_count < 5 || photo_count >= 5", []),
        ("photo_count < 5 || photo_count > 5 && relists_photo",
         [["photo_count ≥ 5", "photo_count ≤ 5"], ["photo_count ≥ 5", "relists_photo were false"]]),
        ("is_authorized || true", []),
    ],
)  # fmt: skip
def test_what_would_have_let_it_pass(text: str, expected: list[list[str]]) -> None:
    assert [sorted(way) for way in ways(text)] == [sorted(way) for way in expected]


def test_the_fewest_changes_come_first_and_no_more_than_five_are_shown() -> None:
    clauses = [f"size({name}) > 0" for name in ("title", "sku", "brand", "seller", "condition", "category")]
    found = ways(" && ".join([f"({clauses[0]} || relists_photo)", *clauses[1:5], f"({clauses[5]} || relists_text)"]))
    assert len(found) == 5
    assert [len(way) for way in found] == sorted(len(way) for way in found)


def test_staff_read_the_ways_out_as_one_sentence() -> None:
    (sentence,) = explained("has_price && price < 41.5 && (!is_authorized || relists_photo)").for_staff()
    assert str(sentence) == (
        "Would pass if price ≥ 41.50; or price were not known;"
        " or an authorisation existed and relists_photo were false."
    )
    assert str(explained("is_authorized || true").for_staff()[0]) == "No change is known that would let it pass."
    assert explained("is_authorized && false").for_staff() == ()


# --- the law of counterfactuals: with its changes made, the rule does not fire ---

_bools = st.sampled_from(["is_authorized", "relists_photo", "relists_text", "brand_is_protected"])
_ints = st.builds("{} {} {}".format, st.sampled_from(["photo_count", "relist_signals"]),
                  st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), st.integers(0, 6))  # fmt: skip
_rules = st.recursive(
    st.one_of(_bools, _ints),
    lambda inner: st.one_of(
        st.builds("({} && {})".format, inner, inner),
        st.builds("({} || {})".format, inner, inner),
        st.builds("!({})".format, inner),
    ),
    max_leaves=8,
)
_ALLOWS = {
    Comparison.EQUAL: lambda value, bound: value == bound,
    Comparison.UNEQUAL: lambda value, bound: value != bound,
    Comparison.LESS: lambda value, bound: value < bound,
    Comparison.AT_MOST: lambda value, bound: value <= bound,
    Comparison.MORE: lambda value, bound: value > bound,
    Comparison.AT_LEAST: lambda value, bound: value >= bound,
}


def _fits(change: Change, value: int) -> bool:
    assert change.how
    return bool(_ALLOWS[change.how](value, change.bound))


@given(_rules, st.fixed_dictionaries({
    **dict.fromkeys(["is_authorized", "relists_photo", "relists_text", "brand_is_protected"], st.booleans()),
    **dict.fromkeys(["photo_count", "relist_signals"], st.integers(-1, 7)),
}))  # fmt: skip
def test_with_the_changes_of_a_counterfactual_the_rule_does_not_fire(text: str, facts: dict[str, Any]) -> None:
    asked = rule(text)
    found = explain(asked, listing(**facts), LISTS)
    assume(found.outcome.verdict == Verdict.FIRES)
    for counterfactual in found.counterfactuals:
        for changed in _all_ways(counterfactual, facts):
            (outcome,) = evaluate([asked], ListingFacts(values() | changed, NOW), LISTS)
            assert outcome.verdict == Verdict.PASSES, (text, facts, changed)


def _all_ways(counterfactual: Counterfactual, facts: dict[str, Any]) -> list[dict[str, Any]]:
    """The listing with the changes made, once for each number that they allow."""
    for change in counterfactual.changes:
        if change.how is None:
            facts = facts | {change.facts[0].name: change.wanted}
    made = [facts]
    for name in ("photo_count", "relist_signals"):
        bounds = [each for each in counterfactual.changes if each.how and each.facts[0].name == name]
        if bounds:
            allowed = [number for number in range(-3, 10) if all(_fits(each, number) for each in bounds)]
            assert allowed
            made = [each | {name: number} for each in made for number in allowed]
    return made


# --- what sellers are told ---


def test_sellers_learn_what_it_is_about_and_no_more() -> None:
    told = explained("has_price && price < 45.5 && !is_authorized && price_peers > 3").for_seller()
    assert told
    assert told.facts == ("is_authorized", "price")
    assert str(told.sentence) == "What counted here: your authorisation for the declared brand; the price."


def test_a_way_out_through_a_fact_that_sellers_do_not_see_is_not_told() -> None:
    told = explained("relists_photo").for_seller()
    assert told
    assert told.facts == ()
    assert told.sentence.says == Says.SELLER_NOTHING
    both = explained("relists_photo && has_price && price < 45.5 * price_to_median * 9.0 && has_price_to_median")
    assert (seller := both.for_seller())
    assert seller.facts == ("price",)


def test_there_is_nothing_to_tell_a_seller_whose_listing_passed() -> None:
    assert explained("is_authorized && false").for_seller() is None


@given(guarded_rules(), listings())
def test_no_number_word_or_list_of_the_rule_is_told_to_sellers(asked: Rule, facts: ListingFacts) -> None:
    told = explain(asked, facts, LISTS).for_seller()
    said = str(told.sentence) if told else ""
    assert not re.search(r"[0-9<>≥≤=]", said)
    for secret in ("trusted", "luxury", "evasive", "taken down", "nike", "rolex", "bair", "corner"):
        assert secret not in said.casefold()
    for fact in FACTS.values():
        assert fact.seller_sees or (told is None or fact.name not in told.facts)


def test_every_fact_that_sellers_may_know_has_words_for_them_without_figures() -> None:
    assert set(SELLER_WORDS) == {fact.name for fact in FACTS.values() if fact.seller_sees}
    assert not any(re.search(r"\d", words) for words in SELLER_WORDS.values())
