"""Long lists are looked up in SQL by other ways than short ones, and the answers stay those of the online engine."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from catalog.rule_checks import run_sql
from catalog.rules import sql_photos
from catalog.rules.equivalence import disagreements
from catalog.rules.language import compile_rule
from catalog.rules.listing_facts import ListingFacts, ListKind, RuleList
from catalog.rules.sql import compile_sql

pytestmark = pytest.mark.django_db

AS_OF = datetime(2026, 3, 1, tzinfo=UTC)
WORDS = ["air", "max", "pro", "one", "zoom", "été", "ß1", "90", "watch", "of", "gold", "mirror", "quality", "copy"]


def hashes(rng: random.Random, count: int) -> list[int]:
    return [rng.randrange(-(2**63), 2**63) for _ in range(count)]


def flipped(rng: random.Random, known: int, bits: int) -> int:
    """The hash with so many bits changed, drawn at random or next to each other."""
    first = rng.randrange(64 - bits)
    places = rng.sample(range(64), bits) if rng.random() < 0.5 else range(first, first + bits)
    changed = (known ^ sum(1 << place for place in places)) % 2**64
    return changed - 2**64 if changed >= 2**63 else changed


def photos_near(rng: random.Random, known: Sequence[int], bits: int) -> list[ListingFacts]:
    """Listings with photos that differ in as many bits from a listed one as may be, in one more or less, or in many."""
    found = [ListingFacts({"photo_hashes": []}, AS_OF), ListingFacts({}, AS_OF, {"photo_hashes": "broken"})]
    for number in range(150):
        apart = min(max(bits + number % 4 - 1, 0), 63)
        photos = [*hashes(rng, number % 2), flipped(rng, rng.choice(known), apart)]
        found.append(ListingFacts({"photo_hashes": photos}, AS_OF))
    return found


@pytest.mark.parametrize("bits", [0, 1, 2, 4, 6, 8, 10, 11, 16])
@pytest.mark.parametrize("count", [1, sql_photos.FEW, sql_photos.FEW + 1, 1_000])
def test_photos_are_found_in_lists_of_any_length_up_to_any_difference(bits: int, count: int) -> None:
    rng = random.Random(f"{bits} {count}")
    known = [*hashes(rng, count), 0, -1, -(2**63), 2**63 - 1]
    photos = {"photos": RuleList("photos", ListKind.PHOTOS, frozenset(known))}
    rule = compile_rule(f'photo_in_list(photo_hashes, "photos", {bits})', {"photos": ListKind.PHOTOS})
    listings = photos_near(rng, known, bits)

    assert disagreements(rule, photos, listings, run_sql) == []
    found = run_sql(compile_sql(rule.tree, photos, as_of=AS_OF), rule.facts, listings)
    assert found[:2] == [False, None]
    assert {True, False} <= set(found)


def test_a_band_that_is_left_out_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control of the test above."""
    bands = sql_photos.bands
    monkeypatch.setattr(sql_photos, "bands", lambda count: bands(count)[1:])
    rng = random.Random(0)
    known = hashes(rng, 1_000)
    photos = {"photos": RuleList("photos", ListKind.PHOTOS, frozenset(known))}
    rule = compile_rule('photo_in_list(photo_hashes, "photos", 4)', {"photos": ListKind.PHOTOS})

    assert disagreements(rule, photos, photos_near(rng, known, 4), run_sql) != []


@pytest.mark.parametrize("count", [1, 20, 21, 400])
def test_phrases_are_found_in_lists_of_any_length(count: int) -> None:
    rng = random.Random(count)
    phrases = {" ".join(rng.choices(WORDS, k=rng.choice([1, 2, 2, 3, 4]))) for _ in range(count)}
    words = {"words": RuleList("words", ListKind.WORDS, frozenset({f" {phrase} " for phrase in phrases} | {""}))}
    rule = compile_rule('mentions_any(title, "words")', {"words": ListKind.WORDS})
    titles = ["", "!", *(" ".join(rng.choices([*WORDS, "x", "y", "z"], k=rng.randrange(1, 7))) for _ in range(200))]
    titles += [f"{phrase}s" for phrase in sorted(phrases)[:20]] + [f"the {phrase}!" for phrase in sorted(phrases)[:20]]
    listings = [ListingFacts({"title": title}, AS_OF) for title in titles]
    listings.append(ListingFacts({}, AS_OF, {"title": "broken"}))

    assert disagreements(rule, words, listings, run_sql) == []
    found = run_sql(compile_sql(rule.tree, words, as_of=AS_OF), rule.facts, listings)
    assert {True, False, None} == set(found)
