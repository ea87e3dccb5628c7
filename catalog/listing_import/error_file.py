"""The rows that failed, as a file in the form of the original, to be mended and sent again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import BinaryIO, cast

from shopadmin.csv_cells import csv_line, safe_text

from ..models import ImportBatch, ImportIssue
from .encodings import UTF8, UTF16_BE, UTF16_LE
from .headers import names_of
from .opening import open_table
from .tables import Kind, TableFormat
from .wording import label_of, message

PROBLEM_COLUMN = "problem"
ROWS_A_PIECE = 500
_NUMBER = re.compile(r"[-+][0-9][0-9.,]*")
_MARKS = {UTF8: b"\xef\xbb\xbf", UTF16_LE: b"\xff\xfe", UTF16_BE: b"\xfe\xff"}


def error_file(batch: ImportBatch) -> Iterator[bytes]:
    """Yield a CSV file of only the failed rows: the original columns, and what is wrong with each row.

    It has the original's encoding and delimiter (UTF-8 and commas for other kinds of file). The problem comes first
    after the original columns and is ignored when the file is sent again. The cells stay as they were; only one that a
    spreadsheet would run as a formula gets an apostrophe before it.
    """
    form = batch.table_format if batch.table_format.kind == Kind.DELIMITED else TableFormat()
    problems = _problems(batch)
    wanted = next(problems, None)
    with batch.file.open("rb") as file:
        table = open_table(cast(BinaryIO, file), batch.table_format)
        header = [*map(safe_text, names_of(table.header)), PROBLEM_COLUMN]
        yield _MARKS.get(form.encoding, b"") + _lines([header], form)
        rows: list[Sequence[str]] = []
        for block in table.blocks:
            while wanted is not None and wanted[0] < block.first_number + len(block.rows):
                rows.append([*map(_harmless, block.rows[wanted[0] - block.first_number]), wanted[1]])
                wanted = next(problems, None)
            if len(rows) >= ROWS_A_PIECE or (wanted is None and rows):
                yield _lines(rows, form)
                rows = []
            if wanted is None:
                return
        if rows:
            yield _lines(rows, form)


def _problems(batch: ImportBatch) -> Iterator[tuple[int, str]]:
    """Yield row numbers, rising, with all that is wrong with each."""
    issues = ImportIssue.objects.filter(batch=batch, is_warning=False).order_by("number", "position")
    for number, of_row in groupby(issues.iterator(chunk_size=2000), key=lambda issue: issue.number):
        said = [f"{label_of(issue.column)}: {message(issue)}" if issue.column else message(issue) for issue in of_row]
        yield number, "; ".join(said)


def _harmless(cell: str) -> str:
    """Numbers stay numbers: they begin like formulas, but are none."""
    return cell if _NUMBER.fullmatch(cell) else safe_text(cell)


def _lines(rows: Sequence[Sequence[str]], form: TableFormat) -> bytes:
    lines = (csv_line(cells, delimiter=form.delimiter, quote=form.quote or '"') for cells in rows)
    return "".join(lines).encode(form.encoding, "replace")
