"""PURE. What is asked of the texts and lists of many listings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .array_values import Valued, Verdict, as_lists, as_texts, compared, either, items_of, judged, rows_with, taken
from .columns import Lists, Mask
from .forms import folded_words
from .listing_facts import ListKind, RuleList
from .matching import matcher
from .tree import Comparison, TextTest

AT_ONCE = 4_000_000
"""How many pairs of hashes are compared at once: 32 MB of differences."""

_TESTS: dict[TextTest, Callable[[str, str], bool]] = {
    TextTest.CONTAINS: str.__contains__,
    TextTest.BEGINS: str.startswith,
    TextTest.ENDS: str.endswith,
}


def text_test(test: TextTest, text: Valued, wanted: Valued) -> Verdict:
    """Return whether texts contain, begin with, end with or match others. Raises ValueError for a faulty pattern."""
    texts, asked, errors = as_texts(text.values), as_texts(wanted.values), either(text.errors, wanted.errors)
    if asked.codes.ndim == 0:
        one = str(asked.pool[asked.codes])
        answer = matcher(one) if test == TextTest.MATCHES else _asking(_TESTS[test], one)
        return judged(texts.mapped(answer, np.bool_), errors)
    pairs = zip(*np.broadcast_arrays(texts.spread(), asked.spread()), strict=True)
    return judged([_TESTS[test](str(one), str(other)) for one, other in pairs], errors)


def _asking(test: Callable[[str, str], bool], wanted: str) -> Callable[[str], bool]:
    return lambda text: test(text, wanted)


def each(texts: Valued, answer: Callable[[str], bool], count: int) -> Verdict:
    """Return what a question says of the texts of `count` rows, or of lists of which one text is enough."""
    if isinstance(texts.values, Lists):
        return any_item(texts, lambda items: items.mapped(answer, np.bool_), count)
    return judged(as_texts(texts.values).mapped(answer, np.bool_), texts.errors)


def any_item(lists: Valued, answers: Callable[[Any], Mask], count: int) -> Verdict:
    """Return whether a question is true of an item of each list."""
    rows, places = items_of(as_lists(lists.values), lists.errors, count)
    return judged(rows_with(rows, answers(taken(as_lists(lists.values).flat, places)), count), lists.errors)


def within(item: Valued, lists: Valued, count: int) -> Verdict:
    """Return whether each row's item is in its list."""
    rows, places = items_of(as_lists(lists.values), lists.errors, count)
    same = compared(Comparison.EQUAL, taken(as_lists(lists.values).flat, places), taken(item.values, rows))
    found = rows_with(rows, np.broadcast_to(same, len(rows)), count)
    return judged(found, either(item.errors, lists.errors))


def has_words(words: str) -> Callable[[str], bool]:
    """Return the question whether folded words stand in a folded text; no words stand in none."""
    return lambda form: words != "" and words in form


def is_entry(asked: RuleList) -> Callable[[str], bool]:
    """Return the question whether a text is in a list; lists of words have folded texts."""
    if asked.kind == ListKind.WORDS:
        return lambda text: folded_words(text) in asked.entries
    return asked.entries.__contains__


def mentions_entry(asked: RuleList) -> Callable[[str], bool]:
    """Return the question whether an entry of a list stands in a folded text."""
    entries = frozenset(str(entry).strip() for entry in asked.entries)
    lengths = sorted({len(entry.split()) for entry in entries if entry})

    def mentions(form: str) -> bool:
        words = form.split()
        return any(
            " ".join(words[start : start + length]) in entries
            for length in lengths
            for start in range(len(words) - length + 1)
        )

    return mentions


def any_near(asked: RuleList, bits: int) -> Callable[[NDArray[Any]], Mask]:
    """Return the question which hashes differ in at most `bits` of 64 from one in a list."""
    known = np.fromiter(map(int, asked.entries), np.int64, len(asked.entries))

    def near(hashes: NDArray[Any]) -> Mask:
        different, places = np.unique(hashes.astype(np.int64), return_inverse=True)
        found = np.zeros(len(different), np.bool_)
        step = max(AT_ONCE // max(len(known), 1), 1)
        for start in range(0, len(different), step):
            differences = different[start : start + step, None] ^ known
            found[start : start + step] = (np.bitwise_count(differences.view(np.uint64)) <= bits).any(axis=1)
        return found[places]

    return near
