"""PURE. From the names in a file's header to the fields of a listing: a guess with a score, and what people chose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process

from ..names import folded
from .columns import BY_NAME, COLUMNS, IGNORED
from .problems import Problem, shown
from .vocabularies import country_of, currency_of

SURE = 100
LEAST_SCORE = 84
LONGEST_NAME = 100
IGNORE = ""
PRICE_IN = "price_"
"""Before a country's code: the price in that market, as in `price_MX`."""
_PRICE_IN = re.compile(r"(?:price|precio|pvp)[ _\-(\[]+([a-z]{2})[)\]]?", re.IGNORECASE)

_SYNONYMS: Mapping[str, str] = {
    folded(name): column.name for column in reversed(COLUMNS) for name in (column.name, *column.synonyms)
}
_IGNORED = {folded(name): kind for kind, names in IGNORED.items() for name in names}


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """What a column of the file is taken for: a field, or nothing; and how sure that is, 0..100."""

    field: str
    score: int
    ignored_as: str = ""


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """What people chose: for each column of the file its field (empty: left out), and what goes for all rows.

    `market` and `currency` go for rows that do not say theirs; `decimal_mark` is empty when the column's own evidence
    decides. With `goes_live`, new listings that are complete go live; otherwise all start as drafts. What is suggested
    for the kinds of problems in `taken` (as "price:no-amount") stands for the cells.
    """

    fields: tuple[str, ...]
    market: str = ""
    currency: str = ""
    decimal_mark: str = ""
    goes_live: bool = True
    taken: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return what `from_json` understands."""
        return {
            "fields": list(self.fields),
            "market": self.market,
            "currency": self.currency,
            "decimal_mark": self.decimal_mark,
            "goes_live": self.goes_live,
            "taken": list(self.taken),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> ColumnMapping:
        """Return the mapping that `as_json` wrote."""
        return cls(**{**values, "fields": tuple(values["fields"]), "taken": tuple(values.get("taken", ()))})

    @property
    def price_markets(self) -> tuple[str, ...]:
        """The markets that have a price column of their own, in the order of the file."""
        return tuple(name.removeprefix(PRICE_IN) for name in self.fields if name.startswith(PRICE_IN))

    def has(self, name: str) -> bool:
        """Whether some column of the file is taken for that field."""
        return name in self.fields

    def meant(self, wrong: Problem) -> str:
        """Return what stands for the cell, since suggestions for such problems are taken; empty where there is none."""
        return str(wrong.facts.get("suggestion", "")) if wrong.kind in self.taken else ""

    def problems(self) -> list[Problem]:
        """Return why no file can be imported in this way."""
        found = [Problem("no-sku-column")] if not self.has("sku") else []
        twice = [name for name, count in Counter(filter(None, self.fields)).items() if count > 1]
        found += [Problem("field-twice", column=name) for name in twice]
        found += [Problem("unknown-field", value=name) for name in self.fields if name and not is_field(name)]
        if self.price_markets and self.has("market"):
            found.append(Problem("market-and-price-columns"))
        if self.has("price") and self.market in self.price_markets:
            found.append(Problem("price-twice", facts={"market": self.market}))
        if (self.has("price") or self.has("stock")) and country_of(self.market) != self.market:
            found.append(Problem("no-market-chosen", value=shown(self.market)))
        if self.has("price") and currency_of(self.currency) != self.currency:
            found.append(Problem("no-currency-chosen", value=shown(self.currency)))
        return found


def is_field(name: str) -> bool:
    """Whether a column can be taken for `name`: a listing's field, or a price in a market."""
    market = name.removeprefix(PRICE_IN)
    return name in BY_NAME or (name != market and market.isupper() and country_of(market) == market)


def names_of(header: Sequence[str]) -> list[str]:
    """Return a name for each column: empty ones get their number, repeated ones say which they are."""
    seen: Counter[str] = Counter()
    names = []
    for number, name in enumerate((shown(name, LONGEST_NAME) for name in header), 1):
        seen[name] += 1
        if not name:
            names.append(f"({number})")
        else:
            names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def guess_columns(header: Sequence[str]) -> list[ColumnGuess]:
    """Return for each column what it probably is; each field is given to the column that fits it best.

    A name that is known is sure; one that is nearly known (RapidFuzz, typos and additions) counts from 84 of 100.
    """
    candidates = [_candidate(name) for name in header]
    best: dict[str, int] = {}
    for at, guess in enumerate(candidates):
        if guess.field and (guess.field not in best or guess.score > candidates[best[guess.field]].score):
            best[guess.field] = at
    return [
        guess if not guess.field or best[guess.field] == at else ColumnGuess(IGNORE, 0, "duplicate")
        for at, guess in enumerate(candidates)
    ]


def _candidate(name: str) -> ColumnGuess:
    in_market = _PRICE_IN.fullmatch(name.strip())
    if in_market is not None and isinstance(country := country_of(in_market[1]), str):
        return ColumnGuess(PRICE_IN + country, SURE)
    plain = folded(re.sub(r"^g:", "", name.strip()))
    if (kind := _IGNORED.get(plain)) is not None:
        return ColumnGuess(IGNORE, SURE, kind)
    if (known := _SYNONYMS.get(plain)) is not None:
        return ColumnGuess(known, SURE)
    near = process.extractOne(plain, _SYNONYMS.keys(), scorer=fuzz.ratio, score_cutoff=LEAST_SCORE) if plain else None
    return ColumnGuess(_SYNONYMS[near[0]], round(near[1])) if near else ColumnGuess(IGNORE, 0)
