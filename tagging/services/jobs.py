"""Calling workers to tag jobs, cancelling them, and what their ends mean for the video."""

from __future__ import annotations

from shopadmin.jobs import running, sweeping

from ..consent import NO_CONSENT
from ..models import ConsentGrant, Purpose, TagJob, Video

RUN_TAG_JOB = "tagging.run_tag_job"


def ring(job_id: int) -> bool:
    """Call a worker to a job. Never raises: when that fails, the sweeper rings later, and this returns False."""
    return sweeping.ring(TagJob, RUN_TAG_JOB, job_id)


def ring_due_jobs() -> int:
    """Ring for jobs that are due, and park those that have had all their attempts; return how many bells were rung."""
    return sweeping.ring_due(TagJob, RUN_TAG_JOB, on_parked=settle_video)


def cancel_job(job: TagJob) -> bool:
    """Ask for a job to stop; one that waits stops at once. False when it has ended already."""
    return running.cancel_job(job, on_ended=settle_video)


def settle_video(job: TagJob) -> None:
    """Give the video of a job that ended without writing links the state that its rows show.

    Call it in the transaction that ends the job. What an earlier job wrote stands: a failed second look takes nothing
    away.
    """
    video = job.video
    reason = job.error
    if not ConsentGrant.objects.filter(creator=video.creator_id, purpose=Purpose.PRODUCT_LINKS).exists():
        video.enter(Video.State.SKIPPED, NO_CONSENT)
    elif video.tracks.exists():
        video.enter(Video.State.TAGGED, reason)
    elif job.state == TagJob.State.FAILED:
        video.enter(Video.State.FAILED, reason)
    else:
        video.enter(Video.State.UPLOADED)
