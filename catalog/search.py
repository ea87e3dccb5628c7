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
    words: Sequence[str],
    beginnings: Mapping[str, Sequence[str]],
    near: Mapping[str, Sequence[str]],
    brands: Mapping[str, Sequence[int]],
) -> dict[Reading, str]:
    """Return the query for each reading of the words, from strict to loose; what fits one also fits the next.

    `beginnings` holds the known words that begin like each word, `near` those that are a slip away, and `brands` the
    keys of the brands that any of these names. Numbers are never left out.
    """
    whole = [_forms(text, brands) for text in words]
    begun = [
        any_of([form, *_begun(beginnings.get(text, []), text if place == len(words) else "")])
        for place, (text, form) in enumerate(zip(words, whole, strict=True), start=1)
    ]
    corrected = [
        any_of([form, *(_known(other, brands) for other in near.get(text, []))])
        for text, form in zip(words, begun, strict=True)
    ]
    number = _as_number(words)
    found = {
        Reading.EXACT: any_of([all_of(whole), *number]),
        Reading.BEGINNINGS: any_of([all_of(begun), *number]),
        Reading.CORRECTED: any_of([all_of(corrected), *number]),
    }
    dispensable = [place for place, text in enumerate(words) if not has_digit(text)] if len(words) > 1 else []
    if dispensable:
        found[Reading.ALL_BUT_ONE] = any_of(
            [all_of([*corrected[:place], *corrected[place + 1 :]]) for place in dispensable] + number
        )
    if corrected == begun:
        del found[Reading.CORRECTED]
    return found


def has_digit(text: str) -> bool:
    """Tell whether the text may be a number of something: then it is meant as it stands."""
    return any(letter.isdigit() for letter in text)


def _forms(text: str, brands: Mapping[str, Sequence[int]]) -> str:
    forms = [text, *other_numbers(text)]
    if text.isdigit() and len(text) >= SHORTEST_NUMBER:
        forms.append(text.lstrip("0"))
    return any_of([word(form) for form in forms] + _of_brands(text, brands))


def _begun(known: Sequence[str], last: str) -> list[str]:
    """Return the queries for the known words that begin so: a list for each is quicker than a walk through all words.

    Of the last word, which is perhaps still being typed, an unknown beginning counts as well.
    """
    return [word(other) for other in known] or ([word(last, is_prefix=True)] if last else [])


def _known(text: str, brands: Mapping[str, Sequence[int]]) -> str:
    return any_of([word(text), *_of_brands(text, brands)])


def _of_brands(text: str, brands: Mapping[str, Sequence[int]]) -> list[str]:
    return [facet(Facet.BRAND, key) for key in brands.get(text, [])]


def _as_number(words: Sequence[str]) -> list[str]:
    """Return the query for words that together are an article number: "AB 12-34" is kept as "ab1234" as well."""
    together = "".join(words)
    return [word(together)] if len(words) > 1 and has_digit(together) else []


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
