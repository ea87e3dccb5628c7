"""PURE. XLSX workbooks, read safely: limits before anything is unpacked, stored results instead of formulas.

openpyxl reads 10,000 rows of 13 columns a second in constant memory (50 MB) and tells number formats and errors;
python-calamine read ten times faster but held the whole sheet (180 MB for 100,000 rows) and made errors empty cells.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, time
from decimal import Decimal
from itertools import islice, repeat
from typing import IO, Any, BinaryIO

from openpyxl import Workbook, load_workbook
from openpyxl.reader import excel
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from .problems import FileProblem, Problem, problem
from .tables import MOST_COLUMNS, Table, blocks_of

MOST_PARTS = 2000
MOST_UNPACKED = 1_000_000_000
# Texts that cells share are held in memory.
MOST_SHARED_TEXT = 80_000_000
# The XML of a large sheet shrinks to a twentieth; what shrinks to less than a hundredth was made to do harm.
MOST_RATIO = 100
_LEAST_FOR_RATIO = 20_000_000
MOST_A_ROW = 4_000_000
"""The most bytes of XML in a row; a cell of numbers has about thirty."""
MOST_ROWS = 2**20
"""The most rows that Excel and LibreOffice have."""
ROWS_BEFORE_TABLE = 10_000
"""In so many rows of all sheets together the table must begin: pages wait while it is looked for."""
_SHARED_TEXT = "xl/sharedStrings.xml"
# White space, instructions and comments, and then the root element: no declarations, in no other encoding.
_PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s|<\?(?>.*?\?>)|<!--(?>.*?-->))*+<[A-Za-z_]", re.DOTALL)
_FORMULA = re.compile(rb"<f[ >/]")
_PADDED = re.compile(r"0{2,}")


class _Metered:
    """A part of a workbook of which no more than `MOST_A_ROW` is read for one row."""

    def __init__(self, part: IO[bytes]) -> None:
        self._part = part
        self.since_row = 0

    def read(self, size: int) -> bytes:
        """Read on. Raises `FileProblem` when the row is too large."""
        if self.since_row > MOST_A_ROW:
            raise FileProblem("row-too-large", megabytes=MOST_A_ROW // 1_000_000)
        piece = self._part.read(size)
        self.since_row += len(piece)
        return piece

    def __enter__(self) -> _Metered:
        return self

    def __exit__(self, *_error: object) -> None:
        self._part.close()


class _Sheet(ReadOnlyWorksheet):  # type: ignore[misc]
    """A sheet that is not asked for its size: where it does not say that, openpyxl reads all of it to the end.

    A row of it is in memory as a whole, so a row has a largest size.
    """

    def _get_size(self) -> None:
        pass

    def _get_source(self) -> _Metered:
        self._metered = _Metered(super()._get_source())
        return self._metered

    def _cells_by_row(self, *limits: Any, **options: Any) -> Iterator[Any]:
        for row in super()._cells_by_row(*limits, **options):
            self._metered.since_row = 0
            yield row


excel.ReadOnlyWorksheet = _Sheet

# The number of a row with its cells, once with stored results and once with formulas.
type _NumberedCells = Iterator[tuple[int, tuple[Sequence[Any], Sequence[Any]]]]


def guess_sheet(file: BinaryIO) -> tuple[str, tuple[str, ...]]:
    """Return the sheet that holds the table, and all visible ones: the first with a row below its header, if any has.

    Raises `FileProblem` for a file that is broken, encrypted, too large when unpacked, or without visible sheets.
    """
    check_archive(file)
    with _broken_is_a_problem():
        sheets = _visible_sheets(_workbook(file, is_stored=True))
        return _with_rows(sheets).title, tuple(sheet.title for sheet in sheets)


def read_xlsx(file: BinaryIO, name: str = "") -> Table:
    """Return the table in the sheet of that name, or in the guessed one; its header is the first row that is not blank.

    Numbers come as people see them: without a trailing ".0", with the leading zeros that their format adds; dates as
    2026-01-31. Raises `FileProblem` for a file that is broken, encrypted, too large when unpacked, or empty.
    """
    check_archive(file)
    with _broken_is_a_problem():
        sheets = _visible_sheets(_workbook(file, is_stored=True))
        sheet = next((sheet for sheet in sheets if sheet.title == name), None) or _with_rows(sheets)
        formulas = _rows(_workbook(file, is_stored=False)[sheet.title]) if _has_formulas(file) else repeat(())
        rows = enumerate(zip(_rows(sheet), formulas, strict=False), 1)
        for number, (cells, _) in islice(rows, ROWS_BEFORE_TABLE):
            if not _is_blank(cells):
                header = [_text(cell).strip() for cell in cells]
                return _table(header, number, rows)
    raise FileProblem("no-rows")


def check_archive(file: BinaryIO) -> None:
    """Raise `FileProblem` unless the file is a workbook that may be unpacked. Reads its directory and first bytes."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names:
                raise FileProblem("not-a-workbook")
            size = sum(part.file_size for part in parts)
            shared = sum(part.file_size for part in parts if part.filename == _SHARED_TEXT)
            if len(parts) > MOST_PARTS or size > MOST_UNPACKED or shared > MOST_SHARED_TEXT:
                raise FileProblem("workbook-too-large", megabytes=size // 1_000_000, most=MOST_UNPACKED // 1_000_000)
            if any(part.file_size > max(_LEAST_FOR_RATIO, MOST_RATIO * part.compress_size) for part in parts):
                raise FileProblem("workbook-unfolds", times=MOST_RATIO)
            if len(names) != len(parts) or any(part.flag_bits & 1 for part in parts):
                raise FileProblem("broken-workbook")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    _refuse_declarations(archive, part)
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError) as error:
        raise FileProblem("broken-workbook") from error


