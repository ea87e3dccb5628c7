"""The one transaction in which a job's findings become tracks and links, and what goes with them.

Its order is what makes it safe. The creator's consent episode is locked first, so that a revocation either waits and
then takes the new rows away too, or is over and nothing is written. Then the job is ended under its token, so that a
worker that lost its job writes nothing. Only then rows are replaced. The deferred foreign keys to the episode are
checked once more at the commit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db import transaction

from ..models import (
    Appearance,
    ConsentGrant,
    Notice,
    ProductLink,
    Shot,
    TagJob,
    Track,
    TrackView,
    Video,
)
from .evidence import StoredEvidence
from .findings import Findings, MatchedTrack

# What people decided of a product in a video outlives the links that a new look at the video replaces.
KEPT_OUT = (ProductLink.State.REJECTED, ProductLink.State.HIDDEN)
CARRIED_OVER = (ProductLink.State.IN_REVIEW, ProductLink.State.APPROVED, ProductLink.State.LIVE)


TAGGED = "tagged"
"""The outcome of a job that has written what it found, be it nothing."""


class ConsentEnded(Exception):
    """The consent that the job began with is no longer live: nothing may be written."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the links of this run start as, and under which consent episode."""

    grant_id: int
    links_start_as: str


def publish(job: TagJob, findings: Findings, evidence: StoredEvidence, terms: Terms) -> None:
    """End the job well and replace the tracks and links of its video by `findings`, all or nothing.

    Raises `ConsentEnded`, `JobFenced` and, when a revocation slips in by another way, `IntegrityError`.
    """
    video = job.video
    with transaction.atomic():
        if not lock_grant(terms.grant_id):
            raise ConsentEnded(f"{video.creator} has taken the consent back.")
        job.succeed(outcome=TAGGED)
        decisions = forget_earlier_run(video)
        tracks = _write_tracks(video, findings, evidence, terms.grant_id)
        links = list(_links(job, findings, tracks, decisions, terms))
        ProductLink.objects.bulk_create(links)
        if links:
            are_live = terms.links_start_as == ProductLink.State.LIVE
            Notice.objects.create(
                creator=video.creator, video=video, job=job, links_count=len(links), are_live=are_live
            )
        video.poster = evidence.poster
        video.save(update_fields=["poster"])
        video.enter(Video.State.TAGGED)


def lock_grant(grant_id: int) -> bool:
    """Hold a consent episode until the transaction ends, so that revoking waits; False when it has ended."""
    return ConsentGrant.objects.select_for_update(no_key=True).filter(pk=grant_id).first() is not None


def forget_earlier_run(video: Video) -> Mapping[int, str]:
    """Delete the video's shots, tracks and open links; return what people decided, by the key of the product.

    Links that are kept out stay as rows, so that the decision is not forgotten.
    """
    decided = ProductLink.objects.filter(video=video, state__in=(*CARRIED_OVER, *KEPT_OUT))
    # A product may have been approved on one track and rejected on another: the rejection counts.
    by_weight = sorted(decided.values_list("product", "state"), key=lambda row: row[1] in KEPT_OUT)
    ProductLink.objects.filter(video=video, state__in=ProductLink.NEEDS_CONSENT).delete()
    Track.objects.filter(video=video).delete()
    Shot.objects.filter(video=video).delete()
    return dict(by_weight)


def _write_tracks(video: Video, findings: Findings, evidence: StoredEvidence, grant_id: int) -> list[Track]:
    shots = Shot.objects.bulk_create(
        Shot(video=video, number=shot.number, start_ms=shot.start_ms, end_ms=shot.end_ms) for shot in findings.shots
    )
    shot_by_number = {shot.number: shot for shot in shots}
    tracks = Track.objects.bulk_create(
        Track(
            video=video,
            creator=video.creator,
            grant_id=grant_id,
            number=found.track.number,
            label=found.track.label,
            score=found.track.score,
            abstention=found.decision.reason[:200],
            runners_up=found.runners_up,
        )
        for found in findings.tracks
    )
    pairs = list(zip(tracks, findings.tracks, strict=True))
    Appearance.objects.bulk_create(
        Appearance(
            track=track,
            shot=shot_by_number[appearance.shot],
            start_ms=appearance.start_ms,
            end_ms=appearance.end_ms,
            boxes=[
                [seen.at_ms, *(round(side, 5) for side in (seen.box.x, seen.box.y, seen.box.width, seen.box.height))]
                for seen in appearance.observations
            ],
        )
        for track, found in pairs
        for appearance in found.track.appearances
    )
    TrackView.objects.bulk_create(view for track, found in pairs for view in _views(track, found, findings, evidence))
    return tracks


def _views(track: Track, found: MatchedTrack, findings: Findings, evidence: StoredEvidence) -> Iterator[TrackView]:
    for rank, (view, signature) in enumerate(zip(found.track.views, found.signatures, strict=True)):
        yield TrackView(
            track=track,
            rank=rank,
            at_ms=view.at_ms,
            x=view.box.x,
            y=view.box.y,
            width=view.box.width,
            height=view.box.height,
            quality=view.quality,
            crop=evidence.crop(track.number, rank),
            frame=evidence.frame(view.at_ms),
            embedder=findings.versions["embedder"],
            features=signature.features,
            colour=signature.colour,
            words=[[word.text, round(word.score, 4)] for word in signature.words],
        )


def _links(
    job: TagJob,
    findings: Findings,
    tracks: list[Track],
    decisions: Mapping[int, str],
    terms: Terms,
) -> Iterator[ProductLink]:
    """Yield the new links, without those for products that were rejected or hidden in this video."""
    if findings.index_version_id is None:
        return
    for track, found in zip(tracks, findings.tracks, strict=True):
        for link in found.decision.links:
            product_id = int(link.product)
            decided = decisions.get(product_id)
            if decided in KEPT_OUT:
                continue
            yield ProductLink(
                video=job.video,
                creator=job.video.creator,
                grant_id=terms.grant_id,
                track=track,
                product_id=product_id,
                job=job,
                index_version_id=findings.index_version_id,
                state=decided or terms.links_start_as,
                kind=link.kind,
                rank=link.rank,
                score=link.score,
                probability=link.probability,
                start_ms=found.track.start_ms,
                end_ms=found.track.end_ms,
                evidence=found.evidence(link, findings.versions),
            )
