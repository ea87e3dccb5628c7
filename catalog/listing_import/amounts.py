"""PURE. Amounts of money as people write them: "1.234,50 €", "USD 12", "1'234.50".

A mark between digits is a decimal mark when one or two digits follow it, and a thousands separator when it stands more
than once or with the other mark behind it. One mark before exactly three digits can be either; what the rest of the
column shows decides (`decimal_mark`), and where it shows nothing, people are asked.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from shopadmin.csv_cells import original_text

from ..money import minor_digits
from .problems import Problem, problem, shown
from .vocabularies import DOLLARS, currency_of

MOST_MINOR = 9_999_999_999
"""The largest amount in minor units: 99,999,999.99 euros."""

_LOOK_ALIKES = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1", "|": "1", "S": "5", "B": "8"})
_ARABIC_MARKS = str.maketrans({"٫": ".", "٬": ","})
_AMOUNT = re.compile(r"(?P<before>[^0-9.,+\-(−]*)(?P<number>[-+(−]?\s*[0-9.,].*?)(?P<after>[^0-9.,)\-]*)")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[ '’][0-9]{3})+(?=[.,]|$)")
_ONE_MARK = re.compile(r"([0-9]*)([.,])([0-9]*)")
_REPEATED = re.compile(r"[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})+")
_BOTH = re.compile(r"([0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3})\.([0-9]+)|([0-9]{1,3}(?:\.[0-9]{3})+),([0-9]+)")


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
    plain = _plain(text)
    parts = _AMOUNT.fullmatch(plain)
    if parts is None:
        return _no_amount(text, currency, plain, mark)
    number = parts["number"].strip()
    written = _written_currency((parts["before"], parts["after"]), currency)
    if isinstance(written, Problem):
        is_unclear = written.code == "unclear-dollar" and _is_number(number)
        return problem("unclear-dollar", text) if is_unclear else _no_amount(text, currency, plain, mark)
    said = written or currency
    if not said:
        return problem("no-currency", text)
    if currency and written and written != currency:
        return problem("other-currency", text, written=written, currency=currency)
    if number[0] in "-(−" or number.endswith("-"):
        return problem("negative", text)
    value = _digits(number.lstrip("+ "), said, mark)
    if value is None:
        return _no_amount(text, said, number, mark)
    if isinstance(value, Problem):
        return Problem(value.code, value=shown(text), facts=value.facts)
    return _within_bounds(value, written, said, text)


def _within_bounds(value: str, written: str, currency: str, text: str) -> Amount | Problem:
    minor = int(value.replace(".", ""))
    if minor == 0:
        return problem("zero", text)
    if minor > MOST_MINOR:
        return problem("absurd", text, most=_as_text(str(MOST_MINOR), currency), currency=currency)
    return Amount(value, written)


def _plain(text: str) -> str:
    """Return the text in its compatibility form with ASCII digits: full-width and Arabic digits become 0 to 9."""
    plain = unicodedata.normalize("NFKC", original_text(text.strip())).strip().translate(_ARABIC_MARKS)
    return "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in plain)


def _written_currency(around: tuple[str, str], currency: str) -> str | Problem:
    """Return the code of the currency beside the number, empty without one; a dollar sign is that of `currency`."""
    words = [word for part in around if (word := part.strip(" .:'"))]
    codes = [currency if word == "$" and currency in DOLLARS else currency_of(word) for word in words]
    unknown = next((code for code in codes if isinstance(code, Problem)), None)
    if unknown is not None:
        return unknown
    return problem("no-amount") if len(set(map(str, codes))) > 1 else next(iter(codes), "")


def _is_number(number: str) -> bool:
    return isinstance(_digits(number, "EUR", "."), str)


def _digits(number: str, currency: str, mark: str) -> str | Problem | None:
    """Return the number with a point and the currency's digits, None when it is no number."""
    if (grouped := _GROUPED.match(number)) is not None:
        number = re.sub(r"[ '’]", "", grouped[0]) + number[grouped.end() :]
    if re.fullmatch("[0-9]+", number):
        return _filled(number, "", currency)
    if (both := _BOTH.fullmatch(number)) is not None:
        whole, fraction = (both[1], both[2]) if both[1] else (both[3], both[4])
        return _filled(re.sub(r"[.,]", "", whole), fraction, currency)
    if _REPEATED.fullmatch(number):
        return _filled(re.sub(r"[.,]", "", number), "", currency)
    single = _ONE_MARK.fullmatch(number)
    if single is None or not (single[1] or single[3]):
        return None
    whole, used, fraction = single.groups()
    if len(fraction) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0"):
        return _three_digits(whole, used, fraction, currency, mark)
    return _filled(whole or "0", fraction, currency)


def _three_digits(whole: str, used: str, fraction: str, currency: str, mark: str) -> str | Problem:
    """Decide between 1.234 as one point two three four and as one thousand two hundred and thirty-four."""
    digits = minor_digits(currency)
    if digits == 0 or (mark and used != mark):
        return _filled(whole + fraction, "", currency)
    if digits >= 3 and used == (mark or "."):
        return _filled(whole, fraction, currency)
    if mark:
        return _filled(whole, fraction, currency)
    return Problem(
        "ambiguous",
        facts={"large": _as_text(f"{whole}{fraction}{'0' * digits}", currency), "small": f"{whole}.{fraction}"},
    )


def _filled(whole: str, fraction: str, currency: str) -> str | Problem:
    digits = minor_digits(currency)
    kept, dropped = fraction[:digits], fraction[digits:]
    if dropped.strip("0"):
        return Problem("too-many-decimals", facts={"currency": currency, "digits": digits})
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{kept.ljust(digits, '0')}" if digits else whole


def _as_text(minor: str, currency: str) -> str:
    digits = minor_digits(currency)
    return f"{minor[:-digits]}.{minor[-digits:]}" if digits else minor


def _no_amount(text: str, currency: str, number: str, mark: str) -> Problem:
    """Return the problem, with what it would be if letters that look like digits were digits."""
    facts = {"currency": currency} if currency else {}
    meant = number.translate(_LOOK_ALIKES)
    if re.search("[0-9]", number) and isinstance(_digits(meant, currency or "EUR", mark or "."), str):
        facts["suggestion"] = meant
    return problem("no-amount", text, **facts)
