"""PURE. Prices as people type them: "12,50", "1.234,50 €", "USD 12.5"; kept as whole minor units."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from .money import SIGNS, amount, minor_digits

MOST_MINOR = 10**15
"""A price above this is no price; it also keeps sums of prices inside the database's integers."""

HUGE_MAJOR = 100_000
HUGE_MAJOR_WITHOUT_CENTS = 10_000_000
JUMP = 10

_NOT_WRITTEN = re.compile(r"[\s'’]")
_MINUS = re.compile(r"^\s*[-−–(]|[-−–]\s*$")
_NO_CENTS = re.compile(r"[.,][-−–—]+$")
_NUMBER = re.compile(r"\d*([.,]\d*)*")
_LOOKALIKES = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1", "|": "1"})
_ARABIC_SEPARATORS = str.maketrans({"٫": ".", "٬": ""})


class PriceProblem(StrEnum):
    """What keeps a text from being a price."""

    NOT_AN_AMOUNT = "not an amount"
    NEGATIVE = "negative"
    TOO_MANY_DECIMALS = "too many decimals"
    OTHER_CURRENCY = "other currency"
    TOO_LARGE = "too large"


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
    number = _bare_number(text, currency, decimal_separator)
    whole, fraction = _split(number, currency, decimal_separator)
    digits = minor_digits(currency)
    exact = Decimal(f"{whole or '0'}.{fraction or '0'}")
    minor = exact.scaleb(digits)
    if len(whole) > len(str(MOST_MINOR)) or minor > MOST_MINOR:
        raise InvalidPrice(PriceProblem.TOO_LARGE)
    if minor != minor.to_integral_value():
        rounded = int(minor.to_integral_value(ROUND_HALF_UP))
        raise InvalidPrice(
            PriceProblem.TOO_MANY_DECIMALS, typed_price(rounded, currency, decimal_separator=decimal_separator)
        )
    return int(minor)


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


def _bare_number(text: str, currency: str, decimal_separator: str) -> str:
    """Return digits and separators only; raise `InvalidPrice` when something else is left."""
    plain = _ascii_digits(unicodedata.normalize("NFKC", text)).translate(_ARABIC_SEPARATORS)
    number = _NO_CENTS.sub("", _NOT_WRITTEN.sub("", _without_currency(plain, currency)))
    if _MINUS.search(number):
        raise InvalidPrice(PriceProblem.NEGATIVE)
    if _NUMBER.fullmatch(number) and any(letter.isdigit() for letter in number):
        return number
    meant = number.translate(_LOOKALIKES)
    suggestion = ""
    if meant != number and _NUMBER.fullmatch(meant):
        minor = parse_price(meant, currency, decimal_separator=decimal_separator)
        suggestion = typed_price(minor, currency, decimal_separator=decimal_separator)
    raise InvalidPrice(PriceProblem.NOT_AN_AMOUNT, suggestion)


def _ascii_digits(text: str) -> str:
    """Return the text with the digits of all scripts as 0 to 9."""
    return "".join(str(unicodedata.digit(letter)) if letter.isdecimal() else letter for letter in text)


def _without_currency(text: str, currency: str) -> str:
    """Take the currency's code or sign off the text; raise `InvalidPrice` when it names another one."""
    own = SIGNS.get(currency, currency)
    for name in (currency, own, "$" if own.endswith("$") else own):
        for bare in (text.strip().removeprefix(name), text.strip().removesuffix(name)):
            if bare != text.strip():
                return bare
    others = [sign for sign in SIGNS.values() if sign in text]
    if others or re.search(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])", text):
        raise InvalidPrice(PriceProblem.OTHER_CURRENCY)
    return text


def _split(number: str, currency: str, decimal_separator: str) -> tuple[str, str]:
    """Return the digits before and after the decimal separator; raise `InvalidPrice` when they cannot be told."""
    marks = [letter for letter in number if letter in ".,"]
    if len(set(marks)) == 2:
        whole, _, fraction = number.rpartition(marks[-1])
        if marks.count(marks[-1]) > 1:
            raise InvalidPrice(PriceProblem.NOT_AN_AMOUNT)
        return _ungrouped(whole), fraction
    if len(marks) > 1:
        return _ungrouped(number), ""
    if not marks:
        return number, ""
    whole, _, fraction = number.partition(marks[0])
    if len(fraction) == 3 and whole.strip("0"):
        return _thousands_or_decimals(whole, fraction, currency, marks[0] == decimal_separator, decimal_separator)
    return whole, fraction


def _thousands_or_decimals(
    whole: str, fraction: str, currency: str, is_decimal: bool, decimal_separator: str
) -> tuple[str, str]:
    """Decide on "1.234": the language says which mark it is, unless the currency has no such decimals."""
    digits = minor_digits(currency)
    if digits >= 3 and is_decimal:
        return whole, fraction
    if len(whole) <= 3 and (digits == 0 or not is_decimal):
        return whole + fraction, ""
    if len(whole) <= 3:
        minor = int(whole + fraction) * 10**digits
        meant = typed_price(minor, currency, decimal_separator=decimal_separator)
        raise InvalidPrice(PriceProblem.TOO_MANY_DECIMALS, meant)
    return whole, fraction


def _ungrouped(whole: str) -> str:
    """Return digits without the marks between groups: three digits each, or two before the last three, as in India."""
    first, *groups = re.split("[.,]", whole)
    if groups and not (1 <= len(first) <= 3 and len(groups[-1]) == 3 and all(2 <= len(group) <= 3 for group in groups)):
        raise InvalidPrice(PriceProblem.NOT_AN_AMOUNT)
    return first + "".join(groups)
