"""Parts of files are answered as RFC 9110 says."""

from __future__ import annotations

import io

import pytest
from django.core.files import File
from django.http import HttpResponseBase, StreamingHttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from shopadmin.ranges import Part, Unsatisfiable, parse_range, ranged_response

CONTENT = bytes(range(256)) * 4


def ask(method: str = "GET", **headers: str) -> HttpResponseBase:
    request = RequestFactory().generic(method, "/", headers={name.replace("_", "-"): v for name, v in headers.items()})
    return ranged_response(
        request,
        File(io.BytesIO(CONTENT), "video.mp4"),
        content_type="video/mp4",
        filename="video.mp4",
        version="abc",
    )


def body(response: HttpResponseBase) -> bytes:
    return response.getvalue() if isinstance(response, StreamingHttpResponse) else response.content


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-0", Part(0, 0)),
        ("bytes=10-19", Part(10, 19)),
        ("bytes=1000-", Part(1000, 1023)),
        ("bytes=1000-9999", Part(1000, 1023)),
        ("bytes=-24", Part(1000, 1023)),
        ("bytes=-9999", Part(0, 1023)),
        ("BYTES = 1 - 2", Part(1, 2)),
    ],
)
def test_a_range_is_answered_with_that_part(header: str, part: Part) -> None:
    response = ask(Range=header)

    assert response.status_code == 206
    assert body(response) == CONTENT[part.first : part.last + 1]
    assert response["Content-Range"] == f"bytes {part.first}-{part.last}/1024"
    assert response["Content-Length"] == str(part.length)


@pytest.mark.parametrize(
    "header", ["", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "items=0-1", "bytes=0-1,5-6", "0-1"]
)
def test_what_is_no_single_range_of_bytes_gives_the_whole_file(header: str) -> None:
    response = ask(Range=header)

    assert response.status_code == 200
    assert body(response) == CONTENT


@pytest.mark.parametrize("header", ["bytes=1024-", "bytes=5000-6000", "bytes=-0"])
def test_a_range_behind_the_end_is_refused_with_the_size(header: str) -> None:
    response = ask(Range=header)

    assert response.status_code == 416
    assert response["Content-Range"] == "bytes */1024"


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ('"abc"', 206),
        ('"other"', 200),
        ('W/"abc"', 200),
        ("Tue, 24 Nov 2026 12:00:00 GMT", 200),
        ("nonsense", 200),
    ],
)
def test_a_part_is_only_given_of_the_version_that_the_client_has(condition: str, status: int) -> None:
    assert ask(Range="bytes=0-9", If_Range=condition).status_code == status


def test_head_tells_the_size_and_sends_nothing() -> None:
    response = ask("HEAD", Range="bytes=0-9")

    assert response.status_code == 200
    assert response["Content-Length"] == "1024"
    assert body(response) == b""


def test_a_client_that_has_the_version_gets_nothing_new() -> None:
    response = ask(If_None_Match='"abc"')

    assert response.status_code == 304
    assert body(response) == b""


def test_type_and_name_are_ours_and_are_not_guessed_again() -> None:
    response = ask()

    assert response["Content-Type"] == "video/mp4"
    assert response["Content-Disposition"] == 'inline; filename="video.mp4"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Accept-Ranges"] == "bytes"


@pytest.mark.django_db  # closing a response tells the database layer
def test_the_file_is_closed_when_the_client_goes_away() -> None:
    handle = io.BytesIO(CONTENT)
    request = RequestFactory().get("/")
    response = ranged_response(
        request, File(handle, "v"), content_type="video/mp4", filename="video.mp4", version="abc"
    )

    response.close()

    assert handle.closed


@given(st.text(max_size=30), st.integers(0, 2000))
def test_no_header_gives_bytes_outside_the_file(text: str, size: int) -> None:
    try:
        part = parse_range(f"bytes={text}", size)
    except Unsatisfiable:
        return

    assert part is None or 0 <= part.first <= part.last < size
