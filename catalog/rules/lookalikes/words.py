"""PURE. Ordinary words of English and Spanish: what is not an attempt at a brand's name.

The words come from `pyspellchecker` (MIT), which carries how often each was said in film subtitles (OpenSubtitles);
words said fewer than 50 times are not in it. Only its files are read.
"""

from __future__ import annotations

import gzip
import json
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

LANGUAGES = ("en", "es")
"""The languages of the site. Other languages are in the package too and serve for measuring (see `spoofs`)."""

OFTEN = 1000
"""A word said this often is one that buyers read as a word, also where it is a brand: "Apple", "Gap", "Puma".

Brands that are only names stay far below it: Rolex 162, Nike 156, Gucci 72."""


def bare(word: str) -> str:
    """Return a word in small letters without accents and without anything but letters and digits."""
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(part for part in parts if part.isalnum())


@cache
def ordinary_words() -> Mapping[str, int]:
    """Return the words of the site's languages with how often each was said, at least 50 times; takes 0.3 s once."""
    return words_of(LANGUAGES)


def words_of(languages: Sequence[str]) -> dict[str, int]:
    """Return the words of languages (codes as "de"), with and without accents, with how often each was said.

    Raises `FileNotFoundError` for a language that the package does not have.
    """
    found: dict[str, int] = {}
    for language in languages:
        packed = resources.files("spellchecker").joinpath("resources", f"{language}.json.gz").read_bytes()
        counts: dict[str, int] = json.loads(gzip.decompress(packed))
        for word, count in counts.items():
            for form in {word, bare(word)} if not (word.isascii() and word.isalpha()) else (word,):
                found[form] = max(count, found.get(form, 0))
    return found
