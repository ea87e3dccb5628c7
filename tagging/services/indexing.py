"""Keeping the live index complete: photos are described when they come in, and a sweeper finds those that were missed.

The order is what makes it safe without locks: a signature is committed first, and only then is the live version looked
up and the entry added. A build that goes live in between has either seen the signature, or is the version looked up.

Rules ask an earlier version until somebody approves the live one. New photos are described for that one too, and first:
a photo that only the live one has seen is one that rules cannot judge (`catalog.fact_finding.versions`).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import QuerySet

from catalog.fact_finding.due import mark_due
from catalog.fact_finding.versions import versions_in_force
from catalog.photo_signals import INDEX, READER
from shopadmin.locks import advisory_lock

from ..matching.model import MatchingModel
from ..models import IndexEntry, IndexVersion, PhotoSignature
from ..vision.registry import UnknownModel
from .signing import Describer, Makers, loaded_describer, sign_photos, unsigned
from .stored_signatures import batches, missing_from, signature_of

__all__ = ["Indexed", "add_entries", "index_missing", "index_photos", "live_version", "model_of", "signature_of"]

logger = logging.getLogger(__name__)

PHOTOS_A_SWEEP = 200
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Indexed:
    """What indexing did: photos described, photos that could not be, entries added to the live version."""

    described: int
    failed: int
    entries: int


@lru_cache(maxsize=2)
def _model(version_id: int) -> MatchingModel:
    return MatchingModel.from_bytes(bytes(IndexVersion.objects.values_list("model", flat=True).get(pk=version_id)))


def model_of(version: IndexVersion) -> MatchingModel:
    """Return the version's matching model; a process keeps the last two. Raises `InvalidModel` when it is damaged."""
    return _model(version.pk)


def index_photos(image_ids: Sequence[int]) -> Indexed:
    """Describe photos and add them to the live index; photos that are there already are left as they are.

    Without a live index the signatures are kept for the first build.
    """
    _look_for_rules(image_ids)
    describer = _describer(live_version())
    described, failed = sign_photos(image_ids, describer)
    live = live_version()
    if live is None:
        _ask_rules_again(PhotoSignature.objects.filter(image__in=image_ids))
        return Indexed(described, failed, 0)
    if describer.makers != Makers.of(live):
        logger.warning("%s holds vectors of %s, not of what runs now: build a new index.", live, Makers.of(live))
    late = PhotoSignature.objects.without_entry_in(live).filter(image__in=image_ids)
    entries = add_entries(live, list(late.values_list("pk", flat=True)))
    _ask_rules_again(PhotoSignature.objects.filter(image__in=image_ids))
    return Indexed(described, failed, entries)


def index_missing() -> Indexed:
    """Describe and index what was missed (a lost message, a killed worker), a bounded number of photos at a time.

    One sweep runs at once; another that starts meanwhile does nothing. Call again while something was described.
    """
    with advisory_lock("tagging.index_missing") as acquired:
        if not acquired:
            return Indexed(0, 0, 0)
        for version in _asked_by_rules():
            _look_for_rules(unsigned(Makers.of(version))[:PHOTOS_A_SWEEP])
        missing = unsigned(_describer(live_version()).makers)[:PHOTOS_A_SWEEP]
        done = index_photos(missing) if missing else Indexed(0, 0, 0)
        live = live_version()
        keys = missing_from(live) if live else []
        late = add_entries(live, keys) if live else 0
        _ask_rules_again(PhotoSignature.objects.filter(pk__in=keys))
        return Indexed(done.described, done.failed, done.entries + late)


def _look_for_rules(image_ids: Sequence[int]) -> None:
    """Describe photos with the models that rules ask, where those are not the live ones, and add them to their index.

    Models that are not to be had any more look at nothing, which is logged.
    """
    for version in _asked_by_rules():
        sign_photos(image_ids, _describer(version))
        late = PhotoSignature.objects.without_entry_in(version).filter(image__in=image_ids)
        if str(version.pk) == versions_in_force({}).get(INDEX) and add_entries(
            version, list(late.values_list("pk", flat=True))
        ):
            _ask_rules_again(PhotoSignature.objects.filter(image__in=image_ids))


def _asked_by_rules() -> list[IndexVersion]:
    """Return the versions, other than the live one, whose vectors or reader rules ask, and that can still describe."""
    wanted, live = versions_in_force({}), live_version()
    versions = IndexVersion.objects.defer("model")
    index = versions.filter(pk=wanted.get(INDEX, 0)).first()
    reading = versions.filter(reader=wanted.get(READER, "")).order_by("-pk").first()
    readers = {version.reader for version in (live, index) if version}
    asked = [index] if index and index != live else []
    asked += [reading] if reading and reading.reader not in readers else []
    return [version for version in asked if _can_describe(version)]


def _can_describe(version: IndexVersion) -> bool:
    try:
        is_there = _describer(version).makers == Makers.of(version)
    except UnknownModel:
        is_there = False
    if not is_there:
        logger.warning("Rules ask %s, and %s is not to be had: approve the live version.", version, Makers.of(version))
    return is_there


def _ask_rules_again(signatures: QuerySet[PhotoSignature]) -> None:
    """Have the products screened again of whose photos these signatures are, also where a photo could not be described.

    A photo without a signature (its file cannot be fetched) has nothing new for a rule, so a sweep that tries it in
    vain asks for nothing.
    """
    mark_due(signatures.values_list("image__product", flat=True))


def add_entries(version: IndexVersion, keys: Sequence[int]) -> int:
    """Project the signatures with those keys and add them to the version; return how many there were."""
    added = 0
    for batch in batches(keys, BATCH):
        model = model_of(version)
        entries = []
        for stored in batch:
            photo = model.index_photo(stored.signature)
            entries.append(
                IndexEntry(
                    index_version=version,
                    image_id=stored.image_id,
                    product_id=stored.product_id,
                    vector=photo.vector,
                    hubness=photo.hubness,
                )
            )
        IndexEntry.objects.bulk_create(entries, ignore_conflicts=True)
        added += len(entries)
    return added


def live_version() -> IndexVersion | None:
    """Return the version that serves, without its model's bytes, or None before the first build."""
    return IndexVersion.objects.filter(state=IndexVersion.State.LIVE).defer("model").first()


def _describer(version: IndexVersion | None) -> Describer:
    """Return the models that a version was made with, or those of the settings."""
    if version is None:
        return loaded_describer()
    return loaded_describer(version.embedder.partition("@")[0], version.reader.partition("@")[0])
