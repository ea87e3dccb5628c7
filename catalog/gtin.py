"""PURE. Article numbers: GTIN-8, -12, -13 and -14, as GS1 defines them."""

from __future__ import annotations

from stdnum import ean

LENGTHS = (8, 12, 13, 14)


class InvalidGtin(ValueError):
    """The text is not a GTIN; the message says why, and `suggestion` is what was probably meant, if that is clear."""

    def __init__(self, message: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.suggestion = suggestion


def clean_gtin(text: str) -> str:
    """Return the digits of a GTIN without spaces and hyphens; raise `InvalidGtin` when it cannot be one.

    The last digit is checked against the others (GS1 General Specifications, section 7.9).
    """
    digits: str = ean.compact(text)
    if not digits.isascii() or not digits.isdigit():
        raise InvalidGtin("A GTIN may hold digits only.")
    if len(digits) not in LENGTHS:
        raise InvalidGtin(f"A GTIN has 8, 12, 13 or 14 digits, not {len(digits)}.")
    right = digits[:-1] + ean.calc_check_digit(digits[:-1])
    if digits != right:
        raise InvalidGtin(f"The last digit does not fit the others; with the right one it would be {right}.", right)
    return digits
