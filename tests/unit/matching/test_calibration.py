from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagging.matching.calibration import (
    Calibration,
    Sample,
    cautious_calibration,
    fit_calibration,
    gap_of,
    kind_gap_of,
    raised,
)
from tagging.matching.types import InvalidModel, ScoredProduct, Thresholds

SCORES = st.floats(-3, 3)


def mixture(number: int, right_share: float, seed: int = 0) -> list[Sample]:
    """The best candidates of lists of thirty chance scores, of which a share holds a right one too."""
    random = np.random.default_rng(seed)
    samples = []
    for _ in range(number):
        chance = random.normal(0.0, 0.1, 30)
        right = float(random.normal(0.6, 0.2))
        shows_it = bool(random.random() < right_share)
        listed = np.sort(np.append(chance, right) if shows_it else chance)[::-1]
        gap = float(listed[0] - listed[1:11].mean())
        samples.append(Sample(float(listed[0]), gap, bool(shows_it and listed[0] == right)))
    return samples


def fitted(right_share: float = 0.5) -> Calibration:
    return fit_calibration(mixture(800, right_share), "made up")


@settings(max_examples=60)
@given(low=SCORES, step=st.floats(0, 2), gap=SCORES, gap_step=st.floats(0, 2))
def test_probability_never_falls_when_score_or_gap_rise(low: float, step: float, gap: float, gap_step: float) -> None:
    for calibration in FITTED:
        lower = calibration.probability(low, gap)
        assert 0.0 <= lower <= calibration.probability(low + step, gap + gap_step) <= 1.0


@pytest.mark.parametrize("right_share", [0.2, 0.5, 0.8])
def test_what_is_shown_is_right_nine_times_in_ten_on_other_data(right_share: float) -> None:
    calibration = fitted(right_share)
    samples = mixture(4000, right_share, seed=1)
    for threshold, precision in ((calibration.thresholds.show, 0.9), (calibration.thresholds.exact, 0.95)):
        shown = [one for one in samples if calibration.probability(one.score, one.gap) >= threshold]
        assert len(shown) > 0.1 * len(samples)
        assert np.mean([sample.is_match for sample in shown]) >= precision


@pytest.mark.parametrize("tolerance", [0.0, 0.05])
def test_no_link_is_less_likely_than_the_precision_asked_for_by_more_than_the_tolerance(tolerance: float) -> None:
    thresholds = fit_calibration(mixture(800, 0.5), "made up", tolerance).thresholds
    assert 0.90 - tolerance <= thresholds.show < 0.92 - tolerance
    assert 0.95 - tolerance <= thresholds.exact < 0.97 - tolerance


def test_the_probabilities_add_up_to_the_share_that_is_right() -> None:
    for share in (0.2, 0.5, 0.8):
        calibration, samples = fitted(share), mixture(1000, share, seed=2)
        expected = np.mean([calibration.probability(sample.score, sample.gap) for sample in samples])
        assert expected == pytest.approx(np.mean([sample.is_match for sample in samples]), abs=0.05)


def test_pictures_that_all_score_higher_are_judged_as_if_they_did_not() -> None:
    calibration = fitted()
    for score in (0.1, 0.3, 0.5):
        assert raised(calibration, 0.2).probability(score + 0.2, 0.3) == pytest.approx(
            calibration.probability(score, 0.3)
        )


def test_exact_asks_for_at_least_as_much_as_showing() -> None:
    for calibration in FITTED:
        assert calibration.thresholds.exact >= calibration.thresholds.show


@pytest.mark.parametrize("samples", [[], [Sample(1.0, 0.5, True)] * 9, [Sample(1.0, 0.5, False)] * 9])
def test_with_nothing_to_learn_from_nothing_is_ever_shown(samples: list[Sample]) -> None:
    calibration = fit_calibration(samples, "made up")
    assert calibration == cautious_calibration()
    assert calibration.probability(99.0, 99.0) < calibration.thresholds.show


def test_a_calibration_survives_storage_as_json() -> None:
    for calibration in FITTED:
        restored = Calibration.from_dict(json.loads(json.dumps(calibration.to_dict())))
        assert restored == calibration
        assert restored.version == calibration.version


@pytest.mark.parametrize(
    "change",
    [
        {"merits": [1.0, 0.0]},
        {"probabilities": [0.9, 0.1]},
        {"probabilities": [0.0, 2.0]},
        {"merits": []},
        {"score_weight": -1.0},
        {"thresholds": {"show": 0.9, "exact": 0.5}},
        {"thresholds": None},
        {"surprise": 1},
    ],
)
def test_it_refuses_stored_values_that_make_no_sense(change: dict[str, object]) -> None:
    plain = Calibration(1.0, 1.0, (0.0, 1.0), (0.1, 0.9), Thresholds(0.5, 0.9), "made up", 2).to_dict()
    Calibration.from_dict(plain)
    with pytest.raises(InvalidModel, match="calibration is not valid"):
        Calibration.from_dict(plain | change)


def test_the_gap_is_the_distance_to_the_mean_of_the_others() -> None:
    scored = [ScoredProduct(str(score), "", score, 0.0, ()) for score in (0.9, 0.5, 0.3)]
    assert [gap_of(scored, number) for number in range(3)] == pytest.approx([0.5, -0.1, -0.4])
    assert gap_of(scored[:1], 0) == 0.0


@pytest.mark.parametrize(
    ("kinds", "number", "gap"),
    [
        (("a", "a", "b"), 0, 0.6),
        (("a", "a", "b"), 1, 0.2),
        (("a", "b", "b"), 0, 0.4),
        (("a", "b", "b"), 1, -0.4),
        (("", "", "b"), 0, 0.4),
        (("a", "a", "a"), 0, 0.6),
    ],
)
def test_the_kind_gap_is_the_distance_to_the_best_of_another_kind(
    kinds: tuple[str, ...], number: int, gap: float
) -> None:
    scored = [
        ScoredProduct(str(score), "", score, 0.0, (), kind=kind)
        for score, kind in zip((0.9, 0.5, 0.3), kinds, strict=True)
    ]
    assert kind_gap_of(scored, number) == pytest.approx(gap)


FITTED = tuple(fitted(share) for share in (0.2, 0.5, 0.8))
