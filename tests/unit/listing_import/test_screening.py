"""Most cells are accepted at a glance, many at once; what is accepted is clean as it stands."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.listing_import.amounts import Amount, read_amount
from catalog.listing_import.cells import Cells
from catalog.listing_import.columns import BY_NAME, COLUMNS, WORDS
from catalog.listing_import.direct import Irregular
from catalog.listing_import.screening import Screen, are_accepted

JUDGED = [column.name for column in COLUMNS if column.name not in WORDS]
PLAIN = {
    "sku": ["A", "12", "SKU-0001", "a/b.c", "x" * 100],
    "title": ["Mug", "Año", "🫖", 'say "hi"', "¡Hola!", "【新品】", "x" * 300, "ñ" * 300, "=1+1"],
    "description": ["two\nlines", "ends ñ", "\\N", "é"],
    "gtin": ["4006381333931", "036000291452", "96385074", "10012345678902"],
    "variant_group": ["G1"],
    "variant_name": ["red"],
    "price": ["4.99", "4,99", "5", "0.50", "0.01", "99999999.99", "12345678"],
    "stock": ["0", "1", "9999999"],
    "image_urls": ["https://a.example/1.jpg", "https://9.example/a?b=c&d=%20"],
}
ODD = {
    "sku": [" A", "a b", "1E5", "1.2e11", "Ä", "'=E", "x" * 101, "D\n", "[clear]", "+1"],
    "title": [" Mug", "Mug ", "x" * 301, "ñ" * 301, "[clear]", "'=1+1", "two\nlines", "nbsp\u00a0", "\u3000a",
              "a\u2003", "\u1680a", "a\x85", "\t", "a\tb", "\n"],
    "description": [" x", "y\n", "[clear]", "'- a", "a\tb"],
    "gtin": ["4006381333930", "12", "4006381333931 ", "400638133393O", "40063813339３1"],
    "variant_group": ["", " G", "x" * 101][1:],
    "variant_name": ["[clear]"],
    "price": ["0", "0.00", "00.50", "007", "-1", "1.234", "1.234,50", "12,5O", "$5", ".50", "5.", "5.0", "123456789",
              "999999999.99", "1.2.3", "'5", "12.", "1,,0"],
    "stock": ["007", "-1", "1.0", "12345678", "1 ", "١"],
    "image_urls": ["http://a.example/1", "https://", "https://A/x", "https://a.example/1 https://a.example/2",
                   "https://a.example/1,https://b", "https://a.example/ñ", "https://a.example/" + "x" * 2000, "x"],
}  # fmt: skip


def accepted(name: str, *texts: str) -> list[bool]:
    return are_accepted([(name, Cells.of(texts))]).tolist()


@pytest.mark.parametrize("name", JUDGED)
def test_plain_cells_are_accepted_and_odd_ones_are_not(name: str) -> None:
    mixed = [text for pair in zip(PLAIN[name] * 20, ODD[name], strict=False) for text in pair]
    assert accepted(name, *PLAIN[name]) == [True] * len(PLAIN[name])
    assert accepted(name, *ODD[name]) == [False] * len(ODD[name])
    assert accepted(name, *mixed) == [True, False] * len(ODD[name])


def test_a_blank_cell_leaves_a_field_as_it_is_and_is_accepted() -> None:
    assert all(accepted(name, "", PLAIN[name][0], "") == [True] * 3 for name in JUDGED)


@given(
    name=st.sampled_from(JUDGED),
    texts=st.lists(st.one_of(st.text(max_size=12), st.text("0159.,eE-'[ \n\u00a0ñ", max_size=6)), min_size=1),
)
def test_what_is_accepted_is_clean_and_a_price_is_the_number_that_it_looks_like(name: str, texts: list[str]) -> None:
    can_stand_in_cells = [text for text in texts if not set(text) & {"\0", "\x7f", "\ufffd"}] or ["x"]
    for text, is_accepted in zip(can_stand_in_cells, accepted(name, *can_stand_in_cells), strict=True):
        if not text or not is_accepted:
            continue
        if name == "price":
            read = read_amount(text, "EUR", "")
            assert isinstance(read, Amount)
            assert Decimal(read.text) == Decimal(text.replace(",", "."))
        else:
            assert BY_NAME[name].clean(text) == text


def screened(content: str, fields: Sequence[str], delimiter: str = ",", pieces: int = 1) -> list[int]:
    screen = Screen(fields, delimiter)
    lines = content.encode().splitlines(keepends=True)
    for start in range(0, len(lines), pieces):
        screen.look(b"".join(lines[start : start + pieces]))
    screen.end()
    return screen.odd().tolist()


cells = st.text(st.sampled_from('aZ9 ,;"\nñ'), max_size=5)


@given(
    rows=st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=9),
    end=st.sampled_from(["\n", "\r\n"]),
    delimiter=st.sampled_from([",", ";", "\t"]),
    pieces=st.integers(1, 9),
    is_ended=st.booleans(),
)
def test_the_rows_of_a_file_are_screened_like_their_cells(rows, end, delimiter, pieces, is_ended) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    content = out.getvalue() if is_ended else out.getvalue().removesuffix(end)
    titles, groups = ([row[at] for row in rows] for at in (0, 2))
    expected = are_accepted([("title", Cells.of(titles)), ("variant_group", Cells.of(groups))])
    found = screened(content, ("title", "", "variant_group"), delimiter, pieces)
    assert found == np.flatnonzero(~expected).tolist()


@pytest.mark.parametrize("content", ["A,Mug\nB\n", "A,Mug,x\n", "A,Mug\n\nB,Cup\n", "A\nMug,B\n", 'A,"Mug\n'])
def test_rows_of_another_width_and_quotes_without_an_end_are_irregular(content: str) -> None:
    with pytest.raises(Irregular):
        screened(content, ("sku", "title"))


def test_a_record_without_an_end_is_not_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.listing_import.screening._LONGEST_RECORD", 1000)
    with pytest.raises(Irregular):
        screened('A,"' + "x\n" * 600, ("sku", "title"))
