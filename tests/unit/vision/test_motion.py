"""What moves by itself is found, also before a moving camera and in changing light; what stands still is not."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from tagging.vision.motion import SIDE, movement, reduced
from tagging.vision.types import Box, RGBImage


@pytest.fixture(scope="module")
def ground() -> RGBImage:
    noise = np.random.default_rng(3).integers(0, 255, (30, 45, 3)).astype(np.uint8)
    return cv2.resize(noise, (600, 400), interpolation=cv2.INTER_CUBIC)


def picture(ground: RGBImage, thing_x: int | None, camera_x: int = 0, gain: float = 1.0) -> RGBImage:
    image = ground.copy()
    if thing_x is not None:
        cv2.rectangle(image, (thing_x, 150), (thing_x + 80, 230), (250, 240, 20), cv2.FILLED)
        cv2.circle(image, (thing_x + 40, 190), 25, (200, 10, 10), cv2.FILLED)
    seen = image[40:360, 60 + camera_x : 540 + camera_x]
    return np.clip(seen * gain, 0, 255).astype(np.uint8)


def regions(pictures: Sequence[RGBImage]) -> tuple[Box, ...]:
    before, here, after = (reduced(one) for one in pictures)
    return movement(here, [before, after]).regions


@pytest.mark.parametrize(("camera", "light"), [(0, 1.0), (12, 1.0), (0, 0.8), (12, 0.8)])
def test_a_thing_that_moves_is_boxed_where_it_is_now(ground: RGBImage, camera: int, light: float) -> None:
    shots = [picture(ground, 150 + 100 * step, camera * step, light**step) for step in range(3)]
    (found,) = regions(shots)
    left, top = 250 - 60 - camera, 150 - 40
    true = Box(left / 480, top / 320, 80 / 480, 80 / 320)
    assert found.iou(true) > 0.6


@pytest.mark.parametrize(("camera", "light"), [(0, 1.0), (12, 1.0), (0, 0.8)])
def test_a_still_scene_has_no_moving_regions(ground: RGBImage, camera: int, light: float) -> None:
    assert regions([picture(ground, 250, camera * step, light**step) for step in range(3)]) == ()


def test_a_change_of_the_whole_scene_is_no_object(ground: RGBImage) -> None:
    other = np.ascontiguousarray(ground[::-1, ::-1])
    assert regions([picture(other, None), picture(ground, None), picture(other, None)]) == ()


def test_a_picture_alone_shows_no_movement(ground: RGBImage) -> None:
    assert movement(reduced(ground), []).regions == ()


def test_pictures_without_any_corner_are_compared_as_they_are() -> None:
    plain = np.full((100, 200, 3), 90, np.uint8)
    assert regions([plain, plain, plain]) == ()


def test_pictures_are_compared_at_one_size(ground: RGBImage) -> None:
    assert max(reduced(ground).shape) == SIDE
