"""Finds what moves otherwise than the camera does: the strongest sign of an object that no detector knows.

The neighbouring pictures are laid over the middle one (a similarity transform fitted to tracked corners by RANSAC), and
what differs from both has moved. Comparing with both sides in time leaves out the place that an object has left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from .resizing import resized
from .types import Box, RGBImage

SIDE: Final = 192  # pixels of the longer side at which pictures are compared
DARK: Final = 8.0  # grey levels added before a ratio is taken, since that of two dark pixels says little
LEAST_CHANGE: Final = 10  # grey levels of 255 by which a pixel must leave the range of its neighbourhood
LEAST_AREA: Final = 0.006  # of the frame; smaller regions are mostly noise
MOST_AREA: Final = 0.6  # of the frame; a larger region says that the camera's movement was not understood
LEAST_FILL: Final = 0.2  # of its box that a region must fill
WINDOW: Final = (15, 15)  # pixels around a corner by which it is followed
LEAST_CORNERS: Final = 8  # for a trustworthy fit of the camera's movement

type Mask = NDArray[np.uint8]
type Small = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Movement:
    """Where a picture moves: `mask` is 1 in moving places, `regions` are the boxes of its connected parts."""

    mask: Mask
    regions: tuple[Box, ...]

    def share(self, box: Box) -> float:
        """Return which share of the box moves, 0..1."""
        height, width = self.mask.shape
        left, right = int(box.x * width), max(int(box.x * width) + 1, round(box.right * width))
        top, bottom = int(box.y * height), max(int(box.y * height) + 1, round(box.bottom * height))
        return float(self.mask[top:bottom, left:right].mean())


def reduced(image: RGBImage) -> Small:
    """Return the picture at the size at which movement is looked for."""
    return resized(image, SIDE)


def movement(picture: Small, neighbours: Sequence[Small]) -> Movement:
    """Return what moves in `picture` against its neighbours in time (all from `reduced`, all of one shot).

    Without neighbours nothing moves. About 2 ms for two neighbours.
    """
    if not neighbours:
        return Movement(np.zeros(picture.shape[:2], np.uint8), ())
    change = np.minimum.reduce([_change(picture, neighbour) for neighbour in neighbours])
    mask = (change > LEAST_CHANGE).astype(np.uint8)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7)))
    return Movement(*_plausible_regions(mask))


def _plausible_regions(mask: Mask) -> tuple[Mask, tuple[Box, ...]]:
    """Return the mask without implausible regions and with its holes filled, and the boxes of what is left."""
    height, width = mask.shape
    count, labels, statistics, _ = cv2.connectedComponentsWithStats(mask)
    filled = np.zeros_like(mask)
    boxes = []
    for label in range(1, count):
        x, y, w, h, area = (int(value) for value in statistics[label])
        box = Box(x / width, y / height, w / width, h / height)
        if LEAST_AREA <= box.area <= MOST_AREA and area >= LEAST_FILL * w * h:
            boxes.append(box)
            outlines, _ = cv2.findContours(
                (labels == label).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
            )
            cv2.drawContours(filled, outlines, -1, 1, cv2.FILLED)
    return filled, tuple(boxes)


def _change(picture: Small, neighbour: Small) -> NDArray[np.uint8]:
    """Return how far each pixel is outside the range of the neighbour's 3 by 3 pixels there, in grey levels.

    The range forgives what is one pixel out of place; the gain, the median ratio, forgives a change of light.
    """
    there = _lit_as(picture, _laid_over(picture, neighbour))
    kernel = np.ones((3, 3), np.uint8)
    outside = cv2.max(cv2.subtract(picture, cv2.dilate(there, kernel)), cv2.subtract(cv2.erode(there, kernel), picture))
    change: NDArray[np.uint8] = cv2.max(cv2.max(outside[..., 0], outside[..., 1]), outside[..., 2])
    return change


def _lit_as(picture: Small, neighbour: Small) -> Small:
    """Return the neighbour with the gain of each colour that brings it to the light of `picture`."""
    few = np.s_[::2, ::2]
    gain = np.median((picture[few] + DARK) / (neighbour[few] + DARK), axis=(0, 1))
    levels = (np.arange(256)[:, None] + DARK) * gain - DARK
    lit: Small = cv2.LUT(neighbour, np.clip(levels.round(), 0, 255).astype(np.uint8)[None])
    return lit


def _laid_over(picture: Small, neighbour: Small) -> Small:
    """Return the neighbour moved so that what stands still in the scene lies over `picture`."""
    here, there = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.cvtColor(neighbour, cv2.COLOR_RGB2GRAY)
    transform = _camera_movement(here, there)
    if transform is None:
        return neighbour
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    laid: Small = cv2.warpAffine(neighbour, transform, here.shape[::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return laid


def _camera_movement(here: Small, there: Small) -> NDArray[np.float64] | None:
    """Return the similarity transform from `here` to `there`, or None when too few corners can be followed."""
    corners = cv2.goodFeaturesToTrack(here, 200, 0.01, 5)
    if corners is None:
        return None
    forward, seen, _ = cv2.calcOpticalFlowPyrLK(here, there, corners, None, winSize=WINDOW, maxLevel=3)
    back, seen_back, _ = cv2.calcOpticalFlowPyrLK(there, here, forward, None, winSize=WINDOW, maxLevel=3)
    returned = np.linalg.norm((corners - back).reshape(-1, 2), axis=1) < 1
    good = (seen.ravel() == 1) & (seen_back.ravel() == 1) & returned
    if int(good.sum()) < LEAST_CORNERS:
        return None
    cv2.setRNGSeed(0)
    transform: NDArray[np.float64] | None
    transform, _ = cv2.estimateAffinePartial2D(corners[good], forward[good], ransacReprojThreshold=1.0)
    return transform
