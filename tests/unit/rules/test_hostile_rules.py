"""Texts and listings made to hang, crash or fill the runtime: each is refused or is an error, never a pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.language import MOST_CLAUSES, MOST_LETTERS
from catalog.rules.online import Verdict
from catalog.rules.problems import Problem, RuleRefused
from catalog.rules.wording import Says

from .shop import KINDS, listing, outcome, rule


def says(text: str) -> Says:
    with pytest.raises(RuleRefused) as caught:
        rule(text)
    return caught.value.problems[0].what.says


@pytest.mark.parametrize("count", [3_000, 20_000, 1_000_000])
@pytest.mark.parametrize("bracket", ["(", "[", "!(", "-("])
def test_a_text_of_brackets_is_too_long(count: int, bracket: str) -> None:
    text = bracket * count + "is_authorized" + ")" * count
    assert says(text) == (Says.TOO_LONG if len(text) > MOST_LETTERS else Says.NEVER_CLOSED)


@pytest.mark.parametrize("count", [33, 100, 1_900])
@pytest.mark.parametrize(
    "text",
    ["{open}is_authorized{close}", "photo_count{plus} > 0", "is_authorized{equal}", "{choice}is_authorized"],
)  # fmt: skip
def test_what_is_nested_too_deep_is_refused(count: int, text: str) -> None:
    parts = {"open": "(" * count, "close": ")" * count, "plus": "+1" * count, "equal": "==true" * count}
    deep = text.format(**parts, choice="true?true:" * count)
    assert says(deep) == (Says.TOO_DEEP if len(deep) <= MOST_LETTERS else Says.TOO_LONG)


def test_twenty_thousand_clauses_are_too_long() -> None:
    assert says(" && ".join(["is_authorized"] * 20_000)) == Says.TOO_LONG


def test_more_clauses_than_an_explanation_can_show_are_refused() -> None:
    assert says("||".join(["photo_count<1"] * (MOST_CLAUSES + 1))) == Says.TOO_MANY_CLAUSES
    assert len(rule("||".join(["photo_count<1"] * MOST_CLAUSES)).text) < MOST_LETTERS


def test_a_list_of_more_than_a_thousand_values_is_refused() -> None:
    assert says(f"photo_count in [{','.join('1' * 1_001)}]") == Says.TOO_MANY_ITEMS
    assert rule(f"photo_count in [{','.join('1' * 1_000)}]")


def test_a_catastrophic_pattern_is_answered() -> None:
    assert outcome('title.matches("(a+)+$")', listing(title="a" * 5_000 + "b")).verdict == Verdict.PASSES
    assert outcome('title.matches("^(a|a?)+$")', listing(title="a" * 5_000 + "b")).verdict == Verdict.PASSES


def test_a_hundred_million_steps_are_an_error() -> None:
    many = listing(markets=["DE"] * 10_000)
    found = outcome("markets.all(a, markets.all(b, a == b))", many)
    assert found.verdict == Verdict.ERROR
    assert found.reason
    assert found.reason.says == Says.BUDGET_EXCEEDED


@pytest.mark.parametrize(
    "text",
    [
        "photo_count + 9223372036854775807 > 0",
        "photo_count * 9223372036854775807 > 0",
        "-(-9223372036854775807 - 1) * photo_count > 0",
        "photo_count / (photo_count - 4) > 0",
        "photo_count % (photo_count - 4) > 0",
    ],
)
def test_arithmetic_without_a_result_is_an_error_with_its_reason(text: str) -> None:
    found = outcome(text)
    assert found.verdict == Verdict.ERROR
    assert found.reason
    assert found.reason.says in (Says.OVERFLOW, Says.DIVIDED_BY_ZERO)


def test_a_false_clause_decides_beside_an_error_and_a_true_one_does_so_too() -> None:
    assert outcome("photo_count / 0 == 1 && photo_count > 9").verdict == Verdict.PASSES
    assert outcome("photo_count > 9 && photo_count / 0 == 1").verdict == Verdict.PASSES
    assert outcome("photo_count / 0 == 1 || photo_count < 9").verdict == Verdict.FIRES


def problems(text: str) -> tuple[Problem, ...]:
    try:
        rule(text)
    except RuleRefused as refused:
        return refused.problems
    return ()


@given(st.text(max_size=60))
def test_any_text_is_a_rule_or_is_refused_with_places_within_it(text: str) -> None:
    for problem in problems(text):
        assert 1 <= problem.line <= text.count("\n") + 1
        assert 1 <= problem.column <= len(text.split("\n")[problem.line - 1]) + 1
        assert problem.length >= 1
        assert problem.message in problem.show()


_pieces = st.sampled_from(
    ["price", "has_price", "title", "markets", "is_authorized", "pric", "&&", "||", "==", "=", "<", "!", "(", ")", "[",
     "]", ",", ".", "?", ":", "in", "3", "3.0", "'x'", '"', "“", "exists", "mentions", "in_list", "'trusted'", "and",
     "null", "m", "size", "%", "日本", "\n", "//", "has(", "{", "}", "1u", "b'x'"]
)  # fmt: skip


@given(st.lists(_pieces, max_size=14).map(" ".join))
def test_what_is_said_of_any_row_of_words_and_signs_has_all_its_values(text: str) -> None:
    assert all(problem.message and "%(" not in problem.show() for problem in problems(text))


def test_lists_are_known_by_name_only() -> None:
    assert says('in_list(seller, "trusted\\" || true || \\"")') == Says.NO_SUCH_LIST
    assert "trusted" in KINDS
