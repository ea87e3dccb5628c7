"""Hands out stored files to people who may see them, through Django's storages."""

from __future__ import annotations

import logging

from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest, HttpResponseBase

from .ranges import ranged_response

logger = logging.getLogger(__name__)


def stored_file(
    request: HttpRequest, file: FieldFile, *, content_type: str, filename: str, version: str, cache: str
) -> HttpResponseBase:
    """Answer with a stored file, or a part of it; 404 when there is none or the storage has lost it.

    `cache` is the Cache-Control header; the caller has checked that the user may see the file.
    """
    if not file:
        raise Http404("There is no file.")
    try:
        opened = file.open("rb")
        response = ranged_response(request, opened, content_type=content_type, filename=filename, version=version)
    except FileNotFoundError as error:
        logger.error("The storage has lost %s.", file.name)
        raise Http404("The file is no longer stored.") from error
    response.headers["Cache-Control"] = cache
    return response
