"""Files as bytes, and what becomes of them."""

from __future__ import annotations

import io

import pytest

from catalog.listing_import.encodings import EncodingEvidence
from catalog.listing_import.opening import guess_format, open_table
from catalog.listing_import.problems import FileProblem
from catalog.listing_import.tables import Table, TableFormat


def guessed(content: bytes) -> TableFormat:
    evidence = EncodingEvidence()
    for start in range(0, len(content), 1000):
        evidence.add(content[start : start + 1000])
    return guess_format(content[:65536], evidence.guess())


def opened(content: bytes, form: TableFormat | None = None) -> Table:
    return open_table(io.BytesIO(content), form or guessed(content))


def rows(content: bytes, form: TableFormat | None = None) -> dict[int, list[str]]:
    """The rows that are not blank, by number."""
    found = {}
    for block in opened(content, form).blocks:
        found.update({block.first_number + at: list(cells) for at, cells in enumerate(block.rows) if cells})
    return found


def faults(content: bytes) -> dict[int, str]:
    found = {}
    for block in opened(content).blocks:
        found.update({block.first_number + at: fault.code for at, fault in block.faults.items()})
    return found


def problem_of(content: bytes) -> tuple[str, dict]:
    with pytest.raises(FileProblem) as error:
        rows(content)
    return error.value.code, dict(error.value.facts)
