"""Carries boxes from one picture to the next by what is inside them, so that an object is followed where no
detector sees it.

A grid of points in each box is tracked by pyramidal Lucas–Kanade, forward and back (Kalal and others, Forward-Backward
Error, 2010); a similarity transform fitted to the points that return tells how the box moved and grew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from .types import Box, RGBImage

SIDE: Final = 320  # pixels of the longer side at which points are tracked
GRID: Final = 7  # points along each side of a box
MARGIN: Final = 0.1  # of the box on each side without points, since the ground shows at its rim
MOST_ERROR: Final = 1.5  # pixels that a point may miss its origin by after going forward and back
LEAST_RETURNED: Final = 0.4  # share of a box's points that must return
LEAST_AGREEING: Final = 0.5  # share of those that must move as one
AGREEING_WITHIN: Final = 2.0  # pixels
MOST_GROWTH: Final = 1.5  # from one picture to the next
WINDOW: Final = (17, 17)

type Grey = NDArray[np.uint8]
type Points = NDArray[np.float32]


def grey(image: RGBImage) -> Grey:
    """Return a picture, resized to `SIDE`, in grey: points are tracked in it."""
    picture: Grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return picture


def carried(boxes: Sequence[Box], here: Grey, there: Grey) -> list[Box | None]:
    """Return where each box of the picture `here` is in `there` (both from `grey`), or None when that is not clear."""
    if not boxes:
        return []
    size = np.array(here.shape[::-1], np.float32)
    starts = np.stack([_grid(box) for box in boxes]) * size
    ends, seen = _tracked(starts.reshape(-1, 1, 2), here, there)
    back, seen_back = _tracked(ends, there, here)
    ends, back = ends.reshape(starts.shape), back.reshape(starts.shape)
    returned = (seen & seen_back).reshape(starts.shape[:2]) & (np.linalg.norm(back - starts, axis=2) < MOST_ERROR)
    moves = zip(boxes, starts, ends, returned, strict=True)
    return [_moved(box, start[good], end[good], size) for box, start, end, good in moves]


def _tracked(points: Points, here: Grey, there: Grey) -> tuple[Points, NDArray[np.bool_]]:
    ends, seen, _ = cv2.calcOpticalFlowPyrLK(here, there, points, None, winSize=WINDOW, maxLevel=3)
    return ends, seen.ravel() == 1


def _grid(box: Box) -> Points:
    axis = np.linspace(MARGIN, 1 - MARGIN, GRID, dtype=np.float32)
    x, y = np.meshgrid(box.x + box.width * axis, box.y + box.height * axis)
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)


def _moved(box: Box, starts: Points, ends: Points, size: Points) -> Box | None:
    """Return the box moved as its points did (in pixels of a picture of `size`), None when they do not agree."""
    if len(starts) < LEAST_RETURNED * GRID**2:
        return None
    cv2.setRNGSeed(0)
    transform, agreeing = cv2.estimateAffinePartial2D(starts, ends, ransacReprojThreshold=AGREEING_WITHIN)
    if transform is None or agreeing.mean() < LEAST_AGREEING:
        return None
    growth = float(np.hypot(transform[0, 0], transform[1, 0]))
    if not 1 / MOST_GROWTH <= growth <= MOST_GROWTH:
        return None
    middle = np.array([box.x + box.width / 2, box.y + box.height / 2]) * size
    x, y = (float(value) for value in (transform @ [*middle, 1.0]) / size)
    width, height = box.width * growth, box.height * growth
    return _inside(x - width / 2, y - height / 2, width, height)


def _inside(x: float, y: float, width: float, height: float) -> Box | None:
    """Return the part of a box that is in the frame, or None when there is none."""
    left, top, right, bottom = max(0.0, x), max(0.0, y), min(1.0, x + width), min(1.0, y + height)
    return Box(left, top, right - left, bottom - top) if right > left and bottom > top else None
