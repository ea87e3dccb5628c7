"""Workbooks become tables, bounded in what they make the site read, or say why not."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from catalog.listing_import.opening import with_sheets
from catalog.listing_import.spreadsheets import guess_sheet
from catalog.listing_import.tables import Kind, TableFormat
from tests.catalog.imports import workbook_of
from tests.unit.listing_import.reading import guessed, opened, problem_of, rows


def workbook(*lines: list, edit=None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for line in lines:
        sheet.append(line)
    if edit is not None:
        edit(book, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_is_read_as_people_see_it():
    def as_seen(book, sheet):
        sheet["A4"].number_format = "00000000000000"

    content = workbook(
        ["gtin", "price", "date", "on"],
        [],
        [4006381333931, 12.5, dt.date(2026, 1, 31), True],
        [4006381333931, 1e20, dt.datetime(2026, 1, 31, 8, 5), "=1+1 is text"],
        edit=as_seen,
    )
    content_rows = rows(content)
    assert content_rows[3] == ["4006381333931", "12.5", "2026-01-31", "TRUE"]
    assert content_rows[4][:3] == ["04006381333931", "100000000000000000000", "2026-01-31 08:05:00"]


def test_a_formula_without_a_result_and_an_error_say_their_cell():
    content = workbook(["sku", "price"], ["A", "=1+1"], ["B", "#N/A"], ["C", 5])
    found = {}
    for block in opened(content).blocks:
        found.update({block.first_number + at: (fault.code, fault.facts) for at, fault in block.faults.items()})
    assert found == {2: ("formula-without-value", {"cell": "B2"}), 3: ("cell-error", {"cell": "B3"})}


def test_hidden_sheets_are_passed_over():
    def hide(book, sheet):
        sheet.sheet_state = "hidden"
        book.create_sheet("shown").append(["sku", "title"])
        book["shown"].append(["A", "x"])

    assert rows(workbook(["secret"], edit=hide)) == {2: ["A", "x"]}


@pytest.mark.parametrize(
    ("sheets", "guess"),
    [
        ({"Cover": [], "Goods": [["sku"], ["A"]]}, "Goods"),
        ({"Cover": [["Our goods"]], "Goods": [["sku"], [], ["A"]], "Old": [["sku"], ["B"], ["C"]]}, "Goods"),
        ({"Cover": [[], ["sku"]], "Goods": [[" "]]}, "Cover"),
        ({"Goods": [["sku"], ["A"]], "More": [["sku"], ["B"]]}, "Goods"),
    ],
)
def test_the_first_sheet_with_rows_is_read(sheets, guess):
    content = workbook_of(**sheets)
    form = with_sheets(io.BytesIO(content), guessed(content))
    assert (form.sheet, form.sheets) == (guess, tuple(sheets))
    assert rows(content) == rows(content, form)


def test_another_sheet_can_be_read_with_the_results_of_its_formulas():
    content = workbook_of(Goods=[["sku"], ["A"]], More=[["sku", "price"], ["B", "=1+1"]])
    form = TableFormat(Kind.XLSX, sheet="More")
    assert opened(content, form).header == ["sku", "price"]
    (block,) = opened(content, form).blocks
    assert block.faults[0].facts == {"cell": "B2"}


def test_a_workbook_whose_sheets_are_all_blank_has_no_rows():
    assert problem_of(workbook_of(Cover=[], Goods=[])) == ("no-rows", {})


def test_a_format_is_what_it_was_after_it_was_stored():
    form = TableFormat(Kind.XLSX, sheet="Goods", sheets=("Cover", "Goods"))
    assert TableFormat.from_json(json.loads(json.dumps(form.as_json()))) == form
    stored_before_sheets = {"kind": "xlsx", "encoding": "utf-8", "delimiter": ",", "quote": '"'}
    assert TableFormat.from_json(stored_before_sheets) == TableFormat(Kind.XLSX)


def test_a_part_of_an_unknown_compression_is_a_broken_workbook():
    """The parts of an archive say in their own header and in the directory how they are packed; 99 is unknown here."""
    content = bytearray(workbook(["sku"], ["A"]))
    at = content.index(b"xl/workbook.xml")
    local, central = at - 30, content.rindex(b"xl/workbook.xml") - 46
    assert (content[local : local + 4], content[central : central + 4]) == (b"PK\x03\x04", b"PK\x01\x02")
    content[local + 8 : local + 10] = content[central + 10 : central + 12] = b"\x63\x00"
    with pytest.raises(NotImplementedError), zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.read("xl/workbook.xml")
    assert problem_of(bytes(content)) == ("broken-workbook", {})


def test_a_zip_bomb_is_not_unpacked():
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(["sku"]))) as real,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb,
    ):
        for part in real.infolist():
            bomb.writestr(part, real.read(part))
        with bomb.open("xl/sharedStrings.xml", "w", force_zip64=True) as part:
            for _ in range(100):
                part.write(b" " * 1_000_000)
    assert problem_of(out.getvalue())[0] == "workbook-too-large"


def with_part(name: str, content: Callable[[bytes], bytes]) -> bytes:
    """A workbook of which one part is made anew."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(["sku"], ["A"]))) as real,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as evil,
    ):
        for part in real.infolist():
            evil.writestr(part.filename, content(real.read(part)) if part.filename == name else real.read(part))
    return out.getvalue()


