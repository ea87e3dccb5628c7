from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagging.matching.calibration import Calibration
from tagging.matching.decision import Abstention, decide, limit_video
from tagging.matching.types import Decision, Limits, ScoredProduct, Thresholds

THRESHOLDS = Thresholds(0.6, 0.9)
BY_SCORE = Calibration(1.0, 0.0, (0.0, 1.0), (0.0, 1.0), THRESHOLDS, "made up", 2)
BY_KIND_GAP = Calibration(0.0, 1.0, (0.0, 1.0), (0.0, 1.0), THRESHOLDS, "made up", 2)
PROBABILITIES = st.lists(st.floats(0, 1), max_size=8)


def products(*probabilities: float) -> list[ScoredProduct]:
    """Products whose score is their probability under BY_SCORE."""
    ordered = sorted(probabilities, reverse=True)
    return [ScoredProduct(f"p{number}", "", score, 0.0, ()) for number, score in enumerate(ordered)]


def decided(*probabilities: float, limits: Limits | None = None) -> Decision:
    return decide(products(*probabilities), BY_SCORE, BY_SCORE, limits or Limits(), "v1")


def test_only_products_above_the_threshold_are_linked_best_first() -> None:
    decision = decided(0.7, 0.95, 0.3)
    assert [(link.product, link.rank, link.kind) for link in decision.links] == [
        ("p0", 1, "exact"),
        ("p1", 2, "similar"),
    ]
    assert [runner.product for runner in decision.runners_up] == ["p2"]
    assert decision.reason == ""
    assert decision.model_version == "v1"


def test_only_the_first_link_can_be_exact() -> None:
    assert [link.kind for link in decided(0.99, 0.98).links] == ["exact", "similar"]


def test_below_the_second_threshold_the_best_is_called_similar() -> None:
    assert [link.kind for link in decided(0.89).links] == ["similar"]


def of_kinds(*scored: tuple[float, str]) -> list[ScoredProduct]:
    return [ScoredProduct(f"p{number}", "", score, 0.0, (), kind=kind) for number, (score, kind) in enumerate(scored)]


def test_two_alike_products_far_from_all_others_are_both_similar_and_neither_exact() -> None:
    unsure = Calibration(1.0, 0.0, (0.0, 1.0), (0.0, 0.5), THRESHOLDS, "made up", 2)
    decision = decide(of_kinds((0.9, "shoe"), (0.89, "shoe"), (0.1, "lamp")), unsure, BY_KIND_GAP, Limits())
    assert [(link.product, link.kind) for link in decision.links] == [("p0", "similar"), ("p1", "similar")]
    assert decision.links[0].probability == pytest.approx(0.8)
    assert decision.links[0].scored.exact_probability == pytest.approx(0.45)


def test_a_product_between_two_kinds_is_not_shown_however_high_its_score() -> None:
    decision = decide(of_kinds((0.99, "shoe"), (0.98, "lamp")), BY_SCORE, BY_KIND_GAP, Limits())
    assert decision.abstains
    assert decision.runners_up[0].exact_probability == pytest.approx(0.99)


def test_an_exact_link_tells_how_likely_it_is_the_very_product() -> None:
    [link, _] = decide(of_kinds((0.95, "shoe"), (0.94, "shoe"), (0.2, "lamp")), BY_SCORE, BY_KIND_GAP, Limits()).links
    assert link.kind == "exact"
    assert link.probability == pytest.approx(0.95)
    assert link.scored.probability == pytest.approx(0.75)


def test_a_link_never_stays_without_those_before_it() -> None:
    ordered = of_kinds((0.95, "shoe"), (0.6, "lamp"), (0.5, "shoe"))
    odd = Calibration(0.5, 0.5, (0.0, 1.0), (0.0, 1.0), Thresholds(0.0, 0.9), "made up", 2)
    limited = limit_video({1: decide(ordered, BY_SCORE, odd, Limits())}, Limits(per_video=2))
    assert [(link.product, link.rank) for link in limited[1].links] == [("p0", 1), ("p1", 2)]


@pytest.mark.parametrize(
    ("probabilities", "limits", "reason"),
    [
        ((), Limits(), Abstention.NO_CANDIDATES),
        ((0.59, 0.2), Limits(), Abstention.TOO_UNSURE),
        ((0.9,), Limits(per_track=0), Abstention.NOT_ALLOWED),
    ],
)
def test_it_abstains_and_says_why(probabilities: tuple[float, ...], limits: Limits, reason: Abstention) -> None:
    decision = decided(*probabilities, limits=limits)
    assert decision.abstains
    assert decision.reason == reason.value
    assert len(decision.runners_up) == len(probabilities)


@given(probabilities=PROBABILITIES, per_track=st.integers(0, 4), runners_up=st.integers(0, 4))
def test_a_track_never_has_more_than_its_limits(probabilities: list[float], per_track: int, runners_up: int) -> None:
    decision = decided(*probabilities, limits=Limits(per_track, 30, runners_up))
    assert len(decision.links) <= per_track
    assert len(decision.runners_up) <= runners_up
    assert bool(decision.reason) == decision.abstains
    assert all(link.probability >= THRESHOLDS.show for link in decision.links)


@given(tracks=st.lists(PROBABILITIES, max_size=6), per_video=st.integers(0, 6))
def test_a_video_never_has_more_than_its_limit_and_keeps_the_likeliest(
    tracks: list[list[float]], per_video: int
) -> None:
    limits = Limits(3, per_video, 5)
    before = {number: decided(*track, limits=limits) for number, track in enumerate(tracks)}
    after = limit_video(before, limits)
    kept = [link.probability for decision in after.values() for link in decision.links]
    offered = sorted((link.probability for decision in before.values() for link in decision.links), reverse=True)
    assert sorted(kept, reverse=True) == offered[:per_video]
    for number, decision in after.items():
        assert [link.rank for link in decision.links] == list(range(1, len(decision.links) + 1))
        assert bool(decision.reason) == decision.abstains
        if before[number].links and decision.abstains:
            assert decision.reason == Abstention.VIDEO_IS_FULL.value


def test_a_link_that_a_full_video_drops_becomes_the_first_runner_up() -> None:
    limits = Limits(per_video=1)
    after = limit_video({1: decided(0.7, 0.2), 2: decided(0.95)}, limits)
    assert after[1].abstains
    assert [runner.probability for runner in after[1].runners_up] == pytest.approx([0.7, 0.2])
    assert [link.product for link in after[2].links] == ["p0"]


@pytest.mark.parametrize(("show", "exact"), [(0.9, 0.5), (-0.1, 0.5), (0.5, 1.1)])
def test_thresholds_that_make_no_sense_are_refused(show: float, exact: float) -> None:
    with pytest.raises(ValueError, match="show <= exact"):
        Thresholds(show, exact)


def test_negative_limits_are_refused() -> None:
    with pytest.raises(ValueError, match="may not be negative"):
        Limits(per_track=-1)
