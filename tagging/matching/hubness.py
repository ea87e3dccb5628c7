"""How close a product photo is to pictures in general: photos that are near everything win too often (hubs).

The pictures in general are a bank of unlabelled query pictures, kept as the means of groups (k-means) and not one by
one: no picture of a creator can be read back from a stored model, and hundreds of means do as well as thousands of
pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tagging.vision.types import Vector

from .projection import unit

GROUPS = 256
SMALLEST_GROUP = 8
"""On average a mean stands for at least this many pictures."""
FEWEST_MEMBERS = 3
"""Means of fewer pictures are left out: they would be nearly the pictures themselves."""
NEAREST = 4
"""The hubness is the mean likeness to this many nearest means."""
ROUNDS = 10


@dataclass(frozen=True, eq=False)
class QueryBank:
    """Means of groups of query pictures: unit vectors' means (groups, 256) and centred colours' means."""

    vectors: NDArray[np.float32]
    colours: NDArray[np.float32]

    def hubness(
        self, vectors: NDArray[np.float32], colours: NDArray[np.float32], colour_weight: float
    ) -> NDArray[np.float32]:
        """Return the mean likeness (visual plus weighted colour) of photos to the nearest means, shape (photos,)."""
        if not len(self.vectors):
            return np.zeros(len(vectors), dtype=np.float32)
        likeness = vectors @ self.vectors.T + colour_weight * (colours @ self.colours.T)
        nearest = np.sort(likeness, axis=1)[:, -NEAREST:]
        return np.asarray(nearest.mean(axis=1), dtype=np.float32)


def centred_colour(colours: NDArray[np.float32], mean: Vector) -> NDArray[np.float32]:
    """Return colour signatures around the mean of their side, as unit vectors."""
    return unit(colours - mean)


def summarise(
    vectors: NDArray[np.float32], colours: NDArray[np.float32], colour_weight: float, seed: int = 0
) -> QueryBank:
    """Group query pictures by visual and colour likeness (k-means on the sphere) and return the groups' means."""
    groups = min(GROUPS, len(vectors) // SMALLEST_GROUP)
    if groups == 0:
        return QueryBank(vectors[:0], colours[:0])
    joint = unit(np.concatenate([vectors, np.sqrt(colour_weight) * colours], axis=1))
    centres = joint[np.random.default_rng(seed).choice(len(joint), groups, replace=False)]
    for _ in range(ROUNDS):
        nearest = (joint @ centres.T).argmax(axis=1)
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, joint)
        centres = np.where(sums.any(axis=1, keepdims=True), unit(sums), centres)
    nearest = (joint @ centres.T).argmax(axis=1)
    members = [nearest == group for group in range(groups) if (nearest == group).sum() >= FEWEST_MEMBERS]
    if not members:
        return QueryBank(vectors[:0], colours[:0])
    return QueryBank(
        np.stack([vectors[member].mean(axis=0) for member in members]),
        np.stack([colours[member].mean(axis=0) for member in members]),
    )
