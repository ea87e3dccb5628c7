"""Keeps each thing once, when several boxes are around it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .types import Box, Detection

SAME_THING: Final = 0.5  # overlap (IoU) of two boxes around one thing


def distinct(detections: Iterable[Detection]) -> list[Detection]:
    """Return the detections best first, without those around the same thing as a better one."""
    return [around[0] for around in _by_thing(detections)]


def merged(detections: Iterable[Detection]) -> list[Detection]:
    """Return the best detection of each thing, best first, with the mean of the boxes around it, weighted by score.

    After Solovyev, Wang and Gabruseva, Weighted Boxes Fusion (2021); scores must be above 0.
    """
    return [replace(around[0], box=_mean_box(around)) for around in _by_thing(detections)]


def _by_thing(detections: Iterable[Detection]) -> list[list[Detection]]:
    """Return the detections around each thing: the best first, and the others that overlap it."""
    ordered = sorted(detections, key=lambda detection: -detection.score)
    if not ordered:
        return []
    overlaps = _overlaps([one.box for one in ordered]) >= SAME_THING
    things: list[list[Detection]] = []
    is_free = np.ones(len(ordered), bool)
    for index, best in enumerate(ordered):
        if is_free[index]:
            around = is_free & overlaps[index]
            is_free &= ~around
            around[index] = False
            things.append([best, *(ordered[other] for other in np.flatnonzero(around))])
            is_free[index] = False
    return things


def _overlaps(boxes: Sequence[Box]) -> NDArray[np.float64]:
    """Return the overlap (IoU) of each box with each, of shape (boxes, boxes)."""
    low = np.array([(box.x, box.y) for box in boxes])
    high = np.array([(box.right, box.bottom) for box in boxes])
    shared = np.clip(np.minimum(high[:, None], high) - np.maximum(low[:, None], low), 0, None).prod(axis=2)
    areas = (high - low).prod(axis=1)
    union = areas[:, None] + areas - shared
    overlaps: NDArray[np.float64] = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return overlaps


def _mean_box(around: Sequence[Detection]) -> Box:
    total = sum(one.score for one in around)
    x, y, right, bottom = (
        sum(one.score * side for one, side in zip(around, sides, strict=True)) / total
        for sides in zip(*((one.box.x, one.box.y, one.box.right, one.box.bottom) for one in around), strict=True)
    )
    return Box(x, y, right - x, bottom - y)
