"""Fitting a matching model on a catalogue and on unlabelled pictures from videos.

No label is needed: with enough unlabelled pictures the projection is adapted by self-training, hubness comes from them
too, and the calibrations come from degraded copies of catalogue photos, whose product is known
(`tagging.matching.calibrating`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tagging.vision.types import Signature, Vector

from .adaptation import Adaptation, adapt
from .calibrating import calibrated
from .calibration import cautious_calibration
from .hubness import centred_colour, summarise
from .model import MatchingModel
from .projection import fit_projection, shrunk_mean, unit
from .scoring import default_weights
from .thinning import thinned
from .types import CatalogueEntry
from .words import WordStatistics, confident_tokens, count_words, tokens, word_evidence

type Matrix = NDArray[np.float32]

DEFAULT_ADAPTATION = Adaptation()
NO_ADAPTATION = Adaptation(rounds=0)
MOST_QUERIES = 4096
MOST_PRODUCTS = 4096
"""Fitting looks at no more than these many; a larger set is thinned evenly."""
ENOUGH_QUERIES = 900
"""From this many unlabelled queries on the projection is adapted to them. Fewer say little about pictures in general,
while those themselves would come out as sure matches, also of products that they do not show."""
JUDGING_STEP = 3
"""Each third query is then set apart for calibration."""


@dataclass(frozen=True, eq=False)
class _Product:
    """A product as fitting sees it: the means of its photos and all of its words."""

    features: Vector
    colour: Vector
    words: frozenset[str]


def fit(
    catalogue: Sequence[CatalogueEntry],
    queries: Sequence[Signature],
    embedder: str,
    weights: Mapping[str, float] | None = None,
    adaptation: Adaptation = DEFAULT_ADAPTATION,
) -> MatchingModel:
    """Fit everything that a version of the index needs.

    `queries` are unlabelled pictures of objects from videos that may be used; there may be none. `embedder` is the
    version of the embedder that made the features. Raise `ValueError` without any catalogue photo. The same input
    gives the same model.
    """
    if len(queries) < ENOUGH_QUERIES:
        return calibrated(fit_uncalibrated(catalogue, queries, embedder, weights, NO_ADAPTATION), catalogue, queries)
    learning, judging = held_apart(queries)
    return calibrated(fit_uncalibrated(catalogue, learning, embedder, weights, adaptation), catalogue, judging)


def held_apart(queries: Sequence[Signature]) -> tuple[Sequence[Signature], Sequence[Signature]]:
    """Return the queries to learn from and those to calibrate with, which learning has not seen.

    Self-training makes the scores of what it saw higher than those of new pictures.
    """
    used = thinned(queries, MOST_QUERIES)
    return [query for place, query in enumerate(used) if place % JUDGING_STEP], used[::JUDGING_STEP]


def fit_uncalibrated(
    catalogue: Sequence[CatalogueEntry],
    queries: Sequence[Signature],
    embedder: str,
    weights: Mapping[str, float] | None = None,
    adaptation: Adaptation = DEFAULT_ADAPTATION,
) -> MatchingModel:
    """Fit as `fit` does, but without calibration: the model ranks and never shows anything."""
    if not catalogue:
        raise ValueError("A matching model needs at least one product photo. Add products with photos first.")
    chosen = dict(default_weights() if weights is None else weights)
    products = _products(catalogue)
    statistics = count_words(product.words for product in products)
    used, shots = thinned(products, MOST_PRODUCTS), thinned(queries, MOST_QUERIES)
    features, colours = _arrays(used, used[0])
    shot_features, shot_colours = _arrays(shots, used[0])
    product_mean = colours.sum(axis=0) / np.float32(len(colours) + 1)
    query_mean = shrunk_mean(shot_colours, product_mean)
    centred_shots = centred_colour(shot_colours, query_mean)
    colour_weight = chosen.get("colour", 0.0)
    hints = colour_weight * (centred_shots @ centred_colour(colours, product_mean).T)
    if chosen.get("text") and len(shots):
        hints = hints + chosen["text"] * _word_hints(shots, used, statistics)
    projection = adapt(fit_projection(features, shot_features), features, shot_features, hints, adaptation)
    bank = summarise(projection.query(shot_features), centred_shots, colour_weight)
    never = cautious_calibration()
    return MatchingModel(embedder, projection, query_mean, product_mean, bank, statistics, chosen, never, never)


def _word_hints(shots: Sequence[Signature], products: Sequence[_Product], statistics: WordStatistics) -> Matrix:
    words = [product.words for product in products]
    rows = [word_evidence(confident_tokens(shot.words), words, statistics) for shot in shots]
    return np.array(rows, dtype=np.float32)


def _products(catalogue: Sequence[CatalogueEntry]) -> list[_Product]:
    """Join the photos of each product, in order of product keys."""
    photos: dict[str, list[CatalogueEntry]] = {}
    for entry in catalogue:
        photos.setdefault(entry.product, []).append(entry)
    return [_joined(photos[key]) for key in sorted(photos)]


def _joined(entries: Sequence[CatalogueEntry]) -> _Product:
    read = [word.text for entry in entries for word in entry.signature.words]
    named = [text for entry in entries for text in (entry.title, entry.brand)]
    return _Product(
        unit(np.stack([entry.signature.features for entry in entries])).mean(axis=0),
        np.stack([entry.signature.colour for entry in entries]).mean(axis=0),
        tokens([*named, *read]),
    )


def _arrays(described: Sequence[Signature | _Product], example: _Product) -> tuple[Matrix, Matrix]:
    """Return features and colours as two arrays with a row each, also for none; `example` tells their lengths."""
    features = np.array([one.features for one in described], dtype=np.float32)
    colours = np.array([one.colour for one in described], dtype=np.float32)
    return features.reshape(-1, len(example.features)), colours.reshape(-1, len(example.colour))
