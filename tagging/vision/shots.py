"""Finds cuts among sampled pictures, as they come.

Two pictures of one shot may differ in place (pan, shake), in size (zoom) or in light, but seldom in their colours and
their structure at once. So the distance is the geometric mean of two:

- colour: the Hellinger distance of HSV histograms, blind to where things are;
- structure: one minus the best normalised cross-correlation of one picture's middle with the other picture, at its own
  size and a little smaller, blind to brightness, contrast and moderate movement.

Both are taken from a thumbnail, so a picture costs well under a millisecond once it is scaled down.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from .types import Frame, RGBImage

CUT_DISTANCE = 0.39
"""Best F1 of cuts on 60 clips composed from the training photos of GroceryStoreDataset, a picture every half second,
with pans, zooms, shake, flashes and changing light; see `tests/bench/bench_shots.py`, which measures it on the test
photos."""
RESTLESSNESS = 1.5
"""A cut must also exceed the mean distance of the shot's last pictures by this factor, so that a shot which is all
movement is not cut to pieces. On the clips above it changes nothing up to 1.5 and costs recall beyond."""
_RECENT = 3
_COLOUR_SIDE, _STRUCTURE_SIDE = 64, 48
_BINS = (12, 4, 4)
_MARGIN = _STRUCTURE_SIDE // 4
_SMALLER = 0.84
_LEAST_CONTRAST = 1.0
"""Standard deviation, in grey levels of 0..255, under which a picture counts as plain."""

type _Plane = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What is remembered of a picture: square roots of its colour shares (192 numbers), and 48 × 48 grey pixels."""

    colour: NDArray[np.float64]
    structure: _Plane


def look(image: RGBImage) -> Look:
    """Describe a picture of shape (height, width, 3) for comparison."""
    thumbnail = cv2.resize(image, (_COLOUR_SIDE, _COLOUR_SIDE), interpolation=cv2.INTER_AREA)
    hsv = cv2.cvtColor(thumbnail, cv2.COLOR_RGB2HSV)
    counts = cv2.calcHist([hsv], [0, 1, 2], None, list(_BINS), [0, 180, 0, 256, 0, 256]).ravel()
    grey = cv2.cvtColor(thumbnail, cv2.COLOR_RGB2GRAY)
    structure = cv2.resize(grey, (_STRUCTURE_SIDE, _STRUCTURE_SIDE), interpolation=cv2.INTER_AREA)
    return Look(np.sqrt(counts / counts.sum(), dtype=np.float64), structure.astype(np.uint8))


def distance(one: Look, other: Look) -> float:
    """Return how unlike two pictures are: 0 for the same shot held still, 1 for nothing in common."""
    colour = max(0.0, 1.0 - float(one.colour @ other.colour)) ** 0.5
    correlation = max(_correlation(one.structure, other.structure), _correlation(other.structure, one.structure))
    return float((colour * (1.0 - correlation)) ** 0.5)


def _correlation(one: _Plane, other: _Plane) -> float:
    """Return the best correlation, 0..1, of the middle of `one` with any place of `other`."""
    middle = one[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]
    smaller = cv2.resize(middle, None, fx=_SMALLER, fy=_SMALLER, interpolation=cv2.INTER_AREA).astype(np.uint8)
    return max(_best_score(middle, other), _best_score(smaller, other))


def _best_score(template: _Plane, picture: _Plane) -> float:
    """Return the best correlation, 0..1; 0 for a plain template, for which OpenCV answers 1 though nothing is known."""
    if template.std() < _LEAST_CONTRAST:
        return 0.0
    return min(1.0, max(0.0, float(cv2.matchTemplate(picture, template, cv2.TM_CCOEFF_NORMED).max())))


@dataclass(slots=True)
class ShotDetector:
    """Tells for each sampled picture, in order of time, whether a new shot starts with it."""

    cut_distance: float = CUT_DISTANCE
    _before: Look | None = None
    _recent: deque[float] = field(default_factory=lambda: deque(maxlen=_RECENT))

    def feed(self, frame: Frame) -> bool:
        """Return True when `frame` starts a new shot; the first picture starts the first shot."""
        seen, before = look(frame.image), self._before
        self._before = seen
        if before is None:
            return True
        gap = distance(before, seen)
        restless = RESTLESSNESS * sum(self._recent) / len(self._recent) if self._recent else 0.0
        if gap > max(self.cut_distance, restless):
            self._recent.clear()
            return True
        self._recent.append(gap)
        return False
