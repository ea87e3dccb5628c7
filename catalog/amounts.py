"""PURE. Amounts of money as people write them: "1.234,50 €", "USD 12", "1'234.50", "CHF 12.-".

A mark between digits is a decimal mark when it is the last of both kinds, or stands once before other than three
digits; it is a thousands separator when it stands more than once. One mark before exactly three digits can be either:
the decimal mark that is usual where the text comes from decides, and without one the amount is ambiguous.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from .markets import currency_named
from .money import DOLLARS, minor_digits

MOST_MINOR = 10**15
"""No price is higher, in minor units; it also keeps sums of prices inside the database's integers."""

_LETTERS_FOR_DIGITS = str.maketrans("OolI|SB", "0011158")
_LETTERS_IN_NUMBERS = re.compile(r"(?<=[0-9.,])[OolI|SB]+|[OolI|SB]+(?=[0-9.,])")
_ARABIC_MARKS = str.maketrans({"٫": ".", "٬": "'"})
_NO_CENTS = re.compile(r"(?<=[0-9])[.,][-−–—]+(?![0-9.,])")
_AMOUNT = re.compile(
    r"(?P<sign>[-−–(+]?)\s*(?P<before>[^0-9.,+\-−–(]*)(?P<number>[-−–(+]?\s*[0-9.,].*?)(?P<after>[^0-9.,)\-−–]*)"
)
_MINUS = "-−–("
_GROUPED = re.compile(r"[0-9]{1,3}(?:[ '’][0-9]{3})+(?=[.,]|$)")
_ONE_MARK = re.compile(r"([0-9]*)([.,])([0-9]*)")
_REPEATED = re.compile(r"[0-9]{1,3}([.,])[0-9]{2,3}(?:\1[0-9]{2,3})*\1[0-9]{3}")
_BOTH = re.compile(r"([0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3})\.([0-9]+)|([0-9]{1,3}(?:\.[0-9]{2,3})*\.[0-9]{3}),([0-9]+)")


class Fault(StrEnum):
    """What keeps a text from being an amount."""

    NO_AMOUNT = "no amount"
    NEGATIVE = "negative"
    AMBIGUOUS = "ambiguous"
    TOO_MANY_DECIMALS = "too many decimals"
    TOO_LARGE = "too large"
    NO_CURRENCY = "no currency"
    OTHER_CURRENCY = "other currency"
    UNCLEAR_DOLLAR = "unclear dollar"


class InvalidAmount(ValueError):
    """The text is no amount.

    `meant` is the text with digits for letters that look like them, where that is an amount. `minor` is the amount that
    was probably meant by too many decimals, or the larger one of two that it could be. `currency` is the one beside the
    number, or else the expected one.
    """

    def __init__(self, fault: Fault, *, meant: str = "", minor: int | None = None, currency: str = "") -> None:
        super().__init__(str(fault))
        self.fault = fault
        self.meant = meant
        self.minor = minor
        self.currency = currency


@dataclass(frozen=True, slots=True)
class Amount:
    """Whole minor units of a currency; `written` is the code of the currency that stood beside them, if any."""

    minor: int
    currency: str
    written: str = ""


def read_amount(text: str, currency: str = "", decimal_mark: str = "") -> Amount:
    """Return the amount in `text`, whose currency is `currency` unless it says one itself. Raises `InvalidAmount`.

    `decimal_mark` is the point or the comma, whichever is usual where the text comes from; empty when that is unknown.
    """
    plain = _plain(text)
    parts = _AMOUNT.fullmatch(plain)
    if parts is None:
        raise _no_amount(plain, currency, decimal_mark)
    number = parts["number"].strip()
    written = _written_currency(parts, currency)
    if written is None:
        raise _no_amount(plain, currency, decimal_mark)
    if not (said := written or currency):
        raise InvalidAmount(Fault.NO_CURRENCY)
    if currency and said != currency:
        raise InvalidAmount(Fault.OTHER_CURRENCY, currency=said)
    if parts["sign"] in tuple(_MINUS) or number[0] in _MINUS or number[-1] in _MINUS:
        raise InvalidAmount(Fault.NEGATIVE)
    split = _split(number.lstrip("+ "))
    if split is None:
        raise _no_amount(plain, said, decimal_mark)
    return Amount(_minor(*split, said, decimal_mark), said, written)


