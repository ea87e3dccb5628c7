"""What differs between two texts: whole words and numbers, and both texts can be put together again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.differences import Kind, Part, differences

TEXTS = st.text(alphabet="ab <0.5&\n", max_size=40)


def test_words_and_numbers_stay_whole() -> None:
    assert differences("price < 0.05", "price < 0.08 && new") == [
        Part(Kind.SAME, "price < "),
        Part(Kind.GONE, "0.05"),
        Part(Kind.NEW, "0.08 && new"),
    ]


def test_equal_texts_are_one_part() -> None:
    assert differences("a && b", "a && b") == [Part(Kind.SAME, "a && b")]


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_the_parts(earlier: str, later: str) -> None:
    parts = differences(earlier, later)

    assert "".join(part.text for part in parts if part.kind != Kind.NEW) == earlier
    assert "".join(part.text for part in parts if part.kind != Kind.GONE) == later
