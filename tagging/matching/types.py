"""The words that the matching modules share: plain, frozen values, without Django, database or models.

A *query* is a picture cut from a video, a *product photo* a picture from the catalogue. Both are described by a
`Signature` (raw features, colour, words); the matching model turns raw features into unit vectors of
`VECTOR_DIMENSIONS` numbers that the database indexes. Keys are opaque strings: the caller chooses them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tagging.vision.types import Signature, Vector, Word

VECTOR_DIMENSIONS = 256
"""Length of a projected vector: what the database column holds."""

type Kind = Literal["exact", "similar"]


class IncompatibleVersions(ValueError):
    """Values of two versions of a model were about to be compared; their numbers mean different things."""


class InvalidModel(ValueError):
    """Stored bytes are not a model of this program, are damaged, or belong to another format."""


@dataclass(frozen=True, slots=True, eq=False)
class ProductPhoto:
    """One photo of a catalogue product as the index stores it.

    `vector` is the unit vector of `MatchingModel.project_product` (VECTOR_DIMENSIONS), `colour` the colour signature
    of `tagging.vision.colour`, `words` what the text reader read on the photo. `hubness` is what
    the matching model measured: how close the photo is to pictures in general. `MatchingModel.index_photo` makes one.
    """

    vector: Vector
    colour: Vector
    words: tuple[Word, ...]
    hubness: float


@dataclass(frozen=True, slots=True, eq=False)
class CandidateProduct:
    """A product that the database search proposes, with all photos that it found or has.

    `variant_group` joins variants of one product (sizes, colours of one design): only the best of a group is linked.
    An empty group means that the product has no variants. `index_version` is the `MatchingModel.version` its photos
    were projected with. `kind` is what sort of thing it is (its catalogue category), empty when that is not known.
    """

    product: str
    title: str
    brand: str
    photos: tuple[ProductPhoto, ...]
    variant_group: str = ""
    index_version: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What one score part says of a candidate: the raw value and what it adds to the fused score."""

    name: str
    raw: float
    weighted: float


@dataclass(frozen=True, slots=True)
class ScoredProduct:
    """A candidate with its fused score and the parts it is made of.

    `probability` says how likely the picture shows a product of the same `kind`, `exact_probability` how likely it
    shows this very product or a variant of it; both are 0 until it is judged. `view` and `photo` number the query view
    and the product photo that agree best: the pair the evidence shows.
    """

    product: str
    variant_group: str
    score: float
    probability: float
    parts: tuple[Part, ...]
    view: int = 0
    photo: int = 0
    kind: str = ""
    exact_probability: float = 0.0


@dataclass(frozen=True, slots=True)
class Link:
    """A product that is shown for a track. `rank` starts at 1.

    An *exact* link says that the picture shows this product or a variant of it, a *similar* one that it shows a product
    of the same kind. `probability` is that of what the link says.
    """

    scored: ScoredProduct
    kind: Kind
    rank: int

    @property
    def probability(self) -> float:
        """How likely what the link says is true, 0..1."""
        return self.scored.exact_probability if self.kind == "exact" else self.scored.probability

    @property
    def product(self) -> str:
        """The product's key."""
        return self.scored.product

    @property
    def score(self) -> float:
        """The fused score."""
        return self.scored.score

    @property
    def parts(self) -> tuple[Part, ...]:
        """What each score part adds."""
        return self.scored.parts

    @property
    def view(self) -> int:
        """The number of the query view that agrees best."""
        return self.scored.view

    @property
    def photo(self) -> int:
        """The number of the product photo that agrees best."""
        return self.scored.photo


@dataclass(frozen=True, slots=True)
class Decision:
    """What is shown for one track: links, or none with the reason; the runners-up are kept for the evidence.

    `reason` is empty when there are links, else one of the texts of `tagging.matching.decision.Abstention`.
    `shown_from` and `exact_from` are the probabilities of the same kind, and of the very product, that were asked for.
    """

    links: tuple[Link, ...]
    runners_up: tuple[ScoredProduct, ...]
    reason: str
    model_version: str
    shown_from: float = 1.0
    exact_from: float = 1.0

    @property
    def abstains(self) -> bool:
        """Whether nothing is shown."""
        return not self.links


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The probabilities (0..1) of one calibration above which the expected precision is that asked for.

    `show` is for calibration.SHOW_PRECISION, `exact` for the higher calibration.EXACT_PRECISION.
    """

    show: float
    exact: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.show <= self.exact <= 1.0:
            raise ValueError(
                f"Thresholds must satisfy 0 <= show <= exact <= 1, but show is {self.show} and exact is {self.exact}."
            )


@dataclass(frozen=True, slots=True)
class Limits:
    """How many links at most for one track and for one video, and how many runners-up are kept as evidence."""

    per_track: int = 3
    per_video: int = 30
    runners_up: int = 5

    def __post_init__(self) -> None:
        if min(self.per_track, self.per_video, self.runners_up) < 0:
            raise ValueError(f"Limits may not be negative: {self}.")


@dataclass(frozen=True, slots=True, eq=False)
class CatalogueEntry:
    """A catalogue photo as fitting needs it: which product it shows, its signature and the product's words.

    `augmented` holds signatures of degraded copies of the same photo (crops, blur, light); they stand in for queries
    whose product is known when no labelled queries exist. `kind` is as in `CandidateProduct`.
    """

    product: str
    title: str
    brand: str
    signature: Signature
    variant_group: str = ""
    augmented: Sequence[Signature] = ()
    kind: str = ""
