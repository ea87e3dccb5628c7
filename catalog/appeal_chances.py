"""PURE. Whether a seller may appeal, and how: once against each decision, and once more with documents.

The Digital Services Act, Article 20, asks for appeals against each decision for six months at least, free of charge and
answered by people; it does not say how often. An invoice that comes late is the usual reason why a right seller loses
an appeal, so that a second one is taken for what it brings. After that a dispute goes to others (Article 21).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

APPEAL_FOR = timedelta(days=183)
"""Sellers can appeal for six months at least (Digital Services Act, Article 20(1))."""


class Chance(StrEnum):
    """What a seller can do against what holds a listing back."""

    FIRST = "first"
    WITH_DOCUMENTS = "with documents"
    WAITING = "waiting"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Made:
    """An appeal: when it was made, and whether it still waits for an answer."""

    at: datetime
    is_waiting: bool


def appeal_chance(*, decided_at: datetime, made: Sequence[Made], now: datetime) -> Chance:
    """Return what can be done against a decision of `decided_at` that stands.

    `made` are all appeals against the hold, also those against decisions that this one has replaced: they do not use up
    what the seller may say against it. The first appeal is taken as long as the decision stands, the second one within
    `APPEAL_FOR`.
    """
    if any(appeal.is_waiting for appeal in made):
        return Chance.WAITING
    against_it = sum(appeal.at >= decided_at for appeal in made)
    if against_it == 0:
        return Chance.FIRST
    if against_it == 1 and now - decided_at <= APPEAL_FOR:
        return Chance.WITH_DOCUMENTS
    return Chance.NONE