def with_sheet(*rows: bytes) -> bytes:
    """A workbook whose sheet does not say how large it is."""
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (space, b"".join(rows))
    return with_part("xl/worksheets/sheet1.xml", lambda _: sheet)


def row(number: int, *texts: str) -> bytes:
    cells = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
    return f'<row r="{number}">{cells}</row>'.encode()


@pytest.mark.parametrize(
    "before",
    [
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>',
        b'<?xml version="1.0"?>' + b" " * 5000 + b'<!DOCTYPE x [<!ENTITY a "aaaa">]>',
        b"<!--" + b"<a" * 3000 + b'--><!DOCTYPE x [<!ENTITY a "aaaa">]>',
        b"<!-- -->" * 400 + b"<!DOCTYPE x>",
    ],
)
def test_xml_that_declares_its_own_entities_is_refused(before):
    content = with_part("xl/workbook.xml", lambda real: before + (real.partition(b"?>")[2] or real))
    assert problem_of(content)[0] == "broken-workbook"


def test_xml_in_another_encoding_in_which_declarations_would_hide_is_refused():
    evil = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "aaaa">]><workbook/>'.encode("utf-16")
    assert problem_of(with_part("xl/workbook.xml", lambda _: evil))[0] == "broken-workbook"


def test_a_sheet_that_unfolds_as_none_does_is_not_unpacked():
    assert problem_of(with_sheet(b" " * 25_000_000)) == ("workbook-unfolds", {"times": 100})


def test_a_sheet_that_does_not_say_how_large_it_is_is_not_read_to_its_end_for_that(monkeypatch):
    content = with_sheet(row(1, "sku"), *(row(number, f"A-{number}") for number in range(2, 60_000)))
    unpacked = 0
    read = zipfile.ZipExtFile.read

    def counting(part, size=-1):
        nonlocal unpacked
        piece = read(part, size)
        unpacked += len(piece)
        return piece

    monkeypatch.setattr(zipfile.ZipExtFile, "read", counting)
    guess_sheet(io.BytesIO(content))
    assert 0 < unpacked < 500_000


@pytest.mark.parametrize("place", [0, 1])
def test_a_row_without_end_is_not_read_into_memory(place: int) -> None:
    """Each cell takes twenty times as much in memory as it has bytes."""
    cells = b"".join(b'<c r="A1"><v>%d</v></c>' % number for number in range(300_000))
    rows = [row(1, "sku"), row(2, "A"), row(3, "B")]
    rows[place] = b'<row r="%d">%b</row>' % (place + 1, cells)
    assert problem_of(with_sheet(*rows)) == ("row-too-large", {"megabytes": 4})


def test_many_rows_together_may_be_larger_than_one_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.listing_import.spreadsheets.MOST_A_ROW", 100_000)
    found = rows(with_sheet(row(1, "sku"), *(row(number, f"A{number}") for number in range(2, 9_000))))
    assert len(found) == 8_998


def test_rows_beyond_those_of_spreadsheets_end_the_reading():
    assert problem_of(with_sheet(row(1, "sku"), row(2_000_000_000, "A"))) == ("workbook-too-long", {"most": 1_048_576})


def test_a_table_is_not_looked_for_without_end():
    assert problem_of(with_sheet(row(2_000_000_000, "sku"))) == ("no-rows", {})
