"""PURE. Cells of CSV files that people open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MARK = "'"


def safe_text(text: str) -> str:
    """Return the text with an apostrophe before it when a spreadsheet would take it for a formula.

    The characters are those that the OWASP page on CSV injection names, their full-width forms, and the line feed.
    """
    return f"{_MARK}{text}" if text.startswith(FORMULA_STARTS) else text


def reversible_text(text: str) -> str:
    """Return the text as `safe_text` does, but so that `original_text` gives back each text as it was.

    One that begins with apostrophes before such a character already gets one more.
    """
    return f"{_MARK}{text}" if text.lstrip(_MARK).startswith(FORMULA_STARTS) else text


def original_text(cell: str) -> str:
    """Return the text without the apostrophe that one of the others has put before it."""
    is_marked = cell.startswith(_MARK) and cell.lstrip(_MARK).startswith(FORMULA_STARTS)
    return cell[1:] if is_marked else cell


def csv_line(cells: Sequence[object], *, delimiter: str = ",", quote: str = '"') -> str:
    """Return the cells as a line of CSV; all of them quoted where one begins and one ends with an apostrophe.

    Else a reader that guesses could take these apostrophes for the quotes.
    """
    texts = [str(cell) for cell in cells]
    looks_quoted = any(text.startswith(_MARK) for text in texts) and any(text.endswith(_MARK) for text in texts)
    line = io.StringIO(newline="")
    csv.writer(
        line,
        delimiter=delimiter,
        quotechar=quote,
        quoting=csv.QUOTE_ALL if looks_quoted else csv.QUOTE_MINIMAL,
    ).writerow(cells)
    return line.getvalue()
