"""Keeps each thing once, when several boxes are around it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

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
    things: list[list[Detection]] = []
    for one in sorted(detections, key=lambda detection: -detection.score):
        around = next((thing for thing in things if thing[0].box.iou(one.box) >= SAME_THING), None)
        if around is None:
            things.append([one])
        else:
            around.append(one)
    return things


def _mean_box(around: Sequence[Detection]) -> Box:
    total = sum(one.score for one in around)
    x, y, right, bottom = (
        sum(one.score * side for one, side in zip(around, sides, strict=True)) / total
        for sides in zip(*((one.box.x, one.box.y, one.box.right, one.box.bottom) for one in around), strict=True)
    )
    return Box(x, y, right - x, bottom - y)
