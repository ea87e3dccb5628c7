"""PURE. Prices as people type them: "12,50", "1.234,50 €", "USD 12.5"; kept as whole minor units."""

from __future__ import annotations

from enum import StrEnum

from .amounts import MOST_MINOR, Fault, InvalidAmount, read_amount
from .money import amount, minor_digits

HUGE_MAJOR = 100_000
HUGE_MAJOR_WITHOUT_CENTS = 10_000_000
JUMP = 10


class PriceProblem(StrEnum):
    """What keeps a text from being a price."""

    NOT_AN_AMOUNT = "not an amount"
    NEGATIVE = "negative"
    TOO_MANY_DECIMALS = "too many decimals"
    OTHER_CURRENCY = "other currency"
    TOO_LARGE = "too large"


_PROBLEMS = {
    Fault.NEGATIVE: PriceProblem.NEGATIVE,
    Fault.TOO_MANY_DECIMALS: PriceProblem.TOO_MANY_DECIMALS,
    Fault.OTHER_CURRENCY: PriceProblem.OTHER_CURRENCY,
    Fault.UNCLEAR_DOLLAR: PriceProblem.OTHER_CURRENCY,
    Fault.TOO_LARGE: PriceProblem.TOO_LARGE,
}


class InvalidPrice(ValueError):
    """The text is not a price in that currency; `suggestion` is what was probably meant, as one would type it."""

    def __init__(self, problem: PriceProblem, suggestion: str = "") -> None:
        super().__init__(str(problem))
        self.problem = problem
        self.suggestion = suggestion


class Doubt(StrEnum):
    """Why a price is asked about before it is kept."""

    FREE = "free"
    HUGE = "huge"
    JUMP = "jump"


def parse_price(text: str, currency: str, *, decimal_separator: str = ".") -> int:
    """Return the price in minor units of `currency`; raise `InvalidPrice` with a suggestion where one is clear.

    Point and comma are both understood. Only where one of them could be either (one of them before three digits),
    `decimal_separator`, the one of the person's language, decides.
    """
    try:
        return read_amount(text, currency, decimal_separator).minor
    except InvalidAmount as error:
        suggestion = ""
        if error.minor is not None and error.minor <= MOST_MINOR:
            suggestion = typed_price(error.minor, currency, decimal_separator=decimal_separator)
        raise InvalidPrice(_PROBLEMS.get(error.fault, PriceProblem.NOT_AN_AMOUNT), suggestion) from error


def typed_price(minor: int, currency: str, *, decimal_separator: str = ".") -> str:
    """Return the price as one types it, with all its decimals and without groups; `parse_price` reads it back."""
    return f"{amount(minor, currency):f}".replace(".", decimal_separator)


def doubt(minor: int, currency: str, before: int | None = None) -> Doubt | None:
    """Return why a price looks like a slip, or None: it is free, huge, or ten times more or less than `before`."""
    if before is not None and minor == before:
        return None
    if minor == 0:
        return Doubt.FREE
    if before and (minor >= before * JUMP or minor * JUMP <= before):
        return Doubt.JUMP
    huge = HUGE_MAJOR if minor_digits(currency) else HUGE_MAJOR_WITHOUT_CENTS
    return Doubt.HUGE if not before and amount(minor, currency) >= huge else None
