"""The job row is the truth about a piece of work; the queue only rings the bell.

A worker *claims* a job: it gets a lease and a fencing token. Every later write of the worker is conditional on that
token, in the transaction that writes it. A worker that dies stops renewing its lease; the sweeper then rings again, the
next worker gets a new token, and whatever the old one still tries is refused (`JobFenced`).
"""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Self, cast

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from .explaining import explained
from .retry import retry_delay_s

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# A message that was lost delays its job by this much; a message too many costs a worker one short statement.
RING_AGAIN_AFTER = timedelta(seconds=60)


class JobFenced(Exception):
    """The job now belongs to another worker, was cancelled or ended: this one must stop and write nothing."""


class LeasedJobQuerySet[J: "LeasedJob"](models.QuerySet[J]):
    """What workers and the sweeper ask of jobs of any kind."""

    def due(self, now: datetime) -> Self:
        """Keep the jobs that a worker may claim: with attempts left, and waiting and due, or with an expired lease."""
        return self._idle(now).filter(attempts__lt=settings.SHOPADMIN["JOB_MAX_ATTEMPTS"])

    def used_up(self, now: datetime) -> Self:
        """Keep the jobs that no worker holds and that have had all their attempts: their last worker died."""
        return self._idle(now).filter(attempts__gte=settings.SHOPADMIN["JOB_MAX_ATTEMPTS"])

    def unrung(self, now: datetime) -> Self:
        """Keep the jobs whose bell was not rung since they became due, or so long ago that the message may be lost."""
        return self.filter(
            Q(rung_at__isnull=True)
            | Q(state=LeasedJob.State.PENDING, rung_at__lt=F("due_at"))
            | Q(state=LeasedJob.State.RUNNING, rung_at__lt=F("lease_until"))
            | Q(rung_at__lt=now - RING_AGAIN_AFTER)
        )

    def _idle(self, now: datetime) -> Self:
        return self.filter(
            Q(state=LeasedJob.State.PENDING, due_at__lte=now) | Q(state=LeasedJob.State.RUNNING, lease_until__lt=now)
        )

    def unfinished(self) -> Self:
        """Keep the jobs that wait or run."""
        return self.filter(state__in=LeasedJob.UNFINISHED)

    def with_subject(self) -> Self:
        """Fetch along the rows that the work on a job reads first; a kind of job says which."""
        return self


def lease_constraints(prefix: str) -> list[models.BaseConstraint]:
    """Return what the database holds of every kind of job; the names begin with `prefix`."""
    return [
        models.CheckConstraint(
            condition=Q(state="running", token__isnull=False, lease_until__isnull=False) | ~Q(state="running"),
            name=f"{prefix}_running_has_lease",
        ),
        models.CheckConstraint(condition=Q(progress__lte=100), name=f"{prefix}_progress_range"),
    ]


def lease_indexes(prefix: str) -> list[models.Index]:
    """Return the indexes by which the sweeper looks for due jobs, without finished rows."""
    return [
        models.Index(fields=["due_at"], condition=Q(state="pending"), name=f"{prefix}_due"),
        models.Index(fields=["lease_until"], condition=Q(state="running"), name=f"{prefix}_lease"),
    ]


