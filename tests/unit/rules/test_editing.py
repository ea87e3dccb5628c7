"""What the editor shows while a rule is typed."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.editing import Kind, completions, tokens
from catalog.rules.language import Rule

from .shop import KINDS, guarded_rules


def offered(text: str) -> list[str]:
    """What is offered at the bar in a text."""
    cursor = text.index("|")
    return [each.text for each in completions(text.replace("|", "", 1), cursor, KINDS)]


def kinds(text: str) -> list[tuple[str, str]]:
    return [(text[token.start : token.end], token.kind.value) for token in tokens(text)]


def test_each_piece_of_a_rule_has_its_kind() -> None:
    assert kinds('in_list(seller, "trusted") && markets.exists(m, m == "DE") // x') == [
        ("in_list", "function"), ("(", "bracket"), ("seller", "fact"), (",", "bracket"), ('"trusted"', "list"),
        (")", "bracket"), ("&&", "operator"), ("markets", "fact"), (".", "bracket"), ("exists", "method"),
        ("(", "bracket"), ("m", "item"), (",", "bracket"), ("m", "item"), ("==", "operator"), ('"DE"', "string"),
        (")", "bracket"), ("// x", "comment"),
    ]  # fmt: skip
    assert kinds("has_price && true && pric < 3.0 =") == [
        ("has_price", "known"), ("&&", "operator"), ("true", "keyword"), ("&&", "operator"), ("pric", "unknown"),
        ("<", "operator"), ("3.0", "number"), ("=", "unknown"),
    ]  # fmt: skip


@given(st.text(), st.integers(0, 60))
def test_any_text_has_tokens_and_completions(text: str, cursor: int) -> None:
    found = tokens(text)
    assert all(before.end <= after.start for before, after in pairwise(found))
    outside = set(range(len(text))).difference(*(range(each.start, each.end) for each in found))
    assert all(text[at].isspace() for at in outside)
    completions(text, min(cursor, len(text)), KINDS)


@given(guarded_rules())
def test_in_an_accepted_rule_nothing_is_unknown(accepted: Rule) -> None:
    assert Kind.UNKNOWN not in {token.kind for token in tokens(accepted.text)}


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("pri|", ["price", "price_quantile"]),
        ("quant|", ["price_quantile", "has_price_quantile"]),
        ("has_price && (pri|) && title", ["price"]),
        ("is_authorized |", ["&&", "||"]),
        ("title.|", ["contains", "startsWith"]),
        ("title.st|", ["startsWith"]),
        ("markets.|", ["exists", "all", "size"]),
        ("markets.exists(m, |", ["m", "title"]),
        ("mentions(|", ["title", "description"]),
        ("mentions(se|", ["seller_name"]),
        ("any_in_list(|", ["markets"]),
        ("photo_in_list(|", ["photo_hashes"]),
        ('in_list(seller, "|', ["trusted", "luxury", "recalled", "evasive"]),
        ('in_list(seller, "lu|")', ["luxury"]),
        ('mentions_any(title, "|', ["evasive"]),
        ("photo_in_list(photo_hashes, 'ta|", ["taken down"]),
        ('title == "|', []),
        ("// pri|", []),
        ("photo_count.|", []),
    ],
)
def test_what_could_stand_at_the_cursor_is_offered(text: str, first: list[str]) -> None:
    found = offered(text)
    assert found[: len(first)] == first
    assert first or not found


def test_a_completion_says_what_it_replaces_and_what_it_means() -> None:
    (found, *_) = completions("has_price && pri", 16, KINDS)
    assert (found.text, found.kind, found.start) == ("price", Kind.FACT, 13)
    detail = "".join(map(str, found.detail))
    assert detail.startswith("double: the price of the offer")
    assert detail.endswith("ask has_price first")
