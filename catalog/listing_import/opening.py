"""PURE. What kind of table a file is, and opening it."""

from __future__ import annotations

import codecs
import re
from dataclasses import replace
from typing import BinaryIO

from .delimited import guess_delimiter, read_delimited
from .encodings import UTF8, mark_length
from .json_lines import read_json_lines
from .problems import FileProblem
from .spreadsheets import guess_sheet, read_xlsx
from .tables import Kind, Table, TableFormat

HEAD_BYTES = 64 * 1024
# A file in which more than a tenth of at least so many characters are none is no text: a program, say, or sound.
_LEAST_UNREADABLE = 64
_UNREADABLE = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f\ufffd]")
_WEB_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body|table|script|style|meta)\b",
    re.IGNORECASE | re.DOTALL,
)
_UTF_32_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
# First bytes of files that people send by mistake, and what they are.
_MISTAKES = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"Rar!": "RAR",
    b"\x1f\x8b": "GZIP",
}


def guess_format(head: bytes, encoding: str) -> TableFormat:
    """Return how to read a file from its first bytes (64 KB are enough) and the encoding guessed from all of them.

    Raises `FileProblem` for an empty file and for kinds that are no tables.
    """
    if not head.strip(b" \t\r\n"):
        raise FileProblem("no-rows")
    if head.startswith(b"PK\x03\x04"):
        return TableFormat(Kind.XLSX, UTF8)
    if head.startswith(_OLD_EXCEL):
        raise FileProblem("old-excel")
    if head.startswith(_UTF_32_MARKS):
        raise FileProblem("not-text")
    for magic, name in _MISTAKES.items():
        if head.startswith(magic):
            raise FileProblem("not-a-table", kind=name)
    text = head[mark_length(head, encoding) :].decode(encoding, "replace")
    _refuse_other_texts(text)
    start = text.lstrip()[:1]
    if start == "{":
        return TableFormat(Kind.JSON_LINES, encoding)
    if start == "[":
        raise FileProblem("json-array")
    delimiter, quote = guess_delimiter(text)
    return TableFormat(Kind.DELIMITED, encoding, delimiter, quote)


def _refuse_other_texts(text: str) -> None:
    if _WEB_PAGE.match(text):
        raise FileProblem("web-page")
    if text.lstrip().startswith("<?xml"):
        raise FileProblem("xml")
    unreadable = len(_UNREADABLE.findall(text))
    if unreadable >= _LEAST_UNREADABLE and unreadable * 10 > len(text):
        raise FileProblem("not-text")


def with_sheets(file: BinaryIO, form: TableFormat) -> TableFormat:
    """Return the format of a workbook with its visible sheets, and the one to read. Raises `FileProblem`."""
    if form.kind != Kind.XLSX or form.sheets:
        return form
    sheet, sheets = guess_sheet(file)
    return replace(form, sheet=sheet, sheets=sheets)


def open_table(file: BinaryIO, form: TableFormat) -> Table:
    """Return the table in the file; raises `FileProblem`, also while its blocks are walked."""
    match form.kind:
        case Kind.XLSX:
            return read_xlsx(file, form.sheet)
        case Kind.JSON_LINES:
            return read_json_lines(file, form)
        case Kind.DELIMITED:
            return read_delimited(file, form)
