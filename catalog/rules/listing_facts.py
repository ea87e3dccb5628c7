"""PURE. The facts of one listing at a moment, and the lists that rules ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from .marking import to_translate as _


@dataclass(frozen=True, slots=True)
class ListingFacts:
    """What is known of a listing `as_of` a moment.

    `values` has what is known, by fact: text as str, lists as lists, numbers as int and float, days as the `datetime`
    from which they are counted. `failed` has what could not be found out, and why. Whatever is in neither is lacking.
    """

    values: Mapping[str, Any]
    as_of: datetime
    failed: Mapping[str, str] = field(default_factory=dict)


class ListKind(StrEnum):
    """What a list holds; a function takes lists of certain kinds."""

    SELLERS = _("sellers")
    BRANDS = _("brands")
    WORDS = _("words")
    ARTICLES = _("articles")
    PHOTOS = _("photos")


@dataclass(frozen=True, slots=True)
class RuleList:
    """A list as rules see it: texts for most kinds (words folded as `mentions` folds them), hashes for photos."""

    name: str
    kind: ListKind
    entries: frozenset[str] | frozenset[int]