def _plain(text: str) -> str:
    """Return the text in its compatibility form, with ASCII digits for those of all scripts and without "no cents"."""
    plain = unicodedata.normalize("NFKC", text).strip().translate(_ARABIC_MARKS)
    digits = "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in plain)
    return _NO_CENTS.sub("", digits)


def _written_currency(parts: re.Match[str], currency: str) -> str | None:
    """Return the code of the currency beside the number, empty without one, or None when something else is there.

    A dollar sign is that of `currency`. Raises `InvalidAmount` when it may be any kind of dollar.
    """
    words = [word for part in (parts["before"], parts["after"]) if (word := part.strip(" .:'"))]
    if "$" in words and currency not in DOLLARS and _split(parts["number"].strip()) is not None:
        raise InvalidAmount(Fault.UNCLEAR_DOLLAR)
    codes = {currency if _is_own(word, currency) else currency_named(word) for word in words}
    return None if "" in codes or len(codes) > 1 else next(iter(codes), "")


def _is_own(word: str, currency: str) -> bool:
    return word.upper() == currency or (word == "$" and currency in DOLLARS)


def _split(number: str) -> tuple[str, str, str] | None:
    """Return the digits before and after what may be the decimal mark, and that mark; None when it is no number."""
    if (grouped := _GROUPED.match(number)) is not None:
        number = re.sub(r"[ '’]", "", grouped[0]) + number[grouped.end() :]
    if re.fullmatch("[0-9]+", number):
        return number, "", ""
    if (both := _BOTH.fullmatch(number)) is not None:
        whole, fraction = (both[1], both[2]) if both[1] else (both[3], both[4])
        return re.sub("[.,]", "", whole), fraction, ""
    if _REPEATED.fullmatch(number):
        return re.sub("[.,]", "", number), "", ""
    single = _ONE_MARK.fullmatch(number)
    if single is None or not (single[1] or single[3]):
        return None
    whole, mark, fraction = single.groups()
    can_be_either = len(fraction) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")
    return whole, fraction, mark if can_be_either else ""


def _minor(whole: str, fraction: str, mark: str, currency: str, decimal_mark: str) -> int:
    """Return the number in minor units; `mark` is one that can be a decimal mark or a thousands separator."""
    digits = minor_digits(currency)
    if not mark:
        return _in_minor(whole, fraction, currency)
    grouped = _in_minor(whole + fraction, "", currency)
    if digits == 0 or (decimal_mark and mark != decimal_mark):
        return grouped
    if digits >= 3 and mark == (decimal_mark or "."):
        return _in_minor(whole, fraction, currency)
    fault = Fault.TOO_MANY_DECIMALS if decimal_mark else Fault.AMBIGUOUS
    raise InvalidAmount(fault, meant=f"{whole}.{fraction}", minor=grouped, currency=currency)


def _in_minor(whole: str, fraction: str, currency: str) -> int:
    digits = minor_digits(currency)
    kept, dropped = fraction[:digits], fraction[digits:]
    major = whole.lstrip("0") or "0"
    if len(major) > len(str(MOST_MINOR)) or (minor := int(major + kept.ljust(digits, "0"))) > MOST_MINOR:
        raise InvalidAmount(Fault.TOO_LARGE, currency=currency)
    if dropped.strip("0"):
        rounded = minor + (dropped[0] >= "5")
        raise InvalidAmount(Fault.TOO_MANY_DECIMALS, minor=rounded, currency=currency)
    return minor


def _no_amount(plain: str, currency: str, decimal_mark: str) -> InvalidAmount:
    """Return the error, with the text as it would be if letters beside digits that look like digits were digits."""
    meant = _LETTERS_IN_NUMBERS.sub(lambda found: found[0].translate(_LETTERS_FOR_DIGITS), plain)
    if meant == plain:
        return InvalidAmount(Fault.NO_AMOUNT, currency=currency)
    try:
        amount = read_amount(meant, currency or "EUR", decimal_mark or ".")
    except InvalidAmount:
        return InvalidAmount(Fault.NO_AMOUNT, currency=currency)
    return InvalidAmount(Fault.NO_AMOUNT, meant=meant, minor=amount.minor, currency=currency)
