"""PURE. The facts of many listings as NumPy arrays, for `arrays`.

Texts are factorised: each different text stands in a pool once, and a text is asked once however many listings have it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .fact_types import FOLDED, SKELETON, Fact, FactType
from .fact_values import fact_values
from .forms import folded_words, skeleton_words
from .listing_facts import ListingFacts

type Mask = NDArray[np.bool_]
type Numbers = NDArray[np.int64] | NDArray[np.float64]
type Rows = NDArray[np.intp]
type Values = NDArray[Any] | Texts | Lists

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DTYPES = {FactType.BOOL: np.bool_, FactType.INT: np.int64, FactType.DAYS: np.int64, FactType.DOUBLE: np.float64}
_NOTHING: dict[FactType, Any] = {FactType.BOOL: False, FactType.INT: 0, FactType.DOUBLE: 0.0, FactType.TEXT: "",
            FactType.TEXTS: [], FactType.INTS: [], FactType.DAYS: EPOCH}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts as positions in a pool of different ones; `codes` has one for each row, or a single one for all rows."""

    pool: NDArray[np.object_]
    codes: Rows

    @classmethod
    def of(cls, texts: Iterable[str]) -> Texts:
        """Return texts factorised."""
        places: dict[str, int] = {}
        codes = np.array([places.setdefault(text, len(places)) for text in texts], np.intp)
        return cls(pooled(places), codes)

    def take(self, rows: Rows) -> Texts:
        """Return the texts of some rows."""
        return Texts(self.pool, self.codes[rows]) if self.codes.ndim else self

    def mapped(self, answer: Callable[[str], Any], dtype: type[np.generic]) -> NDArray[Any]:
        """Return what `answer` says of each text, asking it once for each different one that occurs."""
        used = self.used()
        answers = np.zeros(len(self.pool), dtype)
        answers[used] = [answer(text) for text in self.pool[used]]
        return answers[self.codes]

    def used(self) -> Rows:
        """Return the positions in the pool that occur."""
        occurs = np.zeros(len(self.pool), np.bool_)
        occurs[self.codes] = True
        return np.flatnonzero(occurs)

    def spread(self) -> NDArray[np.object_]:
        """Return the texts themselves."""
        return self.pool[self.codes]


@dataclass(frozen=True, slots=True)
class Lists:
    """Lists as stretches of one flat array: where each begins and how many items it has, or one for all rows."""

    flat: NDArray[Any] | Texts
    starts: Rows
    lengths: Rows

    @classmethod
    def of(cls, lists: Sequence[Sequence[Any]], *, are_texts: bool) -> Lists:
        """Return lists end to end."""
        lengths = np.array([len(each) for each in lists], np.intp)
        items = [item for each in lists for item in each]
        flat = Texts.of(items) if are_texts else np.array(items, np.int64)
        return cls(flat, np.cumsum(lengths) - lengths, lengths)

    def take(self, rows: Rows) -> Lists:
        """Return the lists of some rows."""
        return Lists(self.flat, self.starts[rows], self.lengths[rows]) if self.starts.ndim else self


@dataclass(frozen=True, slots=True)
class Column:
    """A fact of all listings; days as microseconds since 1970 (UTC) of the moment from which they are counted.

    `known` is None where all are known, `failed` None where none failed. What is not known has any value.
    """

    values: Values
    known: Mask | None = None
    failed: Mask | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """The facts of `count` listings by name, searched texts also in their forms (see `fact_types.forms`)."""

    count: int
    as_of: datetime
    columns: Mapping[str, Column]


def pooled(texts: Iterable[str]) -> NDArray[np.object_]:
    """Return texts as an array of objects."""
    listed = list(texts)
    pool = np.empty(len(listed), np.object_)
    pool[:] = listed
    return pool


def columns_of(listings: Sequence[ListingFacts], facts: Iterable[Fact], as_of: datetime) -> Columns:
    """Return the facts of some listings as columns; a value that is not of its fact's type counts as failed."""
    columns: dict[str, Column] = {}
    seen = [fact_values(listing) for listing in listings]
    for fact in facts:
        known = np.array([fact.name in each.asked for each in seen], np.bool_)
        failed = np.array([fact.name in each.failed for each in seen], np.bool_)
        nothing = _NOTHING[fact.type]
        pairs = zip(listings, known, strict=True)
        values = [each.values[fact.name] if is_known else nothing for each, is_known in pairs]
        masks = (None if known.all() else known, failed if failed.any() else None)
        columns[fact.name] = Column(_as_array(fact, values), *masks)
        if fact.is_searched:
            columns[f"{fact.name}{FOLDED}"] = Column(Texts.of(map(folded_words, values)), *masks)
            columns[f"{fact.name}{SKELETON}"] = Column(Texts.of(map(skeleton_words, values)), *masks)
    return Columns(len(listings), as_of, columns)


def _as_array(fact: Fact, values: list[Any]) -> Values:
    match fact.type:
        case FactType.TEXT:
            return Texts.of(values)
        case FactType.TEXTS | FactType.INTS:
            return Lists.of(values, are_texts=fact.type == FactType.TEXTS)
        case FactType.DAYS:
            return np.array([microseconds(each) for each in values], np.int64)
    return np.array(values, _DTYPES[fact.type])


def microseconds(moment: datetime) -> int:
    """Return a moment as microseconds since 1970 (UTC)."""
    return (moment - EPOCH) // timedelta(microseconds=1)
