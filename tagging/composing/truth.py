"""What is known of a composed clip: every object with its time span and its box at each frame."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tagging.vision.types import Box


@dataclass(frozen=True, slots=True)
class TrueBox:
    """Where an object's visible part is in the frame at `at_ms`, and which share of the object (0..1) is visible."""

    at_ms: int
    box: Box
    visible: float


@dataclass(frozen=True, slots=True)
class TrueAppearance:
    """One product in one scene: `boxes` has an entry for each frame in which any part of it can be seen."""

    product: str
    scene: int
    boxes: tuple[TrueBox, ...]

    @property
    def start_ms(self) -> int:
        """When it is first seen."""
        return self.boxes[0].at_ms

    @property
    def end_ms(self) -> int:
        """When it is last seen."""
        return self.boxes[-1].at_ms

    def at(self, at_ms: int, tolerance_ms: int = 60) -> TrueBox | None:
        """Return the box nearest in time, or None when there is none within `tolerance_ms`."""
        nearest = min(self.boxes, key=lambda true_box: abs(true_box.at_ms - at_ms))
        return nearest if abs(nearest.at_ms - at_ms) <= tolerance_ms else None


@dataclass(frozen=True, slots=True)
class ClipTruth:
    """The truth of one clip: cuts are the times at which a new scene starts, without the first."""

    path: Path
    duration_ms: int
    cuts_ms: tuple[int, ...]
    appearances: tuple[TrueAppearance, ...]
