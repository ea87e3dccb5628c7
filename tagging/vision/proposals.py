"""Proposes boxes around objects of any kind, also of those that the detector has no name for.

A detector's unsure answers are good boxes with wrong names: EfficientDet-Lite0 takes a shoe for a kite and
a network cable for scissors. So every answer, however unsure, is a proposal without a name.

The picture is looked at twice, neither time filling the model's square: what a creator holds up is larger than most
things in COCO's pictures. On composed development clips (72 clips, 414 appearances) that finds .94 of the appearances,
the nearer look alone .91, one that fills the square .89. A look that fills the square added as much clutter as things
to the two, and a mirrored look to one added nothing.

Boxes of the whole-square look, 20 a frame, held 77 % of the true objects at IoU 0.5 (36 clips, 643 frames). The best 20
of Edge Boxes over colour gradients held 56 %, took twice the time, and when joined to these added nothing to the
appearances found; square tiles found one appearance more in a hundred. So both were left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from .efficientdet import EfficientDetLite0
from .suppression import distinct
from .types import Detection, RGBImage

LEAST_SCORE: Final = 0.02  # the model's answers below it are noise
SHARES: Final = (2 / 3, 1 / 2)  # of the model's square that the picture takes, in a nearer and a farther look
MOST_AREA: Final = 0.8  # of the picture; a larger box is the scene, not a thing in it
PERSON: Final = "person"


class Objectness:
    """Detects objects of any kind but people, without names: about 30 ms a picture."""

    identifier = "objectness"
    version = f"2,{EfficientDetLite0.version}"

    def __init__(self, model_folder: Path | None = None) -> None:
        """Load the detector; raise `ModelFileError`."""
        self._detector = EfficientDetLite0(LEAST_SCORE, model_folder, SHARES)

    def detect(self, image: RGBImage) -> list[Detection]:
        """Return unnamed detections, best first; their scores (0..1) order them but are no probabilities."""
        return distinct(unnamed(self._detector.detect(image)))

    def close(self) -> None:
        """Free the detector."""
        self._detector.close()


def unnamed(detections: Iterable[Detection]) -> list[Detection]:
    """Return the detections without their names, leaving out people and boxes of nearly the whole picture."""
    return [replace(one, label="") for one in detections if one.label != PERSON and one.box.area <= MOST_AREA]
