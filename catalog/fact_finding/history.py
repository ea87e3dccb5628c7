"""Listings that come again after they were taken down as counterfeit.

Another listing, of whichever seller, is compared with what was taken down and not restored. *Photo*: two photos look
the same (at most 4 of 64 bits differ). *Text*: the words of the titles agree (Jaccard index of the sets of words at
least 0.8) and the brand is the same, or one of the two declares none. *Price*: one of its prices is within 5 % of the
price taken down, in the same currency; it counts only beside photo or text, since everything costs what something else
does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from itertools import combinations

from django.db import connection

from ..models import Offer
from ..photos.likeness import ALIKE_BITS
from ..rules.forms import folded_words
from .batch import Batch, Listed
from .providers import Given, Known, Provider

ALIKE_WORDS = 0.8
"""The Jaccard index from which two titles say the same: one of nine words may be missing, or replaced in ten."""

ALIKE_PRICE = 0.05

MANY_WORDS = 25
"""Titles of more words are looked for by two words at a time: sets of three would be hundreds."""

# What can be alike, found through two indexes: over the bands of hashes, and over words.
_CANDIDATES = """
    WITH asked AS (
        SELECT product AS id, ARRAY(
            SELECT perceptual_hash FROM catalog_productimage WHERE product_id = product AND perceptual_hash IS NOT NULL
        ) AS hashes
        FROM unnest(%(products)s::bigint[]) AS product
    ),
    candidate AS (
        SELECT asked.id AS asked, taken.id, true AS is_photo FROM asked JOIN catalog_takendown taken
            ON catalog_bands_of_hashes(taken.hashes) && catalog_bands_of_hashes(asked.hashes)
        WHERE EXISTS (
            SELECT FROM unnest(asked.hashes) one, unnest(taken.hashes) other
            WHERE bit_count((one # other)::bit(64)) <= %(bits)s
                AND least(bit_count(one::bit(64)), bit_count(other::bit(64))) > %(bits)s
        )
        UNION ALL
        SELECT probe.id, taken.id, false
        FROM jsonb_to_recordset(%(probes)s::jsonb) AS probe (id bigint, words text[])
        JOIN catalog_takendown taken ON catalog_words_of_form(taken.words) @> probe.words
    )
    SELECT candidate.asked, taken.brand_id, taken.words, bool_or(is_photo), taken.price_minor, taken.currency
    FROM candidate JOIN catalog_takendown taken ON taken.id = candidate.id
    WHERE taken.restored_at IS NULL AND taken.product_id <> candidate.asked
    GROUP BY candidate.asked, taken.id"""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a listing looked like that was taken down; `is_photo` says that a photo looks like one of the other's."""

    brand: int | None
    words: frozenset[str]
    is_photo: bool
    price_minor: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class Signals:
    """What of a listing agrees with one that was taken down."""

    photo: bool
    text: bool
    price: bool

    @property
    def count(self) -> int:
        """How many agree; a price alone is chance."""
        return self.photo + self.text + self.price if self.photo or self.text else 0


def find(batch: Batch, known: Known) -> Known:
    """Return what agrees with listings that were taken down; asks the database once."""
    words = {listed.product.pk: frozenset(folded_words(listed.product.title).split()) for listed in batch.listings}
    taken = _candidates(words)
    return {
        listed.product.pk: _given(
            [compare(listed, words[listed.product.pk], each) for each in taken[listed.product.pk]]
        )
        for listed in batch.listings
    }


def _given(signals: Sequence[Signals]) -> Given:
    return Given(
        {
            "relists_photo": any(each.photo for each in signals),
            "relists_text": any(each.text for each in signals),
            "relist_signals": max((each.count for each in signals), default=0),
        }
    )


def compare(listed: Listed, words: Set[str], taken: Taken) -> Signals:
    """Return what of the listing, whose title has those words, agrees with what was taken down."""
    brand = listed.product.brand_id
    is_of_brand = brand is None or taken.brand is None or brand == taken.brand
    return Signals(
        taken.is_photo,
        is_of_brand and jaccard(words, taken.words) >= ALIKE_WORDS,
        any(_is_near(offer, taken) for offer in listed.offers),
    )


def _is_near(offer: Offer, taken: Taken) -> bool:
    if taken.price_minor is None or offer.currency != taken.currency:
        return False
    return abs(offer.price_minor - taken.price_minor) <= ALIKE_PRICE * taken.price_minor


def jaccard(one: Set[str], other: Set[str]) -> float:
    """Return how many of the words that either has both have, 0 to 1; 0 where neither has any."""
    together = len(one | other)
    return len(one & other) / together if together else 0.0


def probes(words: Iterable[str]) -> list[tuple[str, ...]]:
    """Return sets of words of which any title with a Jaccard index of at least 0.8 contains one whole.

    Such a title has at least 80 % of the words. So of any 20 % and k more words it has at least k, and one of the sets
    of k that can be made of these is in it. The longest words are taken, since they are rarest; with two or three at a
    time the index finds few titles, also where each word is frequent.
    """
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    count = len(ordered)
    together = min(3 if count <= MANY_WORDS else 2, count)
    missing = int((1 - ALIKE_WORDS) * count + 1e-9)
    return list(combinations(ordered[: missing + together], together)) if ordered else []


def _candidates(words: dict[int, frozenset[str]]) -> dict[int, list[Taken]]:
    """Return what was taken down and may be alike, for each product by its key."""
    found: dict[int, list[Taken]] = {key: [] for key in words}
    asked = [{"id": key, "words": probe} for key, each in words.items() for probe in probes(each)]
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, {"products": list(words), "probes": json.dumps(asked), "bits": ALIKE_BITS})
        for key, brand, form, is_photo, price, currency in cursor.fetchall():
            found[key].append(Taken(brand, frozenset(form.split()), is_photo, price, currency))
    return found


PROVIDER = Provider("history", "1", ("relists_photo", "relists_text", "relist_signals"), find)
