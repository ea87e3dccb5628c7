"""PURE. Queries for the one index behind search and filters, in PostgreSQL's own notation (tsquery).

A product's column `search` holds the words of its title and article numbers, and a facet for everything else that one
filters by: `=s5` is seller 5, `=b7` brand 7, `=c9` category 9, `=tlive` the status, `=nnew` the condition, `=mUS` an
offer in the US, `=oUS` sold out there, `=o` sold out somewhere, `=-m` no offer at all, `=-p` no photo. No word begins
with "=", so a prefix of a word never finds a facet. One index answers every combination by intersecting lists, whatever
each of them holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

NOTHING = "'='"
"""Fits no product."""


class Facet(StrEnum):
    """The kinds of facets; the value is how their lexemes begin."""

    SELLER = "=s"
    BRAND = "=b"
    CATEGORY = "=c"
    STATUS = "=t"
    CONDITION = "=n"
    MARKET = "=m"
    SOLD_OUT = "=o"
    WITHOUT_OFFER = "=-m"
    WITHOUT_PHOTO = "=-p"


def facet(kind: Facet, key: object = "") -> str:
    """Return the query for products with that facet."""
    return quoted(f"{kind.value}{key}")


def offer_conditions(offer: str, market: str) -> list[str]:
    """Return the queries for a filter of offers ("any", "none", "sold-out", "stale") in a market, or in any.

    How old prices are is no facet, since it changes while nobody does anything: "stale" asks for the market only.
    """
    here = facet(Facet.MARKET, market) if market else f"!{facet(Facet.WITHOUT_OFFER)}"
    match offer:
        case "":
            return [here] if market else []
        case "any":
            return [here]
        case "stale":
            return [here] if market else []
        case "none":
            return [f"!{here}" if market else facet(Facet.WITHOUT_OFFER)]
        case "sold-out":
            return [facet(Facet.SOLD_OUT, market)]
        case _:
            return [NOTHING]


def word(text: str, *, is_prefix: bool = False) -> str:
    """Return the query for products with that word, or with a word that begins so."""
    return f"{quoted(text)}:*" if is_prefix else quoted(text)


def quoted(lexeme: str) -> str:
    """Return the lexeme as the notation wants it, whatever is in it."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''").replace("\0", "")
    return f"'{escaped}'"


def any_of(queries: Iterable[str]) -> str:
    """Return the query for what fits one of them; without any, for nothing."""
    return _joined(queries, " | ") or NOTHING


def all_of(queries: Iterable[str]) -> str:
    """Return the query for what fits all of them; without any, the empty text, which stands for everything."""
    return _joined([query for query in queries if query], " & ")


def _joined(queries: Iterable[str], sign: str) -> str:
    found = list(queries)
    return found[0] if len(found) == 1 else sign.join(f"({query})" for query in found)
