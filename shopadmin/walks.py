"""A few of many rows: walk along an index past all rows until enough fit, instead of collecting all that fit.

An inverted index gives its first row when it has collected them all, so where many fit, it takes the longer the larger
the table is; a walk takes the longer the fewer fit. How many fit is estimated from PostgreSQL's statistics.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import connection
from django.db.models import QuerySet

SORTED = 2.0
"""What it costs to find a row by the filter's index, fetch it and sort it, in steps of a walk."""


def expected(rows: QuerySet[Any, Any]) -> int:
    """Return how many rows PostgreSQL expects, reading none; it is not asked for what nothing can fit."""
    explained = rows.order_by().values_list("pk").explain(format="json")
    return int(json.loads(explained)[0]["Plan"]["Plan Rows"]) if explained else 0


def steps_to_find(most: int, fitting: int, among: QuerySet[Any, Any], *, cost_of_found: float = SORTED) -> int:
    """Return after how many steps through `among`, of which `fitting` fit, one expects to have found `most` of them.

    Where the filter's own index is quicker, that is 0. `cost_of_found` is what each that fits costs there, in steps.
    """
    dearest = fitting * cost_of_found
    if dearest < most:
        return 0
    steps = most * expected(among) // fitting
    return steps if steps <= dearest else 0


def along(rows: QuerySet[Any, Any], walk: QuerySet[Any, Any]) -> tuple[str, tuple[Any, ...]]:
    """Return the statement that looks for `rows` in what `walk` reads, a sliced query of the same table, in its order.

    In this statement, the table's name means the walk. PostgreSQL neither mixes the filter's index into it nor reads
    further than needed when `rows` are sliced, too.
    """
    table = connection.ops.quote_name(rows.model._meta.db_table)
    step, step_values = walk.query.sql_with_params()
    search, values = rows.query.sql_with_params()
    return f"WITH {table} AS ({step}) {search}", (*step_values, *values)
