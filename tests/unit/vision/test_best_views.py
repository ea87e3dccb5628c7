"""The best views of an object are sharp, large, sure, whole and spread in time."""

from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagging.vision.best_views import (
    APART_MS,
    MOST_CANDIDATES,
    best_views,
    is_cut_off,
    keep_candidates,
    sharpness,
    take_view,
    view_quality,
)
from tagging.vision.types import Box, View

MIDDLE = Box(0.3, 0.3, 0.4, 0.4)
PIXEL = np.zeros((1, 1, 3), np.uint8)


def a_view(at_ms: int, quality: float) -> View:
    return View(at_ms, MIDDLE, PIXEL, PIXEL, quality, is_cut_off=False)


def stripes(period: int) -> np.ndarray:
    rows = (np.arange(120) // period % 2 * 200).astype(np.uint8)
    return np.repeat(np.repeat(rows[:, None, None], 120, axis=1), 3, axis=2)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        pytest.param((0.9, MIDDLE, 0.5), (0.2, MIDDLE, 0.5), id="sharper"),
        pytest.param((0.5, MIDDLE, 0.5), (0.5, Box(0.4, 0.4, 0.1, 0.1), 0.5), id="larger"),
        pytest.param((0.5, MIDDLE, 0.9), (0.5, MIDDLE, 0.3), id="surer"),
        pytest.param((0.5, MIDDLE, 0.5), (0.5, Box(0.0, 0.3, 0.4, 0.4), 0.5), id="whole"),
    ],
)
def test_a_better_view_is(better: tuple[float, Box, float], worse: tuple[float, Box, float]) -> None:
    assert view_quality(*better) > view_quality(*worse)


def test_blur_lowers_sharpness() -> None:
    picture = stripes(6)
    assert sharpness(picture) > sharpness(cv2.GaussianBlur(picture, (0, 0), 4))


def test_sharpness_does_not_depend_on_how_large_the_same_picture_is() -> None:
    large = cv2.resize(stripes(20), (480, 480), interpolation=cv2.INTER_CUBIC)
    assert sharpness(large) == pytest.approx(sharpness(stripes(20)), abs=0.15)


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        (MIDDLE, False),
        (Box(0.0, 0.2, 0.3, 0.3), True),
        (Box(0.2, 0.005, 0.3, 0.3), True),
        (Box(0.7, 0.2, 0.3, 0.3), True),
        (Box(0.2, 0.7, 0.3, 0.3), True),
    ],
)
def test_a_box_at_the_border_is_cut_off(box: Box, expected: bool) -> None:
    assert is_cut_off(box) is expected


def test_a_view_is_a_copy_that_does_not_keep_the_whole_frame_alive() -> None:
    frame = np.full((100, 200, 3), 7, np.uint8)
    view = take_view(40, frame, MIDDLE, 0.5, frame)
    assert view.crop.base is None
    assert view.crop.shape == (40, 80, 3)


views_in_time = st.lists(
    st.builds(a_view, st.integers(0, 20_000), st.floats(0, 1)), max_size=30, unique_by=lambda view: view.at_ms
)


@given(views_in_time)
def test_chosen_views_are_few_apart_and_best_first(views: list[View]) -> None:
    chosen = best_views(views)
    assert len(chosen) <= 3
    assert [view.quality for view in chosen] == sorted((view.quality for view in chosen), reverse=True)
    times = sorted(view.at_ms for view in chosen)
    assert all(later - earlier >= APART_MS for earlier, later in pairwise(times))


@given(views_in_time)
def test_the_very_best_view_is_always_chosen(views: list[View]) -> None:
    candidates: list[View] = []
    for view in sorted(views, key=lambda view: view.at_ms):
        candidates = keep_candidates(candidates, view)
        assert len(candidates) <= MOST_CANDIDATES
    if views:
        assert best_views(candidates)[0].quality == max(view.quality for view in views)
