"""Files of every kind become tables, or say why not."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.listing_import.encodings import EncodingEvidence
from catalog.listing_import.problems import FileProblem
from catalog.listing_import.tables import Kind, TableFormat
from tests.unit.listing_import.reading import faults, guessed, opened, problem_of, rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_encoding_is_guessed(encoding):
    content = "sku,título\nA,Café con leche\nB,niño\n".encode(encoding)
    assert opened(content).header == ["sku", "título"]
    assert rows(content) == {2: ["A", "Café con leche"], 3: ["B", "niño"]}


def test_latin_1_is_guessed_where_windows_has_no_such_character():
    assert guessed("sku,title\nA,ñ\x81\n".encode("latin-1")).encoding == "latin-1"


def test_a_letter_that_is_cut_by_a_piece_of_the_file_is_whole():
    evidence = EncodingEvidence()
    for byte in "sku,ñ€🫖".encode():
        evidence.add(bytes([byte]))
    assert evidence.guess() == "utf-8"


def test_a_few_broken_bytes_do_not_make_utf_8_another_encoding():
    content = ("sku,title\n" + "A,ñandú y café\n" * 20).encode() + b"B,\xff\n"
    assert guessed(content).encoding == "utf-8"
    assert rows(content)[22] == ["B", "\ufffd"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_guessed(delimiter):
    content = delimiter.join(["sku", "title", "price"]) + "\n" + delimiter.join(["A", '"x, y; z"', "1"])
    assert rows(content.encode()) == {2: ["A", "x, y; z", "1"]}


def test_excel_s_hint_is_followed_and_not_counted():
    assert rows(b"sep=;\r\nsku;title\r\nA;1,5\r\n") == {2: ["A", "1,5"]}


def test_apostrophes_can_be_quotes():
    assert rows(b"sku,title\n'A','x, y'\n") == {2: ["A", "x, y"]}


def test_apostrophes_before_formulas_are_no_quotes():
    assert rows(b"sku,title,group\nA,'=1','-'\nB,'+',x\n") == {2: ["A", "'=1'", "'-'"], 3: ["B", "'+'", "x"]}


def test_newlines_can_be_mixed_and_stand_inside_quotes():
    assert rows(b'sku,title\r\nA,x\rB,"y\nz"\nC,w') == {2: ["A", "x"], 3: ["B", "y\nz"], 4: ["C", "w"]}


def test_quotes_can_stand_inside_quotes():
    assert rows(b'sku,title\nA,"12"" pipe"\nB,12" pipe\n') == {2: ["A", '12" pipe'], 3: ["B", '12" pipe']}


def test_blank_rows_count_as_in_a_spreadsheet():
    content = b"\nsku,title\n\nA,x\n,\n\nB,y\n\n"
    assert opened(content).header_number == 2
    assert rows(content) == {4: ["A", "x"], 7: ["B", "y"]}


def test_a_row_of_another_width_says_so():
    content = b'sku,title\nA\nB,x,y\nC,x,\nD,"a\nb",c\n'
    assert faults(content) == {2: "too-few-cells", 3: "too-many-cells", 5: "cells-over-lines"}


def test_a_quote_that_is_never_closed_names_its_row():
    content = b'sku,title\nA,x\nB,"open\nC,y\nD,z\n'
    assert problem_of(content) == ("unclosed-quote", {"row": 3})
    assert problem_of(b'sku,"title\nA,x\n') == ("unclosed-quote", {"row": 1})


def test_a_cell_of_10_mb_is_read_and_the_rows_after_it():
    found = rows(b"sku,title\nA," + b"x" * 10_000_000 + b"\nB,y\n")
    assert len(found[2][1]) == 10_000_000
    assert found[3] == ["B", "y"]


def test_a_line_without_end_is_refused():
    assert problem_of(b"sku,title\nA," + b"x" * 13_000_000)[0] == "line-too-long"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "no-rows"),
        (b" \n\n", "no-rows"),
        (b"\xd0\xcf\x11\xe0rest", "old-excel"),
        (b"%PDF-1.7", "not-a-table"),
        (b"PK\x03\x04rest", "broken-workbook"),
        (b'[{"sku": 1}]', "json-array"),
        (b",".join([b"c"] * 501), "too-many-columns"),
    ],
)
def test_what_is_no_table_says_what_it_is(content, code):
    assert problem_of(content)[0] == code


def test_json_lines_keep_numbers_as_they_are_written():
    content = (
        b'{"sku": 7, "price": 12.50, "image_urls": ["https://a", "https://b"], "x": null}\n\n{"sku": "B", "y": true}\n'
    )
    assert opened(content).header == ["sku", "price", "image_urls", "x", "y"]
    assert rows(content) == {1: ["7", "12.50", "https://a https://b", "", ""], 3: ["B", "", "", "", "true"]}


def test_bad_json_lines_say_which():
    late = "\n".join(['{"sku": 1}'] * 1000 + ['{"sku": 2, "title": "late"}']).encode()
    assert faults(b'{"sku": 1}\n{"sku": {}}\nnonsense\n[1]\n' + b"{" * 5000) == {
        2: "nested",
        3: "not-an-object",
        4: "not-an-object",
        5: "not-an-object",
    }
    assert faults(late) == {1001: "late-key"}


@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_a_file_problem(content):
    try:
        table = opened(content)
        for block in table.blocks:
            assert all(not cells or len(cells) == len(table.header) for cells in block.rows)
    except FileProblem:
        pass


cells = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=8)


@given(st.lists(st.lists(cells, min_size=3, max_size=3), max_size=20), st.sampled_from([",", ";", "\t", "|"]))
def test_what_a_spreadsheet_writes_is_read_back(lines, delimiter):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([["sku", "title", "price"], *lines])
    form = TableFormat(Kind.DELIMITED, "utf-8", delimiter, '"')
    expected = {at: line for at, line in enumerate(lines, 2) if any(line)}
    assert rows(out.getvalue().encode(), form) == expected
