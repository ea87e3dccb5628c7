"""One rule over a million listings: in SQL, and over NumPy columns.

The peers are rule-engine and zen-engine with a prepared rule, over rows as dicts of nothing but what the rule asks, and
the bare NumPy expression that one would write by hand. Rounds alternate, medians count.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np

from catalog.rules.arrays import evaluate_arrays
from catalog.rules.columns import Column, Columns, microseconds
from catalog.rules.language import compile_rule
from catalog.rules.sql import compile_sql

from .rule_facts import AS_OF, LISTINGS, fill_facts
from .tagging_site import measured_apart, row

SAMPLE, ROUNDS = 20_000, int(os.environ.get("BENCH_ROUNDS", "7"))

BACKTESTED = (
    "brand_is_protected && !is_authorized && seller_age_days < 90 && has_price_quantile && price_quantile < 0.2"
    ' && photo_count <= 3 && condition == "new"'
)
PEERS_RULE = (
    "brand_is_protected and not is_authorized and seller_age_days < 90 and price_quantile != null"
    " and price_quantile < 0.2 and photo_count <= 3 and condition == 'new'"
)
PEERS_COLUMNS = (
    "brand_is_protected, is_authorized, CAST(floor(extract(epoch FROM %s - seller_age_days) / 86400) AS int) AS"
    " seller_age_days, price_quantile, photo_count, condition"
)
NUMERIC = (
    "photo_count < 3 && seller_orders < 100 && seller_age_days < 90 && has_price && price < 20.0"
    " && has_seller_refund_rate && seller_refund_rate > 0.1"
)

PEERS_NUMERIC = (
    "photo_count < 3 and seller_orders < 100 and seller_age_days < 90 and price != null and price < 20.0"
    " and seller_refund_rate != null and seller_refund_rate > 0.1"
)

type Timed = dict[str, float]


def rows() -> list[dict[str, Any]]:
    """Return how long a rule takes in SQL and over arrays, beside its peers."""
    return measured_apart("rules")


def measure() -> list[dict[str, Any]]:
    """Measure on the site that this process was given."""
    return [*_backtest(), *_arrays()]


def alternating(**measured: Callable[[], object]) -> Timed:
    """Return the median seconds of each, measured in turn."""
    times: dict[str, list[float]] = {name: [] for name in measured}
    for _ in range(ROUNDS):
        for name, does in measured.items():
            started = time.perf_counter()
            does()
            times[name].append(time.perf_counter() - started)
    return {name: statistics.median(each) for name, each in times.items()}


def _backtest() -> list[dict[str, Any]]:
    from django.db import connection

    filled = fill_facts()
    rule = compile_sql(compile_rule(BACKTESTED, {}).tree, {}, as_of=AS_OF)
    asked = (
        "SELECT count(*) FILTER (WHERE fires), count(*) - count(fires)"
        f" FROM (SELECT {rule.expression} AS fires FROM bench_facts f WHERE {rule.speaks}) speaking"
    )

    def backtest() -> tuple[int, int]:
        with connection.cursor() as cursor:
            cursor.execute(asked, rule.parameters * 2)
            found: tuple[int, int] = cursor.fetchone()
            return found

    def fetch() -> list[dict[str, Any]]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {PEERS_COLUMNS} FROM bench_facts LIMIT {SAMPLE}", [AS_OF])
            names = [column.name for column in cursor.description]
            return [dict(zip(names, each, strict=True)) for each in cursor.fetchall()]

    backtest()
    peers = _peers(PEERS_RULE, fetch())
    timed = alternating(ours=backtest, fetching=fetch, **peers)
    ours = timed["ours"]
    return [
        row("filling the table of facts, a million listings", filled, "s", "≤ 60 s", filled <= 60),
        row("backtest of five clauses in SQL, a million listings", ours, "s", "≤ 2 s", ours <= 2),
        *(_beside("backtest in SQL", f"{name}, rows fetched", ours, timed[name] + timed["fetching"]) for name in peers),
        *(_beside("backtest in SQL", f"{name}, rows in memory", ours, timed[name]) for name in peers),
    ]


def _beside(what: str, peer: str, ours: float, sample: float) -> dict[str, Any]:
    """Return the row of a peer that took so long for the sample."""
    theirs = sample * LISTINGS / SAMPLE
    return row(f"{what}, beside {peer}", ours, "s", "≥ 20×", theirs / ours >= 20,
               peer=f"{peer}, scaled", peer_value=theirs, ratio=theirs / ours)  # fmt: skip


def _peers(rule: str, sample: list[dict[str, Any]]) -> dict[str, Callable[[], int]]:
    """Return what asks each peer of a sample of rows; all must find the same listings."""
    import rule_engine
    import zen

    prepared, compiled = rule_engine.Rule(rule), zen.compile_expression(rule)
    peers: dict[str, Callable[[], int]] = {
        "rule-engine": lambda: sum(map(prepared.matches, sample)),
        "zen-engine": lambda: sum(map(compiled.evaluate, sample)),
    }
    found = {does() for does in peers.values()}
    if len(found) != 1:
        raise RuntimeError(f"The peers find different numbers of listings: {found}.")
    return peers


def _arrays() -> list[dict[str, Any]]:
    random = np.random.default_rng(1)
    photos, orders = random.integers(0, 12, LISTINGS), random.integers(0, 2000, LISTINGS)
    joined = microseconds(AS_OF) - random.integers(0, 1000 * 86_400_000_000, LISTINGS)
    price, refunds = random.lognormal(3, 1, LISTINGS), random.random(LISTINGS) * 0.3
    priced, refunded = random.random(LISTINGS) < 0.8, random.random(LISTINGS) < 0.7
    columns = Columns(
        LISTINGS,
        AS_OF,
        {
            "photo_count": Column(photos),
            "seller_orders": Column(orders),
            "seller_age_days": Column(joined),
            "price": Column(price, priced),
            "seller_refund_rate": Column(refunds, refunded),
        },
    )
    tree = compile_rule(NUMERIC, {}).tree
    since = microseconds(AS_OF - timedelta(days=90))

    def bare() -> np.ndarray:
        return (photos < 3) & (orders < 100) & (joined > since) & priced & (price < 20.0) & refunded & (refunds > 0.1)

    if not np.array_equal(bare(), evaluate_arrays(tree, columns, {}).values):
        raise RuntimeError("The bare expression finds other listings.")
    peers = _peers(PEERS_NUMERIC, _sample(columns))
    timed = alternating(ours=lambda: evaluate_arrays(tree, columns, {}), bare=bare, **peers)
    ours, theirs = timed["ours"], timed["bare"]
    return [
        row("five numeric clauses over arrays, a million listings", ours * 1000, "ms", "≥ 0.3×", theirs / ours >= 0.3,
            peer="bare NumPy", peer_value=theirs * 1000, ratio=theirs / ours),
        *(_beside("five numeric clauses over arrays", f"{name}, rows in memory", ours, timed[name]) for name in peers),
    ]  # fmt: skip


def _sample(columns: Columns) -> list[dict[str, Any]]:
    """Return the first listings as rows, days as numbers and None for what is lacking."""
    cells = {}
    for name, column in columns.columns.items():
        values = np.asarray(column.values)[:SAMPLE]
        if name == "seller_age_days":
            values = (microseconds(AS_OF) - values) // 86_400_000_000
        known = np.ones(SAMPLE, bool) if column.known is None else column.known[:SAMPLE]
        cells[name] = [value if is_known else None for value, is_known in zip(values.tolist(), known, strict=True)]
    return [dict(zip(cells, each, strict=True)) for each in zip(*cells.values(), strict=True)]
