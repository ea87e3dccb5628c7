"""Chooses the pictures of a tracked object that show it best."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import cv2
import numpy as np

from .resizing import resized
from .types import Box, RGBImage, View

MOST_VIEWS: Final = 3
MOST_CANDIDATES: Final = 6  # kept while an object is followed, so that memory stays bounded
APART_MS: Final = 1000  # views nearer in time than this show much the same
BORDER: Final = 0.01  # of the frame: a box nearer to the border is taken as cut off

SHARPNESS_SIDE: Final = 128  # pixels; sharpness is compared at one size
HALF_SHARP: Final = 120.0  # variance of the Laplacian that scores one half; a phone's still scores 0.7 to 0.9
FULL_SIZE: Final = 0.25  # share of the frame from which size no longer counts
WEIGHTS: Final = {"sharpness": 0.4, "size": 0.3, "confidence": 0.3}
CUT_OFF_FACTOR: Final = 0.5  # a view of half an object is worth half


def sharpness(crop: RGBImage) -> float:
    """Return how sharp a picture is, 0..1, from the variance of its Laplacian (Pech-Pacheco and others, 2000)."""
    grey = cv2.cvtColor(resized(crop, SHARPNESS_SIDE), cv2.COLOR_RGB2GRAY)
    _, deviation = cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_32F))
    variance = float(deviation[0, 0]) ** 2
    return variance / (variance + HALF_SHARP)


def is_cut_off(box: Box) -> bool:
    """Tell whether the box touches the frame's border, so that a part of the object may be missing."""
    return min(box.x, box.y, 1 - box.right, 1 - box.bottom) < BORDER


def view_quality(sharp: float, box: Box, confidence: float) -> float:
    """Return the worth of a view, 0..1: sharp, large, sure and whole is best.

    `sharp` and `confidence` are 0..1. Size counts by the box's side, so by the square root of its area.
    """
    size = min(1.0, float(np.sqrt(box.area / FULL_SIZE)))
    parts = {"sharpness": sharp, "size": size, "confidence": min(1.0, confidence)}
    quality = sum(WEIGHTS[name] * value for name, value in parts.items())
    return quality * (CUT_OFF_FACTOR if is_cut_off(box) else 1.0)


def take_view(at_ms: int, image: RGBImage, box: Box, confidence: float, evidence: RGBImage) -> View:
    """Cut the view out of `image`; `evidence` is the (smaller) copy of the frame that is kept with it."""
    crop = box.crop(image)
    quality = view_quality(sharpness(crop), box, confidence)
    return View(at_ms, box, crop.copy(), evidence, quality, is_cut_off(box))


def keep_candidates(candidates: list[View], view: View) -> list[View]:
    """Return the candidates with `view` added: of two close in time the better stays, of too many the worst goes."""
    close = [kept for kept in candidates if abs(kept.at_ms - view.at_ms) < APART_MS]
    if any(kept.quality >= view.quality for kept in close):
        return candidates
    kept = [candidate for candidate in candidates if candidate not in close]
    return best_first([*kept, view])[:MOST_CANDIDATES]


def best_first(views: Iterable[View]) -> list[View]:
    """Return the views from best to worst; of equals the earlier comes first."""
    return sorted(views, key=lambda view: (-view.quality, view.at_ms))


def best_views(views: Iterable[View], most: int = MOST_VIEWS) -> tuple[View, ...]:
    """Return up to `most` views, best first, at least `APART_MS` from each other."""
    chosen: list[View] = []
    for view in best_first(views):
        if len(chosen) < most and all(abs(view.at_ms - other.at_ms) >= APART_MS for other in chosen):
            chosen.append(view)
    return tuple(chosen)
