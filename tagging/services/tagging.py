"""Running a tag job: from a claimed row to links, or to a plain word why there are none.

Whatever happens to the process, the row tells the truth (see `shopadmin.jobs.running`), and everything visible is
written in one transaction (see `publishing`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import IntegrityError

from shopadmin.jobs.heartbeat import Heartbeat
from shopadmin.jobs.patience import patiently
from shopadmin.jobs.running import end_job, run_leased

from ..consent import NO_CONSENT, Denied, Grant, may_tag
from ..models import ConsentGrant, Purpose, TagJob
from ..vision.types import UnreadableMedia
from .evidence import store_evidence, tidy_evidence
from .findings import Findings
from .jobs import settle_video
from .loaded_models import loaded_models
from .matching_tracks import match_tracks
from .publishing import ConsentEnded, Terms, publish
from .seeing import describe_tracks, local_file, watch_file

SKIPPED_NO_CONSENT = f"skipped: {NO_CONSENT}"


def run_job(job_id: int) -> TagJob | None:
    """Claim a job and do it; return it as it ended, or None when it is not due or somebody else has it.

    A file that cannot be read fails the job for good. Anything else that goes wrong gives it back to be tried again
    later, until it has had its attempts. Consent that is missing or was taken back ends it with nothing kept.
    """
    job = run_leased(TagJob, job_id, work=_tag, hopeless=UnreadableMedia, on_ended=settle_video)
    if job is not None:
        tidy_evidence(job.video)
    return job


def _tag(job: TagJob, heartbeat: Heartbeat) -> None:
    grant = patiently(lambda: _live_grant(job))
    permission = may_tag(job.video.creator_id, _as_value(grant), Purpose.PRODUCT_LINKS)
    if grant is None or isinstance(permission, Denied):
        _skip(job)
        return
    findings = _look_and_match(job, heartbeat)
    heartbeat.enter(TagJob.Stage.PUBLISH)
    with _timed(job, "publish"):
        evidence = store_evidence(job, findings)
    terms = Terms(grant.pk, permission.links_start_as)
    try:
        patiently(lambda: publish(job, findings, evidence, terms))
    except ConsentEnded:
        _skip(job)
    except IntegrityError:
        # The foreign keys to the consent episode are checked at the commit.
        if patiently(lambda: _live_grant(job)) == grant:
            raise
        _skip(job)


def _look_and_match(job: TagJob, heartbeat: Heartbeat) -> Findings:
    heartbeat.enter(TagJob.Stage.WATCH)
    with _timed(job, "load"):
        models = loaded_models()
    with _timed(job, "watch"), local_file(job.video.file) as path:
        seen = watch_file(path, models, heartbeat)
    heartbeat.enter(TagJob.Stage.DESCRIBE)
    with _timed(job, "describe"):
        described = describe_tracks(seen.watched.appearances, models, heartbeat)
    heartbeat.enter(TagJob.Stage.MATCH)
    with _timed(job, "match"):
        matched = match_tracks(job.video, described, heartbeat)
    job.versions = {
        **models.versions,
        **matched.versions,
        "sampler": f"{settings.SHOPADMIN['FRAMES_PER_SECOND']:g} frames/s and sparse keyframes",
    }
    job.counts = {
        "frames": seen.frames,
        "shots": len(seen.watched.shots),
        "appearances": len(seen.watched.appearances),
        "tracks": len(described),
        "views": sum(len(track.signatures) for track in described),
        "links": sum(len(found.decision.links) for found in matched.tracks),
    }
    return Findings(
        shots=seen.watched.shots,
        tracks=matched.tracks,
        versions=job.versions,
        index_version_id=matched.index_version_id,
        poster=seen.first_frame,
    )


def _live_grant(job: TagJob) -> ConsentGrant | None:
    return ConsentGrant.objects.filter(creator=job.video.creator_id, purpose=Purpose.PRODUCT_LINKS).first()


def _as_value(grant: ConsentGrant | None) -> Grant | None:
    return None if grant is None else Grant(grant.creator_id, grant.purpose, grant.publication)


def _skip(job: TagJob) -> None:
    end_job(job, lambda: job.succeed(outcome=SKIPPED_NO_CONSENT), on_ended=settle_video)


@contextmanager
def _timed(job: TagJob, stage: str) -> Iterator[None]:
    """Note how long a stage took, in seconds."""
    started = time.perf_counter()
    yield
    job.timings_s[stage] = round(time.perf_counter() - started, 3)
