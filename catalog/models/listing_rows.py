"""What fits a filter of the products index, and how to get at some of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import Combinable

from shopadmin.walks import along, is_worth_walking

from ..search import Reading

if TYPE_CHECKING:
    from .products import Product, ProductQuerySet

WALKED = 20_000
"""Through how many products one walks for some that fit before the filter's own index is asked."""
TRIED = 1_000
"""After how many of them one knows better than the statistics whether enough will be found."""
LISTED = 1.0
"""What it costs to find a row by the filter's index without fetching it, in rows that one walks past."""


class Listing(NamedTuple):
    """The products that fit a filter, in no order; how its words were read, and the words, folded.

    `among` are all products that the filter is about, one seller's or everybody's, in an order that is quickly read.
    """

    rows: ProductQuerySet
    among: ProductQuerySet
    reading: Reading = Reading.EXACT
    words: Sequence[str] = ()

    def some(self, *columns: str | Combinable, most: int) -> list[tuple[Any, ...]]:
        """Return columns of at most `most` of the products; of which, where more fit, is the database's choice."""
        rows = self.rows.values_list(*columns)[:most]
        if is_worth_walking(self.rows, self.among, most, cost_of_found=LISTED):
            for steps in (TRIED, WALKED):
                found = self._within(rows, steps)
                if len(found) == most:
                    return found
                if len(found) * WALKED < most * steps:
                    break
        return list(rows)

    def _within(self, rows: QuerySet[Product, Any], steps: int) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(*along(rows, self.among[:steps]))
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
