"""Rules: 500 of them on one listing, one of them over a million listings in SQL, and over NumPy columns.

The peers are rule-engine and zen-engine with a prepared rule, over rows as dicts of nothing but what the rule asks, and
the bare NumPy expression that one would write by hand. Rounds alternate, medians count.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import count, product
from typing import Any

import numpy as np

from .rule_facts import AS_OF, LISTINGS, fill_facts
from .tagging_site import measured_apart, row

RULES, SAMPLE, ROUNDS = 500, 20_000, int(os.environ.get("BENCH_ROUNDS", "7"))

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

type Timed = dict[str, float]


def rows() -> list[dict[str, Any]]:
    """Return how long rules take online, in SQL and over arrays, beside their peers."""
    return measured_apart("rules")


def measure() -> list[dict[str, Any]]:
    """Measure on the site that this process was given."""
    return [_online(), *_backtest(), _arrays()]


def alternating(**measured: Callable[[], object]) -> Timed:
    """Return the median seconds of each, measured in turn."""
    times: dict[str, list[float]] = {name: [] for name in measured}
    for _ in range(ROUNDS):
        for name, does in measured.items():
            started = time.perf_counter()
            does()
            times[name].append(time.perf_counter() - started)
    return {name: statistics.median(each) for name, each in times.items()}


def many_rules() -> list[str]:
    """Return 500 different rules as staff write them."""
    brands = ["nike", "adidas", "rolex", "gucci", "prada", "apple", "dyson", "lego", "bose", "hermes"]
    shapes = [
        'brand_is_protected && !is_authorized && mentions(title, "{brand}") && seller_age_days < {number}',
        'has_price_quantile && price_quantile < 0.{number:02d} && brand == "{brand}" && condition == "new"',
        'imitates(title, "{brand}") && !mentions(brand, "{brand}") && photo_count < {number}',
        'in_list(seller, "watched") && has_seller_refund_rate && seller_refund_rate > 0.{number:02d} || relists_photo',
        'title_edited_brands.exists(name, name != brand) && seller_orders < {number} && category.startsWith("{brand}")',
        'has_photo_text && mentions(photo_text, "{brand}") && (photo_twin_sellers >= {number} || relist_signals >= 2)',
        'mentions_any(description, "evasive") && "US" in markets && has_price && price < {number}.5',
    ]
    every = product(range(1, 90), shapes, brands)
    texts = (shape.format(brand=brand, number=number) for number, shape, brand in every)
    return list(dict.fromkeys(texts))[:RULES]


def _online() -> dict[str, Any]:
    from catalog.rules.fact_types import FactType
    from catalog.rules.facts import FACTS
    from catalog.rules.language import compile_rule
    from catalog.rules.listing_facts import ListingFacts, ListKind, RuleList
    from catalog.rules.online import evaluate

    lists = {
        "watched": RuleList("watched", ListKind.SELLERS, frozenset(f"shop-{n}" for n in range(1_000))),
        "evasive": RuleList("evasive", ListKind.WORDS, frozenset(f" word{n} " for n in range(1_000))),
    }
    kinds = {name: each.kind for name, each in lists.items()}
    rules = [compile_rule(text, kinds) for text in many_rules()]
    values = {
        name: AS_OF - timedelta(days=40) if fact.type == FactType.DAYS else fact.example for name, fact in FACTS.items()
    }
    numbers = count()

    def ask_all() -> None:
        title = f"Air Max number {next(numbers)}"
        evaluate(rules, ListingFacts(values | {"title": title}, AS_OF), lists)

    took = alternating(ours=ask_all)["ours"] * 1000
    return row(f"{len(rules)} rules on one listing", took, "ms", "≤ 5 ms", took <= 5)


def _backtest() -> list[dict[str, Any]]:
    from django.db import connection

    from catalog.rules.language import compile_rule
    from catalog.rules.sql import compile_sql

    filled = fill_facts()
    rule = compile_sql(compile_rule(BACKTESTED, {}).tree, {}, as_of=AS_OF)
    asked = (
        "SELECT count(*) FILTER (WHERE fires), count(*) FILTER (WHERE fires IS NULL)"
        f" FROM (SELECT {rule.expression} AS fires FROM bench_facts f) each_listing"
    )

    def backtest() -> tuple[int, int]:
        with connection.cursor() as cursor:
            cursor.execute(asked, rule.parameters)
            found: tuple[int, int] = cursor.fetchone()
            return found

    backtest()
    fetching, peers = _peers()
    timed = alternating(ours=backtest, fetching=fetching, **peers)
    scale = LISTINGS / SAMPLE
    ours = timed["ours"]
    rows = [
        row("filling the table of facts, a million listings", filled, "s", "≤ 60 s", filled <= 60),
        row("backtest of five clauses in SQL, a million listings", ours, "s", "≤ 2 s", ours <= 2),
    ]
    for name in peers:
        theirs = (timed[name] + timed["fetching"]) * scale
        alone = timed[name] * scale
        rows += [
            row(f"backtest beside {name}, its rows fetched", ours, "s", "≥ 20×", theirs / ours >= 20,
                peer=f"{name}, scaled", peer_value=theirs, ratio=theirs / ours),
            row(f"backtest beside {name}, its rows ready in memory", ours, "s", "≥ 20×", alone / ours >= 20,
                peer=f"{name}, scaled", peer_value=alone, ratio=alone / ours),
        ]  # fmt: skip
    return rows


def _peers() -> tuple[Callable[[], list[dict[str, Any]]], dict[str, Callable[[], int]]]:
    """Return what fetches a sample of rows, and what asks each peer of them; all find the same listings."""
    import rule_engine
    import zen
    from django.db import connection

    def fetch() -> list[dict[str, Any]]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {PEERS_COLUMNS} FROM bench_facts LIMIT {SAMPLE}", [AS_OF])
            names = [column.name for column in cursor.description]
            return [dict(zip(names, each, strict=True)) for each in cursor.fetchall()]

    sample = fetch()
    prepared, compiled = rule_engine.Rule(PEERS_RULE), zen.compile_expression(PEERS_RULE)
    peers: dict[str, Callable[[], int]] = {
        "rule-engine": lambda: sum(map(prepared.matches, sample)),
        "zen-engine": lambda: sum(map(compiled.evaluate, sample)),
    }
    found = {does() for does in peers.values()}
    if len(found) != 1:
        raise RuntimeError(f"The peers find different numbers of listings: {found}.")
    return fetch, peers


def _arrays() -> dict[str, Any]:
    from catalog.rules.arrays import evaluate_arrays
    from catalog.rules.columns import Column, Columns, microseconds
    from catalog.rules.language import compile_rule

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
    timed = alternating(ours=lambda: evaluate_arrays(tree, columns, {}), bare=bare)
    ratio = timed["bare"] / timed["ours"]
    ours, theirs = timed["ours"] * 1000, timed["bare"] * 1000
    return row("five numeric clauses over arrays, a million listings", ours, "ms", "≥ 0.3×", ratio >= 0.3,
               peer="bare NumPy", peer_value=theirs, ratio=ratio)  # fmt: skip
