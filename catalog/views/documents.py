"""Handing out documents that sellers sent, without letting them do anything in the browser."""

from __future__ import annotations

from pathlib import PurePath

from django.db.models.fields.files import FieldFile
from django.http import HttpRequest, HttpResponseBase

from shopadmin.files import stored_file

from ..documents import CONTENT_TYPES


def document_response(request: HttpRequest, file: FieldFile, *, name: str) -> HttpResponseBase:
    """Answer with a document as `name`: pictures to look at, PDF files to keep, since they can hold scripts.

    The caller has checked that the user may see it.
    """
    ending = PurePath(file.name or "").suffix
    content_type = CONTENT_TYPES.get(ending, "application/octet-stream")
    filename = f"{name}{ending}"
    response = stored_file(
        request,
        file,
        content_type=content_type,
        filename=filename,
        version=file.name or "",
        cache="private, no-store",
    )
    if not content_type.startswith("image/"):
        response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
