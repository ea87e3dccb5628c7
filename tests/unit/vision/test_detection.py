"""The real detector finds real things: what COCO knows by name, what it does not know without one."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tagging.vision.detection import NamedAndUnnamed
from tagging.vision.efficientdet import EfficientDetLite0
from tagging.vision.media import sample_frames
from tagging.vision.proposals import Objectness
from tagging.vision.registry import Detector, detectors
from tagging.vision.shots import ShotDetector
from tagging.vision.types import RGBImage
from tagging.vision.watching import watch

pytestmark = pytest.mark.real_models


@pytest.fixture(scope="module")
def joined() -> Iterator[Detector]:
    detector = NamedAndUnnamed()
    yield detector
    detector.close()


@pytest.fixture(scope="module")
def bottles(shared_data: Path) -> RGBImage:
    return next(iter(sample_frames(shared_data / "videos" / "bottle-detection.mp4"))).image


@pytest.mark.parametrize("identifier", ["efficientdet-lite0", "objectness", "efficientdet-lite0+objectness"])
def test_each_registered_detector_loads_and_keeps_its_boxes_inside_the_picture(
    identifier: str, bottles: RGBImage
) -> None:
    detector = detectors.create(identifier)
    found = detector.detect(bottles)
    detector.close()
    assert detector.identifier == identifier
    assert detector.version
    assert found
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert all(one.box.x >= 0 and one.box.y >= 0 and one.box.right <= 1 and one.box.bottom <= 1 for one in found)


def test_three_bottles_are_three_bottles(joined: Detector, bottles: RGBImage) -> None:
    assert [one.label for one in joined.detect(bottles)][:3] == ["bottle"] * 3


def test_an_upright_picture_is_not_squeezed(bottles: RGBImage) -> None:
    """Set into a tall frame, a bottle keeps its name; squeezed to a square, it would look half as wide."""
    detector = EfficientDetLite0()
    tall = np.full((bottles.shape[0] * 2, bottles.shape[1] // 2, 3), 200, np.uint8)
    tall[: bottles.shape[0]] = bottles[:, : bottles.shape[1] // 2]
    labels = [one.label for one in detector.detect(tall)]
    detector.close()
    assert "bottle" in labels


@pytest.mark.parametrize("share", [1.0, 2 / 3, 0.5])
def test_a_look_from_afar_gives_boxes_of_the_picture_not_of_the_square(bottles: RGBImage, share: float) -> None:
    near, afar = EfficientDetLite0(), EfficientDetLite0(shares=[share])
    there, here = near.detect(bottles)[:3], afar.detect(bottles)[:3]
    near.close()
    afar.close()
    assert all(max(one.box.iou(other.box) for other in there) > 0.8 for one in here)


def test_proposals_have_no_name_and_include_a_carton_that_coco_does_not_know(shared_data: Path) -> None:
    folder = shared_data / "grocery" / "iconic-images-and-descriptions" / "Packages"
    with Image.open(sorted(folder.rglob("*_Iconic.jpg"))[0]) as photo:
        carton = np.asarray(photo.convert("RGB"))
    canvas = np.full((400, 500, 3), 240, np.uint8)
    canvas[100 : 100 + carton.shape[0], 150 : 150 + carton.shape[1]] = carton
    detector = Objectness()
    found = detector.detect(canvas)
    detector.close()
    assert all(one.label == "" for one in found)
    assert any(0.3 < one.box.x + one.box.width / 2 < 0.7 and one.box.area > 0.05 for one in found)


@pytest.mark.parametrize("grey", [0, 60, 128, 200, 255])
def test_in_a_blank_picture_nothing_smaller_than_the_picture_is_sure(joined: Detector, grey: int) -> None:
    """The model takes plain middle grey for a bed that fills the picture; a thing in it is never seen."""
    found = joined.detect(np.full((300, 300, 3), grey, np.uint8))
    assert all(one.score < 0.3 or one.box.area > 0.95 for one in found)


def test_real_footage_of_fruit_gives_tracks_that_follow_the_fruit(joined: Detector, shared_data: Path) -> None:
    frames = sample_frames(shared_data / "videos" / "fruit-and-vegetable-detection.mp4")
    watched = watch(frames, joined, ShotDetector(), 6060, sellable=lambda label: label != "person")
    assert "apple" in {appearance.label for appearance in watched.appearances}
    assert all(1 <= len(appearance.views) <= 3 for appearance in watched.appearances)
