"""Building a new version of the index beside the live one, and switching to it in one transaction.

The live version serves until the switch. What comes in meanwhile goes to the live version, and is added to the new one
before the switch and again right after it. A build that dies leaves its version *being built*; the next build clears
it away.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from catalog.fact_finding.versions import versions_in_force
from catalog.photo_signals import INDEX
from shopadmin.locks import advisory_lock

from ..models import IndexEntry, IndexVersion
from .index_fitting import NothingToIndex, fit_model
from .index_writing import copy_entries, create_vector_index, drop_vector_index, project
from .indexing import add_entries
from .signing import Describer, loaded_describer, sign_photos, unsigned
from .stored_signatures import missing_from

__all__ = ["BuildRunning", "NothingToIndex", "build_index", "fit_version", "promote"]

SIGNED_TOGETHER = 50

type Report = Callable[[str], None]


class BuildRunning(Exception):
    """Another index build runs; two at once would only slow each other."""


def build_index(*, embedder: str = "", reader: str = "", report: Report = lambda message: None) -> IndexVersion:
    """Describe what is not described yet, fit a model, build a version and make it live; return it.

    `embedder` and `reader` are identifiers of registered models, the settings' by default; `report` gets a line for
    each step. Raises `BuildRunning` when a build runs already, `NothingToIndex` when there are no photos, and
    `NothingToCalibrate` when the models fail; the version that is live stays so then.
    """
    with advisory_lock("tagging.build_index") as acquired:
        if not acquired:
            raise BuildRunning("An index build runs already; wait for it to end.")
        clear_dead_builds()
        clear_retired()
        describer = loaded_describer(embedder, reader)
        _sign_all(describer, report)
        report("fitting the matching model")
        version = fit_version(describer)
        written = copy_entries(version, project(version, missing_from(version)))
        report(f"building the vector index of {written} photos")
        create_vector_index(version)
        promote(version)
        add_entries(version, missing_from(version))
        report(f"live: {version}")
        return version


def fit_version(describer: Describer) -> IndexVersion:
    """Fit a matching model, and return a new version that holds it and has no entries yet.

    Raises `NothingToIndex` when no photo is described, and `NothingToCalibrate` when no degraded copy can be.
    """
    model, makers = fit_model(describer), describer.makers
    return IndexVersion.objects.create(
        embedder=makers.embedder, reader=makers.reader, model_version=model.version, model=model.to_bytes()
    )


def promote(version: IndexVersion) -> None:
    """Make a built version live and retire the one before it, in one transaction: there is always exactly one.

    Photos that came in since the entries were copied are added first. Raises `ValueError` for a version that is not
    being built.
    """
    with transaction.atomic():
        current = IndexVersion.objects.select_for_update().defer("model").get(pk=version.pk)
        if current.state != IndexVersion.State.BUILDING:
            raise ValueError(f"{version} is {current.get_state_display()}; only a version being built can go live.")
        add_entries(version, missing_from(version))
        IndexVersion.objects.filter(state=IndexVersion.State.LIVE).update(state=IndexVersion.State.RETIRED)
        version.state, version.promoted_at = IndexVersion.State.LIVE, timezone.now()
        version.save(update_fields=["state", "promoted_at"])


def clear_dead_builds() -> None:
    """Mark versions whose build died as failed, and clear away what they left. Only under the build's lock."""
    for version in IndexVersion.objects.filter(state=IndexVersion.State.BUILDING).defer("model"):
        _clear(version)
        version.state, version.reason = IndexVersion.State.FAILED, "the build ended before the version was complete"
        version.save(update_fields=["state", "reason"])


def clear_retired() -> None:
    """Drop entries and indexes of retired versions, but not of the one that rules ask until its successor is approved.

    Their models stay, since links name them as evidence.
    A build calls this first, so that jobs which began before the last switch have long ended.
    """
    retired = IndexVersion.objects.filter(state=IndexVersion.State.RETIRED).defer("model")
    for version in retired.exclude(pk=versions_in_force({}).get(INDEX, 0)):
        _clear(version)


def _clear(version: IndexVersion) -> None:
    drop_vector_index(version)
    IndexEntry.objects.filter(index_version=version).delete()


def _sign_all(describer: Describer, report: Report) -> None:
    missing = unsigned(describer.makers)
    failed = 0
    for start in range(0, len(missing), SIGNED_TOGETHER):
        failed += sign_photos(missing[start : start + SIGNED_TOGETHER], describer)[1]
        report(f"described {min(start + SIGNED_TOGETHER, len(missing))} of {len(missing)} photos, {failed} failed")
