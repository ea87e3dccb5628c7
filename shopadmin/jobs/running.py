"""The frame around a job's work: from a claimed row to an end that the row tells truly.

Whatever happens to the process, the row tells the truth: a worker that dies leaves a lease that runs out, and one that
lost its job is refused at its next write.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import Error, transaction

from shopadmin.embedded_postgres.server import DatabaseServerError

from .heartbeat import Heartbeat
from .leased_job import JobFenced, LeasedJob
from .patience import patiently

logger = logging.getLogger(__name__)


def run_leased[J: LeasedJob](
    model: type[J],
    job_id: int,
    *,
    work: Callable[[J, Heartbeat], None],
    hopeless: type[Exception],
    on_ended: Callable[[J], None],
) -> J | None:
    """Claim a job and do it; return it as it ended, or None when it is not due or somebody else has it.

    `work` ends the job well itself: with `succeed` in the transaction that writes its effects, or with `end_job`. An
    error of the kind `hopeless` fails the job for good, with its text. Anything else that `work` raises gives the job
    back to be tried again later, until it has had its attempts. `on_ended` is called in the transaction that ends the
    job otherwise (failed, parked or cancelled); it gives other rows the state that they then show.
    """
    job = patiently(lambda: model.claim(job_id))
    if job is None:
        return None
    try:
        with Heartbeat(job) as heartbeat:
            work(job, heartbeat)
    except JobFenced:
        _stop(job, on_ended)
    except hopeless as error:
        reason = str(error)
        end_job(job, lambda: job.fail(reason), on_ended=on_ended)
    except Exception as error:
        logger.exception("%s will be tried again.", job.job_name)
        reason = f"{type(error).__name__}: {error}"
        end_job(job, lambda: job.retry_later(reason), on_ended=on_ended)
    return job


def end_job[J: LeasedJob](job: J, how: Callable[[], None], *, on_ended: Callable[[J], None]) -> None:
    """End or give back a job under its token, with what depends on it, in one transaction. Never raises.

    `how` calls one of the job's methods. A job that is no longer this worker's is left alone, and one that was
    cancelled ends so; when the database stays away, the job's lease runs out.
    """

    def write() -> None:
        with transaction.atomic():
            how()
            if job.is_finished:
                on_ended(job)

    try:
        patiently(write)
    except JobFenced:
        _stop(job, on_ended)
    except (Error, DatabaseServerError):
        logger.exception("%s cannot be given back; its lease will run out.", job.job_name)


def cancel_job[J: LeasedJob](job: J, *, on_ended: Callable[[J], None]) -> bool:
    """Ask for a job to stop; one that waits stops at once. False when it has ended already."""
    with transaction.atomic():
        asked = job.request_cancel()
        if job.is_finished and asked:
            on_ended(job)
    return asked


def _stop[J: LeasedJob](job: J, on_ended: Callable[[J], None]) -> None:
    """End a job that was cancelled; leave one that is not ours any more."""

    def write() -> None:
        with transaction.atomic():
            job.end_cancelled()
            on_ended(job)

    try:
        patiently(write)
    except JobFenced:
        logger.info("%s is no longer this worker's.", job.job_name)
    except (Error, DatabaseServerError):
        logger.exception("%s cannot be ended; its lease will run out.", job.job_name)
