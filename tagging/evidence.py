"""What a link rests on, read out of its row for people: tolerant of what older jobs did not record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.models import Product, ProductImage

from .models import ProductLink, Track, TrackView

PART_NAMES = {
    "visual": _("Looks alike"),
    "colour": _("Colours"),
    "text": _("Words on it"),
    "hubness": _("Looks like everything"),
    "learned": _("Learned from verdicts"),
}
VERSION_NAMES = {
    "detector": _("Detector"),
    "embedder": _("Embedder"),
    "reader": _("Text reader"),
    "index": _("Index"),
    "matching": _("Matching model"),
    "model": _("Matching model"),
    "tracker": _("Tracker"),
}


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One part of the score: what was measured, how much it counts, and what it adds."""

    name: str
    raw: float
    weight: float | None
    value: float


@dataclass(frozen=True, slots=True)
class RunnerUp:
    """A product that came after the linked one; `product` is None when it is no longer in the catalogue."""

    title: str
    score: float | None
    probability: float | None
    product: Product | None


@dataclass(frozen=True, slots=True)
class Unlinked:
    """An object for which nothing is linked, and the product that came nearest, if any."""

    track: Track
    nearest: RunnerUp | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that the panel shows beside the link itself."""

    view: TrackView | None
    photo: ProductImage | None
    parts: Sequence[ScorePart]
    words: Sequence[str]
    runners_up: Sequence[RunnerUp]
    versions: Mapping[str, str]
    thresholds: Mapping[str, float]


def evidence_of(link: ProductLink) -> Evidence:
    """Read the evidence of a link; asks the database for the view and the runners-up's photos."""
    kept: dict[str, Any] = link.evidence
    return Evidence(
        view=_view(link, kept),
        photo=_photo(link, kept),
        parts=[_part(entry) for entry in kept.get("parts", [])],
        words=[_text(word) for word in kept.get("words", [])],
        runners_up=_runners_up(kept.get("runners_up", [])),
        versions=_versions(link, kept),
        thresholds={name: float(value) for name, value in kept.get("thresholds", {}).items()},
    )


def unlinked(tracks: Sequence[Track]) -> list[Unlinked]:
    """Return the tracks without links, each with its nearest product; asks the database once for all."""
    without = [track for track in tracks if not track.links.all()]
    keys = [_product_key(track.runners_up[0]) for track in without if track.runners_up]
    products = Product.objects.in_bulk(keys) if keys else {}
    return [
        Unlinked(track, _runner_up(track.runners_up[0], products) if track.runners_up else None) for track in without
    ]


def exported(link: ProductLink) -> dict[str, Any]:
    """Return the evidence as plain values, for a file that can be kept and replayed."""
    return {
        "link": link.pk,
        "video": str(link.video.public_id),
        "track": link.track.number if link.track else None,
        "product": {"id": link.product_id, "sku": link.product.sku, "title": link.product.title},
        "state": link.state,
        "state_reason": link.state_reason,
        "kind": link.kind,
        "rank": link.rank,
        "score": link.score,
        "probability": link.probability,
        "start_ms": link.start_ms,
        "end_ms": link.end_ms,
        "created_at": link.created_at.isoformat(),
        "job": {"id": link.job_id, "requested_by": str(link.job.requested_by), "versions": link.job.versions},
        "index_version": link.index_version_id,
        "evidence": link.evidence,
    }


def _view(link: ProductLink, kept: Mapping[str, Any]) -> TrackView | None:
    if link.track_id is None:
        return None
    views = TrackView.objects.filter(track=link.track_id).defer("features", "colour").order_by("rank")
    return views.filter(rank=kept.get("view", 0)).first() or views.first()


def _part(entry: Mapping[str, Any]) -> ScorePart:
    raw, value = float(entry.get("raw", 0.0)), entry.get("value", entry.get("weighted"))
    weight = entry.get("weight")
    name = str(entry.get("name", ""))
    return ScorePart(
        name=str(PART_NAMES.get(name, name)),
        raw=raw,
        weight=None if weight is None else float(weight),
        value=float(raw if value is None else value),
    )


def _text(word: Any) -> str:
    return str(word.get("text", "")) if isinstance(word, dict) else str(word)


def _photo(link: ProductLink, kept: Mapping[str, Any]) -> ProductImage | None:
    """Return the photo that agreed best; where that is not recorded or gone, the product's first."""
    photos = {photo.pk: photo for photo in link.product.images.all()}
    return photos.get(kept.get("photo", 0)) or next(iter(photos.values()), None)


def _runners_up(entries: Sequence[Mapping[str, Any]]) -> list[RunnerUp]:
    keys = [_product_key(entry) for entry in entries]
    products = {product.pk: product for product in Product.objects.filter(pk__in=keys).with_card()} if keys else {}
    return [_runner_up(entry, products) for entry in entries]


def _runner_up(entry: Mapping[str, Any], products: Mapping[int, Product]) -> RunnerUp:
    product = products.get(_product_key(entry))
    title = product.title if product else str(entry.get("title", ""))
    return RunnerUp(title, entry.get("score"), entry.get("probability"), product)


def _product_key(entry: Mapping[str, Any]) -> int:
    return int(entry.get("product", entry.get("product_id", 0)))


def _versions(link: ProductLink, kept: Mapping[str, Any]) -> dict[str, str]:
    versions = {**link.job.versions, **kept.get("versions", {})}
    versions.setdefault("index", link.index_version_id)
    return {str(VERSION_NAMES.get(name, name)): str(value) for name, value in versions.items()}
