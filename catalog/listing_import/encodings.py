"""PURE. Which encoding a text file has, from its bytes."""

from __future__ import annotations

import codecs

UTF8, UTF16_LE, UTF16_BE, WINDOWS, LATIN = "utf-8", "utf-16-le", "utf-16-be", "cp1252", "latin-1"
CHOICES = (UTF8, UTF16_LE, UTF16_BE, WINDOWS, LATIN)
"""What people may choose when the guess is wrong."""

BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, UTF8), (codecs.BOM_UTF16_LE, UTF16_LE), (codecs.BOM_UTF16_BE, UTF16_BE))
# Bytes that Windows-1252 leaves undefined (unicode.org, CP1252.TXT).
_NOT_WINDOWS = bytes([0x81, 0x8D, 0x8F, 0x90, 0x9D])
_HEAD_BYTES = 64 * 1024
# Of the letters beyond ASCII in a file that is called UTF-8 in spite of broken bytes, so many must be whole.
_WHOLE_FOR_EACH_BROKEN = 10


class EncodingEvidence:
    """Looks at a file's bytes as they pass by, in constant memory: call `add` with each piece, then `guess`."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._decoder = codecs.getincrementaldecoder(UTF8)("replace")
        self._broken = self._beyond_ascii = 0
        self._is_windows = True

    def add(self, piece: bytes) -> None:
        """Look at the next bytes of the file."""
        if len(self._head) < _HEAD_BYTES:
            self._head += piece[: _HEAD_BYTES - len(self._head)]
        if piece.isascii() and not self._decoder.getstate()[0]:
            return
        text = self._decoder.decode(piece)
        self._broken += text.count("\ufffd")
        self._beyond_ascii += len(text) - len(text.encode("ascii", "ignore"))
        self._is_windows = self._is_windows and len(piece.translate(None, _NOT_WINDOWS)) == len(piece)

    def guess(self) -> str:
        """Return the encoding: of a byte order mark, of the places of NUL bytes, or the first that fits all bytes.

        Text that is not UTF-8 is taken for Windows-1252, which is what Excel writes in Europe and the Americas, or
        for Latin-1 when it holds bytes that Windows-1252 lacks.
        """
        head = bytes(self._head)
        for mark, encoding in BYTE_ORDER_MARKS:
            if head.startswith(mark):
                return encoding
        if (wide := _utf16_without_mark(head)) is not None:
            return wide
        whole = self._beyond_ascii - self._broken
        if not self._broken or whole >= _WHOLE_FOR_EACH_BROKEN * self._broken:
            return UTF8
        return WINDOWS if self._is_windows else LATIN


def mark_length(head: bytes, encoding: str) -> int:
    """Return how many bytes of byte order mark the file starts with."""
    return next((len(mark) for mark, name in BYTE_ORDER_MARKS if name == encoding and head.startswith(mark)), 0)


def _utf16_without_mark(head: bytes) -> str | None:
    """In UTF-16, every second byte of plain Western text is NUL; which one tells the byte order."""
    pairs = len(head) // 2
    even, odd = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if not pairs or max(even, odd) < 0.4 * pairs or min(even, odd) > 0.05 * pairs:
        return None
    return UTF16_LE if odd > even else UTF16_BE
