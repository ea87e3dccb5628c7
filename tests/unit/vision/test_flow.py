"""Boxes are carried to the next picture by what is inside them, and not where that is unclear."""

import cv2
import numpy as np
import pytest

from tagging.vision.flow import SIDE, Grey, carried
from tagging.vision.resizing import reduced, resized
from tagging.vision.types import Box

THING = Box(0.3, 0.3, 0.3, 0.4)


def a_texture(seed: int, height: int, width: int) -> Grey:
    noise = np.random.default_rng(seed).integers(0, 255, (height // 8, width // 8)).astype(np.uint8)
    texture: Grey = cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    return texture


def a_picture(box: Box, ground: int = 1) -> Grey:
    picture = a_texture(ground, 240, SIDE)
    left, top = round(box.x * SIDE), round(box.y * 240)
    right, bottom = round(box.right * SIDE), round(box.bottom * 240)
    thing = cv2.resize(a_texture(2, 96, 96), (right - left, bottom - top))
    picture[max(0, top) : bottom, max(0, left) : right] = thing[max(0, -top) :, max(0, -left) :][
        : 240 - max(0, top), : SIDE - max(0, left)
    ]
    return picture


@pytest.mark.parametrize(
    "there",
    [THING, Box(0.35, 0.27, 0.3, 0.4), Box(0.28, 0.26, 0.33, 0.44), Box(0.32, 0.33, 0.27, 0.36)],
    ids=["still", "moved", "nearer", "farther"],
)
def test_a_box_goes_where_its_content_goes(there: Box) -> None:
    (found,) = carried([THING], a_picture(THING), a_picture(there))
    assert found is not None
    assert found.iou(there) > 0.85


def test_each_box_is_carried_by_itself() -> None:
    there = Box(0.36, 0.3, 0.3, 0.4)
    corner = Box(0.0, 0.0, 0.2, 0.2)
    moved, still = carried([THING, corner], a_picture(THING), a_picture(there))
    assert moved is not None
    assert still is not None
    assert moved.iou(there) > 0.85
    assert still.iou(corner) > 0.95


def test_the_part_that_leaves_the_frame_is_cut_off() -> None:
    here, there = Box(0.02, 0.3, 0.3, 0.4), Box(-0.04, 0.3, 0.3, 0.4)
    (found,) = carried([here], a_picture(here), a_picture(there))
    assert found is not None
    assert found.x == 0
    assert found.iou(Box(0.0, 0.3, 0.26, 0.4)) > 0.85


@pytest.mark.parametrize("there", [a_texture(9, 240, SIDE), np.full((240, SIDE), 90, np.uint8)], ids=["other", "blank"])
def test_what_is_gone_is_not_carried(there: Grey) -> None:
    assert carried([THING], a_picture(THING), there) == [None]


def test_nothing_followed_is_nothing_carried() -> None:
    assert carried([], a_picture(THING), a_picture(THING)) == []


@pytest.mark.parametrize("shape", [(720, 1280), (1280, 720), (90, 60)])
def test_pictures_are_compared_at_one_size(shape: tuple[int, int]) -> None:
    assert max(resized(np.zeros((*shape, 3), np.uint8), SIDE).shape) == SIDE


@pytest.mark.parametrize(("shape", "longer"), [((720, 1280), 640), ((60, 90), 90)])
def test_evidence_is_reduced_and_never_enlarged(shape: tuple[int, int], longer: int) -> None:
    assert max(reduced(np.zeros((*shape, 3), np.uint8), 640).shape) == longer
