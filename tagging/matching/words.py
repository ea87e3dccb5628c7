"""How well the words read on a picture fit a product's words.

Each word of the query looks for its best partner among the product's words; a partner counts the fourth power of
RapidFuzz's ratio (so that misread letters are forgiven and chance likeness is not) times what the word tells, its
inverse document frequency over the catalogue in nats. The sum is divided by what it takes to single out a product.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from tagging.vision.types import Word

RATIO_POWER = 4
ENOUGH = 1.5
"""The evidence that counts as full, in units of ln(products): somewhat more than singling out one product takes."""

_TOKEN = re.compile(r"[^\W_]{2,}")


def tokens(texts: Iterable[str]) -> frozenset[str]:
    """Return the comparable words of texts: folded case, no accents, at least two characters, no bare numbers."""
    return frozenset[str]().union(*(_tokens_of(text) for text in texts))


@lru_cache(maxsize=65536)
def _tokens_of(text: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(character for character in plain if not unicodedata.combining(character))
    return frozenset(token for token in _TOKEN.findall(letters) if not token.isdigit())


def confident_tokens(words: Iterable[Word]) -> dict[str, float]:
    """Return the comparable words that were read, each with its highest confidence."""
    best: dict[str, float] = {}
    for word in words:
        for token in tokens((word.text,)):
            best[token] = max(best.get(token, 0.0), word.score)
    return best


@dataclass(frozen=True)
class WordStatistics:
    """In how many products of the catalogue a word stands; words that are not listed stand in one at most."""

    products: int
    frequencies: Mapping[str, int]

    def information(self, words: Sequence[str]) -> NDArray[np.float64]:
        """Return what each word tells of the product, in nats: ln(products / products with the word)."""
        counts = np.array([self.frequencies.get(word, 1) for word in words], dtype=np.float64)
        return np.log(max(self.products, 1) / np.maximum(counts, 1.0))

    @property
    def enough(self) -> float:
        """The nats of evidence that count as full."""
        return ENOUGH * math.log(max(self.products, 2))


def count_words(products: Iterable[frozenset[str]]) -> WordStatistics:
    """Count in how many products each word stands; words of a single product need no entry."""
    counts: Counter[str] = Counter()
    number = 0
    for words in products:
        number += 1
        counts.update(words)
    return WordStatistics(number, {word: count for word, count in counts.items() if count > 1})


def word_evidence(
    read: Mapping[str, float], products: Sequence[frozenset[str]], statistics: WordStatistics
) -> NDArray[np.float64]:
    """Return for each product how well the words read fit it, 0 (nothing) to 1 (enough to be sure), shape (products,).

    The order and the repetition of words do not matter. Without words read every product gets 0.
    """
    vocabulary = sorted(frozenset[str]().union(*products))
    if not read or not vocabulary:
        return np.zeros(len(products))
    likeness = process.cdist(list(read), vocabulary, scorer=fuzz.ratio, dtype=np.float32) / 100.0
    told = likeness**RATIO_POWER * statistics.information(vocabulary)
    told *= np.array(list(read.values()))[:, None]
    column = {word: number for number, word in enumerate(vocabulary)}
    filled = [number for number, words in enumerate(products) if words]
    columns = [column[word] for number in filled for word in products[number]]
    starts = np.cumsum([0, *(len(products[number]) for number in filled[:-1])])
    evidence = np.zeros(len(products))
    evidence[filled] = np.maximum.reduceat(told[:, columns], starts, axis=1).sum(axis=0)
    return np.minimum(1.0, evidence / statistics.enough)
