"""PURE. JSON Lines: each line an object, its keys the columns."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO

from .encodings import mark_length
from .problems import FileProblem, Problem, problem
from .tables import MOST_COLUMNS, Table, TableFormat, blocks_of

LINES_FOR_HEADER = 1000
LONGEST_LINE = 12_000_000


def read_json_lines(file: BinaryIO, form: TableFormat) -> Table:
    """Return the table in the file. Its columns are the keys of the first thousand lines; rows are numbered by line.

    Numbers stay as they were written. Raises `FileProblem` when no line holds an object, or keys are too many.
    """
    header: dict[str, None] = {}
    has_text = False
    for line in islice(_lines(file, form.encoding), LINES_FOR_HEADER):
        has_text = has_text or bool(line)
        if isinstance(row := _parsed(line), dict):
            header |= dict.fromkeys(row)
    if not header:
        raise FileProblem("no-json-lines" if has_text else "no-rows")
    if len(header) > MOST_COLUMNS:
        raise FileProblem("too-many-columns", columns=len(header), most=MOST_COLUMNS)
    columns = list(header)
    rows = ((number, *_cells(line, columns)) for number, line in enumerate(_lines(file, form.encoding), 1))
    return Table(columns, 0, blocks_of(rows, len(columns)))


def _lines(file: BinaryIO, encoding: str) -> Iterator[str]:
    file.seek(0)
    file.seek(mark_length(file.read(4), encoding))
    text = io.TextIOWrapper(file, encoding, errors="replace")
    try:
        while line := text.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE:
                raise FileProblem("line-too-long", most=LONGEST_LINE)
            yield line.strip()
    finally:
        if not file.closed:
            text.detach()  # else the file would be closed with it


def _parsed(line: str) -> Any:
    try:
        return json.loads(line, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None


def _cells(line: str, columns: Sequence[str]) -> tuple[Sequence[str], Problem | None]:
    if not line:
        return (), None
    row = _parsed(line)
    if not isinstance(row, dict):
        return (), problem("not-an-object", line)
    if unknown := next((key for key in row if key not in columns and row[key] is not None), None):
        return (), problem("late-key", unknown, lines=LINES_FOR_HEADER)
    cells = [_cell(row.get(column)) for column in columns]
    nested = next((column for column, cell in zip(columns, cells, strict=True) if cell is None), None)
    fault = None if nested is None else problem("nested", nested)
    return ["" if cell is None else cell for cell in cells], fault


def _cell(value: Any) -> str | None:
    """Return a cell's text; a list of plain values becomes words, None stands for anything deeper."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case list() if all(isinstance(part, str) for part in value):
            return " ".join(value)
        case _:
            return None
