"""The bodies that the API of imports takes: a table itself as the body, and how large it may be."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.parsers import BaseParser

_BYTES_AT_ONCE = 1 << 20


class TooLarge(APIException):
    """The body is larger than a file may be (RFC 9110, section 15.5.14)."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE


class TableParser(BaseParser):
    """Takes the body itself as the file; it goes to disk, however large it is."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """Return the body as the file `file`, at its beginning. Raises `TooLarge`."""
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the view reads it; it goes with its last reference
        left = most_bytes()
        while piece := stream.read(_BYTES_AT_ONCE):
            left -= len(piece)
            if left < 0:
                raise too_large()
            file.write(piece)
        file.seek(0)
        return {"file": file}


class JsonLinesParser(TableParser):
    """JSON Lines, each line an object."""

    media_type = "application/jsonl"


class NdjsonParser(TableParser):
    """JSON Lines under their other name."""

    media_type = "application/x-ndjson"


class CsvParser(TableParser):
    """A CSV file."""

    media_type = "text/csv"


def most_bytes() -> int:
    """Return how large a file may be."""
    return int(settings.SHOPADMIN["IMPORT_MAX_BYTES"])


def too_large() -> TooLarge:
    """Return the error that says how large a file may be."""
    text = _("The file is larger than %(megabytes)d MB; divide it into several.")
    return TooLarge(text % {"megabytes": most_bytes() // 2**20})
