"""PURE. From words that people type to queries for the products index, and from what it finds to an order.

PostgreSQL finds candidates: every word must be in a product, in the singular or plural, or be a brand's. Where that
finds little, the beginning of a word is enough; where that finds little, words that are one slip away count as well;
where that finds nothing, all words but one. RapidFuzz then ranks what was found. Worked example, "nkie shoes": no
product has a word "nkie…", so "nike", which shares the spelling "nke" with it (see `catalog/models/words.py`), counts
too, and with it the products of the brand Nike; "shoes" also stands for "shoe". Best is whose text is nearest to what
was typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from .facets import Facet, all_of, any_of, facet, word

MOST_WORDS = 12
MOST_CORRECTIONS = 8
SHORTEST_SPELLING = 3
LONGEST_SPELLING = 40
SHORTEST_NUMBER = 8
ENDINGS = ("s", "es", "e", "n", "en", "er")
"""What English, Spanish and German add for more than one."""
SHORTEST_STEM = 3


class Reading(StrEnum):
    """How words were taken, from strict to loose."""

    EXACT = "exact"
    BEGINNINGS = "beginnings"
    CORRECTED = "corrected"
    ALL_BUT_ONE = "all but one"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What of a product is compared with the search; texts are folded (`catalog_folded` in the database)."""

    pk: int
    title: str
    brand: str
    sku: str
    gtin: str


def spellings(text: str) -> list[str]:
    """Return the word and what is left of it without one of its letters."""
    return sorted({text, *(text[:at] + text[at + 1 :] for at in range(len(text)))})


def can_be_corrected(text: str) -> bool:
    """Tell whether slips in the word are forgiven: it has letters only, neither too few nor too many."""
    return SHORTEST_SPELLING <= len(text) <= LONGEST_SPELLING and text.isalpha()


def corrections(text: str, known: Iterable[str]) -> list[str]:
    """Return the known words that are one slip away, nearest first: a letter missing, added, wrong or swapped.

    In words of eight letters and more, two slips are forgiven.
    """
    allowed = 2 if len(text) >= 8 else 1
    found = process.extract(text, list(known), scorer=OSA.distance, score_cutoff=allowed, limit=MOST_CORRECTIONS + 1)
    return [other for other, distance, _index in found if distance > 0][:MOST_CORRECTIONS]


def other_numbers(text: str) -> list[str]:
    """Return what the word may be in the singular or the plural."""
    if len(text) < SHORTEST_STEM or not text.isalpha():
        return []
    stems = [text.removesuffix(ending) for ending in ENDINGS if text.endswith(ending)]
    return [stem for stem in stems if len(stem) >= SHORTEST_STEM] + [text + ending for ending in ENDINGS]


def queries(
    words: Sequence[str], near: Mapping[str, Sequence[str]], brands: Mapping[str, Sequence[int]]
) -> dict[Reading, str]:
    """Return the query for each reading of the words, from strict to loose; what fits one also fits the next.

    `near` holds the corrections of each word, `brands` the keys of the brands that a word or a correction names.
    """
    beginnings = [_forms(text, brands, is_prefix=True) for text in words]
    corrected = [
        any_of([query, *(_known(other, brands) for other in near.get(text, []))])
        for text, query in zip(words, beginnings, strict=True)
    ]
    number = _as_number(words)
    found = {
        Reading.EXACT: any_of([all_of(_forms(text, brands) for text in words), *number]),
        Reading.BEGINNINGS: any_of([all_of(beginnings), *number]),
        Reading.CORRECTED: any_of([all_of(corrected), *number]),
    }
    if len(words) > 1:
        found[Reading.ALL_BUT_ONE] = any_of(
            all_of([*corrected[:left_out], *corrected[left_out + 1 :]]) for left_out in range(len(words))
        )
    if corrected == beginnings:
        del found[Reading.CORRECTED]
    return found


def _forms(text: str, brands: Mapping[str, Sequence[int]], *, is_prefix: bool = False) -> str:
    forms = [word(text, is_prefix=is_prefix), *(word(other) for other in other_numbers(text))]
    if text.isdigit() and len(text) >= SHORTEST_NUMBER:
        forms.append(word(text.lstrip("0")))
    return any_of(forms + _of_brands(text, brands))


def _known(text: str, brands: Mapping[str, Sequence[int]]) -> str:
    return any_of([word(text), *_of_brands(text, brands)])


def _of_brands(text: str, brands: Mapping[str, Sequence[int]]) -> list[str]:
    return [facet(Facet.BRAND, key) for key in brands.get(text, [])]


def _as_number(words: Sequence[str]) -> list[str]:
    """Return the query for words that together are an article number: "AB 12-34" is kept as "ab1234" as well."""
    together = "".join(words)
    return [word(together)] if len(words) > 1 and any(letter.isdigit() for letter in together) else []


def ranked(words: Sequence[str], candidates: Sequence[Candidate], *, most: int) -> list[int]:
    """Return the keys of at most `most` candidates, best first.

    Before all others come those of which the words are the whole SKU, GTIN, brand or title, in this order. The others
    are scored by RapidFuzz: 0.7 × how well the words are among those of title and brand, whatever their order, plus
    0.3 × how near the whole texts are; equals stay in the order of title and key.
    """
    if not candidates:
        return []
    asked = " ".join(words)
    texts = [f"{one.title} {one.brand}".strip() for one in candidates]
    among = process.cdist([asked], texts, scorer=fuzz.token_set_ratio, dtype=np.float32)[0]
    whole = process.cdist([asked], texts, scorer=fuzz.ratio, dtype=np.float32)[0]
    scores = (0.7 * among + 0.3 * whole).tolist()
    order = sorted(
        zip(candidates, scores, strict=True),
        key=lambda pair: (_rank_of_whole(asked, pair[0]), -pair[1], pair[0].title, pair[0].pk),
    )
    return [one.pk for one, _score in order[:most]]


def _rank_of_whole(asked: str, candidate: Candidate) -> int:
    number = asked.replace(" ", "")
    if number == candidate.sku.replace(" ", ""):
        return 0
    if candidate.gtin and number.lstrip("0") == candidate.gtin.lstrip("0"):
        return 1
    if asked == candidate.brand:
        return 2
    return 3 if asked == candidate.title else 4
