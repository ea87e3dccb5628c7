"""Adapting the two sides of a projection to each other without labels, by self-training.

Unlabelled queries that clearly belong to one product (their scores say so) are taken as pictures of it. From them two
things are learned, and the queries are assigned anew, a few times:

- what varies between pictures of one thing (view, light, background): those directions are made smaller, as in
  within-class covariance normalisation (Hatch et al. 2006);
- how catalogue photos of things differ from shots of them: a linear map, fitted by ridge regression, that moves a
  product's photo towards its pictures. Being a map of features it also serves products that come later.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .projection import Projection, unit

type Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Adaptation:
    """The settings of self-training; chosen by agreement with the words read on unlabelled pictures.

    `temperature` turns scores into shares, `certain` is the share from which a query counts as a product's, `step`
    how far a photo is moved to its pictures, `prior` how many pictures must vote against not moving, `ridge` and
    `shrinkage` hold back the map and the covariance when there is little to learn from.
    """

    rounds: int = 4
    temperature: float = 0.06
    certain: float = 0.7
    step: float = 0.7
    prior: float = 5.0
    ridge: float = 0.3
    shrinkage: float = 0.3
    hub_neighbours: int = 10
    fewest_pictures: int = 20


def adapt(
    projection: Projection, catalogue: Matrix, queries: Matrix, hints: Matrix, settings: Adaptation
) -> Projection:
    """Return the projection adapted to unlabelled queries.

    `catalogue` (photos, features) and `queries` (queries, features) are raw features; `hints` (queries, photos) is
    what other parts (colour, text) add to the visual score of each pair. With fewer than `fewest_pictures` certain
    queries the projection stays as it is.
    """
    photos, shots = projection.product(catalogue), projection.query(queries)
    moved: Matrix = np.eye(projection.dimensions, dtype=np.float32)
    spread = moved
    for _ in range(settings.rounds if len(shots) else 0):
        scores = unit(shots @ spread) @ unit(photos @ moved @ spread).T + hints
        shares = _shares(scores, settings)
        certain = shares.max(axis=1) >= settings.certain
        if certain.sum() < settings.fewest_pictures:
            break
        votes = np.where(shares >= settings.certain, shares, 0.0).astype(np.float32)
        moved = _movement(photos, shots, votes, settings)
        spread = _normalisation(unit(photos @ moved), shots[certain], shares[certain].argmax(axis=1), settings)
    return Projection(
        projection.query_mean,
        (projection.query_matrix @ spread).astype(np.float32),
        projection.product_mean,
        (projection.product_matrix @ moved @ spread).astype(np.float32),
    )


def _shares(scores: Matrix, settings: Adaptation) -> Matrix:
    """Return for each query how it is shared among the photos (softmax), after taking off the photos' hubness."""
    neighbours = min(settings.hub_neighbours, len(scores))
    hubness = np.sort(scores, axis=0)[-neighbours:].mean(axis=0)
    lowered = scores - hubness
    weights = np.exp((lowered - lowered.max(axis=1, keepdims=True)) / settings.temperature)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float32)


def _movement(photos: Matrix, shots: Matrix, votes: Matrix, settings: Adaptation) -> Matrix:
    """Return the linear map that moves photos towards the mean of the queries that voted for them."""
    counts = votes.sum(axis=0)
    means = unit(votes.T @ shots)
    trust = (counts / (counts + settings.prior))[:, None]
    weighted = photos * trust
    gram = weighted.T @ photos + settings.ridge * np.eye(photos.shape[1], dtype=np.float32)
    offsets = np.linalg.solve(gram, weighted.T @ (settings.step * (means - photos)))
    return np.asarray(np.eye(photos.shape[1]) + offsets, dtype=np.float32)


def _normalisation(photos: Matrix, shots: Matrix, labels: NDArray[np.intp], settings: Adaptation) -> Matrix:
    """Return the inverse root of the covariance of queries around their product's centre, shrunk to a multiple of 1."""
    sums, counts = photos.copy(), np.ones(len(photos), dtype=np.float32)
    np.add.at(sums, labels, shots)
    np.add.at(counts, labels, 1.0)
    residuals = (shots - (sums / counts[:, None])[labels]).astype(np.float64)
    covariance = residuals.T @ residuals / len(residuals)
    dimensions = len(covariance)
    level = np.trace(covariance) / dimensions
    if level == 0:
        return np.eye(dimensions, dtype=np.float32)
    shrunk = (1 - settings.shrinkage) * covariance + settings.shrinkage * level * np.eye(dimensions)
    values, vectors = np.linalg.eigh(shrunk)
    inverse_root = vectors @ np.diag(values**-0.5) @ vectors.T
    return np.asarray(inverse_root * np.sqrt(dimensions / np.trace(inverse_root @ inverse_root.T)), dtype=np.float32)
