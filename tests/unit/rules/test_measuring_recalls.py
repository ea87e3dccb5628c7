"""How much of all counterfeits one rule finds, and all rules find for one brand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.measuring.intervals import Interval, Recall, Sampled
from catalog.rules.measuring.recalls import BrandKey, Counts, Seen

NIKE, LUXOR = 1, 2
CHEAP, COPIED = 10, 11


@dataclass(frozen=True)
class Listing:
    """A listing of a small catalogue, with the truth about it; `brand` is the one that it names or imitates."""

    brand: BrandKey
    copies: BrandKey
    is_counterfeit: bool
    rules: frozenset[int]
    is_reported: bool = False
    is_judged: bool = True


def counted(listings: Sequence[Listing]) -> Counts:
    """What people have decided on those that are judged."""
    flagged = [each for each in listings if each.rules]
    clean = [each for each in listings if not each.rules and not (each.is_reported and each.is_counterfeit)]
    seen = Counter(
        (each.brand, each.copies if each.is_counterfeit else None, each.is_counterfeit)
        for each in clean
        if each.is_judged
    )
    reported = [each for each in listings if not each.rules and each.is_reported and each.is_counterfeit]
    return Counts(
        by_rule={rule: by_brand(each for each in flagged if rule in each.rules) for rule in (CHEAP, COPIED)},
        any_rule=by_brand(flagged),
        reported=Counter(each.brand for each in reported),
        seen=[Seen(*key, number) for key, number in seen.items()],
        clean=Counter(each.brand for each in clean),
    )


def by_brand(listings: Iterable[Listing]) -> dict[BrandKey, Sampled]:
    rows: dict[BrandKey, list[Listing]] = {}
    for each in listings:
        rows.setdefault(each.brand, []).append(each)
    return {
        brand: Sampled(
            sum(each.is_counterfeit and each.is_judged for each in group),
            sum(each.is_judged for each in group),
            len(group),
        )
        for brand, group in rows.items()
    }


def share(listings: Iterable[Listing], is_found: Callable[[Listing], bool]) -> float | None:
    truly = [each for each in listings if each.is_counterfeit]
    return sum(map(is_found, truly)) / len(truly) if truly else None


brands = st.sampled_from([NIKE, LUXOR, None])
catalogues = st.lists(
    st.builds(
        lambda brand, fake, rules, reported: Listing(brand, brand, fake, frozenset(rules), reported),
        brands, st.booleans(), st.sets(st.sampled_from([CHEAP, COPIED])), st.booleans(),
    ),
    max_size=25,
)  # fmt: skip


@given(catalogues)
def test_what_was_judged_completely_gives_the_true_shares(listings: list[Listing]) -> None:
    counts = counted(listings)
    truth = share(listings, lambda each: CHEAP in each.rules)
    assert counts.of_rule(CHEAP).recall == known_as(truth)
    reach = {each.brand for each in listings if each.is_counterfeit and CHEAP in each.rules}
    within = [each for each in listings if each.brand in reach]
    assert counts.reach_of(CHEAP) == reach
    assert counts.within_reach(CHEAP).recall == known_as(share(within, lambda each: CHEAP in each.rules))
    of_brand = [each for each in listings if each.brand == NIKE]
    assert counts.of_brand(NIKE).recall == known_as(share(of_brand, lambda each: bool(each.rules)))


def known_as(truth: float | None) -> object:
    if truth is None:
        return Recall(None, Interval(0.0, 1.0))
    return Recall(pytest.approx(truth), Interval(pytest.approx(truth), pytest.approx(truth)))  # type: ignore[arg-type]


@given(catalogues, st.data())
def test_the_estimate_lies_within_its_interval_and_no_more_is_found_than_known(
    listings: list[Listing], data: st.DataObject
) -> None:
    judged = data.draw(st.lists(st.booleans(), min_size=len(listings), max_size=len(listings)))
    counts = counted([replace(each, is_judged=said) for each, said in zip(listings, judged, strict=True)])
    for estimate in (counts.of_rule(CHEAP), counts.within_reach(COPIED), counts.of_brand(LUXOR)):
        low, high = estimate.recall.interval.low, estimate.recall.interval.high
        assert 0.0 <= low <= high <= 1.0
        assert estimate.found <= estimate.known
        if estimate.recall.point is not None:
            assert low - 1e-12 <= estimate.recall.point <= high + 1e-12


@given(catalogues, brands)
def test_one_more_counterfeit_in_the_sample_never_raises_a_recall(listings: list[Listing], brand: BrandKey) -> None:
    before = counted(listings)
    after = replace(
        before,
        seen=[*before.seen, Seen(brand, brand, True, 1)],
        clean={**before.clean, brand: 1 + before.clean.get(brand, 0)},
    )
    for rule in (CHEAP, COPIED):
        assert after.of_rule(rule).recall.interval.low <= before.of_rule(rule).recall.interval.low + 1e-12
        assert after.within_reach(rule).recall.interval.low <= before.within_reach(rule).recall.interval.low + 1e-12


def test_as_long_as_nothing_of_the_clean_listings_is_judged_recall_is_not_known() -> None:
    counts = Counts(
        by_rule={CHEAP: {NIKE: Sampled(9, 9, 9)}},
        any_rule={NIKE: Sampled(9, 9, 9)},
        reported={},
        seen=(),
        clean={NIKE: 500},
    )
    for estimate in (counts.of_rule(CHEAP), counts.within_reach(CHEAP), counts.of_brand(NIKE)):
        assert estimate.recall.point is None
        assert estimate.recall.interval == Interval(pytest.approx(9 / 509), 1.0)


def test_a_rule_that_found_nothing_has_no_reach() -> None:
    counts = counted([Listing(NIKE, NIKE, True, frozenset({COPIED})), Listing(NIKE, NIKE, False, frozenset({CHEAP}))])
    assert counts.reach_of(CHEAP) == frozenset()
    assert counts.within_reach(CHEAP).recall.point is None
    assert counts.of_rule(CHEAP).recall.point == 0.0


def test_what_was_taken_down_without_a_rule_is_a_counterfeit_that_rules_missed() -> None:
    fired = frozenset({CHEAP})
    counts = counted([Listing(NIKE, NIKE, True, fired), Listing(NIKE, NIKE, True, frozenset(), is_reported=True)])
    estimate = counts.of_brand(NIKE)
    assert (estimate.recall.point, estimate.found, estimate.known) == (0.5, 1, 2)


def test_a_copy_that_names_another_brand_counts_for_the_brand_that_it_copies() -> None:
    """One judged of 10 that name no brand copies Nike, so 10 of 100 such listings do."""
    counts = Counts(
        by_rule={},
        any_rule={NIKE: Sampled(10, 10, 10)},
        reported={},
        seen=[Seen(None, NIKE, True, 1), Seen(None, None, False, 9), Seen(NIKE, None, False, 5)],
        clean={None: 100, NIKE: 5},
    )
    assert counts.of_brand(NIKE).recall.point == 0.5
    assert counts.brands() == {NIKE}


def test_a_counterfeit_that_names_a_brand_and_copies_another_is_not_that_brands() -> None:
    counts = Counts(
        by_rule={},
        any_rule={NIKE: Sampled(10, 10, 10)},
        reported={},
        seen=[Seen(NIKE, LUXOR, True, 2), Seen(NIKE, None, False, 8)],
        clean={NIKE: 10},
    )
    assert counts.of_brand(NIKE).recall.point == 1.0
    assert counts.of_brand(LUXOR).recall.point == 0.0


def test_the_interval_covers_the_true_recall_as_often_as_it_says() -> None:
    """Two brands; a rule finds copies of one, others more; half of what fired is judged, and 300 of the rest."""
    random = np.random.default_rng(20_261_128)
    own, others, clean = (60, 80), (90, 150), {NIKE: (8, 900), LUXOR: (30, 4_000)}
    truth, within = 60 / (60 + 90 + 38), 60 / (60 + 90 + 8)
    rounds, hits = 800, []
    for _ in range(rounds):
        drawn = random.multivariate_hypergeometric([8, 892, 30, 3_970], 300)
        found, by_others = random.hypergeometric(60, 20, 40), random.hypergeometric(90, 60, 75)
        any_rule = Sampled(int(found + by_others), 115, own[1] + others[1])
        counts = Counts(
            by_rule={CHEAP: {NIKE: Sampled(int(found), 40, own[1])}},
            any_rule={NIKE: any_rule},
            reported={},
            seen=[
                Seen(brand, brand if fake else None, fake, int(number))
                for (brand, fake), number in zip(
                    [(NIKE, True), (NIKE, False), (LUXOR, True), (LUXOR, False)], drawn, strict=True
                )
            ],
            clean={brand: number for brand, (_fakes, number) in clean.items()},
        )
        intervals = counts.of_rule(CHEAP).recall.interval, counts.within_reach(CHEAP).recall.interval
        hits.append([each.low <= known <= each.high for each, known in zip(intervals, (truth, within), strict=True)])
    assert np.mean(hits, axis=0).min() >= 0.95 - 2 * sqrt(0.95 * 0.05 / rounds)
