"""PURE. A file of any kind as a table: a header, then blocks of rows with the numbers that a spreadsheet shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .problems import Problem

MOST_COLUMNS = 500
# A block is what is in memory at once.
ROWS_A_BLOCK = 2000


class Kind(StrEnum):
    """What a file is; the value is stored."""

    DELIMITED = "delimited"
    XLSX = "xlsx"
    JSON_LINES = "jsonl"


@dataclass(frozen=True, slots=True)
class TableFormat:
    """How a file is read. Encoding, delimiter and quote matter to delimited text; an empty quote means none.

    `sheet` is the one of a workbook that is read (empty: the one that is guessed), of the visible `sheets`.
    """

    kind: Kind = Kind.DELIMITED
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    sheet: str = ""
    sheets: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return what `from_json` understands."""
        return {
            "kind": self.kind,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "quote": self.quote,
            "sheet": self.sheet,
            "sheets": list(self.sheets),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> TableFormat:
        """Return the format that `as_json` wrote."""
        return cls(**{**values, "kind": Kind(values["kind"]), "sheets": tuple(values.get("sheets", ()))})


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows in the order of the file. A blank row has no cells; every other row has one for each column.

    `faults` says, by place in `rows`, what was wrong with a row already as text: cells that were cut or could not be
    decoded, too few or too many of them.
    """

    first_number: int
    rows: Sequence[Sequence[str]]
    faults: Mapping[int, Problem] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """A header, in the row of that number, and the rows below it. `blocks` can be walked once."""

    header: Sequence[str]
    header_number: int
    blocks: Iterator[Block]


def blocks_of(numbered: Iterator[tuple[int, Sequence[str], Problem | None]], width: int) -> Iterator[Block]:
    """Turn rows that are numbered one by one into blocks in which each row has `width` cells.

    Numbers must rise; rows that the numbers leave out are blank, and so is a row of empty cells.
    """
    rows: list[Sequence[str]] = []
    faults: dict[int, Problem] = {}
    first = next_number = 0
    for number, cells, fault in numbered:
        next_number = next_number or number
        while True:
            first = first if rows else next_number
            is_there = next_number == number
            if is_there and fault is not None:
                faults[len(rows)] = fault
            rows.append(fitted(cells, width, keep=fault is not None) if is_there else ())
            next_number += 1
            if len(rows) >= ROWS_A_BLOCK:
                yield Block(first, rows, faults)
                rows, faults = [], {}
            if is_there:
                break
    if rows:
        yield Block(first, rows, faults)


def fitted(cells: Sequence[str], width: int, *, keep: bool = False) -> Sequence[str]:
    """Return `width` of the cells, filled up with empty ones; none at all when all are empty, unless `keep`."""
    if not keep and not any(cells):
        return ()
    return cells if len(cells) == width else [*cells[:width], *[""] * (width - len(cells))]
