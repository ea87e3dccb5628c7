"""Cells that a spreadsheet would run are kept from it by an apostrophe, which we can take back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopadmin.csv_cells import FORMULA_STARTS, csv_line, original_text, reversible_text, safe_text

texts = st.one_of(st.text(), st.text(["'", *FORMULA_STARTS, "a", " "], max_size=6))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    assert safe_text(f"{start}1+1") == f"'{start}1+1"
    assert reversible_text(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "Mug", "1-2", "a=b", "'quoted", "''", "é", "🎧"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert safe_text(text) == reversible_text(text) == original_text(text) == text


@given(text=texts)
def test_what_was_made_safe_comes_back_as_it_was(text: str) -> None:
    assert not reversible_text(text).startswith(FORMULA_STARTS)
    assert original_text(reversible_text(text)) == text


@given(text=texts)
def test_a_cell_means_the_same_after_it_was_made_safe(text: str) -> None:
    assert original_text(safe_text(text)) == original_text(text)


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        (["A", "Mug", 5], "A,Mug,5\r\n"),
        (["A", "say 'hi'", 5], "A,say 'hi',5\r\n"),
        (["A", "'=1'", 5], '"A","\'=1\'","5"\r\n'),
        (["A", "'=1+1", 5], "A,'=1+1,5\r\n"),
        (["'n", "5'"], '"\'n","5\'"\r\n'),
        (["'A'", 'say "hi"'], '"\'A\'","say ""hi"""\r\n'),
    ],
)
def test_apostrophes_around_cells_do_not_look_like_quotes(cells: list[object], line: str) -> None:
    assert csv_line(cells) == line
