"""Precision and recall of cuts on clips composed from the test photos, which no threshold was chosen on.

The peer is the colour histogram alone, at the threshold that is best for it on these very clips.
"""

from __future__ import annotations

import os
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagging.vision.shots import ShotDetector, look
from tagging.vision.types import Frame
from tests.unit.vision.composed_shots import ComposedPicture, compose_clip

SHARED_DATA = Path(os.environ.get("SHOPADMIN_SHARED_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
CLIPS = 40


def rows() -> list[dict[str, Any]]:
    """Return precision, recall and F1 of cuts, and the time a picture takes."""
    photos = sorted((SHARED_DATA / "grocery" / "test").rglob("*.jpg"))
    random = np.random.default_rng(2)
    truth, found, colour_gaps, seconds = [], [], [], 0.0
    for _ in range(CLIPS):
        clip = compose_clip(photos, random)
        started = time.perf_counter()
        detector = ShotDetector()
        cuts = [detector.feed(Frame(number * 500, picture.image, False)) for number, picture in enumerate(clip)]
        seconds += time.perf_counter() - started
        truth += [picture.is_cut for picture in clip[1:]]
        found += cuts[1:]
        colour_gaps += _colour_gaps(clip)
    true_cuts, gaps = np.array(truth), np.array(colour_gaps)
    ours = _scores(true_cuts, np.array(found))
    peer = max((_scores(true_cuts, gaps > threshold) for threshold in np.unique(gaps)), key=lambda scores: scores[2])
    what = f"{true_cuts.sum()} cuts in {CLIPS} composed clips"
    names = ("precision", "recall", "F1")
    measured = [_row(f"{what}: {name}", *values, "") for name, *values in zip(names, ours, peer, strict=True)]
    return [*measured, _row("shot detection, a picture", 1000 * seconds / (len(truth) + CLIPS), None, "ms")]


def _row(name: str, value: float, peer_value: float | None, unit: str) -> dict[str, Any]:
    peer = None if peer_value is None else "colour histogram, best threshold"
    ratio = None if peer_value is None else value / peer_value
    return {"name": name, "value": value, "unit": unit, "peer": peer, "peer_value": peer_value, "ratio": ratio}


def _colour_gaps(clip: list[ComposedPicture]) -> list[float]:
    colours = [look(picture.image).colour for picture in clip]
    return [1 - float(one @ other) for one, other in pairwise(colours)]


def _scores(truth: NDArray[np.bool_], found: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Return precision, recall and F1."""
    right, all_true, all_found = (float(each.sum()) for each in (truth & found, truth, found))
    return right / max(1.0, all_found), right / max(1.0, all_true), 2 * right / max(1.0, all_found + all_true)
