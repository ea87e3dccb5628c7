"""Calling workers to jobs, and ending jobs that no worker can end.

A job is a row; a message in the queue says no more than *look at job 7*. So a message that is lost, doubled, late or
sent to two schedulers does no harm: `ring_due` rings again for every job that is due, and a worker that comes for a job
that is not does nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from django.db import Error, transaction
from django.utils import timezone

from .doorbell import call_worker
from .leased_job import LeasedJob

# With a backlog, only the oldest jobs are rung for again: more messages would only lengthen the queue.
MOST_RINGS_A_SWEEP = 50


def ring(model: type[LeasedJob], task: str, job_id: int) -> bool:
    """Call a worker to a job with the Celery task of that name, whose one argument is the job's key.

    Never raises: when that fails, the sweeper rings later, and this returns False.
    """
    if not call_worker(task, job_id):
        return False
    with suppress(Error):  # a job whose ring is not noted is rung for once more
        model.rows().filter(pk=job_id).update(rung_at=timezone.now())
    return True


def ring_due[J: LeasedJob](model: type[J], task: str, *, on_parked: Callable[[J], None]) -> int:
    """Ring for jobs that are due and were not rung for lately, and park those that have had all their attempts.

    `on_parked` is called in the transaction that parks a job; it gives other rows the state that they then show.
    Returns how many bells were rung. Any number of sweepers may run at once: each takes other rows.
    """
    now = timezone.now()
    with transaction.atomic():
        for job in model.rows().used_up(now).select_for_update(skip_locked=True, of=("self",)):
            if job.park(now):
                on_parked(job)
    with transaction.atomic():
        due = model.rows().due(now).unrung(now).order_by("due_at").select_for_update(skip_locked=True)
        keys = list(due.values_list("pk", flat=True)[:MOST_RINGS_A_SWEEP])
        model.rows().filter(pk__in=keys).update(rung_at=now)
    for number, key in enumerate(keys):
        if not ring(model, task, key):
            model.rows().filter(pk__in=keys[number:], rung_at=now).update(rung_at=None)
            return number
    return len(keys)
