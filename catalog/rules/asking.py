"""PURE. What the functions of the rule language answer, for one listing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .forms import folded_words, skeleton_words
from .listing_facts import ListKind, RuleList

LISTS_KEPT = 64
"""Of how many lists what makes asking them quick is remembered: more than a shop's rules ask."""


def in_list(text: str, asked: RuleList) -> bool:
    """Return whether a list has a text: letter by letter, for lists of words whatever its case, accents and signs."""
    return (folded_words(text) if asked.kind == ListKind.WORDS else text) in asked.entries


def any_in_list(texts: Sequence[str], asked: RuleList) -> bool:
    """Return whether a list has at least one of the texts."""
    return any(in_list(text, asked) for text in texts)


def mentions(text: str, words: str) -> bool:
    """Return whether the words stand in a text one after the other, whatever their case, accents and signs between."""
    wanted = folded_words(words)
    return wanted != "" and wanted in folded_words(text)


def mentions_any(text: str, asked: RuleList) -> bool:
    """Return whether an entry of a list of words stands in a text."""
    searched = folded_words(text)
    return not _runs(searched, _longest(asked.entries)).isdisjoint(asked.entries)


def imitates(text: str, word: str) -> bool:
    """Return whether a word, or what looks like it, stands in a text."""
    wanted = skeleton_words(word)
    return wanted != "" and wanted in skeleton_words(text)


def photo_in_list(hashes: Sequence[int], asked: RuleList, bits: int) -> bool:
    """Return whether one of the hashes differs in at most `bits` of 64 from one in a list of photos."""
    known = _as_array(asked.entries)
    if not len(known):
        return False
    return any(int(np.bitwise_count(known ^ np.int64(each).view(np.uint64)).min()) <= bits for each in hashes)


@lru_cache(maxsize=LISTS_KEPT)
def _longest(entries: frozenset[str] | frozenset[int]) -> int:
    """Return of how many words the longest entry is."""
    return max((len(str(entry).split()) for entry in entries), default=0)


@lru_cache(maxsize=LISTS_KEPT)
def _runs(searched: str, longest: int) -> frozenset[str]:
    """Return all runs of up to `longest` words of a folded text, each in folded form."""
    spaces = [at for at, letter in enumerate(searched) if letter == " "]
    found = {searched[start : end + 1] for start, end in pairwise(spaces)}
    for length in range(2, longest + 1):
        found.update(searched[start : end + 1] for start, end in zip(spaces, spaces[length:], strict=False))
    return frozenset(found)


@lru_cache(maxsize=LISTS_KEPT)
def _as_array(entries: frozenset[int]) -> NDArray[np.uint64]:
    """Return hashes as the bits that they are."""
    return np.fromiter(entries, dtype=np.int64, count=len(entries)).view(np.uint64)
