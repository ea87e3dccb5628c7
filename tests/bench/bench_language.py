"""500 rules asked of one listing, beside the CEL runtime alone on the same expressions and one ready activation.

Each round has a listing with texts that were not seen before, so folding them counts. Rounds alternate, medians count.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from catalog.rules.explaining import explain
from catalog.rules.fact_types import FactType
from catalog.rules.fact_values import fact_values
from catalog.rules.facts import FACTS
from catalog.rules.forms import folded_words
from catalog.rules.language import Rule, compile_rule
from catalog.rules.listing_facts import ListingFacts, ListKind, RuleList
from catalog.rules.online import evaluate
from catalog.rules.runtime import Activation, asking_lists

RULES, ENTRIES, ROUNDS, LETTERS = 500, 10_000, 40, 5_000
NOW = datetime(2026, 3, 4, tzinfo=UTC)
LISTS = {
    "sellers": RuleList("sellers", ListKind.SELLERS, frozenset(f"shop-{n}" for n in range(ENTRIES))),
    "words": RuleList("words", ListKind.WORDS, frozenset(folded_words(f"toy{n} watch") for n in range(ENTRIES))),
    "photos": RuleList("photos", ListKind.PHOTOS, frozenset(n * 0x9E3779B97F4A7 for n in range(ENTRIES))),
}
PLAIN = ("has_price && price < {n}.5 && !is_authorized && seller_age_days < 30",)
MIXED = (
    *PLAIN,
    'mentions(description, "mirror quality {n}") && !is_authorized',
    'imitates(title, "nike{n}") || photo_count < {n}',
    'mentions_any(description, "words") && photo_count < {n}',
    'photo_in_list(photo_hashes, "photos", 4) && photo_count > {n}',
    'in_list(seller, "sellers") || photo_count > {n}',
    'title.matches(r"\\bair\\s+max {n}\\b")',
    'markets.exists(m, m == "D{n}")',
)


def rows() -> list[dict[str, Any]]:
    """Return the time for 500 rules of each kind, for compiling one and for explaining one."""
    return [
        _asking("500 rules of facts alone", _rules(PLAIN)),
        _asking("500 rules with searches, lists of 10,000 and patterns", _rules(MIXED)),
        _row("a rule compiled", _median(lambda _: _rules(MIXED[:4], 1)), "", None, 1.0),
        _row("a rule that fired explained", _median(_explaining()), "", None, 5.0),
    ]


def _rules(texts: tuple[str, ...], count: int = RULES) -> list[Rule]:
    kinds = {name: each.kind for name, each in LISTS.items()}
    return [compile_rule(texts[n % len(texts)].replace("{n}", str(n)), kinds) for n in range(count)]


def _listing(number: int) -> ListingFacts:
    values = {
        fact.name: NOW - timedelta(days=5) if fact.type == FactType.DAYS else fact.example for fact in FACTS.values()
    }
    text = (f"Mirror {number} quality shoes, ship without box. " * 200)[:LETTERS]
    return ListingFacts(values | {"title": f"Nike Air Max {number}", "description": text}, NOW)


def _asking(name: str, rules: list[Rule]) -> dict[str, Any]:
    ready = Activation(fact_values(_listing(0)).asked)

    def bare(_: int) -> None:
        with asking_lists(LISTS):
            for rule in rules:
                rule.expression._native.eval(ready.native)

    listings = [_listing(number) for number in range(ROUNDS)]
    ours, peers = [], []
    for number in range(ROUNDS):
        ours.append(_timed(lambda number=number: evaluate(rules, listings[number], LISTS)))
        peers.append(_timed(lambda: bare(0)))
    return _row(name, statistics.median(ours), "CEL alone, texts folded before", statistics.median(peers), 5.0)


def _explaining() -> Callable[[int], Any]:
    (rule,) = _rules(("has_price && (price < 90.5 || photo_count > 3) && (!is_authorized || relists_photo)",), 1)
    return lambda number: explain(rule, _listing(number), LISTS)


def _median(work: Callable[[int], Any]) -> float:
    return statistics.median(_timed(lambda number=number: work(number)) for number in range(ROUNDS))


def _timed(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def _row(name: str, value: float, peer: str, peer_value: float | None, target: float) -> dict[str, Any]:
    return {
        "name": name,
        "value": round(value, 2),
        "unit": "ms",
        "peer": peer,
        "peer_value": round(peer_value, 2) if peer_value else None,
        "ratio": round(value / peer_value, 2) if peer_value else None,
        "target": f"≤ {target:g} ms",
        "met": value <= target,
    }
