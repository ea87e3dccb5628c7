"""PURE. Files that PostgreSQL reads as Python's csv does can go to it as they are, which is twice as fast.

The two differ on a quote in the middle of an unquoted cell, on rows of unequal width, on blank lines and on mixed line
ends. A file in which any of these is possible is `Irregular`: it is then read by `delimited`. PostgreSQL itself finds
the rows of another width; everything else is looked for here, in the bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import numpy as np

from .cells import NEWLINE, SPACE, Letters, Places
from .delimited import LONGEST_LINE
from .encodings import UTF8, mark_length
from .tables import Kind, TableFormat

# Looking at fewer costs more for each; looking at more keeps the database waiting for the first.
_BYTES_AT_ONCE = 1 << 20
_QUOTE, _RETURN = b'"\r'
_REPLACEMENT = "\ufffd".encode()
# PostgreSQL before 18 takes this for the end of the data, even in CSV.
_ENDS_OF_DATA = (b"\\.\n", b"\\.\r")


class Irregular(Exception):
    """The file may be read differently by PostgreSQL; read it with `delimited`."""


def may_go_directly(form: TableFormat, header: Sequence[str], header_number: int) -> bool:
    """Whether it is worth trying: plain delimited text whose first line is the header."""
    is_plain_header = header_number == 1 and not any("\n" in name or "\r" in name for name in header)
    return form.kind == Kind.DELIMITED and form.quote == '"' and form.delimiter.isascii() and is_plain_header


def direct_pieces(file: BinaryIO, form: TableFormat) -> Iterator[bytes]:
    """Yield the file below its header in pieces of whole lines, in UTF-8. Raises `Irregular`.

    Lines end as the header does: with \\r\\n, which cells do not contain then, or with \\n.
    """
    delimiter = ord(form.delimiter)
    is_inside = False
    pieces = _decoded(file, form.encoding)
    first = next(pieces, b"")
    has_returns = first.endswith(b"\r\n")
    # A carriage return alone ends a line too: then what looks like the header holds rows.
    if first.lower().startswith(b"sep=") or b"\r" in first.removesuffix(b"\r\n"):
        raise Irregular
    for piece in pieces:
        # Looking for one byte is many times quicker than looking for several, and mostly enough.
        data = piece.replace(b"\r\n", b"\n") if not has_returns and b"\r" in piece else piece
        is_odd = (not data.isascii() and _REPLACEMENT in data) or (b"\\" in data and _has_end(data))
        if is_odd or b"\x7f" in data:
            raise Irregular
        letters = np.frombuffer(data, np.uint8)
        quotes = np.flatnonzero(letters == _QUOTE)
        returns = _returns(letters, delimiter)
        if len(returns) and not (has_returns and _end_lines(returns, letters, quotes, is_inside)):
            raise Irregular
        is_inside = _check_quotes(letters, quotes, delimiter, is_inside)
        yield data
    if is_inside:
        raise Irregular


def _decoded(file: BinaryIO, encoding: str) -> Iterator[bytes]:
    """Yield the first line, then pieces of whole lines, in UTF-8; where the file has that, PostgreSQL checks it."""
    file.seek(0)
    file.seek(mark_length(file.read(4), encoding))
    if encoding == UTF8:
        yield file.readline(LONGEST_LINE)
        while piece := file.read(_BYTES_AT_ONCE):
            yield piece + file.readline(LONGEST_LINE)
        return
    text = io.TextIOWrapper(file, encoding, newline="")
    try:
        yield text.readline(LONGEST_LINE).encode()
        while words := text.read(_BYTES_AT_ONCE):
            yield (words + text.readline(LONGEST_LINE)).encode()
    except UnicodeError as error:
        raise Irregular from error
    finally:
        if not file.closed:
            text.detach()


def _has_end(data: bytes) -> bool:
    return any(end in data for end in _ENDS_OF_DATA)


def _returns(letters: Letters, delimiter: int) -> Places:
    """Return where carriage returns are. Raises `Irregular` when there are other control characters than line feeds."""
    places: Places = np.flatnonzero(letters < SPACE)
    controls = letters[places]
    returns = controls == _RETURN
    if not np.all(returns | (controls == NEWLINE) | (controls == delimiter)):
        raise Irregular
    found: Places = places[returns]
    return found


def _end_lines(returns: Places, letters: Letters, quotes: Places, is_inside: bool) -> bool:
    """Tell whether each carriage return stands before a line feed, and none in quotes."""
    has_next = returns[-1] + 1 < len(letters)
    quotes_before = np.searchsorted(quotes, returns) + int(is_inside)
    return has_next and bool(np.all(letters[returns + 1] == NEWLINE) and not np.any(quotes_before % 2))


def _check_quotes(letters: Letters, quotes: Places, delimiter: int, is_inside: bool) -> bool:
    """Check that quotes open or close a cell or stand twice inside one; return whether the data ends inside one."""
    opening, closing = quotes[int(is_inside) :: 2], quotes[1 - int(is_inside) :: 2]
    before = letters[opening[opening > 0] - 1]
    after = letters[closing[closing < len(letters) - 1] + 1]
    for beside in (before, after):
        if not np.all((beside == delimiter) | (beside == NEWLINE) | (beside == _RETURN) | (beside == _QUOTE)):
            raise Irregular
    return is_inside ^ bool(len(quotes) % 2)
