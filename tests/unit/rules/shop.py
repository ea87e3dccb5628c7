"""A listing, lists and random rules for the tests of the rule language."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from catalog.rules.fact_types import Fact, FactType
from catalog.rules.facts import FACTS
from catalog.rules.forms import folded_words
from catalog.rules.function_calls import quoted
from catalog.rules.language import Rule, compile_rule
from catalog.rules.listing_facts import ListingFacts, ListKind, RuleList
from catalog.rules.online import Outcome, evaluate
from catalog.rules.problems import RuleRefused
from catalog.rules.tree import Node
from catalog.rules.wording import Says

NOW = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
LISTS: Mapping[str, RuleList] = {
    "trusted": RuleList("trusted", ListKind.SELLERS, frozenset({"corner-shop"})),
    "luxury": RuleList("luxury", ListKind.BRANDS, frozenset({"Nike", "Rolex"})),
    "recalled": RuleList("recalled", ListKind.ARTICLES, frozenset({"AM90-42"})),
    "evasive": RuleList("evasive", ListKind.WORDS, frozenset(map(folded_words, ["replica", "mirror quality"]))),
    "taken down": RuleList("taken down", ListKind.PHOTOS, frozenset({0b1111, -1})),
}
KINDS = {name: each.kind for name, each in LISTS.items()}


def rule(text: str) -> Rule:
    return compile_rule(text, KINDS)


def values(**changed: Any) -> dict[str, Any]:
    """Every fact with its example, days as five days ago; with None a fact is left out."""
    examples = {
        fact.name: NOW - timedelta(days=5) if fact.type == FactType.DAYS else fact.example for fact in FACTS.values()
    }
    return {name: value for name, value in (examples | changed).items() if value is not None}


def listing(failed: Mapping[str, str] | None = None, **changed: Any) -> ListingFacts:
    return ListingFacts(values(**changed), NOW, failed or {})


def outcome(text: str, facts: ListingFacts | None = None, lists: Mapping[str, RuleList] = LISTS) -> Outcome:
    return evaluate([rule(text)], facts or listing(), lists)[0]


def without_places(node: Any) -> Any:
    """The same tree, wherever its parts stand in the text."""
    if isinstance(node, tuple):
        return tuple(without_places(item) for item in node)
    if not isinstance(node, Node):
        return node
    parts = {each.name: without_places(getattr(node, each.name)) for each in dataclasses.fields(node)}
    return dataclasses.replace(node, **parts | {"at": 0})


# --- random values ---

_letters = st.characters(exclude_categories=("Cs",), exclude_characters="\0")
_texts = st.one_of(st.sampled_from(["Nike", "nike air", "Rolex", "", "DE"]), st.text(_letters, max_size=12))
_ints = st.one_of(st.integers(-5, 60), st.integers(-(2**63), 2**63 - 1))
_doubles = st.one_of(st.sampled_from([0.0, 0.05, 41.2, 100.0]), st.floats(allow_nan=False, allow_infinity=False))
_of_type: dict[FactType, st.SearchStrategy[Any]] = {
    FactType.BOOL: st.booleans(),
    FactType.INT: _ints,
    FactType.DOUBLE: _doubles,
    FactType.TEXT: _texts,
    FactType.TEXTS: st.lists(_texts, max_size=4),
    FactType.INTS: st.lists(_ints, max_size=4),
    FactType.DAYS: st.integers(-3000, 3000).map(lambda days: NOW - timedelta(days=days)),
}


@st.composite
def listings(draw: st.DrawFn) -> ListingFacts:
    """Listings in which nothing failed: some facts have random values, and of what can lack any part is lacking."""
    known = values()
    for name in draw(st.sets(st.sampled_from(list(FACTS)), max_size=12)):
        known[name] = draw(_of_type[FACTS[name].type])
    for name in draw(st.sets(st.sampled_from([fact.name for fact in FACTS.values() if fact.can_lack]))):
        del known[name]
    return ListingFacts(known, NOW)


# --- random rules ---


def _facts(*types: FactType) -> list[Fact]:
    return [fact for fact in FACTS.values() if fact.type in types]


def _names(*types: FactType) -> st.SearchStrategy[str]:
    return st.sampled_from([fact.name for fact in _facts(*types)])


def _known() -> st.SearchStrategy[str]:
    return st.sampled_from([fact.has_name for fact in FACTS.values() if fact.can_lack])


_compared = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
_searched = st.sampled_from([fact.name for fact in FACTS.values() if fact.is_searched])
_text_literals = _texts.map(quoted)
_text_values = st.one_of(_names(FactType.TEXT), _text_literals)


def _clauses() -> st.SearchStrategy[str]:
    ints = st.one_of(_ints.map(str), _names(FactType.INT, FactType.DAYS))
    doubles = st.one_of(_doubles.map(repr), _names(FactType.DOUBLE))
    return st.one_of(
        _names(FactType.BOOL),
        _known(),
        st.builds("{} {} {}".format, _names(FactType.INT, FactType.DAYS), _compared, ints),
        st.builds("{} {} {}".format, _names(FactType.DOUBLE), _compared, doubles),
        st.builds("{} {} {}".format, doubles, _compared, _names(FactType.DOUBLE)),
        st.builds("{} {} {}".format, _text_values, _compared, _text_values),
        st.builds("size({}) {} {}".format, _names(FactType.TEXT, FactType.TEXTS), _compared, ints),
        st.builds(
            "{}.{}({})".format,
            _names(FactType.TEXT),
            st.sampled_from(["contains", "startsWith", "endsWith"]),
            _text_values,
        ),
        st.builds("{}.matches({})".format, _names(FactType.TEXT), st.sampled_from(['"^N"', r'r"\bair\b"', '"(a+)+$"'])),
        st.builds("{} in {}".format, _text_values, _names(FactType.TEXTS)),
        st.builds("{} in [{}]".format, _names(FactType.TEXT), st.lists(_text_literals, min_size=1).map(", ".join)),
        st.builds("in_list({}, {})".format, _names(FactType.TEXT), st.sampled_from(['"trusted"', '"evasive"'])),
        st.builds('any_in_list({}, "luxury")'.format, _names(FactType.TEXTS)),
        st.builds("mentions({}, {})".format, _searched, st.sampled_from(['"nike"', '"Air Max"'])),
        st.builds('mentions_any({}, "evasive")'.format, _searched),
        st.builds('imitates({}, "nike")'.format, _searched),
        st.just('photo_in_list(photo_hashes, "taken down", 4)'),
        st.sampled_from(["true", "false"]),
    )


_JOINTS = (
    "({0} && {1})",
    "({0} || {1})",
    "({known} && {0} && {1})",
    "({0} || !{known})",
    "!({0})",
    "({0} ? {1} : {2})",
    "{list}.exists(item, item == brand || {plain})",
    "{list}.all(item, item == brand && {plain})",
)


@st.composite
def _joined(draw: st.DrawFn, clauses: st.SearchStrategy[str]) -> str:
    joint = draw(st.sampled_from(_JOINTS))
    parts = [draw(clauses) if f"{{{at}}}" in joint else "" for at in range(3)]
    plain = draw(clauses) if "{plain}" in joint else ""
    if "item" in plain:  # Quantors in one another would use the name twice.
        plain = "is_authorized"
    return joint.format(*parts, known=draw(_known()), list=draw(_names(FactType.TEXTS)), plain=plain)


RULE_TEXTS = st.recursive(_clauses(), _joined, max_leaves=8)
"""Texts of rules without arithmetic, most of which ask facts that can lack without asking whether they do."""


@st.composite
def guarded_rules(draw: st.DrawFn) -> Rule:
    """Random rules, with what they may ask only where it is known asked at the front if they are refused without."""

    text = draw(RULE_TEXTS)
    lacking = lacking_in(text)
    return rule(" && ".join([*(f"has_{name}" for name in lacking), f"({text})"]))


def lacking_in(text: str) -> list[str]:
    """The facts that a rule asks where they may be lacking; nothing else is wrong with it."""
    try:
        rule(text)
    except RuleRefused as refused:
        if refused.problems[0].what.says == Says.ASKS_NOTHING:
            reject()
        if any(problem.what.says != Says.MAY_LACK for problem in refused.problems):
            raise
        return sorted({problem.what.values["name"] for problem in refused.problems})
    return []
