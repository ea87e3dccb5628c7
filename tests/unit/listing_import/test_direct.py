"""Files that PostgreSQL reads as we do go to it as they are; all others are refused."""

from __future__ import annotations

import io

import pytest

from catalog.listing_import.direct import Irregular, direct_pieces
from catalog.listing_import.tables import TableFormat


def sent(content: bytes, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    return b"".join(direct_pieces(io.BytesIO(content), TableFormat(encoding=encoding, delimiter=delimiter)))


@pytest.mark.parametrize(
    "rows",
    [
        b"A,Mug\nB,Cup\n",
        b"A,Mug",
        b'A,"Mug, ""big"""\n',
        b'A,"two\nlines"\n',
        "A,Año 🫖\n".encode(),
        b"A,1\\2\n",
    ],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_regular_file_is_sent_as_it_is(rows: bytes, end: bytes) -> None:
    if end == b"\r\n" and b"two" not in rows:
        rows = rows.replace(b"\n", end)
    assert sent(b"sku,title" + end + rows) == rows


def test_a_file_of_several_pieces_is_sent_whole() -> None:
    rows = b"".join(b'A%d,"Mug ""%d"", ""big"""\r\n' % (number, number) for number in range(20_000))
    assert sent(b"sku,title\r\n" + rows) == rows


def test_a_tab_that_divides_cells_is_no_odd_character() -> None:
    assert sent(b"sku\ttitle\nA\tMug\n", delimiter="\t") == b"A\tMug\n"
    with pytest.raises(Irregular):
        sent(b"sku,title\nA,Mu\tg\n")


def test_other_encodings_are_sent_as_utf_8() -> None:
    assert sent("sku,title\r\nA,Año\r\n".encode("utf-16"), "utf-16") == "A,Año\r\n".encode()


def test_line_ends_in_cells_become_line_feeds_where_rows_end_with_those() -> None:
    with pytest.raises(Irregular):
        sent(b'sku,title\r\nA,"two\r\nlines"\r\n')
    assert sent(b'sku,title\nA,"two\r\nlines"\n') == b'A,"two\nlines"\n'


@pytest.mark.parametrize(
    "rows",
    [
        b"A,Mug\rB,Cup\r\n",
        b"A,Mug\r",
        b"A,Mu\x00g\r\n",
        b"A,Mu\x7fg\r\n",
        b"A,Mu\x1bg\r\n",
        "A,\ufffd\r\n".encode(),
        b"\\.\r\n",
        b'A,Mu"g\r\n',
        b'A,"Mug" \r\n',
        b'A,"Mug\r\n',
    ],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_what_might_be_read_otherwise_is_refused(rows: bytes, end: bytes) -> None:
    with pytest.raises(Irregular):
        sent(b"sku,title" + end + rows.replace(b"\r\n", end))
