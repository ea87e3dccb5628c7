"""The work of tagging a video: a leased job, with what it found out and how long it took."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shopadmin.jobs.leased_job import LeasedJob, LeasedJobQuerySet, lease_constraints, lease_indexes

from .videos import Video

if TYPE_CHECKING:
    from shopadmin.accounts.models import User


class TagJobQuerySet(LeasedJobQuerySet["TagJob"]):
    """What pages ask, besides what workers and sweeper do."""

    def for_user(self, user: User) -> Self:
        """Keep the jobs of videos that the user may see."""
        if user.sees_all_videos:
            return self
        return self.filter(video__creator__user=user)

    def with_subject(self) -> Self:
        """Fetch along the video and its creator."""
        return self.select_related("video__creator")


class TagJob(LeasedJob):
    """The work of tagging one video once."""

    class Stage(models.TextChoices):
        WAIT = LeasedJob.WAIT, _("waiting for a worker")
        WATCH = "watch", _("watching the video")
        DESCRIBE = "describe", _("describing objects")
        MATCH = "match", _("finding similar products")
        PUBLISH = "publish", _("writing links")
        DONE = LeasedJob.DONE, _("done")

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="jobs")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(_("stage"), max_length=10, choices=Stage, default=Stage.WAIT)
    outcome = models.CharField(_("outcome"), max_length=200, blank=True)
    timings_s = models.JSONField(default=dict)
    versions = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)

    objects = TagJobQuerySet.as_manager()

    class Meta(LeasedJob.Meta):
        verbose_name = _("tag job")
        verbose_name_plural = _("tag jobs")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["video"], condition=Q(state__in=["pending", "running"]), name="tagging_job_one_unfinished"
            ),
            *lease_constraints("tagging_job"),
        ]
        indexes: ClassVar = lease_indexes("tagging_job")

    def __str__(self) -> str:
        return f"tag job {self.pk}: {self.video}"

    def succeed(self, **results: object) -> None:
        """End the job well, with an `outcome`; what it measured on the way goes into its row."""
        super().succeed(timings_s=self.timings_s, versions=self.versions, counts=self.counts, **results)