class LeasedJob(models.Model):
    """A piece of work that is done once, however often its workers die.

    A kind of job adds what it is about, makes its `objects` from a `LeasedJobQuerySet`, and gives `stage` its choices,
    of which the first is `WAIT` and the last `DONE`. Its Meta inherits from this one's; one that has constraints or
    indexes of its own adds them to `lease_constraints` and `lease_indexes`.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("waiting")
        RUNNING = "running", _("running")
        SUCCEEDED = "succeeded", _("succeeded")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    UNFINISHED: ClassVar = (State.PENDING, State.RUNNING)
    WAIT: ClassVar = "wait"
    DONE: ClassVar = "done"

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    stage = models.CharField(_("stage"), max_length=10, default=WAIT)
    progress = models.PositiveSmallIntegerField(_("progress of the stage in percent"), default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    token = models.UUIDField(null=True, blank=True, editable=False)
    rung_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = lease_constraints("%(app_label)s_%(class)s")
        indexes: ClassVar = lease_indexes("%(app_label)s_%(class)s")

    def __str__(self) -> str:
        return self.job_name

    @classmethod
    def rows(cls) -> LeasedJobQuerySet[Self]:
        """Return all jobs of this kind."""
        return cast("LeasedJobQuerySet[Self]", cls._default_manager.all())

    @property
    def job_name(self) -> str:
        """What logs and errors call the job, in English: "Tag job 7"."""
        return f"{capfirst(self._meta.verbose_name_raw)} {self.pk}"

    @property
    def explanation(self) -> str | _StrPromise:
        """What those who wait for the job read of `error`."""
        return explained(self.error, has_ended=self.is_finished)

    @property
    def is_finished(self) -> bool:
        """Whether the job has ended, well or not."""
        return self.state not in self.UNFINISHED

    @classmethod
    def claim(cls, job_id: int) -> Self | None:
        """Take the job if it is due, and return it with a fresh token; None when somebody else has it or it ended."""
        now = timezone.now()
        token = uuid.uuid4()
        claimed = (
            cls.rows()
            .due(now)
            .filter(pk=job_id)
            .update(
                state=cls.State.RUNNING,
                token=token,
                lease_until=now + timedelta(seconds=settings.SHOPADMIN["JOB_LEASE_S"]),
                attempts=F("attempts") + 1,
                started_at=now,
                progress=0,
            )
        )
        if not claimed:
            return None
        return cls.rows().with_subject().filter(pk=job_id, token=token).first()

    def renew(self, stage: str, progress: int) -> None:
        """Report progress (0..100 of the stage) and hold the lease for longer.

        Raises `JobFenced` when the job is no longer this worker's, or its cancellation was asked for.
        """
        until = timezone.now() + timedelta(seconds=settings.SHOPADMIN["JOB_LEASE_S"])
        self._write(stage=stage, progress=progress, lease_until=until)
        self.stage, self.progress, self.lease_until = stage, progress, until

    def succeed(self, **results: object) -> None:
        """End the job well and keep `results` in its row; call it first in the transaction that writes its effects."""
        self._write(
            state=self.State.SUCCEEDED,
            stage=self.DONE,
            progress=100,
            error="",
            token=None,
            lease_until=None,
            finished_at=timezone.now(),
            **results,
        )
        self.state, self.stage = self.State.SUCCEEDED, self.DONE
        for field, value in results.items():
            setattr(self, field, value)

    def fail(self, error: str) -> None:
        """End the job for good, with a reason that people read."""
        self._write(state=self.State.FAILED, error=error, token=None, lease_until=None, finished_at=timezone.now())
        self.state, self.error = self.State.FAILED, error

    def retry_later(self, error: str) -> None:
        """Give the job back to be tried again after a delay, or park it when it has had its attempts."""
        if self.attempts >= settings.SHOPADMIN["JOB_MAX_ATTEMPTS"]:
            self.fail(f"Parked after {self.attempts} attempts; the last one said: {error}")
            return
        delay = timedelta(seconds=retry_delay_s(self.attempts, random.random()))  # noqa: S311 - not a secret
        self._write(state=self.State.PENDING, error=error, token=None, lease_until=None, due_at=timezone.now() + delay)
        self.state, self.error = self.State.PENDING, error

    def park(self, now: datetime) -> bool:
        """End a job that has had all its attempts and whose last worker died; False when it changed meanwhile."""
        reason = (
            f"Parked after {self.attempts} attempts; the last worker stopped without a word (killed, or out of memory)."
        )
        if self.error:
            reason += f" The error before that: {self.error}"
        state = self.State.CANCELLED if self.cancel_requested_at else self.State.FAILED
        parked = (
            self.rows()
            .used_up(now)
            .filter(pk=self.pk, token=self.token)
            .update(state=state, error=reason, token=None, lease_until=None, finished_at=now)
        )
        self.refresh_from_db(fields=["state", "error", "finished_at"])
        return bool(parked)

    def request_cancel(self) -> bool:
        """Ask for the job to stop: at once when it waits, at the worker's next step when it runs. False if it ended."""
        now = timezone.now()
        # One statement: a job that a worker takes or gives back at this moment must not slip between two.
        asked = (
            self.rows()
            .unfinished()
            .filter(pk=self.pk)
            .update(
                cancel_requested_at=now,
                state=Case(When(state=self.State.PENDING, then=Value(self.State.CANCELLED)), default=F("state")),
                finished_at=Case(When(state=self.State.PENDING, then=Value(now)), default=F("finished_at")),
            )
        )
        self.refresh_from_db(fields=["state", "cancel_requested_at", "finished_at"])
        return bool(asked)

    def end_cancelled(self) -> None:
        """End a running job whose cancellation was asked for. Raises `JobFenced` when it is not this worker's."""
        ended = (
            self.rows()
            .filter(pk=self.pk, token=self.token, state=self.State.RUNNING, cancel_requested_at__isnull=False)
            .update(state=self.State.CANCELLED, token=None, lease_until=None, finished_at=timezone.now())
        )
        if not ended:
            raise JobFenced(f"{self.job_name} is no longer this worker's.")
        self.state = self.State.CANCELLED

    def _write(self, **values: object) -> None:
        rows = (
            self.rows()
            .filter(pk=self.pk, token=self.token, state=self.State.RUNNING, cancel_requested_at__isnull=True)
            .update(**values)
        )
        if not rows:
            raise JobFenced(f"{self.job_name} is no longer this worker's, or it was cancelled.")
