"""A catalogue indexed and searched in memory: what the database does, for fitting and measuring."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tagging.vision.types import Signature

from .model import MatchingModel
from .types import CandidateProduct, CatalogueEntry, ScoredProduct

SEARCHED = 100
"""How many products the search proposes for one view; calibration sees lists of the same length."""


@dataclass(frozen=True, eq=False)
class Gallery:
    """Indexed products: `vectors` (photos, 256) of all photos, and `owner` (photos,), which product each is of."""

    model: MatchingModel
    candidates: Sequence[CandidateProduct]
    vectors: NDArray[np.float32]
    owner: NDArray[np.intp]

    def search(self, views: Sequence[Signature], without: Collection[str] = ()) -> list[CandidateProduct]:
        """Return the products whose photos are nearest to any of the views, at most SEARCHED for each view.

        Products `without` are taken to be not in the catalogue.
        """
        queries = self.model.project_query(np.stack([view.features for view in views]))
        hidden = [number for number, candidate in enumerate(self.candidates) if candidate.product in without]
        kept = np.flatnonzero(~np.isin(self.owner, hidden))
        nearest = np.argsort(-(queries @ self.vectors[kept].T), axis=1, kind="stable")[:, :SEARCHED]
        return [self.candidates[number] for number in np.unique(self.owner[kept[nearest]])]

    def rank(self, views: Sequence[Signature], without: Collection[str] = ()) -> list[ScoredProduct]:
        """Search and rank, as for a track of a video."""
        return self.model.rank(views, self.search(views, without))


def build_gallery(catalogue: Sequence[CatalogueEntry], model: MatchingModel) -> Gallery:
    """Index the catalogue with the model, in memory."""
    photos: dict[str, list[CatalogueEntry]] = {}
    for entry in catalogue:
        photos.setdefault(entry.product, []).append(entry)
    candidates = [
        CandidateProduct(
            product=key,
            title=entries[0].title,
            brand=entries[0].brand,
            photos=tuple(model.index_photo(entry.signature) for entry in entries),
            variant_group=entries[0].variant_group,
            index_version=model.version,
            kind=entries[0].kind,
        )
        for key, entries in sorted(photos.items())
    ]
    owner = [number for number, candidate in enumerate(candidates) for _ in candidate.photos]
    vectors = np.stack([photo.vector for candidate in candidates for photo in candidate.photos])
    return Gallery(model, candidates, vectors, np.array(owner, dtype=np.intp))
