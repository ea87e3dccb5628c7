"""The work on imports in the background: a job is a row, run by whichever worker comes, once."""

from __future__ import annotations

from contextlib import suppress

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shopadmin.jobs import sweeping
from shopadmin.jobs.heartbeat import Heartbeat
from shopadmin.jobs.leased_job import JobFenced
from shopadmin.jobs.patience import patiently
from shopadmin.jobs.running import run_leased

from ..models import ImportBatch, ImportJob
from ..photos.wanting import want_photos
from ..screening.bell import ring_after_commit
from .applying import apply, photos_of
from .checking import check
from .filling import Report
from .noting import note, tell
from .problems import FileProblem
from .undoing import undo
from .wording import file_message, said_of, said_of_undo

RUN_IMPORT_JOB = "catalog.run_import_job"


class Hopeless(Exception):
    """The work cannot succeed, however often it is tried; the import's `problem` then says why."""

    def __init__(self, job: ImportJob, problem: FileProblem) -> None:
        super().__init__(file_message(problem))
        job.batch.problem = {"code": problem.code, "facts": dict(problem.facts)}


def run_job(job_id: int) -> ImportJob | None:
    """Claim a job and do it; return it as it ended, or None when it is not due or somebody else has it."""
    return run_leased(ImportJob, job_id, work=_work, hopeless=Hopeless, on_ended=settle)


def ring_due_jobs() -> int:
    """Ring for jobs that are due, and park those that have had all their attempts; return how many were rung for."""
    return sweeping.ring_due(ImportJob, RUN_IMPORT_JOB, on_parked=settle)


def settle(job: ImportJob) -> None:
    """Give the import of a job that ended without effect the state that its rows show."""
    batch = job.batch
    if job.kind == ImportJob.Kind.CHECK:
        is_cancelled = job.state == ImportJob.State.CANCELLED
        batch.enter(ImportBatch.State.CANCELLED if is_cancelled else ImportBatch.State.FAILED, problem=batch.problem)
    elif job.kind == ImportJob.Kind.APPLY:
        batch.enter(ImportBatch.State.READY)
    else:
        batch.enter(ImportBatch.State.APPLIED)
    if job.state == ImportJob.State.FAILED:
        tell(job, _("The import of {file} has failed"), job.explanation)


def _work(job: ImportJob, heartbeat: Heartbeat) -> None:
    do = {ImportJob.Kind.CHECK: _check, ImportJob.Kind.APPLY: _apply, ImportJob.Kind.UNDO: _undo}[
        ImportJob.Kind(job.kind)
    ]
    try:
        patiently(lambda: do(job, _reporter(heartbeat)))
    except FileProblem as error:
        raise Hopeless(job, error) from error
    except FileNotFoundError as error:
        raise Hopeless(job, FileProblem("lost-file")) from error


def _reporter(heartbeat: Heartbeat) -> Report:
    """Return what tells the heartbeat of stages and shares; it writes over a connection of its own."""
    return lambda stage, share: heartbeat.report(share, stage)


def _name(job: ImportJob) -> str:
    """Return a name for the tables of this attempt: a worker that was given up may still be writing its own."""
    return f"{job.pk}_{job.attempts}"


def _begin(job: ImportJob) -> ImportBatch:
    """Return the import, locked; raise `JobFenced` when the job is not this worker's any more."""
    batch = ImportBatch.objects.select_for_update().get(pk=job.batch_id)
    if not ImportJob.objects.filter(pk=job.pk, token=job.token, state=ImportJob.State.RUNNING).exists():
        raise JobFenced(f"{job.job_name} is no longer this worker's.")
    return batch


def _check(job: ImportJob, report: Report) -> None:
    with transaction.atomic():
        batch = _begin(job)
        counts = check(batch, _name(job), report)
        job.succeed()
        now = timezone.now()
        batch.enter(
            ImportBatch.State.READY, counts=counts, decimal_mark=batch.decimal_mark, problem=None, checked_at=now
        )
        if not (batch.applies_itself and counts["create"] + counts["change"] + counts["same"] and _go_on(job, batch)):
            tell(job, _("{file} is checked and ready to apply"), said_of(counts))


def _apply(job: ImportJob, report: Report) -> None:
    with transaction.atomic():
        batch = _begin(job)
        counts = apply(batch, _name(job), report)
        wanted = want_photos(photos_of(batch), import_batch_id=batch.pk)
        counts |= {"photos": wanted.waiting}
        job.succeed()
        batch.enter(
            ImportBatch.State.APPLIED,
            counts=counts,
            problem=None,
            applied_at=timezone.now(),
            applied_by=job.requested_by,
        )
        note(job, "import.applied", counts)
        ring_after_commit()
        tell(job, _("{file} is in your catalogue"), said_of(counts))


def _undo(job: ImportJob, report: Report) -> None:
    with transaction.atomic():
        batch = _begin(job)
        counts = undo(batch, report)
        job.succeed()
        batch.enter(ImportBatch.State.UNDONE, undo_counts=counts, undone_at=timezone.now())
        note(job, "import.undone", counts)
        ring_after_commit()
        tell(job, _("The import of {file} is undone"), said_of_undo(counts))


def _go_on(job: ImportJob, batch: ImportBatch) -> bool:
    """Have a checked import applied, in the transaction of the check; False while another one is being written."""
    with suppress(IntegrityError), transaction.atomic():
        following = ImportJob.objects.create(
            batch=batch, seller_id=batch.seller_id, kind=ImportJob.Kind.APPLY, requested_by=job.requested_by
        )
        batch.enter(ImportBatch.State.APPLYING)
        transaction.on_commit(lambda: sweeping.ring(ImportJob, RUN_IMPORT_JOB, following.pk))
        return True
    return False
