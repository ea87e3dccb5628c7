"""From raw features (1280) to the unit vectors (256) that are indexed and compared.

Catalogue photos and pictures from videos look different as a whole (white background against shop and kitchen). So the
two sides have their own mean and their own matrix; the axes start as the principal components of the queries (PCA) and
are then adapted to each other by `tagging.matching.adaptation`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from tagging.vision.types import Vector

from .archive import content_hash, pack, unpack
from .types import VECTOR_DIMENSIONS

type Matrix = NDArray[np.float32]

FEW_QUERIES = 50
"""With this many queries their own mean counts half, the catalogue's the other half."""
SMALLEST_VARIANCE = 1e-9
"""Directions with less than this share of the largest variance are rounding errors."""


@dataclass(frozen=True, eq=False)
class Projection:
    """Means of shape (features,) and matrices of shape (features, dimensions) for the two sides."""

    query_mean: Vector
    query_matrix: Matrix
    product_mean: Vector
    product_matrix: Matrix

    @cached_property
    def version(self) -> str:
        """The hash of the contents: two projections with the same version give the same vectors."""
        return content_hash(self._arrays(), {})

    @property
    def dimensions(self) -> int:
        """Length of a projected vector."""
        return int(self.query_matrix.shape[1])

    def query(self, features: Matrix) -> Matrix:
        """Return unit vectors for features of queries, shape (..., features) to (..., dimensions)."""
        return unit((unit(features) - self.query_mean) @ self.query_matrix)

    def product(self, features: Matrix) -> Matrix:
        """Return unit vectors for features of product photos, shape (..., features) to (..., dimensions)."""
        return unit((unit(features) - self.product_mean) @ self.product_matrix)

    def to_bytes(self) -> bytes:
        """Return the projection in a form that `from_bytes` reads."""
        return pack("projection", self._arrays(), {})

    @classmethod
    def from_bytes(cls, content: bytes) -> Projection:
        """Read what `to_bytes` wrote; raise `InvalidModel` when it is something else."""
        arrays, _ = unpack("projection", content)
        return cls(**arrays)

    def _arrays(self) -> dict[str, NDArray[Any]]:
        return {
            "query_mean": self.query_mean,
            "query_matrix": self.query_matrix,
            "product_mean": self.product_mean,
            "product_matrix": self.product_matrix,
        }


def fit_projection(catalogue: Matrix, queries: Matrix, dimensions: int = VECTOR_DIMENSIONS) -> Projection:
    """Fit centring and principal components on raw features of shape (photos, features) and (queries, features).

    The components come from both sides, each around its own mean. Where the samples span fewer than `dimensions`
    directions, random ones from outside their span fill up, so that what lies outside is seen too and a strange picture
    is not near to everything. No whitening: it hurts retrieval with these features. Raise `ValueError` without any
    catalogue photo or when the two sides have features of different length.
    """
    if not len(catalogue):
        raise ValueError("A projection needs at least one catalogue photo. Add products with photos first.")
    if len(queries) and queries.shape[1] != catalogue.shape[1]:
        raise ValueError(
            f"Catalogue features have {catalogue.shape[1]} numbers, query features {queries.shape[1]}: "
            "they come from two models. Describe both with the same one."
        )
    product_mean = unit(catalogue).sum(axis=0) / np.float32(len(catalogue) + 1)
    query_mean = shrunk_mean(unit(queries), product_mean)
    centred = [unit(catalogue) - product_mean]
    if len(queries):
        centred.append(unit(queries) - query_mean)
    axes = _principal_axes(np.concatenate(centred), dimensions)
    return Projection(query_mean, axes, product_mean, axes.copy())


def unit(vectors: NDArray[np.floating[Any]]) -> Matrix:
    """Return vectors scaled to length 1 along the last axis; zero vectors stay zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


def shrunk_mean(queries: Matrix, product_mean: Vector) -> Vector:
    """Return the mean of queries, drawn towards the catalogue's while the queries are few."""
    share = len(queries) / (len(queries) + FEW_QUERIES)
    own = queries.mean(axis=0) if len(queries) else product_mean
    return np.asarray(share * own + (1 - share) * product_mean, dtype=np.float32)


def _principal_axes(centred: Matrix, dimensions: int) -> Matrix:
    """Return the axes of largest variance, shape (features, dimensions), filled up with random ones where they end.

    The random axes are orthogonal to the others and scaled so that they keep the length of what lies outside
    (Johnson and Lindenstrauss). Signs and seed are fixed: fitting is repeatable.
    """
    features = centred.shape[1]
    largest = (max(0, features - dimensions), features - 1)
    values, vectors = eigh(centred.T.astype(np.float64) @ centred, subset_by_index=largest)
    order = np.argsort(values)[::-1]
    axes = vectors[:, order[values[order] > values.max() * SMALLEST_VARIANCE]]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    missing = min(dimensions, features) - axes.shape[1]
    if missing > 0:
        random = np.random.default_rng(0).normal(size=(features, missing))
        outside, _ = np.linalg.qr(random - axes @ (axes.T @ random))
        axes = np.concatenate([axes, outside * np.sqrt((features - axes.shape[1]) / missing)], axis=1)
    padded = np.zeros((features, dimensions), dtype=np.float32)
    padded[:, : axes.shape[1]] = axes
    return padded
