"""What fits a filter of the products index, and how to get at some of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import Combinable

from shopadmin.walks import along, expected, steps_to_find

from ..search import Reading, has_digit
from .listing_conditions import readings

if TYPE_CHECKING:
    from .products import Product, ProductQuerySet

ENOUGH_HITS = 10
"""With as many, words are not read more loosely; a number is meant as it stands, so one hit is enough for it."""
WALKED = 20_000
"""Through how many products one walks at most for some that fit before the filter's own index is asked."""
LONG, TRIED = 2_500, 1_000
"""Where more steps are expected, one first tries so many, and knows better than the statistics what the walk finds."""
LEEWAY = 3
"""A walk goes on for so many times the steps that are expected."""
MARGIN = 1.5
"""How much more than enough it must look like by then, since the first steps may be richer than what follows."""
LISTED = 1.0
"""What it costs to find a row by the filter's index without fetching it, in steps of a walk."""


@dataclass(frozen=True)
class Listing:
    """The products that fit a filter, in no order; how its words were read, and the words, folded.

    `among` are all products that the filter is about, one seller's or everybody's, in an order that is quickly read.
    """

    rows: ProductQuerySet
    among: ProductQuerySet
    reading: Reading = Reading.EXACT
    words: Sequence[str] = ()

    @cached_property
    def expected(self) -> int:
        """How many products PostgreSQL expects."""
        return expected(self.rows)

    def some(self, *columns: str | Combinable, most: int) -> list[tuple[Any, ...]]:
        """Return columns of at most `most` of the products; of which, where more fit, is the database's choice."""
        rows = self.rows.values_list(*columns)[:most]
        for steps in self._walks(most):
            found = self._within(rows, steps)
            if len(found) == most:
                return found
            if len(found) * WALKED < most * steps * MARGIN:
                break
        return list(rows)

    def _walks(self, most: int) -> Iterator[int]:
        """Yield through how many products to walk, and through how many if those look promising."""
        steps = steps_to_find(most, self.expected, self.among, cost_of_found=LISTED)
        if steps > LONG:
            yield TRIED
        if steps:
            yield min(max(TRIED, LEEWAY * steps), WALKED)

    def _within(self, rows: QuerySet[Product, Any], steps: int) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(*along(rows, self.among[:steps]))
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def few_hits(listing: Listing) -> int:
    """Return how many products fit, as far as that matters for how words are read."""
    return len(listing.some("pk", most=ENOUGH_HITS))


def strictest(
    products: ProductQuerySet,
    words: Sequence[str],
    conditions: Sequence[str],
    among: ProductQuerySet,
    look: Callable[[Listing], int],
) -> Listing:
    """Keep the products that fit the words and the other conditions; few exact hits are joined by looser ones."""
    found, chosen, hits = Listing(products.none(), among, words=words), Reading.EXACT, 0
    enough = 1 if any(has_digit(word) for word in words) else ENOUGH_HITS
    for reading, query in readings(words).items():
        if hits and reading == Reading.ALL_BUT_ONE:
            break
        found, had_hits = replace(found, rows=products.matching(*conditions, query)), bool(hits)
        hits = look(found)
        if not had_hits:
            chosen = reading
        if hits >= enough:
            break
    return replace(found, reading=chosen)
