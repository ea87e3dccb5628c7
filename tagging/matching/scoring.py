"""The score parts, how they are added up, and how views and photos of one product become one score.

A part compares every view of the query with every photo of every candidate and returns one number for each pair. To
add a part, write one module with a function of that shape and call `register` there (or add it to `PARTS` here). The
fused score is the weighted sum; the best photo counts for each view, and the views of a track count equally.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagging.vision.types import Signature, Vector

from .hubness import centred_colour
from .projection import Projection
from .types import CandidateProduct, Part, ScoredProduct
from .words import WordStatistics, confident_tokens, tokens, word_evidence

type Pairs = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class Views:
    """The views of one query, ready to compare: unit vectors (views, 256), centred colours, words read on any view."""

    vectors: NDArray[np.float32]
    colours: NDArray[np.float32]
    words: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Photos:
    """All photos of all candidates, ready to compare.

    `owner` (photos,) numbers the candidate of each photo; `words` has an item for each candidate.
    """

    vectors: NDArray[np.float32]
    colours: NDArray[np.float32]
    hubness: NDArray[np.float32]
    words: Sequence[frozenset[str]]
    owner: NDArray[np.intp]


@dataclass(frozen=True)
class ScorePart:
    """A named comparison with its weight. `compare` returns an array that broadcasts to (views, photos)."""

    name: str
    weight: float
    compare: Callable[[Views, Photos, WordStatistics], Pairs]


def visual(views: Views, photos: Photos, statistics: WordStatistics) -> Pairs:
    """Cosine of the projected features, -1 to 1."""
    return views.vectors @ photos.vectors.T


def colour(views: Views, photos: Photos, statistics: WordStatistics) -> Pairs:
    """Cosine of the centred colour signatures, -1 to 1."""
    return views.colours @ photos.colours.T


def hubness(views: Views, photos: Photos, statistics: WordStatistics) -> Pairs:
    """How close the photo is to pictures in general; taken off, so that photos that fit everything do not win.

    With weight -1/2 this is the ranking of cross-domain similarity local scaling, CSLS (Conneau et al. 2018, "Word
    translation without parallel data", equation 3; its query term is the same for all candidates).
    """
    return photos.hubness[None, :]


def text(views: Views, photos: Photos, statistics: WordStatistics) -> Pairs:
    """Evidence of the words read on the views for the words of the product, 0 to 1."""
    return word_evidence(views.words, photos.words, statistics)[None, photos.owner]


PARTS: list[ScorePart] = [
    ScorePart("visual", 1.0, visual),
    ScorePart("colour", 0.25, colour),
    ScorePart("hubness", -0.5, hubness),
    ScorePart("text", 0.3, text),
]
"""The weights follow how often the visual winner agrees with the winner of the words on unlabelled pictures."""


def register(part: ScorePart) -> None:
    """Add a score part; raise `ValueError` when its name is taken."""
    if any(part.name == known.name for known in PARTS):
        raise ValueError(f"There already is a score part called {part.name!r}. Choose another name.")
    PARTS.append(part)


def default_weights() -> dict[str, float]:
    """Return the weight of each registered part by its name."""
    return {part.name: part.weight for part in PARTS}


def prepare_views(views: Sequence[Signature], projection: Projection, colour_mean: Vector) -> Views:
    """Project and centre the signatures of one query's views."""
    features = np.stack([view.features for view in views])
    colours = np.stack([view.colour for view in views])
    read = confident_tokens(word for view in views for word in view.words)
    return Views(projection.query(features), centred_colour(colours, colour_mean), read)


def prepare_photos(candidates: Sequence[CandidateProduct], colour_mean: Vector) -> Photos:
    """Lay the photos of all candidates side by side; the words of a product are those of all its photos and titles."""
    photos = [photo for candidate in candidates for photo in candidate.photos]
    owner = [number for number, candidate in enumerate(candidates) for _ in candidate.photos]
    return Photos(
        vectors=np.stack([photo.vector for photo in photos]).astype(np.float32),
        colours=centred_colour(np.stack([photo.colour for photo in photos]), colour_mean),
        hubness=np.array([photo.hubness for photo in photos], dtype=np.float32),
        words=[product_words(candidate) for candidate in candidates],
        owner=np.array(owner, dtype=np.intp),
    )


def product_words(candidate: CandidateProduct) -> frozenset[str]:
    """Return the comparable words of a candidate: title, brand and what was read on its photos."""
    read = [word.text for photo in candidate.photos for word in photo.words]
    return tokens((candidate.title, candidate.brand, *read))


def score(
    views: Views,
    photos: Photos,
    candidates: Sequence[CandidateProduct],
    statistics: WordStatistics,
    weights: Mapping[str, float],
) -> list[ScoredProduct]:
    """Return every candidate with its fused score and parts, best first; the probability is still 0.

    Parts without a weight do not count. Equal scores are ordered by product key, so that the result is repeatable.
    """
    shape = (len(views.vectors), len(photos.owner))
    used = [part for part in PARTS if weights.get(part.name)]
    raw = np.stack([np.broadcast_to(part.compare(views, photos, statistics), shape) for part in used])
    factors = np.array([weights[part.name] for part in used])
    fused = np.tensordot(factors, raw, axes=1)
    best = _best_photos(fused, photos.owner)
    views_of = np.arange(shape[0])[:, None]
    scores, means = fused[views_of, best].mean(axis=0), raw[:, views_of, best].mean(axis=1)
    strongest = fused[views_of, best].argmax(axis=0)
    first = np.searchsorted(photos.owner, np.arange(len(candidates)))
    raws, weighteds = means.T.tolist(), (means.T * factors).tolist()
    scored = [
        ScoredProduct(
            product=candidate.product,
            variant_group=candidate.variant_group,
            score=float(scores[number]),
            probability=0.0,
            parts=tuple(
                Part(part.name, of_raw, of_weighted)
                for part, of_raw, of_weighted in zip(used, raws[number], weighteds[number], strict=True)
            ),
            view=int(strongest[number]),
            photo=int(best[strongest[number], number] - first[number]),
            kind=candidate.kind,
        )
        for number, candidate in enumerate(candidates)
    ]
    return sorted(scored, key=lambda product: (-product.score, product.product))


def _best_photos(fused: Pairs, owner: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return for each view and candidate the number of the photo that scores best, shape (views, candidates).

    The photos of a candidate stand side by side; of equal photos the first counts.
    """
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    highest = np.maximum.reduceat(fused, starts, axis=1)[:, owner]
    numbers = np.where(fused == highest, np.arange(len(owner)), len(owner))
    return np.asarray(np.minimum.reduceat(numbers, starts, axis=1), dtype=np.intp)


def one_of_each_group(scored: Sequence[ScoredProduct]) -> list[ScoredProduct]:
    """Keep the best of each group of variants, in the order given (best first)."""
    seen: set[str] = set()
    kept: list[ScoredProduct] = []
    for product in scored:
        if product.variant_group and product.variant_group in seen:
            continue
        seen.add(product.variant_group)
        kept.append(product)
    return kept
