"""What a run has found in a video, before any of it is written."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..matching.types import Decision, Link, ScoredProduct
from ..vision.types import RGBImage, Shot, Signature, Track

type JSON = dict[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class MatchedTrack:
    """A track, what its views look like (in their order), and which products are shown for it.

    `photos` gives the key of the catalogue photo that agreed best, by the product's key.
    """

    track: Track
    signatures: tuple[Signature, ...]
    decision: Decision
    photos: dict[str, int] = field(default_factory=dict)

    @property
    def runners_up(self) -> list[JSON]:
        """The products that came close, as evidence keeps them."""
        return [_scored(product) for product in self.decision.runners_up]

    def evidence(self, link: Link, versions: dict[str, str]) -> JSON:
        """Return why the link is there: view, photo, score parts, words, runners-up, versions."""
        words = sorted({word.text for signature in self.signatures for word in signature.words})
        return {
            "view": link.view,
            "photo": self.photos.get(link.product),
            "parts": [_part(part.name, part.raw, part.weighted) for part in link.parts],
            "probabilities": _probabilities(link.scored),
            "thresholds": {"show": self.decision.shown_from, "exact": self.decision.exact_from},
            "words": words,
            "runners_up": self.runners_up,
            "versions": versions,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """Shots and matched tracks of a video, with the versions of everything that took part."""

    shots: tuple[Shot, ...]
    tracks: tuple[MatchedTrack, ...]
    versions: dict[str, str]
    index_version_id: int | None
    poster: RGBImage | None = None


def _scored(product: ScoredProduct) -> JSON:
    return {
        "product": int(product.product),
        "score": round(product.score, 4),
        "probability": round(product.probability, 4),
        "parts": [_part(part.name, part.raw, part.weighted) for part in product.parts],
    }


def _probabilities(product: ScoredProduct) -> dict[str, float]:
    return {"similar": round(product.probability, 4), "exact": round(product.exact_probability, 4)}


def _part(name: str, raw: float, weighted: float) -> JSON:
    weight = weighted / raw if raw else 0.0
    return {"name": name, "raw": round(raw, 4), "weight": round(weight, 4), "value": round(weighted, 4)}
