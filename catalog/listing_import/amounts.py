"""PURE. Amounts of money in the cells of a file: read like all others, with what the rest of their column shows."""

from __future__ import annotations

from dataclasses import dataclass

from shopadmin.csv_cells import original_text

from .. import amounts, money
from ..amounts import Fault, InvalidAmount
from .problems import Problem, problem

MOST_MINOR = 9_999_999_999
"""The largest amount in minor units: 99,999,999.99 euros."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A plain decimal number with a point and the currency's digits; `currency` is what stood beside it, if any."""

    text: str
    currency: str = ""


def decimal_mark(points: int, commas: int) -> str:
    """Return the decimal mark of a column in which so many amounts show each beyond doubt; empty when unclear."""
    if points > 20 * commas:
        return "."
    return "," if commas > 20 * points else ""


def read_amount(text: str, currency: str, mark: str) -> Amount | Problem:
    """Return the amount in `text`, whose currency is `currency` unless it says one itself.

    `mark` is the column's decimal mark, or empty when that is unknown. The problem says what was probably meant where
    that is clear.
    """
    try:
        read = amounts.read_amount(original_text(text.strip()), currency, mark)
    except InvalidAmount as error:
        return _problem(error, text, currency)
    if read.minor == 0:
        return problem("zero", text)
    if read.minor > MOST_MINOR:
        return _absurd(text, read.currency)
    return Amount(_typed(read.minor, read.currency), read.written)


def _problem(error: InvalidAmount, text: str, currency: str) -> Problem:
    match error.fault:
        case Fault.OTHER_CURRENCY:
            return problem("other-currency", text, written=error.currency, currency=currency)
        case Fault.TOO_LARGE:
            return _absurd(text, error.currency)
        case Fault.TOO_MANY_DECIMALS:
            digits = money.minor_digits(error.currency)
            return problem("too-many-decimals", text, currency=error.currency, digits=digits)
        case Fault.AMBIGUOUS:
            return problem("ambiguous", text, large=_typed(error.minor or 0, error.currency), small=error.meant)
        case Fault.NO_AMOUNT:
            facts = {"currency": error.currency, "suggestion": error.meant}
            return problem("no-amount", text, **{name: fact for name, fact in facts.items() if fact})
    return problem(error.fault.replace(" ", "-"), text)


def _absurd(text: str, currency: str) -> Problem:
    return problem("absurd", text, most=_typed(MOST_MINOR, currency), currency=currency)


def _typed(minor: int, currency: str) -> str:
    return f"{money.amount(minor, currency):f}"
