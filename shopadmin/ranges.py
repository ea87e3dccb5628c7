"""Answers requests for a part of a file (RFC 9110, section 14), which browsers need to seek in a video.

A single range is answered. Several ranges at once may be answered with the whole file, which is what happens here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.files import File
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified, StreamingHttpResponse
from django.utils.http import parse_etags, quote_etag

CHUNK_BYTES = 256 * 1024
_RANGE = re.compile(r"bytes\s*=\s*(\d*)\s*-\s*(\d*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """The bytes `first` to `last`, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many bytes there are."""
        return self.last - self.first + 1


class Unsatisfiable(Exception):
    """The range asked for lies behind the end of the file."""


def parse_range(header: str, size: int) -> Part | None:
    """Return the part that a `Range` header asks for of a file of `size` bytes.

    None means "the whole file": there is no header, it is malformed, in another unit, or names several ranges.
    Raises `Unsatisfiable` when no byte of the file is in the range.
    """
    match = _RANGE.fullmatch(header.strip())
    if match is None or match.group(1) == match.group(2) == "":
        return None
    first, last = match.groups()
    if not first:
        if int(last) == 0 or size == 0:
            raise Unsatisfiable
        return Part(max(0, size - int(last)), size - 1)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise Unsatisfiable
    return Part(int(first), min(int(last), size - 1) if last else size - 1)


def ranged_response(
    request: HttpRequest,
    file: File[bytes],
    *,
    content_type: str,
    filename: str,
    version: str,
) -> HttpResponseBase:
    """Answer GET or HEAD with the file, or with the part of it that was asked for.

    `content_type` and `filename` are ours, never the uploader's. `version` names this content and becomes the ETag.
    """
    etag = quote_etag(version)
    size = file.size
    response: HttpResponseBase
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        file.close()
        response = HttpResponseNotModified()
    else:
        response = _body(request, file, size, etag)
    if response.status_code in {200, 206}:
        response.headers["Content-Type"] = content_type
        response.headers["Content-Disposition"] = f'inline; filename="{filename}"'
    response.headers["ETag"] = etag
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _body(request: HttpRequest, file: File[bytes], size: int, etag: str) -> HttpResponseBase:
    part = None
    if request.method == "GET" and _range_still_holds(request, etag):
        try:
            part = parse_range(request.headers.get("Range", ""), size)
        except Unsatisfiable:
            file.close()
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"}, content_type="text/plain")
    wanted = part or Part(0, size - 1)
    response: HttpResponseBase
    if request.method == "HEAD":
        file.close()
        response = HttpResponse(status=200)
    else:
        response = StreamingHttpResponse(_Chunks(file, wanted), status=206 if part else 200)
    response.headers["Content-Length"] = str(wanted.length)
    if part:
        response.headers["Content-Range"] = f"bytes {part.first}-{part.last}/{size}"
    return response


def _range_still_holds(request: HttpRequest, etag: str) -> bool:
    """Tell whether `If-Range` allows a part: it has to name this very version (no date does, since none is sent)."""
    condition = request.headers.get("If-Range", "").strip()
    return not condition or condition == etag


@dataclass(frozen=True, slots=True)
class _Chunks:
    """The bytes of a part, read as they are sent; closed by the response, also when the client goes away."""

    file: File[bytes]
    part: Part

    def __iter__(self) -> Iterator[bytes]:
        self.file.seek(self.part.first)
        left = self.part.length
        while left > 0 and (chunk := self.file.read(min(CHUNK_BYTES, left))):
            left -= len(chunk)
            yield chunk

    def close(self) -> None:
        """Close the file."""
        self.file.close()
