"""Calling workers to jobs, and ending jobs that no worker can end.

A job is a row; a message in the queue says no more than *look at job 7*. So a message that is lost, doubled, late or
sent to two schedulers does no harm: `ring_due_jobs` rings again for every job that is due, and a worker that comes
for a job that is not does nothing.
"""

from __future__ import annotations

from contextlib import suppress

from django.db import Error, transaction
from django.utils import timezone

from ..consent import NO_CONSENT
from ..models import ConsentGrant, Purpose, TagJob, Video
from .doorbell import call_worker

RUN_TAG_JOB = "tagging.run_tag_job"
# With a backlog, only the oldest jobs are rung for again: more messages would only lengthen the queue.
MOST_RINGS_A_SWEEP = 50


def ring(job_id: int) -> bool:
    """Call a worker to a job. Never raises: when that fails, the sweeper rings later, and this returns False."""
    if not call_worker(RUN_TAG_JOB, job_id):
        return False
    with suppress(Error):  # a job whose ring is not noted is rung for once more
        TagJob.objects.filter(pk=job_id).update(rung_at=timezone.now())
    return True


def ring_due_jobs() -> int:
    """Ring for jobs that are due and were not rung for lately, and park those that have had all their attempts.

    Returns how many bells were rung. Any number of sweepers may run at once: each takes other rows.
    """
    now = timezone.now()
    with transaction.atomic():
        for job in TagJob.objects.used_up(now).select_for_update(skip_locked=True, of=("self",)):
            if job.park(now):
                settle_video(job)
    with transaction.atomic():
        due = TagJob.objects.due(now).unrung(now).order_by("due_at").select_for_update(skip_locked=True)
        keys = list(due.values_list("pk", flat=True)[:MOST_RINGS_A_SWEEP])
        TagJob.objects.filter(pk__in=keys).update(rung_at=now)
    for number, key in enumerate(keys):
        if not ring(key):
            TagJob.objects.filter(pk__in=keys[number:], rung_at=now).update(rung_at=None)
            return number
    return len(keys)


def cancel_job(job: TagJob) -> bool:
    """Ask for a job to stop; one that waits stops at once. False when it has ended already."""
    with transaction.atomic():
        asked = job.request_cancel()
        if job.is_finished and asked:
            settle_video(job)
    return asked


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
