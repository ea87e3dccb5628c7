"""What a file is by its bytes, and whether that agrees with what it was called."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.photos.kinds import PHOTO_TYPES, agrees, kind_of

TABLES = frozenset(
    {"text/csv", "application/json", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
)


@settings(deadline=None)
@given(st.binary(max_size=1024))
def test_any_bytes_are_of_some_kind(head: bytes) -> None:
    assert "/" in kind_of(head)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"sku;price\nA;1,50\n", "text/plain"),
        ("sku;título\nA;ñ\n".encode("utf-16"), "text/plain"),
        ("größe;preis\n".encode("latin-1"), "text/plain"),
        (b"\xef\xbb\xbfsku,price", "text/plain"),
        (b" \n<HTML>", "text/html"),
        (b"<script>", "text/html"),
        (b"a,b\x00", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_texts_are_told_from_other_files(head: bytes, kind: str) -> None:
    assert kind_of(head) == kind


@pytest.mark.parametrize(
    ("declared", "found", "wanted", "passes"),
    [
        ("image/jpeg", "image/jpeg", PHOTO_TYPES, True),
        ("image/png; q=1", "image/jpeg", PHOTO_TYPES, True),
        ("", "image/jpeg", PHOTO_TYPES, True),
        ("application/octet-stream", "image/jpeg", PHOTO_TYPES, True),
        ("text/html", "image/jpeg", PHOTO_TYPES, False),
        ("image/jpeg", "image/gif", PHOTO_TYPES, False),
        ("image/jpeg", "text/plain", PHOTO_TYPES, False),
        ("text/csv", "text/plain", TABLES, True),
        ("application/json", "text/plain", TABLES, True),
        ("text/csv", "text/html", TABLES, False),
        ("application/octet-stream", "text/plain", TABLES, True),
        ("application/octet-stream", "text/plain", PHOTO_TYPES, False),
        ("", "application/zip", TABLES, True),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/zip", TABLES, True),
        ("text/csv", "application/zip", TABLES, False),
    ],
)
def test_a_claim_counts_where_bytes_cannot_tell(
    declared: str, found: str, wanted: frozenset[str], passes: bool
) -> None:
    assert agrees(declared, found, wanted) == passes
