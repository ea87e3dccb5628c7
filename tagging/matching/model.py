"""The matching model: everything that a version of the index needs to describe, compare and judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from numpy.typing import NDArray

from tagging.vision.types import Signature, Vector

from . import scoring
from .archive import content_hash, pack, unpack
from .calibration import Calibration
from .decision import decide
from .hubness import QueryBank, centred_colour
from .projection import Projection
from .types import CandidateProduct, Decision, IncompatibleVersions, InvalidModel, Limits, ProductPhoto, ScoredProduct
from .words import WordStatistics

KIND = "matching model"


@dataclass(frozen=True, eq=False)
class MatchingModel:
    """A projection with what was learned beside it. Equal versions give equal answers; it never changes.

    `embedder` is the version of the embedder whose features it was fitted on; `weights` the weight of each score part.
    `calibration` tells how likely a candidate is the very product, `kind_calibration` how likely it is of its kind.
    """

    embedder: str
    projection: Projection
    query_colour_mean: Vector
    product_colour_mean: Vector
    bank: QueryBank
    words: WordStatistics
    weights: Mapping[str, float]
    calibration: Calibration
    kind_calibration: Calibration

    @cached_property
    def version(self) -> str:
        """The hash of the contents; the index stores it with every vector."""
        return content_hash(self._arrays(), self._plain())

    def project_query(self, features: Vector) -> Vector:
        """Return the unit vector (256) of a query's raw features; also for many, (n, features) to (n, 256)."""
        return self.projection.query(features)

    def project_product(self, features: Vector) -> Vector:
        """Return the unit vector (256) of a product photo's raw features; also for many."""
        return self.projection.product(features)

    def index_photo(self, signature: Signature) -> ProductPhoto:
        """Return what the index stores of a product photo."""
        vector = self.project_product(signature.features)
        colours = centred_colour(signature.colour[None], self.product_colour_mean)
        hubness = self.bank.hubness(vector[None], colours, self.weights.get("colour", 0.0))
        return ProductPhoto(vector, signature.colour, signature.words, float(hubness[0]))

    def rank(self, views: Sequence[Signature], candidates: Sequence[CandidateProduct]) -> list[ScoredProduct]:
        """Return the candidates that have photos, scored, best first, one of each variant group.

        Raise `IncompatibleVersions` when a candidate was indexed with another model.
        """
        for candidate in candidates:
            if candidate.index_version != self.version:
                raise IncompatibleVersions(
                    f"Product {candidate.product} was indexed with model {candidate.index_version or '(none)'}, but "
                    f"the query is described with {self.version}. Search the index of the same version."
                )
        shown = [candidate for candidate in candidates if candidate.photos]
        if not views or not shown:
            return []
        prepared = scoring.prepare_views(views, self.projection, self.query_colour_mean)
        photos = scoring.prepare_photos(shown, self.product_colour_mean)
        return scoring.one_of_each_group(scoring.score(prepared, photos, shown, self.words, self.weights))

    def to_bytes(self) -> bytes:
        """Return the model in a form that `from_bytes` reads (no pickle)."""
        return pack(KIND, self._arrays(), self._plain())

    @classmethod
    def from_bytes(cls, content: bytes) -> MatchingModel:
        """Read what `to_bytes` wrote; raise `InvalidModel` when it is damaged or something else."""
        arrays, plain = unpack(KIND, content)
        try:
            return cls(
                embedder=plain["embedder"],
                projection=Projection(**{name: arrays[name] for name in _PROJECTION}),
                query_colour_mean=arrays["query_colour_mean"],
                product_colour_mean=arrays["product_colour_mean"],
                bank=QueryBank(arrays["bank_vectors"], arrays["bank_colours"]),
                words=WordStatistics(plain["products"], plain["word_frequencies"]),
                weights=plain["weights"],
                calibration=Calibration.from_dict(plain["calibration"]),
                kind_calibration=Calibration.from_dict(plain["kind_calibration"]),
            )
        except (KeyError, TypeError) as error:
            raise InvalidModel(f"The stored matching model lacks a part: {error}. Fit and store it again.") from error

    def _arrays(self) -> dict[str, NDArray[Any]]:
        return {
            **{name: getattr(self.projection, name) for name in _PROJECTION},
            "query_colour_mean": self.query_colour_mean,
            "product_colour_mean": self.product_colour_mean,
            "bank_vectors": self.bank.vectors,
            "bank_colours": self.bank.colours,
        }

    def _plain(self) -> dict[str, Any]:
        return {
            "embedder": self.embedder,
            "products": self.words.products,
            "word_frequencies": dict(self.words.frequencies),
            "weights": dict(self.weights),
            "calibration": self.calibration.to_dict(),
            "kind_calibration": self.kind_calibration.to_dict(),
        }


_PROJECTION = ("query_mean", "query_matrix", "product_mean", "product_matrix")


def match(
    views: Sequence[Signature], candidates: Sequence[CandidateProduct], model: MatchingModel, limits: Limits
) -> Decision:
    """Decide which of the candidates the views of one track show, if any.

    `candidates` are the products that the search found for any of the views. Raise `IncompatibleVersions` when one of
    them was indexed with another model.
    """
    return decide(model.rank(views, candidates), model.calibration, model.kind_calibration, limits, model.version)
