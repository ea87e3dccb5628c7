"""PURE. Cells of CSV files that people open in a spreadsheet."""

from __future__ import annotations

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_text(text: str) -> str:
    """Return the text with an apostrophe before it when a spreadsheet would take it for a formula.

    The characters are those that the OWASP page on CSV injection names, their full-width forms, and the line feed.
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
