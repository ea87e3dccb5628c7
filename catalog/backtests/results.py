"""What a backtest tells: what changes for how many listings, whose they are, and what people know of them.

The result is plain JSON:

- `asked`, `fires`, `errs`: how many listings were asked, on how many a candidate fires and acts, or cannot be asked.
- `unchanged`, `changed`: how many listings keep their verdict, and how many do not.
- `transitions`: for each change of verdict `from`, `to`, `count` and a stable random `sample` of listings' keys.
- `mistaken`: the listings that would be held back, and are not, although people cleared a finding of theirs and
  confirmed none: their `count` and a stable random `sample` of their keys.
- `brands`, `sellers`: those with the most changes: `key`, `name`, `changed`, and `transitions` ("clean → hold": 3).
- `verdicts`: of the listings on which a candidate fires, how many people `confirmed` or `cleared`, and what follows for
  the precision: `precision` (None without any) with Wilson's interval `low` and `high`. These listings are not drawn at
  random, so this is what is known, not an estimate for all.
- `work`: how many findings would be new, by `review` and `hold`, and how many `minutes` that takes reviewers.
- `stock_held`, `stock_released`: by currency, price × stock in minor units of the offers of listings that would be held
  back or released. This is the value of what lies in stock, not of what is sold.
- `as_of`, and `lists`, the fingerprint of the lists that were asked; `as_they_were` if that was wanted.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import connection

from ..models import Brand, Finding, Seller, VerdictChoices
from ..rules.measuring.intervals import wilson
from .asking import ROWS
from .candidates import Question

MOST_SAMPLED = 200
"""How many listings of each transition are named."""
MOST_NAMED = 20
"""How many brands and sellers are told apart."""
MINUTES_A_REVIEW, MINUTES_A_HOLD = 2, 4
"""What deciding on one finding takes; assumed until reviews are timed. A hold also answers its seller."""

HELD = (VerdictChoices.BLOCK, VerdictChoices.HOLD, VerdictChoices.ERROR)
ARROW = " → "


def count(question: Question) -> dict[str, Any]:
    """Return what the rows of the table come to."""
    asked = int(_rows(f"SELECT count(*) FROM {question.tables.facts} f JOIN catalog_product p ON p.id = f.product_id"  # noqa: S608
                      " WHERE p.status IN ('live', 'held')")[0][0])  # fmt: skip
    transitions = _transitions()
    changed = sum(int(each["count"]) for each in transitions)
    fires, errs = _rows(
        "SELECT count(*) FILTER (WHERE true = ANY(said)),"  # noqa: S608
        f" count(*) FILTER (WHERE array_position(said, NULL) IS NOT NULL) FROM {ROWS}"
    )[0]
    return {
        "asked": asked,
        "fires": fires,
        "errs": errs,
        "unchanged": asked - changed,
        "changed": changed,
        "transitions": transitions,
        "mistaken": _mistaken(),
        "brands": _named("brand_id", dict(Brand.objects.values_list("pk", "name"))),
        "sellers": _named("seller_id", dict(Seller.objects.values_list("pk", "name"))),
        "verdicts": _verdicts(),
        "work": _work(question),
        "stock_held": _stock(f"becomes = ANY({_HELD}) AND NOT verdict = ANY({_HELD})"),
        "stock_released": _stock(f"verdict = ANY({_HELD}) AND NOT becomes = ANY({_HELD})"),
        "as_of": question.as_of.isoformat(),
        "lists": question.lists.fingerprint,
    }


_STABLY = "hashint8extended(product_id, 0), product_id"
"""An order that is random, and the same each time."""
_HELD = "'{" + ",".join(HELD) + "}'::text[]"


def _transitions() -> list[dict[str, Any]]:
    """Return each change of verdict with its count and sample, the most frequent first."""
    rows = _rows(
        "SELECT verdict, becomes, max(total), array_agg(product_id ORDER BY product_id) FROM ("  # noqa: S608
        " SELECT verdict, becomes, product_id, count(*) OVER kind AS total, row_number() OVER"
        f" (PARTITION BY verdict, becomes ORDER BY {_STABLY}) AS place"
        f" FROM {ROWS} WHERE verdict <> becomes WINDOW kind AS (PARTITION BY verdict, becomes)) AS changed"
        f" WHERE place <= {MOST_SAMPLED} GROUP BY verdict, becomes ORDER BY 3 DESC, 1, 2"
    )
    return [{"from": old, "to": new, "count": total, "sample": sample} for old, new, total, sample in rows]


def _mistaken() -> dict[str, Any]:
    """Return the listings that would be held back although people found them in order."""
    total, sample = _rows(
        f"SELECT count(*), (array_agg(product_id ORDER BY {_STABLY}))[:{MOST_SAMPLED}] FROM {ROWS}"  # noqa: S608
        " JOIN (SELECT product_id FROM catalog_finding WHERE NOT is_error AND state IN (%s, %s)"
        " GROUP BY product_id HAVING NOT bool_or(state = %s)) AS in_order USING (product_id)"
        f" WHERE becomes = ANY({_HELD}) AND NOT verdict = ANY({_HELD})",
        Finding.State.CONFIRMED, Finding.State.CLEARED, Finding.State.CONFIRMED,
    )[0]  # fmt: skip
    return {"count": total, "sample": sample or []}


def _named(column: str, names: dict[int, str]) -> list[dict[str, Any]]:
    """Return the brands or sellers of which the most listings change; listings without one are left out."""
    found: dict[int, Counter[str]] = {}
    for key, old, new, number in _rows(
        f"SELECT {column}, verdict, becomes, count(*) FROM {ROWS}"  # noqa: S608
        f" WHERE verdict <> becomes AND {column} IS NOT NULL GROUP BY 1, 2, 3"
    ):
        found.setdefault(key, Counter())[f"{old}{ARROW}{new}"] = number
    most = sorted(found, key=lambda key: (-found[key].total(), key))[:MOST_NAMED]
    return [
        {"key": key, "name": names.get(key, ""), "changed": found[key].total(), "transitions": dict(found[key])}
        for key in most
    ]


def _verdicts() -> dict[str, Any]:
    """Return what people have said of listings on which a candidate fires; one confirmed finding outweighs others."""
    rows = _rows(
        "SELECT is_confirmed, count(*) FROM (SELECT e.product_id, bool_or(e.state = %s) AS is_confirmed"  # noqa: S608
        f" FROM catalog_finding e JOIN {ROWS} r ON r.product_id = e.product_id"
        " WHERE true = ANY(r.said) AND e.state IN (%s, %s) AND NOT e.is_error GROUP BY e.product_id) AS known"
        " GROUP BY 1",
        Finding.State.CONFIRMED, Finding.State.CONFIRMED, Finding.State.CLEARED,
    )  # fmt: skip
    counts = dict(rows)
    confirmed, cleared = counts.get(True, 0), counts.get(False, 0)
    judged = confirmed + cleared
    interval = wilson(confirmed, judged)
    return {
        "confirmed": confirmed,
        "cleared": cleared,
        "precision": confirmed / judged if judged else None,
        "low": interval.low,
        "high": interval.high,
    }


def _work(question: Question) -> dict[str, int]:
    """Return how many listings would have a finding that they have not, by what becomes of them."""
    reviews, holds = _rows(
        f"SELECT count(*) FILTER (WHERE NOT becomes = ANY({_HELD})), count(*) FILTER (WHERE becomes = ANY({_HELD}))"  # noqa: S608
        f" FROM {ROWS} WHERE NOT fired && %s::bigint[] AND NOT erring && %s::bigint[]"
        " AND said <> %s::boolean[] AND becomes NOT IN ('clean', 'allowed')",
        question.replaced, question.replaced, [False] * len(question.candidates),
    )[0]  # fmt: skip
    minutes = reviews * MINUTES_A_REVIEW + holds * MINUTES_A_HOLD
    return {"review": reviews, "hold": holds, "minutes": minutes}


def _stock(condition: str) -> dict[str, int]:
    """Return the value of what lies in stock of some listings, by currency, in minor units."""
    rows = _rows(
        "SELECT o.currency, sum(o.price_minor::numeric * o.stock) FROM catalog_offer o"  # noqa: S608
        f" JOIN {ROWS} r ON r.product_id = o.product_id WHERE {condition} GROUP BY 1 ORDER BY 1"
    )
    return {currency: int(value) for currency, value in rows}


def _rows(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
