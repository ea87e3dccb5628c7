"""Spoofs of a brand, and the ordinary words near it."""

from catalog.rules.lookalikes.brand_index import BrandEntry, BrandIndex
from catalog.rules.lookalikes.spoofs import Attack, bench_brand, generate, nearest_innocents
from catalog.rules.lookalikes.words import ordinary_words
from tests.unit.rules.index import BRANDS, index


def test_spoofs_are_of_every_attack_all_different_and_never_the_name() -> None:
    spoofs = list(generate("Adidas", 120, seed=1))

    assert len(spoofs) == len({spoof.text.casefold() for spoof in spoofs}) == 120
    assert {spoof.attack for spoof in spoofs} == set(Attack)
    assert all(spoof.text.casefold() != "adidas" for spoof in spoofs)


def test_the_same_seed_makes_the_same_spoofs() -> None:
    assert list(generate("Nike", 50, seed=1)) == list(generate("Nike", 50, seed=1))
    assert list(generate("Nike", 50, seed=1)) != list(generate("Nike", 50, seed=2))


def test_names_that_are_too_short_have_few_spoofs_or_none() -> None:
    assert 0 < len(list(generate("LG", 2_000, seed=1))) < 2_000
    assert list(generate("X", 40, seed=1)) == list(generate("", 40, seed=1)) == []


def test_the_nearest_innocents_of_dior_are_near_words_and_not_the_name() -> None:
    words = nearest_innocents("Dior", 60)

    assert {"door", "diör", "dior"} & set(words) == {"door"}
    assert len(words) == 60


def test_the_bench_tells_what_is_caught_missed_and_false() -> None:
    nike = BRANDS[0]

    bench = bench_brand(nike, index(), count=120)

    assert bench.recall > 0.9
    assert bench.innocents == 120
    assert len(bench.false) < 12
    assert sum(map(len, bench.caught.values())) + sum(map(len, bench.missed.values())) == 120


def test_a_brand_that_the_index_lacks_is_missed_altogether() -> None:
    bench = bench_brand(BrandEntry("Breitling"), BrandIndex([], ordinary_words()), count=60)

    assert bench.recall == 0
    assert not bench.caught