def _refuse_declarations(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Refuse XML that declares its own entities, which can unfold without end."""
    with archive.open(part) as opened:
        if not _PROLOG.match(opened.read(4096)):
            raise FileProblem("broken-workbook")


def _has_formulas(file: BinaryIO) -> bool:
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                with archive.open(name) as opened:
                    tail = b""
                    while piece := opened.read(1 << 20):
                        if _FORMULA.search(tail + piece):
                            return True
                        tail = piece[-3:]
    return False


def _workbook(file: BinaryIO, *, is_stored: bool) -> Workbook:
    """Open the workbook with stored results, or with the formulas themselves."""
    file.seek(0)
    return load_workbook(file, read_only=True, data_only=is_stored, keep_links=False)


def _visible_sheets(workbook: Workbook) -> list[Any]:
    sheets = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    if not sheets:
        raise FileProblem("no-rows")
    return sheets


def _with_rows(sheets: Sequence[Any]) -> Any:
    """Return the first sheet with two rows that are not blank; else the first with one, or the first."""
    best, most, left = sheets[0], 0, ROWS_BEFORE_TABLE
    for sheet in sheets:
        filled = 0
        for row in islice(_rows(sheet), left):
            left -= 1
            filled += not _is_blank(row)
            if filled == 2:
                return sheet
        if filled > most:
            best, most = sheet, filled
    return best


def _rows(sheet: Any) -> Iterator[Sequence[Any]]:
    for number, row in enumerate(sheet.iter_rows()):
        if number == MOST_ROWS:
            raise FileProblem("workbook-too-long", most=MOST_ROWS)
        yield row


def _is_blank(cells: Sequence[Any]) -> bool:
    return not any(_text(cell) for cell in cells)


@contextmanager
def _broken_is_a_problem() -> Iterator[None]:
    """Raise `FileProblem` for whatever else is raised: openpyxl raises many kinds on broken files."""
    try:
        yield
    except FileProblem:
        raise
    except Exception as error:
        raise FileProblem("broken-workbook") from error


def _table(header: list[str], header_number: int, rows: _NumberedCells) -> Table:
    while header and not header[-1]:
        header.pop()
    if len(header) > MOST_COLUMNS:
        raise FileProblem("too-many-columns", columns=len(header), most=MOST_COLUMNS)
    return Table(header, header_number, blocks_of(_numbered(rows, len(header)), len(header)))


def _numbered(rows: _NumberedCells, width: int) -> Iterator[tuple[int, Sequence[str], Problem | None]]:
    with _broken_is_a_problem():
        for number, (cells, formulas) in rows:
            texts = [_text(cell) for cell in cells[:width]]
            yield number, texts, _fault(cells[:width], formulas) or _beyond(cells[width:], width)


def _beyond(cells: Sequence[Any], width: int) -> Problem | None:
    if _is_blank(cells):
        return None
    return Problem("too-many-cells", facts={"cells": width + len(cells), "columns": width, "lines": 1})


def _fault(cells: Sequence[Any], formulas: Sequence[Any]) -> Problem | None:
    for at, cell in enumerate(cells):
        if cell.data_type == "e":
            return Problem("cell-error", value=str(cell.value), facts={"cell": cell.coordinate})
        if cell.value is None and at < len(formulas) and formulas[at].data_type == "f":
            return problem("formula-without-value", str(formulas[at].value), cell=formulas[at].coordinate)
    return None


def _text(cell: Any) -> str:
    """Return the cell's text as people see it."""
    match cell.value:
        case None:
            return ""
        case bool() as value:
            return "TRUE" if value else "FALSE"
        case int() | float() as number:
            return _number(number, cell.number_format or "")
        case datetime() as moment:
            return moment.date().isoformat() if moment.time() == time() else moment.isoformat(" ")
        case value:
            return str(value)


def _number(number: float, number_format: str) -> str:
    """Return a number without exponent, padded with zeros as its format says ("00000" shows 7 as 00007)."""
    if isinstance(number, float) and not number.is_integer():
        return f"{Decimal(repr(number)):f}"
    padded = number_format if _PADDED.fullmatch(number_format) else ""
    return f"{int(number):d}".zfill(len(padded))
