"""PURE. How audit entries are chained, and how to prove that nobody has changed, removed or moved one.

The *payload* of an entry is a JSON array of the values of `FIELDS`, in that order, written the way PostgreSQL writes
`jsonb` as text: `", "` between items, `": "` after keys, the keys of each object sorted by their length in bytes and
then bytewise, no escapes but those that JSON demands. Keys and places are whole numbers or null; `at` is text like
`2026-03-01T12:30:00.000000+00:00`; before and after are objects without fractional numbers.

The *hash* of an entry is SHA-256, in lower-case hexadecimal, of the previous entry's hash followed by the payload, in
UTF-8; the first entry follows `FIRST_HASH`. Positions count from 1 without a gap.

The database seals entries with its own function (see the migration); this module shares nothing with it but the text
above, so that each checks the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any, NamedTuple

FIRST_HASH = "0" * 64
FIELDS = (
    "position",
    "at",
    "actor_kind",
    "actor_key",
    "actor_name",
    "token_name",
    "action",
    "target_label",
    "target_key",
    "target_name",
    "tenant_key",
    "before",
    "after",
    "reason",
    "request_id",
)

MOST_FAULTS = 100
"""How many faults a report names; it counts all."""

_MOST_MOVES = 12
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


class Canonical(str):
    """A part of a payload that is written as its definition asks already, such as what PostgreSQL says of a `jsonb`."""

    __slots__ = ()


class FaultKind(StrEnum):
    """What can be wrong with the chain."""

    CHANGED = "changed"
    MOVED = "moved"
    MISSING = "missing"
    UNSEALED = "unsealed"
    CUT = "cut"
    REWRITTEN = "rewritten"
    UNGUARDED = "unguarded"


class Fault(NamedTuple):
    """Something that is wrong, at which position (None where an entry has none), in words."""

    kind: FaultKind
    position: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found: how many entries, the last one's place and hash, and the first faults."""

    entries: int
    position: int
    hash: str
    faults: tuple[Fault, ...]
    faults_count: int


def payload(values: Sequence[Any]) -> str:
    """Return the canonical text of the values of `FIELDS`."""
    return f"[{', '.join(map(_written, values))}]"


def chained(previous: str, text: str) -> str:
    """Return the hash of an entry with the payload `text` that follows the entry with the hash `previous`."""
    return sha256((previous + text).encode()).hexdigest()


@dataclass(slots=True)
class Verifier:
    """Follows the chain entry by entry; what it keeps does not grow with the chain."""

    anchors: Mapping[int, str] = field(default_factory=dict)
    """Hashes of entries that were written down elsewhere, by position."""

    _entries: int = 0
    _position: int = 0
    _hash: str = FIRST_HASH
    _faults: list[Fault] = field(default_factory=list)
    _faults_count: int = 0
    _broken: dict[int, tuple[str, Sequence[Any]]] = field(default_factory=dict)
    _misplaced: set[str] = field(default_factory=set)

    def feed(self, rows: Iterable[tuple[str, Sequence[Any]]]) -> None:
        """Check entries in the order of their positions, each given as its stored hash and the values of `FIELDS`."""
        for stored, values in rows:
            position = values[0]
            self._entries += 1
            follows = position == self._position + 1
            if not follows:
                self._note_gap(position)
            elif chained(self._hash, payload(values)) != stored:
                self._note_mismatch(stored, values)
            if self.anchors and self.anchors.get(position, stored) != stored:
                self.note(FaultKind.REWRITTEN, position, f"Entry {position} is not the one that the anchor names.")
            self._position, self._hash = position, stored

    def note(self, kind: FaultKind, position: int | None, text: str) -> None:
        """Add a fault to the report."""
        self._faults_count += 1
        if len(self._faults) < MOST_FAULTS:
            self._faults.append(Fault(kind, position, text))

    def finish(self) -> Report:
        """Return what was found. Call it once."""
        for position in sorted(position for position in self.anchors if position > self._position):
            text = f"The chain ends at {self._position}, but the anchor names entry {position}: the tail was cut off."
            self.note(FaultKind.CUT, position, text)
        self._explain()
        return Report(self._entries, self._position, self._hash, tuple(self._faults), self._faults_count)

    def _note_gap(self, position: int) -> None:
        first, last = self._position + 1, position - 1
        if first > last:
            self.note(FaultKind.CHANGED, position, f"Position {position} is there more than once.")
            return
        which = f"Entry {first} is" if first == last else f"Entries {first} to {last} are"
        self.note(FaultKind.MISSING, first, f"{which} missing; entry {position} cannot be checked without.")

    def _note_mismatch(self, stored: str, values: Sequence[Any]) -> None:
        """Note an entry that does not fit to the one before it."""
        text = payload(values)
        if self._follows_misplaced(stored, text):
            return
        if len(self._broken) < _MOST_MOVES:
            self._broken[values[0]] = (stored, values)
            self._misplaced |= {self._hash, stored, chained(self._hash, text)}
        position = values[0]
        text = f"Entry {position} ({_named(values)}) is not as it was sealed, or it follows a forged one."
        self.note(FaultKind.CHANGED, position, text)

    def _explain(self) -> None:
        """Now that all is known, say which of the first broken entries were moved, and acquit their neighbours."""
        explained = []
        for fault in self._faults:
            stored, values = self._broken.get(fault.position or 0, ("", ()))
            if fault.kind is not FaultKind.CHANGED or not values:
                explained.append(fault)
            elif (origin := self._origin(values)) is not None:
                text = f"Entry {values[0]} ({_named(values)}) was moved here from position {origin}."
                explained.append(Fault(FaultKind.MOVED, values[0], text))
            elif self._follows_misplaced(stored, payload(values)):
                self._faults_count -= 1
            else:
                explained.append(fault)
        self._faults = explained

    def _follows_misplaced(self, stored: str, text: str) -> bool:
        """Tell whether the entry is as it was sealed, and only the one before it is not where it was."""
        return any(chained(other, text) == stored for other in self._misplaced)

    def _origin(self, values: Sequence[Any]) -> int | None:
        """Return the position, among the broken ones, at which these values would fit into the chain."""
        sealed = {stored for stored, _values in self._broken.values()}
        for position in self._broken:
            text = payload([position, *values[1:]])
            if position != values[0] and any(chained(previous, text) in sealed for previous in self._misplaced):
                return position
        return None


def _named(values: Sequence[Any]) -> str:
    entry = dict(zip(FIELDS, values, strict=True))
    target = " ".join(part for part in (entry["target_label"], entry["target_key"]) if part)
    return f"{entry['action']} on {target or 'nothing'} by {entry['actor_name'] or entry['actor_kind']}"


def _written(value: Any) -> str:
    """Return the text of one value; the common kinds first, since a log has millions of them."""
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    if value is None:
        return "null"
    if kind is int:
        return str(value)
    return value if kind is Canonical else _encode(_ordered(value))


def _ordered(value: Any) -> Any:
    """Sort the keys of objects, at any depth, as `jsonb` keeps them."""
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value, key=_rank)}
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    return value


def _rank(key: str) -> tuple[int, bytes]:
    encoded = key.encode()
    return len(encoded), encoded
