"""Calibrating a fitted model: which pictures it is judged on, and what is right for them.

Degraded copies of catalogue photos stand in for pictures whose product is known. Each is judged three times: with its
product in the catalogue, without the product, and without all products of its kind. So one in three has its product, as
in videos, most of whose objects a shop does not sell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tagging.vision.types import Signature

from .calibration import (
    RUNNERS_UP,
    Calibration,
    Sample,
    fit_calibration,
    gap_of,
    kind_gap_of,
    raised,
)
from .gallery import Gallery, build_gallery
from .model import MatchingModel
from .thinning import thinned
from .types import CatalogueEntry, ScoredProduct

MOST_DEGRADED = 300
FEWEST_FOR_LEVEL = 30
MOST_FOR_LEVEL = 300
"""The level of scores is measured on at least and at most so many unlabelled queries."""
KIND_TOLERANCE = 0.05
"""Links on the whole are 0.90 precise at showing the right kind, single ones at least 0.85 likely. On three draws of
training photos of `data/grocery`, whose labels served to choose this, precision is then 0.94 at a coverage of 28 %;
without tolerance 0.95 at 24 %. *Exact* has none: its precision would fall from 0.98 to 0.93 at the same threshold."""
DEGRADED = "degraded catalogue photos"


@dataclass(frozen=True)
class DegradedSamples:
    """What the degraded copies say: samples for *the very product*, for *the same kind*, and the level of scores."""

    exact: tuple[Sample, ...]
    kind: tuple[Sample, ...]
    level: float


def calibrated(
    model: MatchingModel, catalogue: Sequence[CatalogueEntry], queries: Sequence[Signature]
) -> MatchingModel:
    """Return the model with both calibrations.

    They are learned from the degraded copies of the catalogue and set to the level of scores of real pictures, which
    the unlabelled `queries` show. Without degraded copies the model never shows anything.
    """
    gallery = build_gallery(catalogue, model)
    degraded = degraded_samples(gallery, catalogue)
    real = [gallery.rank([query]) for query in thinned(queries, MOST_FOR_LEVEL)]
    return replace(
        model,
        calibration=at_level_of(real, fit_calibration(degraded.exact, DEGRADED), degraded.level),
        kind_calibration=at_level_of(real, fit_calibration(degraded.kind, DEGRADED, KIND_TOLERANCE), degraded.level),
    )


def at_level_of(
    ranked: Sequence[Sequence[ScoredProduct]], calibration: Calibration, fitted_level: float
) -> Calibration:
    """Return the calibration raised by as much as real pictures score higher than those it was fitted on.

    A model that is adapted to pictures from videos brings these nearer to all products, the wrong ones too. `ranked`
    are the candidates of unlabelled pictures; too few say nothing, and the calibration is never lowered.
    """
    if len(ranked) < FEWEST_FOR_LEVEL:
        return calibration
    return raised(calibration, max(0.0, level_of(ranked) - fitted_level))


def level_of(ranked: Iterable[Sequence[ScoredProduct]]) -> float:
    """Return the median over pictures of the mean score of the best candidates after the first; 0 for none."""
    scores = [[product.score for product in found[1 : RUNNERS_UP + 1]] for found in ranked]
    means = [float(np.mean(others)) for others in scores if others]
    return float(np.median(means)) if means else 0.0


def degraded_samples(gallery: Gallery, catalogue: Sequence[CatalogueEntry]) -> DegradedSamples:
    """Judge degraded catalogue photos with their product, without it, and without all products of its kind."""
    same, of_kind = same_things(catalogue), _kinds(catalogue)
    exact: list[Sample] = []
    kind: list[Sample] = []
    complete: list[Sequence[ScoredProduct]] = []
    for entry, signature in _copies(catalogue):
        own = same[entry.product]
        alike = own | of_kind.get(entry.kind, frozenset())
        for without in (frozenset[str](), own, alike):
            ranked = gallery.rank([signature], without)
            if not ranked:
                continue
            best = ranked[0]
            exact.append(Sample(best.score, gap_of(ranked, 0), best.product in own))
            kind.append(Sample(best.score, kind_gap_of(ranked, 0), best.product in alike))
            if not without:
                complete.append(ranked)
    return DegradedSamples(tuple(exact), tuple(kind), level_of(complete))


def _copies(catalogue: Sequence[CatalogueEntry]) -> Sequence[tuple[CatalogueEntry, Signature]]:
    copies = [(entry, signature) for entry in catalogue for signature in entry.augmented]
    return thinned(copies, MOST_DEGRADED)


def same_things(catalogue: Sequence[CatalogueEntry]) -> Mapping[str, frozenset[str]]:
    """Return for each product those a picture cannot tell from it: itself, its variants, any with an equal photo."""
    sharing: dict[bytes | str, set[str]] = {}
    for entry in catalogue:
        sharing.setdefault(entry.signature.features.tobytes(), set()).add(entry.product)
        if entry.variant_group:
            sharing.setdefault(entry.variant_group, set()).add(entry.product)
    same: dict[str, set[str]] = {}
    for products in sharing.values():
        for product in products:
            same.setdefault(product, set()).update(products)
    return {product: frozenset(others) for product, others in same.items()}


def _kinds(catalogue: Sequence[CatalogueEntry]) -> Mapping[str, frozenset[str]]:
    """Return the products of each kind that is known."""
    kinds: dict[str, set[str]] = {}
    for entry in catalogue:
        if entry.kind:
            kinds.setdefault(entry.kind, set()).add(entry.product)
    return {kind: frozenset(products) for kind, products in kinds.items()}
