"""The files that are exported of the audit log, as tests read them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from django.test import Client

LIST = "/accounts/audit/"


def exported(client: Client, kind: str, query: str = "") -> str:
    """The file that the page offers of what its filters find."""
    response = client.get(f"{LIST}export.{kind}{query}")
    assert "attachment" in response["Content-Disposition"]
    body: Iterable[bytes] = response.streaming_content
    return b"".join(body).decode()


def table(text: str) -> list[dict[str, str]]:
    """The rows of an exported CSV file."""
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
