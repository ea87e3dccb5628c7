"""Which regular expressions RE2 and PostgreSQL share; that they find the same is tried with the database."""

from __future__ import annotations

import pytest
from hypothesis import given

from catalog.rules.patterns import LARGEST, MOST_REPEATS, portable
from catalog.rules.runtime import Activation, Expression, Failure

from .patterns import patterns


@pytest.mark.parametrize(
    ("pattern", "translated"),
    [
        ("air ?max", "air ?max"),
        (".", r"[^\n]"),
        ("^a$", r"\Aa\Z"),
        (r"\d", "[0-9]"),
        ("a+?", "a+"),
        ("(a|b)", "(?:a|b)"),
        ("a|", "a|(?:)"),
        (r"\.", r"\U0000002e"),
        ("***", None),
        ("[^é]", r"[^\U000000e9]"),
        (r"[\D]", r"[\U00000001-\U0000002f\U0000003a-\U0010ffff]"),
        ("(?i)ak", "[Aa][Kk\\U0000212a]"),
    ],
)
def test_a_pattern_is_spelt_out_for_postgresql(pattern: str, translated: str | None) -> None:
    if translated is None:
        with pytest.raises(ValueError, match="nothing that"):
            portable(pattern)
    else:
        assert portable(pattern) == translated


@pytest.mark.parametrize(
    ("pattern", "says", "character"),
    [
        (r"(a)\1", r"\\1 cannot be used", 4),
        ("a(?=b)", "Of groups that begin with", 2),
        ("(?P<name>a)", "Of groups that begin with", 1),
        ("x(?i)a", "Of groups that begin with", 2),
        ("[[:alpha:]]", "write a-zA-Z", 2),
        (r"\pL", r"\\p cannot be used", 1),
        (r"a\B", "inside letters that take several bytes", 2),
        ("a**", "A repeat cannot be repeated", 3),
        ("*a", "nothing that", 1),
        ("a{,3}", "A repeat is written", 2),
        ("a{3,1}", "the smaller number comes first", 2),
        (f"a{{{MOST_REPEATS + 1}}}", "times at most", 2),
        ("^*", "cannot be repeated", 1),
        (r"(\b|c?)+", "cannot be repeated", 1),
        ("(a", "not closed", 1),
        ("a)", "closes nothing", 2),
        ("[a", "not closed", 1),
        ("[z-a]", "A range goes", 2),
        ("a\\", "ends after a backslash", 2),
        ("a\0", "never stands in a text", 2),
        ("(?i)ä", "write others in both cases", 5),
        (r"[^\w\W]", "No character fits", 1),
        ("((a{30}){30}){30}", "too large", 13),
        ("a{255}|b{255}|c", "too large", 14),
    ],
)
def test_what_is_not_shared_is_refused_with_its_place(pattern: str, says: str, character: int) -> None:
    with pytest.raises(ValueError, match=says) as refusal:
        portable(pattern)
    assert f"(at character {character} of the pattern)" in str(refusal.value)


def test_a_pattern_may_be_as_large_as_the_limit() -> None:
    portable("a" * (LARGEST - 1))
    with pytest.raises(ValueError, match="too large"):
        portable("a" * (LARGEST + 1))


def test_groups_nested_by_the_thousand_are_refused() -> None:
    with pytest.raises(ValueError, match="nested"):
        portable("(" * 5_000 + ")" * 5_000)


@given(patterns())
def test_what_is_portable_is_a_pattern_to_re2(pattern: str) -> None:
    try:
        portable(pattern)
    except ValueError:
        return
    raw = pattern.replace("\\", "\\\\").replace("\n", "\\n")
    found = Expression(f'"".matches("{raw}")').evaluate(Activation({}))
    assert not isinstance(found, Failure)
