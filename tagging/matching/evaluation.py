"""Measuring how well matching works on a folder of labelled photos: retrieval part by part, and abstention.

Models are fitted on the catalogue photos and on the training photos without their labels. Test photos are queries and
nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagging.vision.types import Signature

from .adaptation import Adaptation
from .decision import decide, judge
from .fitting import DEFAULT_ADAPTATION, NO_ADAPTATION, fit, fit_uncalibrated
from .gallery import build_gallery
from .model import MatchingModel
from .photo_sets import Describer, PhotoSet, read_photo_set
from .projection import unit
from .scoring import default_weights
from .thinning import thinned
from .types import CatalogueEntry, Limits, ScoredProduct

HOLD_OUTS = 3
ABSENT_SHARE = 1 / 3
DEGRADED = 4
SHOPS = {"a shop with many videos": None, "a new shop, 100 pictures from videos": 100, "a new shop, none": 0}
"""For each kind of shop: with how many unlabelled pictures its model is fitted (None: all training photos)."""
MOST_QUERIES = 1000
"""So many test photos are asked for each draw and shop."""
BINS = 10
Z_95 = 1.96


@dataclass(frozen=True)
class Described:
    """A set of photos with all signatures."""

    photos: PhotoSet
    catalogue: tuple[CatalogueEntry, ...]
    train: tuple[Signature, ...]
    test: tuple[Signature, ...]
    versions: str

    def truth(self, split: str) -> list[str]:
        """Return the keys of the products that the photos of a split show."""
        return [product for _, product in self.photos.splits[split]]


def evaluate(path: Path, cache: Path, embedder: str = "efficientnet-lite0", reader: str = "ppocr-v6") -> dict[str, Any]:
    """Measure matching on the photos of the folder `path`; signatures are remembered in the folder `cache`.

    The result is plain values for JSON: `retrieval` and `abstention`, each a list of rows. Raise `PhotoSetError` when
    the folder is not a set of labelled photos.
    """
    described = describe_photo_set(path, Describer(embedder, reader, cache))
    return {
        "photos": str(path),
        "models": described.versions,
        "products": len(described.catalogue),
        "queries": len(described.test),
        "unlabelled_pictures": len(described.train),
        "retrieval": retrieval(described),
        "abstention": abstention(described),
    }


def describe_photo_set(path: Path, describer: Describer) -> Described:
    """Describe the catalogue photos, degraded copies of them, and the photos of both splits."""
    photos = read_photo_set(path)
    signatures = describer.describe("catalogue", [product.photo for product in photos.products])
    degraded = describer.describe_degraded("degraded", [product.photo for product in photos.products], DEGRADED)
    catalogue = tuple(
        CatalogueEntry(product.key, product.title, "", signature, augmented=copies, kind=product.kind)
        for product, signature, copies in zip(photos.products, signatures, degraded, strict=True)
    )
    splits = {name: describer.describe(name, [photo for photo, _ in rows]) for name, rows in photos.splits.items()}
    return Described(photos, catalogue, tuple(splits["train"]), tuple(splits["test"]), describer.versions)


def retrieval(described: Described) -> list[dict[str, Any]]:
    """Return a row for each step from raw features to all parts, then one for all parts but each."""
    everything = default_weights()
    rows = [{"name": "raw features, nearest neighbour"} | _hits(described, _raw_order(described))]
    steps: list[tuple[str, dict[str, float], Adaptation]] = [
        ("centred, 256 principal axes", {"visual": 1.0}, NO_ADAPTATION),
        ("+ self-training", {"visual": 1.0}, DEFAULT_ADAPTATION),
        ("+ colour", _only(everything, "visual", "colour"), DEFAULT_ADAPTATION),
        ("+ hubness", _only(everything, "visual", "colour", "hubness"), DEFAULT_ADAPTATION),
        ("+ text = all parts", everything, DEFAULT_ADAPTATION),
        ("all but self-training", everything, NO_ADAPTATION),
    ]
    steps += [
        (f"all but {part}", {name: weight for name, weight in everything.items() if name != part}, DEFAULT_ADAPTATION)
        for part in everything
        if part not in ("visual", "text")
    ]
    for name, weights, adaptation in steps:
        model = fit_uncalibrated(described.catalogue, described.train, described.versions, weights, adaptation)
        gallery = build_gallery(described.catalogue, model)
        order = [[product.product for product in gallery.rank([query])[:5]] for query in described.test]
        rows.append({"name": name} | _hits(described, order))
    return rows


def _only(weights: Mapping[str, float], *names: str) -> dict[str, float]:
    return {name: weights[name] for name in names}


def _raw_order(described: Described) -> list[list[str]]:
    photos = unit(np.stack([entry.signature.features for entry in described.catalogue]))
    queries = unit(np.stack([signature.features for signature in described.test]))
    nearest = np.argsort(-(queries @ photos.T), axis=1)[:, :5]
    return [[described.catalogue[number].product for number in row] for row in nearest]


def _hits(described: Described, order: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Return the shares of queries whose product comes first, and among the first five; also by group."""
    truth = described.truth("test")
    first = np.array([found[:1] == [key] for found, key in zip(order, truth, strict=True)])
    among = np.array([key in found[:5] for found, key in zip(order, truth, strict=True)])
    group_of = {product.key: product.group for product in described.photos.products}
    groups = np.array([group_of[key] for key in truth])
    return {
        "top1": float(first.mean()),
        "top1_interval": wilson(int(first.sum()), len(first)),
        "top5": float(among.mean()),
        "top5_interval": wilson(int(among.sum()), len(among)),
        "groups": {
            group: {"top1": float(first[groups == group].mean()), "top5": float(among[groups == group].mean())}
            for group in sorted(set(groups))
        },
    }


