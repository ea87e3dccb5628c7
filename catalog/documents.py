"""What an uploaded document really is: judged by its content, never by its name or what the browser says."""

from __future__ import annotations

from typing import BinaryIO

from PIL import Image

MAX_DOCUMENT_BYTES = 10 * 2**20
MAX_DOCUMENT_PIXELS = 60_000_000
PICTURES = {"JPEG": ".jpg", "PNG": ".png"}
CONTENT_TYPES = {".pdf": "application/pdf", ".jpg": "image/jpeg", ".png": "image/png"}


class UnreadableDocument(Exception):
    """A document cannot be kept; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def ending_of(document: BinaryIO) -> str:
    """Return ".pdf", ".jpg" or ".png" for what the document is, and leave it at its start.

    Raises `UnreadableDocument` ("large", "empty" or "kind") when it is none of these, or broken.
    """
    document.seek(0, 2)
    size = document.tell()
    document.seek(0)
    if size > MAX_DOCUMENT_BYTES:
        raise UnreadableDocument("large")
    if size == 0:
        raise UnreadableDocument("empty")
    try:
        return _pdf(document) or _picture(document)
    finally:
        document.seek(0)


def _pdf(document: BinaryIO) -> str:
    """Return ".pdf" for a file that starts and ends as PDF files do (ISO 32000-1, 7.5.2 and 7.5.5), else nothing."""
    if document.read(5) != b"%PDF-":
        return ""
    document.seek(0, 2)
    document.seek(max(0, document.tell() - 2048))
    return ".pdf" if b"%%EOF" in document.read() else ""


def _picture(document: BinaryIO) -> str:
    document.seek(0)
    try:
        with Image.open(document, formats=tuple(PICTURES)) as image:
            if image.width * image.height > MAX_DOCUMENT_PIXELS:
                raise UnreadableDocument("large")
            image.load()
            return PICTURES[image.format or ""]
    except UnreadableDocument:
        raise
    except Exception as error:  # decoders raise many kinds on hostile files; each means unreadable
        raise UnreadableDocument("kind") from error
