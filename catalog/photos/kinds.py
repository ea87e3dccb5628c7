"""PURE. What a file is, by its first bytes: the name and the header it came with are only claims."""

from __future__ import annotations

from collections.abc import Collection

HEAD_BYTES = 1024
"""How many of a file's first bytes are enough to tell its kind."""

PHOTO_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})
"""The media types of photos that are accepted."""

PICTURE_TYPES = PHOTO_TYPES | {
    "image/gif", "image/svg+xml", "image/heic", "image/avif", "image/jxl", "image/tiff", "image/bmp",
    "image/vnd.adobe.photoshop",
}  # fmt: skip
"""The media types of pictures, accepted or not, for which there is a word of advice."""

UNKNOWN = "application/octet-stream"

_STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"8BPS", "image/vnd.adobe.photoshop"),
    (b"\xff\x0a", "image/jxl"),
    (b"\x00\x00\x00\x0cJXL ", "image/jxl"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BM", "image/bmp"),
)
_BRANDS = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"hevc": "image/heic",
    b"mif1": "image/heic",
    b"msf1": "image/heic",
}
_UNDECLARED = frozenset({"", UNKNOWN, "binary/octet-stream"})
_TEXTUAL = frozenset({"application/json", "application/x-ndjson", "application/jsonl", "application/vnd.ms-excel"})
_OFFICE = "application/vnd."
_TEXT_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_CONTROL = frozenset(range(32)) - {9, 10, 12, 13, 27}


def kind_of(head: bytes) -> str:
    """Return the media type of a file that begins with `head` (its first `HEAD_BYTES` bytes, or the whole file).

    Text of any kind but HTML and SVG is "text/plain"; what is none of the known kinds is "application/octet-stream".
    """
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    return _kind_of_text(head)


def agrees(declared: str, found: str, wanted: Collection[str]) -> bool:
    """Return whether a file that was declared as one media type and found to be another may pass as one of `wanted`.

    Storages often declare nothing, or "application/octet-stream". Texts cannot be told apart by their bytes, and office
    documents are ZIP archives: there the declaration counts, as long as the bytes do not speak against it.
    """
    plain = declared.partition(";")[0].strip().lower()
    if found not in wanted:
        wanted = {kind for kind in wanted if _may_be(kind, found)}
    return plain in wanted or (bool(wanted) and plain in _UNDECLARED)


def _may_be(kind: str, found: str) -> bool:
    """Return whether a file of a kind may look like one that was found."""
    if found == "text/plain":
        return kind.startswith("text/") or kind in _TEXTUAL
    return found == "application/zip" and kind.startswith(_OFFICE)


def _kind_of_text(head: bytes) -> str:
    is_marked = head.startswith(_TEXT_MARKS)
    if not head or (not is_marked and not _CONTROL.isdisjoint(head)):
        return UNKNOWN
    words = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if b"<svg" in words:
        return "image/svg+xml"
    if words.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script")):
        return "text/html"
    return "text/plain"