@dataclass(frozen=True)
class Judged:
    """What the model said of one query, and whether that was right.

    `similar` and `exact` are the two probabilities of the best candidate, with whether it is of the query's kind, and
    whether it is the very product. `shown` says whether there is a link, and `link_of_kind` whether the first link's
    product is of the query's kind; `called_exact` whether the first link is called exact; `likely_exact` whether the
    best is more likely the very product than the calibration's threshold for a precision of SHOW_PRECISION.
    """

    similar: float
    exact: float
    is_kind: bool
    is_product: bool
    shown: bool
    link_of_kind: bool
    called_exact: bool
    likely_exact: bool


def abstention(described: Described) -> list[dict[str, Any]]:
    """Return precision and coverage with a third of the products taken out of the catalogue, a row for each shop.

    Three different thirds, drawn by seed, are pooled.
    """
    rows = []
    for name, pictures in SHOPS.items():
        learned = described.train if pictures is None else thinned(described.train, pictures)
        judged = [one for seed in range(HOLD_OUTS) for one in _held_out(described, learned, seed)]
        rows.append({"name": name} | _judgement(judged))
    return rows


def _held_out(described: Described, pictures: Sequence[Signature], seed: int) -> list[Judged]:
    random = np.random.default_rng(seed)
    number = len(described.catalogue)
    kept = np.sort(random.choice(number, number - round(number * ABSENT_SHARE), replace=False))
    catalogue = [described.catalogue[place] for place in kept]
    model = fit(catalogue, pictures, described.versions)
    gallery = build_gallery(catalogue, model)
    kinds = {entry.product: entry.kind for entry in described.catalogue}
    asked = thinned(list(zip(described.test, described.truth("test"), strict=True)), MOST_QUERIES)
    return [_judged(gallery.rank([query]), model, truth, kinds) for query, truth in asked]


def _judged(ranked: Sequence[ScoredProduct], model: MatchingModel, truth: str, kinds: Mapping[str, str]) -> Judged:
    decision = decide(ranked, model.calibration, model.kind_calibration, Limits())
    best = judge(ranked, model.calibration, model.kind_calibration)[0]
    first = decision.links[0] if decision.links else None
    return Judged(
        similar=best.probability,
        exact=best.exact_probability,
        is_kind=kinds[best.product] == kinds[truth],
        is_product=best.product == truth,
        shown=first is not None,
        link_of_kind=first is not None and kinds[first.product] == kinds[truth],
        called_exact=first is not None and first.kind == "exact",
        likely_exact=best.exact_probability >= model.calibration.thresholds.show,
    )


def _judgement(judged: Sequence[Judged]) -> dict[str, Any]:
    """Return precision, coverage and calibration errors of all queries together."""
    columns = {name: np.array([getattr(one, name) for one in judged]) for name in Judged.__dataclass_fields__}
    return {
        "queries": len(judged),
        "best_is_right": float(columns["is_product"].mean()),
        "best_is_of_the_kind": float(columns["is_kind"].mean()),
        "similar": _at(columns["shown"], columns["link_of_kind"]),
        "exact": _at(columns["called_exact"], columns["is_product"]),
        "very_product": _at(columns["likely_exact"], columns["is_product"]),
        "similar_calibration_error": expected_calibration_error(columns["similar"], columns["is_kind"]),
        "exact_calibration_error": expected_calibration_error(columns["exact"], columns["is_product"]),
    }


def _at(chosen: NDArray[np.bool_], is_right: NDArray[np.bool_]) -> dict[str, Any]:
    right, number = int((chosen & is_right).sum()), int(chosen.sum())
    return {
        "precision": right / number if number else None,
        "precision_interval": wilson(right, number),
        "coverage": number / len(chosen),
        "coverage_interval": wilson(number, len(chosen)),
    }


def expected_calibration_error(probabilities: NDArray[np.float64], is_match: NDArray[np.bool_]) -> float:
    """Return the mean gap between probability and share of matches over ten equal bins (Naeini et al. 2015), 0..1."""
    bins = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    gaps = [abs(float((probabilities - is_match)[bins == place].sum())) for place in range(BINS)]
    return sum(gaps) / len(probabilities)


def wilson(right: int, number: int) -> tuple[float, float]:
    """Return the 95 % interval of a share by Wilson's score; the whole range for no trials."""
    if number == 0:
        return 0.0, 1.0
    share, square = right / number, Z_95**2
    middle = (share + square / (2 * number)) / (1 + square / number)
    half = Z_95 * np.sqrt(share * (1 - share) / number + square / (4 * number**2)) / (1 + square / number)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))
