"""What the page of a backtest shows: which listings change their verdict, with some of each, and what that costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shopadmin.accounts.models import User

from .models import Backtest, Product, VerdictChoices
from .rule_trying import MOST_TRIED, Tried, try_text
from .wording import shown_price

BAR = 100
"""How wide the longest bar is, in units of its drawing."""
STRICTNESS = (
    VerdictChoices.BLOCK, VerdictChoices.HOLD, VerdictChoices.ERROR, VerdictChoices.REVIEW, VerdictChoices.CLEAN,
    VerdictChoices.ALLOWED,
)  # fmt: skip
HELD = frozenset({VerdictChoices.BLOCK, VerdictChoices.HOLD, VerdictChoices.ERROR})


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of verdict: how many listings, how long its bar is (0..100), and some of the listings."""

    before: VerdictChoices
    after: VerdictChoices
    count: int
    bar: float
    rows: Sequence[Tried]

    @property
    def is_stricter(self) -> bool:
        """Whether listings are held back that were not."""
        return self.after in HELD and self.before not in HELD


@dataclass(frozen=True, slots=True)
class Changed:
    """A brand or a seller of which listings change, with the changes in words."""

    name: str
    changed: int
    parts: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class BacktestPage:
    """A result in the order in which it matters: first what would be held back although people cleared it."""

    result: Mapping[str, Any]
    mistaken: Sequence[Tried]
    mistaken_count: int
    transitions: Sequence[Transition]
    brands: Sequence[Changed]
    sellers: Sequence[Changed]
    hours: float
    held: Sequence[str]
    released: Sequence[str]


def backtest_page(backtest: Backtest, user: User) -> BacktestPage:
    """Return what a backtest that has succeeded found. Some statements for each kind of change."""
    result = backtest.result or {}
    longest = max((each["count"] for each in result["transitions"]), default=1)
    found = sorted(result["transitions"], key=_urgency)
    return BacktestPage(
        result=result,
        mistaken=_tried(backtest, result["mistaken"]["sample"][:MOST_TRIED], user),
        mistaken_count=result["mistaken"]["count"],
        transitions=[
            Transition(
                before=VerdictChoices(each["from"]),
                after=VerdictChoices(each["to"]),
                count=each["count"],
                bar=BAR * each["count"] / longest,
                rows=_tried(backtest, each["sample"][:MOST_TRIED], user),
            )
            for each in found
        ],
        brands=[_changed(each) for each in result["brands"]],
        sellers=[_changed(each) for each in result["sellers"]],
        hours=result["work"]["minutes"] / 60,
        held=_amounts(result["stock_held"]),
        released=_amounts(result["stock_released"]),
    )


def _urgency(transition: Mapping[str, Any]) -> tuple[int, int]:
    """Order changes by how strict their end is, the more frequent first among equals."""
    return STRICTNESS.index(VerdictChoices(transition["to"])), -transition["count"]


def _tried(backtest: Backtest, keys: Sequence[int], user: User) -> Sequence[Tried]:
    """Return listings with what the text says of them, clause by clause; of a list's change only the listings."""
    if backtest.text:
        return try_text(backtest.text, keys, user).rows
    products = Product.objects.for_user(user).with_card().in_bulk(list(keys))
    return [Tried(products[key], None) for key in keys if key in products]


def _changed(row: Mapping[str, Any]) -> Changed:
    parts = sorted(row["transitions"].items(), key=lambda part: (-part[1], part[0]))
    return Changed(row["name"], row["changed"], [(_arrow(name), number) for name, number in parts])


def _arrow(name: str) -> str:
    before, after = name.split(" → ")
    return f"{VerdictChoices(before).label} → {VerdictChoices(after).label}"


def _amounts(stock: Mapping[str, int]) -> list[str]:
    return [shown_price(value, currency) for currency, value in sorted(stock.items())]
