"""What a rule becomes in SQL; what it says there is tried with the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from catalog.rules.fact_table import SHORT_TEXTS, fact_columns, fact_row
from catalog.rules.facts import FACTS
from catalog.rules.language import compile_rule
from catalog.rules.listing_facts import ListingFacts, ListKind
from catalog.rules.sql import NotTranslatable, SqlRule, compile_sql
from catalog.rules.tree import AskText, Compare, Comparison, FactValue, Literal, Node, TextTest, ValueType

from .rule_trees import LISTS, rule_trees

AS_OF = datetime(2026, 3, 1, tzinfo=UTC)
KINDS = {name: each.kind for name, each in LISTS.items()}


def compiled(text: str) -> SqlRule:
    return compile_sql(compile_rule(text, KINDS).tree, LISTS, as_of=AS_OF)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(rule_trees())
def test_every_parameter_has_its_place(tree: Node) -> None:
    rule = compile_sql(tree, LISTS, as_of=AS_OF)
    assert rule.expression.count("%") == rule.expression.count("%s") == len(rule.parameters)


def test_nothing_that_the_author_writes_stands_in_the_text() -> None:
    rule = compiled('title.contains("it\'s %s") && photo_count == 4711')
    assert "it's" not in rule.expression
    assert "4711" not in rule.expression
    assert rule.parameters == (4711, "it's %s")


def test_days_are_compared_as_moments_which_an_index_can_answer() -> None:
    rule = compiled("seller_age_days < 30")
    assert rule.expression == "(f.seller_age_days > CAST(%s AS timestamptz))"
    assert rule.parameters == (AS_OF - timedelta(days=30),)


def test_what_is_dear_is_asked_last() -> None:
    rule = compiled('mentions(title, "replica") && photo_count < 3')
    assert rule.parameters == (3, " replica ")


def test_what_speaks_has_the_parameters_of_the_rule_and_conditions_that_can_be_asked_in_any_order() -> None:
    rule = compiled("photo_count < 3 && seller_is_verified")
    assert rule.speaks == "(f.photo_count < CAST(%s AS bigint)) IS NOT FALSE AND f.seller_is_verified IS NOT FALSE"
    assert compiled("photo_count < 3 || seller_is_verified").speaks.count("IS NOT FALSE") == 1


@pytest.mark.parametrize(
    ("text", "asks_texts"),
    [('brand == "Nike" && photo_count < 3', False), ('mentions(brand, "nike")', True), ("size(markets) > 1", True)],
)
def test_the_second_table_is_asked_for_lists_long_texts_and_searched_words(text: str, asks_texts: bool) -> None:
    assert compiled(text).asks_texts is asks_texts


def test_a_long_list_goes_in_as_one_parameter() -> None:
    assert compiled('in_list(seller, "many")').parameters == (sorted(LISTS["many"].entries),)


def test_words_can_be_looked_for_in_searched_texts_only() -> None:
    assert "t.title_folded" in compiled('in_list(title, "words")').expression
    with pytest.raises(NotTranslatable, match="can be searched") as refusal:
        compiled('true || in_list(sku, "words")')
    assert refusal.value.at == 8


def test_a_text_that_postgresql_cannot_hold_is_refused() -> None:
    sku = FactValue(0, ValueType.TEXT, FACTS["sku"])
    tree = Compare(4, ValueType.BOOL, Comparison.EQUAL, sku, Literal(7, ValueType.TEXT, "a\0b"))
    with pytest.raises(NotTranslatable, match="NUL") as refusal:
        compile_sql(tree, {}, as_of=AS_OF)
    assert refusal.value.at == 7


def test_a_pattern_that_only_re2_knows_is_refused_at_its_place() -> None:
    sku = FactValue(0, ValueType.TEXT, FACTS["sku"])
    tree = AskText(3, ValueType.BOOL, TextTest.MATCHES, sku, Literal(12, ValueType.TEXT, r"\pL"))
    with pytest.raises(NotTranslatable, match="cannot be used") as refusal:
        compile_sql(tree, {}, as_of=AS_OF)
    assert refusal.value.at == 12


def test_a_missing_list_is_refused() -> None:
    tree = compile_rule('in_list(seller, "gone")', {"gone": ListKind.SELLERS}).tree
    with pytest.raises(NotTranslatable, match="no list called gone"):
        compile_sql(tree, {}, as_of=AS_OF)


def test_there_is_a_column_for_each_fact_whether_it_is_known_and_its_forms() -> None:
    facts = [FACTS["photo_text"], FACTS["photo_count"], FACTS["seller_age_days"], FACTS["markets"], FACTS["brand"]]
    assert fact_columns(facts, apart=False) == {
        "photo_count": "bigint",
        "seller_age_days": "timestamptz",
        "has_photo_text": "boolean",
        "brand": "text",
    }
    assert fact_columns(facts, apart=True) == {
        "markets": "text[]",
        "brand_folded": "text",
        "brand_skeleton": "text",
        "photo_text": "text",
        "photo_text_folded": "text",
        "photo_text_skeleton": "text",
    }


def test_columns_of_fixed_width_come_first_those_that_may_be_null_behind_the_others() -> None:
    columns = fact_columns(FACTS.values(), apart=False)
    assert next(iter(columns.values())) == "boolean"
    assert list(columns)[-len(SHORT_TEXTS) :] == list(SHORT_TEXTS)
    assert list(columns).index("price") > list(columns).index("relist_signals")


def test_a_row_tells_lacking_from_failed() -> None:
    facts = [FACTS["price"], FACTS["currency"], FACTS["title"]]
    row = fact_row(ListingFacts({"title": "Air-Max"}, AS_OF, {"currency": "no answer"}), facts)
    assert (row["price"], row["has_price"]) == (None, False)
    assert (row["currency"], row["has_currency"]) == (None, None)
    assert row["title_folded"] == " air max "


def test_a_value_of_another_type_is_null() -> None:
    row = fact_row(ListingFacts({"price": 3}, AS_OF), [FACTS["price"]])
    assert row == {"price": None, "has_price": None}
