"""PURE. Names as people type them, made comparable."""

from __future__ import annotations

import unicodedata


def folded(name: str) -> str:
    """Return the name without case, accents, punctuation and spaces: "L'Oréal " and "loreal" become the same.

    Letters of scripts without case, and all digits, stay. The result of a name of only punctuation is empty.
    """
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in unicodedata.normalize("NFKD", plain) if letter.isalnum())
