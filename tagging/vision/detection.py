"""Joins what the detector can name with what only looks like an object, and with what moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from .efficientdet import EfficientDetLite0
from .motion import Movement
from .proposals import LEAST_SCORE, PERSON, SHARES, Objectness, unnamed
from .suppression import SAME_THING, distinct
from .types import Box, Detection, RGBImage

NAMED_SCORE: Final = 0.3  # from here on the detector's name is believed
MOST_UNNAMED: Final = 20  # proposals a picture

MOVING_SCORE: Final = 0.45  # of a region that moves by itself; seen once, it is not enough
ON_PERSON_SCORE: Final = 0.2  # of a region inside a person: a limb, or what the person holds
MOVING_BONUS: Final = 0.3  # for a detection that moves as a whole
MOVING_SHARE: Final = 0.6  # of a box that must move for that
EXPLAINED_SCORE: Final = 0.05  # of a moving region whose parts are known
EXPLAINED_SHARE: Final = 0.6  # of a region that its parts must cover
INSIDE: Final = 0.8  # share of a part that must lie in a region
APART: Final = 0.2  # overlap (IoU) below which two parts are different things


class NamedAndUnnamed:
    """EfficientDet-Lite0 for the objects it can name, and proposals for the others: 30 ms a picture for both."""

    identifier = "efficientdet-lite0+objectness"
    version = f"{EfficientDetLite0.version}+{Objectness.version}"

    def __init__(self, model_folder: Path | None = None) -> None:
        """Load the detector; raise `ModelFileError`."""
        self._detector = EfficientDetLite0(LEAST_SCORE, model_folder, SHARES)

    def detect(self, image: RGBImage) -> list[Detection]:
        """Return named objects and, with an empty label, unnamed ones, best first."""
        return name_the_sure(self._detector.detect(image))

    def close(self) -> None:
        """Free the detector."""
        self._detector.close()


def name_the_sure(detections: Sequence[Detection]) -> list[Detection]:
    """Keep the names of sure detections and make proposals of the others; drop doubles.

    A proposal over a person is dropped when it is about the person's size; a thing that a person holds is smaller.
    """
    named = distinct(one for one in detections if one.score >= NAMED_SCORE)
    people = [one.box for one in named if one.label == PERSON]
    proposals = unnamed(one for one in detections if one.score < NAMED_SCORE)
    things = [one for one in proposals if not any(one.box.iou(person) >= SAME_THING for person in people)]
    return distinct([*named, *things])[: len(named) + MOST_UNNAMED]


def add_moving(detections: Sequence[Detection], moving: Movement) -> list[Detection]:
    """Add the regions that move by themselves, and trust the detections more that move as a whole.

    A region of about a person's size is that person; a smaller one inside may be what the person holds, so it is kept
    with less trust. A region that two or more trusted detections cover is those things in front of each other, and is
    kept only as an unsure proposal.
    """
    trusted = [one.box for one in detections if one.score >= NAMED_SCORE]
    raised = [_raised(one, moving, trusted) for one in detections]
    people = [one.box for one in detections if one.label == PERSON]
    regions = []
    for box in moving.regions:
        if any(person.iou(box) >= SAME_THING for person in people):
            continue
        parts = [one.box for one in raised if one.score >= NAMED_SCORE and _is_part(one.box, box)]
        on_person = any(person.intersection(box) >= INSIDE * box.area for person in people)
        score = EXPLAINED_SCORE if _explain(parts, box) else ON_PERSON_SCORE if on_person else MOVING_SCORE
        regions.append(Detection(box, "", score, "movement"))
    return distinct([*raised, *regions])


def _raised(one: Detection, moving: Movement, trusted: Sequence[Box]) -> Detection:
    """Return the detection with more trust when it moves, unless it is a nameless part of a trusted one."""
    is_part = not one.label and any(_is_part(one.box, whole) for whole in trusted)
    if is_part or moving.share(one.box) < MOVING_SHARE:
        return one
    return replace(one, score=min(1.0, one.score + MOVING_BONUS))


def _is_part(part: Box, whole: Box) -> bool:
    return part.intersection(whole) >= INSIDE * part.area and part.iou(whole) < SAME_THING


def _explain(parts: Sequence[Box], whole: Box) -> bool:
    """Tell whether two or more parts that lie apart cover most of the whole."""
    apart: list[Box] = []
    for part in parts:
        if all(part.iou(other) < APART for other in apart):
            apart.append(part)
    return len(apart) > 1 and sum(part.intersection(whole) for part in apart) >= EXPLAINED_SHARE * whole.area
