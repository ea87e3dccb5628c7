"""PURE. What a fact is: something that a rule can ask of a listing.

A fact has one of three states for a listing: *known*, *lacking* (the listing has nothing of the kind: no price, no
photo that was read) or *failed* (it could not be found out). A rule sees `NAME`, and for facts that can lack something
also `has_NAME`. A lacking fact has no value, so a rule must ask `has_NAME` first, which is checked before it is saved.
A failed fact has neither, so whatever depends on it is an *error*, and that holds the listing for review.

Facts in days are kept as the moment since when they are counted, and become a number at the moment of asking, so that
they need no daily rewriting and a decision can be replayed as of its day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

HAS = "has_"
FOLDED, SKELETON = "_folded", "_skeleton"


class FactType(StrEnum):
    """What kind of value a fact has; the value is the type's name in the language."""

    BOOL = "bool"
    INT = "int"
    DOUBLE = "double"
    TEXT = "string"
    TEXTS = "list<string>"
    INTS = "list<int>"
    DAYS = "days"
    """Whole days since a moment, an int in the language; negative for a moment that is to come."""


class Source(StrEnum):
    """Where a fact comes from."""

    LISTING = "listing"
    SELLER = "seller"
    BRAND = "brand"
    PRICE = "price"
    PHOTO = "photo"
    NAMES = "names"
    HISTORY = "history"


class Cost(StrEnum):
    """What finding a fact out takes, for one listing among many."""

    ROW = "row"
    """Stands in the listing's own rows."""
    LOOKUP = "lookup"
    """Is looked up in other tables, for many listings at once."""
    MODEL = "model"
    """Comes from a machine-learning model, some time after the photo came in."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a rule can ask.

    `is_searched` texts can be searched with `mentions` and `imitates`: they are kept in two more forms, see `forms`.
    `seller_sees` says whether a seller may be told of the fact by its meaning; what it is compared with is never told.
    """

    name: str
    type: FactType
    source: Source
    cost: Cost
    meaning: str
    example: Any = field(hash=False)
    unit: str = ""
    can_lack: bool = False
    is_searched: bool = False
    seller_sees: bool = True

    @property
    def has_name(self) -> str:
        """The name under which a rule asks whether the fact is known."""
        return f"{HAS}{self.name}"


def forms(fact: Fact) -> tuple[str, ...]:
    """Return under which names a searched text's other forms are kept: its plain words, and what they look like."""
    return (f"{fact.name}{FOLDED}", f"{fact.name}{SKELETON}") if fact.is_searched else ()
