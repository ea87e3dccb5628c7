"""A few of many rows: walk along an index past all rows until enough fit, instead of collecting all that fit.

An inverted index gives its first row when it has collected them all, so where many fit, it takes the longer the larger
the table is; a walk takes the longer the fewer fit. How many fit is estimated from PostgreSQL's statistics.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet

SORTED = 2.0
"""What it costs to find a row by the filter's index, fetch it and sort it, in rows that one walks past."""


def is_worth_walking(
    rows: QuerySet[Any, Any], among: QuerySet[Any, Any], most: int, *, cost_of_found: float = SORTED
) -> bool:
    """Tell whether `most` of `rows` are found sooner by walking through `among`, of which they are part.

    `cost_of_found` is what each that fits costs otherwise, in rows that one walks past.
    """
    fitting = _expected(rows)
    if fitting * cost_of_found < most:
        return False
    return fitting * cost_of_found >= most * _expected(among) / fitting


def along(rows: QuerySet[Any, Any], walk: QuerySet[Any, Any]) -> tuple[str, tuple[Any, ...]]:
    """Return the statement that looks for `rows` in what `walk` reads, a sliced query of the same table, in its order.

    In this statement, the table's name means the walk. PostgreSQL neither mixes the filter's index into it nor reads
    further than needed when `rows` are sliced, too.
    """
    table = connection.ops.quote_name(rows.model._meta.db_table)
    step, step_values = walk.query.sql_with_params()
    search, values = rows.query.sql_with_params()
    return f"WITH {table} AS ({step}) {search}", (*step_values, *values)


def _expected[M: Model](rows: QuerySet[M, Any]) -> int:
    """Return how many rows PostgreSQL expects, reading none; it is not asked for what nothing can fit."""
    explained = rows.order_by().explain(format="json")
    return int(json.loads(explained)[0]["Plan"]["Plan Rows"]) if explained else 0
