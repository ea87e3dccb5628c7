"""The CEL runtime, PostgreSQL and NumPy say the same of each rule and each listing, errors included."""

from __future__ import annotations

import math
import operator
import random
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.rule_checks import check_engines, run_sql
from catalog.rules import array_values, sql_lists, sql_numbers
from catalog.rules.arithmetic import LEAST, MOST, Bounds, calculate
from catalog.rules.equivalence import Disagreement, disagreements, random_facts
from catalog.rules.language import compile_rule
from catalog.rules.patterns import portable
from catalog.rules.runtime import Activation, Expression
from catalog.rules.sql import compile_sql
from catalog.rules.sql_parts import Sql
from catalog.rules.tree import Comparison, Literal, Node, Sign, ValueType
from catalog.rules.unparsing import unparse
from tests.unit.rules.patterns import patterns, searched_texts
from tests.unit.rules.rule_trees import LISTS, rule_of, rule_trees

pytestmark = pytest.mark.django_db

KINDS = {name: each.kind for name, each in LISTS.items()}
LISTINGS = 40
ANYTHING = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))


def differences(tree: Node, seed: int) -> list[Disagreement]:
    rule = rule_of(tree)
    listings = random_facts(random.Random(seed), rule.facts, LISTINGS, tree, LISTS)
    return disagreements(rule, LISTS, listings, run_sql)


@ANYTHING
@given(rule_trees(), st.integers(0, 2**32))
def test_all_engines_agree_on_every_rule_and_listing(tree: Node, seed: int) -> None:
    assert differences(tree, seed) == []


RULES = [
    'has_price && price < 40.0 && brand_is_protected && mentions(title, "air max")',
    "seller_age_days < 30 && seller_orders >= 20",
    "listing_age_days == 3 || listing_age_days != seller_age_days",
    "seller_orders / photo_count > 3 || seller_orders % photo_count == -1",
    "seller_orders * 3 - photo_count > 9223372036854775806",
    "has_price && has_photo_likeness && price / photo_likeness > 1e308",
    'has_photo_text_brands && photo_text_brands.exists(name, name != brand) || sku.matches("(?i)^t.y$")',
    'markets.all(country, country in ["DE", "US"]) && !("FR" in markets)',
    'mentions_any(title, "many words") || imitates(brand, "nike") || in_list(sku, "many")',
    'photo_in_list(photo_hashes, "photos", 4) || any_in_list(markets, "watched")',
    'title + sku > "toy" ? size(title) < 5 : sku.endsWith("é")',
]


@pytest.mark.parametrize("text", RULES)
def test_a_rule_as_staff_write_it_passes_the_check_before_it_is_saved(text: str) -> None:
    assert check_engines(compile_rule(text, KINDS), LISTS) == []


@pytest.mark.parametrize("text", RULES)
def test_the_check_meets_listings_of_which_a_rule_is_true_false_and_an_error(text: str) -> None:
    rule = compile_rule(text, KINDS)
    listings = random_facts(random.Random(0), rule.facts, 200, rule.tree, LISTS)
    found = run_sql(compile_sql(rule.tree, LISTS, as_of=listings[0].as_of), rule.facts, listings)
    assert set(found) == {True, False, None}


def test_a_wrong_operator_in_the_arrays_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = compile_rule("photo_count < 3", KINDS)
    monkeypatch.setitem(array_values.OPERATORS, Comparison.LESS, operator.le)
    assert {each.facts.values["photo_count"] for each in check_engines(rule, LISTS)} == {3}


def test_a_wrong_operator_in_sql_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = compile_rule("has_price && price >= 40.0", KINDS)
    monkeypatch.setitem(sql_numbers.OPERATORS, Comparison.AT_LEAST, ">")
    assert {each.facts.values["price"] for each in check_engines(rule, LISTS)} == {40.0}


def test_an_error_that_one_engine_takes_for_false_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = compile_rule('in_list(seller, "nobody")', KINDS)
    monkeypatch.setattr(sql_lists, "never", lambda tested: Sql("false"))
    found = check_engines(rule, LISTS)
    assert found
    assert {(each.online, each.sql, each.arrays) for each in found} == {(None, False, None)}


def test_what_an_author_writes_stays_a_value() -> None:
    hostile = "'); DROP TABLE catalog_product; --%s %(x)s {} \\ $1"
    rule = compile_rule(f"title.contains({quoted(hostile)}) || sku == {quoted(hostile)}", KINDS)
    sql = compile_sql(rule.tree, LISTS, as_of=random_facts(random.Random(0), (), 1, rule.tree)[0].as_of)
    assert "DROP" not in sql.expression
    assert check_engines(rule, LISTS) == []


def quoted(text: str) -> str:
    return unparse(Literal(0, ValueType.TEXT, text))


EDGES = [0.0, -0.0, 1.0, -1.0, 0.5, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 2.0**512, 2.0**-512,
         2.0**-538, 2.0**-537, 2.0**-50, 8.98846567431158e307, math.inf, -math.inf, math.nan]  # fmt: skip
any_double = st.one_of(
    st.sampled_from(EDGES), st.builds(math.ldexp, st.floats(-2, 2, allow_nan=False), st.integers(-1074, 1020))
)
any_int = st.one_of(st.sampled_from([0, 1, -1, LEAST, MOST, 3037000500, -3037000500]), st.integers(LEAST, MOST))


@pytest.mark.parametrize("how", [Sign.PLUS, Sign.MINUS, Sign.TIMES, Sign.OVER])
@settings(ANYTHING, max_examples=30)
@given(pairs=st.lists(st.tuples(any_double, any_double), min_size=50, max_size=80))
def test_sql_calculates_doubles_as_ieee_754_says(how: Sign, pairs: list[tuple[float, float]]) -> None:
    for is_plain in (True, False):
        expression = sql_numbers.calculated_doubles(how, Sql("t.l", (), is_plain), Sql("t.r", (), is_plain))
        wanted = [calculate(how, left, right) for left, right in pairs]
        assert list(map(repr, asked(expression, "float8", pairs))) == list(map(repr, wanted))


@pytest.mark.parametrize("how", list(Sign))
@settings(ANYTHING, max_examples=30)
@given(pairs=st.lists(st.tuples(any_int, any_int), min_size=50, max_size=80))
def test_sql_calculates_whole_numbers_or_says_error(how: Sign, pairs: list[tuple[int, int]]) -> None:
    expression = sql_numbers.calculated_ints(how, Sql("t.l"), Sql("t.r"), (Bounds(), Bounds()))
    assert asked(expression, "bigint", pairs) == [calculate(how, left, right) for left, right in pairs]


def asked(expression: Sql, type: str, pairs: list[tuple[Any, Any]]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {expression.text} FROM unnest(%s::{type}[], %s::{type}[]) WITH ORDINALITY t(l, r, n) ORDER BY n",
            [[left for left, _ in pairs], [right for _, right in pairs]],
        )
        return [answer for (answer,) in cursor.fetchall()]


@ANYTHING
@given(patterns(), st.lists(searched_texts, min_size=20, max_size=20))
def test_a_portable_pattern_finds_the_same_in_postgresql_as_in_re2(pattern: str, texts: list[str]) -> None:
    try:
        translated = portable(pattern)
    except ValueError:
        return
    expression = Expression(f"title.matches({quoted(pattern)})")
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT t COLLATE "C" ~ %s FROM unnest(%s::text[]) WITH ORDINALITY AS u(t, n) ORDER BY n',
            [translated, texts],
        )
        found = [answer for (answer,) in cursor.fetchall()]
    assert found == [expression.evaluate(Activation({"title": text})) for text in texts]
