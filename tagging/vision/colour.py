"""The colours of an object: a histogram in CIE Lab of the middle of its picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .types import RGBImage, Vector

SIDE = 64
"""The picture is reduced to this many pixels a side: enough for colours, cheap, and it averages noise away."""
LIGHTNESS_BINS = 4
HUE_BINS = 8
COLOUR_DIMENSIONS = LIGHTNESS_BINS * HUE_BINS * HUE_BINS
SPREAD = 0.3
"""Standard deviation, in picture sides, of the bell that weighs the middle: crops are centred on their object."""
CHROMA_SCALE = 40.0
"""Chroma is squeezed by tanh(a / 40), since most things in shops are less colourful than that."""
BACKGROUND_LIGHTNESS = 92.0
BACKGROUND_CHROMA = 6.0
BACKGROUND_WEIGHT = 0.05
"""Near-white pixels count little: they are the background of most catalogue photos."""


def colour_signature(image: RGBImage) -> Vector:
    """Return the colours of `image` as a unit vector of shape (COLOUR_DIMENSIONS,), no number negative.

    It is the square root of a histogram that sums to 1, with linear sharing between neighbouring bins; the dot product
    of two signatures is the Bhattacharyya coefficient (1 the same colours, 0 none in common).
    """
    small = cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    lab = np.asarray(cv2.cvtColor(small.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB), dtype=np.float64)
    lightness, a, b = lab[..., 0].ravel(), lab[..., 1].ravel(), lab[..., 2].ravel()
    weights = _middle() * np.where(
        (lightness > BACKGROUND_LIGHTNESS) & (np.hypot(a, b) < BACKGROUND_CHROMA), BACKGROUND_WEIGHT, 1.0
    )
    histogram = np.zeros(COLOUR_DIMENSIONS)
    squeezed_a, squeezed_b = np.tanh(a / CHROMA_SCALE) / 2 + 0.5, np.tanh(b / CHROMA_SCALE) / 2 + 0.5
    for bin_l, share_l in _shared(lightness / 100.0, LIGHTNESS_BINS):
        for bin_a, share_a in _shared(squeezed_a, HUE_BINS):
            for bin_b, share_b in _shared(squeezed_b, HUE_BINS):
                bins = (bin_l * HUE_BINS + bin_a) * HUE_BINS + bin_b
                histogram += np.bincount(bins, weights * share_l * share_a * share_b, COLOUR_DIMENSIONS)
    return np.sqrt(histogram / histogram.sum()).astype(np.float32)


def _middle() -> NDArray[np.float64]:
    offset = (np.arange(SIDE) + 0.5) / SIDE - 0.5
    bell = np.exp(-(offset**2) / (2 * SPREAD**2))
    return np.outer(bell, bell).ravel()


def _shared(values: NDArray[np.float64], bins: int) -> list[tuple[NDArray[np.intp], NDArray[np.float64]]]:
    """Return the two bins nearest to each value (0..1) with its share in each."""
    position = np.clip(values, 0.0, 1.0) * (bins - 1)
    lower = np.minimum(position.astype(np.intp), bins - 2)
    share = position - lower
    return [(lower, 1.0 - share), (lower + 1, share)]
