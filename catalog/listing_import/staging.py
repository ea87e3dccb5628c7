"""From blocks of cells to a table in the database: one COPY, in PostgreSQL's text form, for the whole file.

A block that holds nothing unusual is joined as it is. Otherwise its rows are looked at one by one: what PostgreSQL
cannot keep becomes �, what is endless is cut, and the row is marked for `rows.judge_row`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from .cells import Cells
from .columns import BY_NAME, COLUMNS, WORDS
from .headers import PRICE_IN, ColumnMapping
from .problems import Problem, problem
from .screening import are_accepted
from .tables import Block

LOOK = "look"
CLEAN = "clean"
LONGEST_CELL = 100_000
"""The most characters of a cell that are kept; longer ones are reported with their length."""

_BETWEEN = "\x1f"
# Control characters but the line feed, which descriptions may hold, and the one that divides the cells.
_UNUSUAL = bytes({*range(0x20), 0x7F, ord("\\")} - {0x0A, 0x1F})
_ODD = re.compile("[\x00-\x09\x0b-\x1f\x7f\ufffd\ud800-\udfff]")
_LOST = re.compile("[\x00\ud800-\udfff]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\x1f": "\\\x1f"})

type Row = Sequence[str]


@dataclass(slots=True)
class RowCounts:
    """How many rows were read so far, how many of them are blank, and whether PostgreSQL has read them itself.

    `odd` counts those that must be judged cell by cell without being marked so.
    """

    rows: int = 0
    blank: int = 0
    is_direct: bool = False
    odd: int = 0


class Stager:
    """Turns blocks into the bytes of a COPY into `columns`, and counts rows."""

    def __init__(self, mapping: ColumnMapping) -> None:
        self.counts = RowCounts()
        self._fields = [column.name for column in COLUMNS if mapping.has(column.name)]
        places = [mapping.fields.index(name) for name in self._fields]
        self._market_places = [at for at, name in enumerate(mapping.fields) if name.startswith(PRICE_IN)]
        self._pick: Callable[[Row], Row] = (
            itemgetter(*places) if len(places) > 1 else lambda cells: [cells[at] for at in places]
        )
        self._names = mapping.fields
        self._judged = [(at, name) for at, name in enumerate(mapping.fields) if name and name not in WORDS]

    @property
    def columns(self) -> list[str]:
        """The columns of the table in the order of the bytes."""
        return ["number", "mark", "fault", *self._fields, *(["market_prices"] if self._market_places else [])]

    def pieces(self, blocks: Iterator[Block]) -> Iterator[bytes]:
        """Yield the bytes for each block."""
        for block in blocks:
            self.counts.rows += len(block.rows)
            marks = self._marks(block)
            yield self._quick(block, marks) or self._careful(block, marks)

    def _marks(self, block: Block) -> list[str]:
        """Return the mark of each row."""
        blank = [""] * len(self._names)
        rows = [cells or blank for cells in block.rows]
        columns = ((name, Cells.of([cells[at] for cells in rows])) for at, name in self._judged)
        return ["" if accepted else LOOK for accepted in are_accepted(columns).tolist()]

    def _quick(self, block: Block, marks: Sequence[str]) -> bytes | None:
        """Return the block's bytes if nothing in it is unusual."""
        if block.faults or self._market_places or not all(block.rows):
            return None
        joined = map(_BETWEEN.join, map(self._pick, block.rows))
        numbered = enumerate(zip(marks, joined, strict=True), block.first_number)
        lines = [f"{number}{_BETWEEN}{mark}{_BETWEEN * 2}{line}" for number, (mark, line) in numbered]
        if max(map(len, lines)) > LONGEST_CELL:
            return None
        text = "\n".join(lines)
        if "\ufffd" in text or text.count("\n") != len(lines) - 1:
            return None
        try:
            data = f"{text}\n".encode()
        except UnicodeEncodeError:  # half of a surrogate pair, out of JSON
            return None
        is_plain = len(data.translate(None, _UNUSUAL)) == len(data)
        return data if is_plain and data.count(b"\x1f") == len(lines) * (len(self._fields) + 2) else None

    def _careful(self, block: Block, marks: Sequence[str]) -> bytes:
        lines = []
        for at, cells in enumerate(block.rows):
            fault = block.faults.get(at)
            if not cells and fault is None:
                self.counts.blank += 1
                continue
            lines.append(self._line(block.first_number + at, cells or [""] * len(self._names), fault, marks[at]))
        return "".join(lines).encode()

    def _line(self, number: int, cells: Row, fault: Problem | None, mark: str) -> str:
        picked = list(self._pick(cells))
        prices = [cells[at] for at in self._market_places]
        is_odd = fault is not None or _ODD.search("".join((*picked, *prices))) is not None
        if is_odd or sum(map(len, picked)) > LONGEST_CELL:
            is_odd = True
            fault = fault or self._too_long(picked)
            picked = [as_kept(cell[:LONGEST_CELL]) for cell in picked]
            prices = [as_kept(cell[:LONGEST_CELL]) for cell in prices]
        said = "" if fault is None else json.dumps(_as_json(fault))
        parts = [LOOK if is_odd else mark, said, *picked]
        if prices:
            parts.append(_array(prices))
        return f"{number}{_BETWEEN}{_BETWEEN.join(part.translate(_ESCAPES) for part in parts)}\n"

    def _too_long(self, picked: Row) -> Problem | None:
        for name, cell in zip(self._fields, picked, strict=True):
            if len(cell) > LONGEST_CELL:
                most = getattr(BY_NAME[name], "longest", LONGEST_CELL)
                return problem("too-long", cell[:100], length=len(cell), most=most).at(name)
        return None


def as_kept(cell: str) -> str:
    """Return the cell with � for each character that PostgreSQL cannot keep: NUL, and halves of surrogate pairs."""
    return _LOST.sub("\ufffd", cell)


def _as_json(fault: Problem) -> dict[str, object]:
    plain = json.dumps(dict(fault.facts), ensure_ascii=True)
    value = as_kept(fault.value)
    return {"code": fault.code, "column": fault.column, "value": value, "facts": json.loads(plain)}


def _array(cells: Row) -> str:
    """Return PostgreSQL's text form of an array in which blank cells are NULL."""
    quoted = (cell.replace("\\", "\\\\").replace('"', '\\"') for cell in cells)
    return "{" + ",".join(f'"{cell}"' if cell else "NULL" for cell in quoted) + "}"
