"""PURE. Comma-, semicolon- and tab-separated text, as spreadsheets and shops write it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, BinaryIO

from shopadmin.csv_cells import FORMULA_STARTS

from .encodings import mark_length
from .problems import FileProblem, Problem, shown
from .tables import MOST_COLUMNS, Block, Table, TableFormat, fitted

LONGEST_LINE = 12_000_000
"""The most characters of a line, and of a cell with line breaks: a cell of 10 MB is still reported as one."""
# Holds for the whole process; it only lets longer cells through than Python's default of 131,072.
csv.field_size_limit(LONGEST_LINE)

# No more than a socket holds: then the server reads one piece while we read the next.
_CHARACTERS_AT_ONCE = 128 * 1024
# A line of our own after the last one: when it comes back inside a cell, that cell's quote was never closed.
_END = "\x00end of the file\x00"
# Excel reads the delimiter from such a first line and does not show it.
_EXCEL_HINT = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)

_FORMULA = f"[{re.escape(''.join(FORMULA_STARTS))}]"

DELIMITERS = (",", ";", "\t", "|")


def read_delimited(file: BinaryIO, form: TableFormat) -> Table:
    """Return the table in the file. Row 1 is the first that a spreadsheet shows; the header is the first not blank.

    Raises `FileProblem` for a file without rows or with too many columns, and from `blocks` for a quote that is opened
    and never closed (with the row in which it opens) and for a line that is too long.
    """
    pieces = _Pieces(file, form.encoding)
    reader = csv.reader(chain(chain.from_iterable(pieces), [_END]), **_dialect(form))
    records = enumerate(reader, 1)
    for number, cells in records:
        if cells == [_END]:
            break
        if any(cells):
            _refuse_open_quote(cells, number)
            if len(cells) > MOST_COLUMNS:
                raise FileProblem("too-many-columns", columns=len(cells), most=MOST_COLUMNS)
            return Table([cell.strip() for cell in cells], number, _blocks(reader, pieces, len(cells), number + 1))
    raise FileProblem("no-rows")


def guess_delimiter(text: str) -> tuple[str, str]:
    """Return delimiter and quote of the text, the beginning of a file.

    The delimiter is the one that cuts most of the first lines into the same number of cells, more than one; the quote
    is the apostrophe only where cells begin with it (not to keep a spreadsheet from running them) and no double quote
    is in sight.
    """
    if (hint := _EXCEL_HINT.match(text)) is not None:
        return hint[1], '"'
    lines = [line for line in text.splitlines(keepends=True)[:200] if line.strip()]
    best = max(DELIMITERS, key=lambda delimiter: _agreement(lines, delimiter))
    between = re.escape(best)
    has_apostrophes = re.search(rf"(^|{between})'(?!{_FORMULA})[^'\n]*'({between}|\r?$)", text, re.MULTILINE)
    return best, "'" if has_apostrophes and '"' not in text else '"'


def _agreement(lines: Sequence[str], delimiter: str) -> tuple[float, int]:
    widths = [len(cells) for cells in csv.reader(lines, delimiter=delimiter) if cells]
    if not widths or widths[0] < 2:
        return 0.0, 0
    return sum(width == widths[0] for width in widths) / len(widths), widths[0]


def _dialect(form: TableFormat) -> dict[str, Any]:
    if not form.quote:
        return {"delimiter": form.delimiter, "quoting": csv.QUOTE_NONE}
    return {"delimiter": form.delimiter, "quotechar": form.quote, "doublequote": True}


class _Pieces:
    """The decoded text in pieces of whole lines, each as an iterator over its lines; `count` says how many so far."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file = file
        self._encoding = encoding
        self.count = 0

    def __iter__(self) -> Iterator[io.StringIO]:
        self._file.seek(0)
        self._file.seek(mark_length(self._file.read(4), self._encoding))
        # What cannot be decoded becomes �, which the columns then refuse in their own words.
        text = io.TextIOWrapper(self._file, self._encoding, errors="replace", newline="")
        try:
            if (first := text.readline(LONGEST_LINE)) and not _EXCEL_HINT.fullmatch(first):
                yield io.StringIO(first, newline="")
            while piece := text.read(_CHARACTERS_AT_ONCE):
                rest = text.readline(LONGEST_LINE)
                if len(rest) == LONGEST_LINE:
                    raise FileProblem("line-too-long", most=LONGEST_LINE)
                self.count += 1
                yield io.StringIO(piece + rest, newline="")
        finally:
            if not self._file.closed:
                text.detach()  # else the file would be closed with it


def _blocks(reader: Iterator[list[str]], pieces: _Pieces, width: int, first: int) -> Iterator[Block]:
    rows: list[list[str]] = []
    count = pieces.count
    try:
        for cells in reader:
            rows.append(cells)
            if pieces.count != count:
                count = pieces.count
                *whole, last = rows  # the last one waits, since it may hold our end of the file
                if whole:
                    yield _block(whole, width, first)
                first += len(whole)
                rows = [last]
    except csv.Error as error:
        raise FileProblem("unclosed-quote", row=first + len(rows)) from error
    if rows[-1] == [_END]:
        rows.pop()
    else:
        _refuse_open_quote(rows[-1], first + len(rows) - 1)
    if rows:
        yield _block(rows, width, first)


def _refuse_open_quote(cells: Sequence[str], number: int) -> None:
    if cells and cells[-1].endswith(_END):
        raise FileProblem("unclosed-quote", row=number)


def _block(rows: list[list[str]], width: int, first: int) -> Block:
    if set(map(len, rows)) == {width} and all(map(any, rows)):
        return Block(first, rows)
    faults = {at: fault for at, cells in enumerate(rows) if (fault := _fault(cells, width)) is not None}
    return Block(first, [fitted(cells, width, keep=at in faults) for at, cells in enumerate(rows)], faults)


def _fault(cells: Sequence[str], width: int) -> Problem | None:
    """Say what is wrong with a row of too few or too many cells; empty ones beyond the header do not matter."""
    if len(cells) == width or not any(cells) or (len(cells) > width and not any(cells[width:])):
        return None
    breaks = sum(cell.count("\n") for cell in cells)
    code = "too-few-cells" if len(cells) < width else "too-many-cells"
    if breaks:
        code = "cells-over-lines"
    return Problem(code, value=shown(cells[0]), facts={"cells": len(cells), "columns": width, "lines": breaks + 1})
