"""The listings on which engines are compared lie where a rule is most likely to be misread."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from catalog.rules.equivalence import disagreements, random_facts
from catalog.rules.fact_types import Fact
from catalog.rules.language import Rule, compile_rule
from catalog.rules.listing_facts import ListingFacts
from catalog.rules.online import Verdict, evaluate
from catalog.rules.sql import SqlRule

from .rule_trees import LISTS

KINDS = {name: each.kind for name, each in LISTS.items()}


def made_up(text: str, count: int = 300) -> tuple[Rule, list[ListingFacts]]:
    rule = compile_rule(text, KINDS)
    return rule, random_facts(random.Random(1), rule.facts, count, rule.tree, LISTS)


def values(listings: list[ListingFacts], name: str) -> set[object]:
    return {listing.values[name] for listing in listings if name in listing.values}


def test_numbers_lie_at_just_below_and_just_above_a_literal() -> None:
    _, listings = made_up("has_price && price < 40.0 && photo_count >= 7")
    below, above = math.nextafter(40.0, 0), math.nextafter(40.0, 100)
    assert {below, 40.0, above} <= values(listings, "price")
    assert {6, 7, 8} <= values(listings, "photo_count")


def test_texts_contain_and_nearly_contain_a_literal() -> None:
    _, listings = made_up('sku.contains("toy")')
    assert {"toy", "oy", "to", "TOY", "toys"} <= values(listings, "sku")


def test_entries_of_a_list_are_in_and_out() -> None:
    rule, listings = made_up('in_list(seller, "watched")')
    said = {evaluate([rule], listing, LISTS)[0].verdict for listing in listings}
    assert said == set(Verdict)


def test_some_facts_lack_and_some_failed() -> None:
    _, listings = made_up("has_price && price < 40.0")
    assert any("price" in listing.failed for listing in listings)
    assert any("price" not in listing.values and not listing.failed for listing in listings)


def said_by(rule: Rule) -> Callable[[SqlRule, object, list[ListingFacts]], list[bool | None]]:
    def run(sql: SqlRule, facts: object, listings: list[ListingFacts]) -> list[bool | None]:
        verdicts = [evaluate([rule], listing, LISTS)[0].verdict for listing in listings]
        return [{Verdict.FIRES: True, Verdict.PASSES: False, Verdict.ERROR: None}[verdict] for verdict in verdicts]

    return run


def test_engines_that_say_the_same_do_not_disagree() -> None:
    rule, listings = made_up("photo_count < 3")
    assert disagreements(rule, LISTS, listings, said_by(rule)) == []


def test_an_engine_that_takes_errors_for_false_is_found() -> None:
    rule, listings = made_up("photo_count < 3")

    def lenient(sql: SqlRule, facts: list[Fact], listings: list[ListingFacts]) -> list[bool | None]:
        return [answer or False for answer in said_by(rule)(sql, facts, listings)]

    found = disagreements(rule, LISTS, listings, lenient)
    assert found
    assert {(each.online, each.sql, each.arrays) for each in found} == {(None, False, None)}


def test_no_listings_are_no_disagreement() -> None:
    rule, _ = made_up("photo_count < 3", 0)
    assert disagreements(rule, LISTS, [], said_by(rule)) == []
