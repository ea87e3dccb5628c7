"""The job row is the truth about tagging a video; the queue only rings the bell.

A worker *claims* a job: it gets a lease and a fencing token. Every later write of the worker is conditional on that
token, in the transaction that writes it. A worker that dies stops renewing its lease; the sweeper then rings again, the
next worker gets a new token, and whatever the old one still tries is refused (`JobFenced`).
"""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..retry import retry_delay_s
from .videos import Video

if TYPE_CHECKING:
    from shopadmin.accounts.models import User

# A message that was lost delays its job by this much; a message too many costs a worker one short statement.
RING_AGAIN_AFTER = timedelta(seconds=60)


class JobFenced(Exception):
    """The job now belongs to another worker, was cancelled or ended: this one must stop and write nothing."""


class TagJobQuerySet(models.QuerySet["TagJob"]):
    """What workers, sweeper and pages ask."""

    def for_user(self, user: User) -> Self:
        """Keep the jobs of videos that the user may see."""
        if user.sees_all_videos:
            return self
        return self.filter(video__creator__user=user)

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
            | Q(state=TagJob.State.PENDING, rung_at__lt=F("due_at"))
            | Q(state=TagJob.State.RUNNING, rung_at__lt=F("lease_until"))
            | Q(rung_at__lt=now - RING_AGAIN_AFTER)
        )

    def _idle(self, now: datetime) -> Self:
        return self.filter(
            Q(state=TagJob.State.PENDING, due_at__lte=now) | Q(state=TagJob.State.RUNNING, lease_until__lt=now)
        )

    def unfinished(self) -> Self:
        """Keep the jobs that wait or run."""
        return self.filter(state__in=TagJob.UNFINISHED)


class TagJob(models.Model):
    """The work of tagging one video once."""

    class State(models.TextChoices):
        PENDING = "pending", _("waiting")
        RUNNING = "running", _("running")
        SUCCEEDED = "succeeded", _("succeeded")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    class Stage(models.TextChoices):
        WAIT = "wait", _("waiting for a worker")
        WATCH = "watch", _("watching the video")
        DESCRIBE = "describe", _("describing objects")
        MATCH = "match", _("finding similar products")
        PUBLISH = "publish", _("writing links")
        DONE = "done", _("done")

    UNFINISHED: ClassVar = (State.PENDING, State.RUNNING)

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="jobs")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    stage = models.CharField(_("stage"), max_length=10, choices=Stage, default=Stage.WAIT)
    progress = models.PositiveSmallIntegerField(_("progress of the stage in percent"), default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    token = models.UUIDField(null=True, blank=True, editable=False)
    rung_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=200, blank=True)
    error = models.TextField(_("error"), blank=True)
    timings_s = models.JSONField(default=dict)
    versions = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = TagJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag job")
        verbose_name_plural = _("tag jobs")
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["video"], condition=Q(state__in=["pending", "running"]), name="tagging_job_one_unfinished"
            ),
            models.CheckConstraint(
                condition=Q(state="running", token__isnull=False, lease_until__isnull=False) | ~Q(state="running"),
                name="tagging_job_running_has_lease",
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="tagging_job_progress_range"),
        ]
        indexes: ClassVar = [
            # The sweeper looks for due jobs; finished rows stay out of the index.
            models.Index(fields=["due_at"], condition=Q(state="pending"), name="tagging_job_due"),
            models.Index(fields=["lease_until"], condition=Q(state="running"), name="tagging_job_lease"),
        ]

    def __str__(self) -> str:
        return f"tag job {self.pk}: {self.video}"

    @property
    def is_finished(self) -> bool:
        """Whether the job has ended, well or not."""
        return self.state not in self.UNFINISHED

    @classmethod
    def claim(cls, job_id: int) -> TagJob | None:
        """Take the job if it is due, and return it with a fresh token; None when somebody else has it or it ended."""
        now = timezone.now()
        token = uuid.uuid4()
        claimed = (
            cls.objects.due(now)
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
        return cls.objects.select_related("video__creator").filter(pk=job_id, token=token).first()

    def renew(self, stage: str, progress: int) -> None:
        """Report progress (0..100 of the stage) and hold the lease for longer.

        Raises `JobFenced` when the job is no longer this worker's, or its cancellation was asked for.
        """
        until = timezone.now() + timedelta(seconds=settings.SHOPADMIN["JOB_LEASE_S"])
        self._write(stage=stage, progress=progress, lease_until=until)
        self.stage, self.progress, self.lease_until = stage, progress, until

    def succeed(self, outcome: str) -> None:
        """End the job well; call it first in the transaction that writes its effects."""
        self._write(
            state=self.State.SUCCEEDED,
            stage=self.Stage.DONE,
            progress=100,
            outcome=outcome,
            error="",
            token=None,
            lease_until=None,
            finished_at=timezone.now(),
            timings_s=self.timings_s,
            versions=self.versions,
            counts=self.counts,
        )
        self.state, self.stage, self.outcome = self.State.SUCCEEDED, self.Stage.DONE, outcome

    def fail(self, error: str) -> None:
        """End the job for good, with a reason that its creator reads."""
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
            type(self)
            .objects.used_up(now)
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
            type(self)
            .objects.unfinished()
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
            type(self)
            .objects.filter(pk=self.pk, token=self.token, state=self.State.RUNNING, cancel_requested_at__isnull=False)
            .update(state=self.State.CANCELLED, token=None, lease_until=None, finished_at=timezone.now())
        )
        if not ended:
            raise JobFenced(f"Tag job {self.pk} is no longer this worker's.")
        self.state = self.State.CANCELLED

    def _write(self, **values: object) -> None:
        rows = (
            type(self)
            .objects.filter(pk=self.pk, token=self.token, state=self.State.RUNNING, cancel_requested_at__isnull=True)
            .update(**values)
        )
        if not rows:
            raise JobFenced(f"Tag job {self.pk} is no longer this worker's, or it was cancelled.")
