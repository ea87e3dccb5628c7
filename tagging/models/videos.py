"""Creators' videos."""

from __future__ import annotations

import uuid
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar, Self, cast

from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .creators import Creator

if TYPE_CHECKING:
    from shopadmin.accounts.models import User


def video_path(video: Video, filename: str) -> str:
    """Return a name of our own in a folder of its own: a hostile file can then name no neighbour."""
    ending = PurePath(filename).suffix.lower()
    return f"videos/{video.public_id}/video{ending if ending in {'.mp4', '.mov', '.webm', '.mkv', '.m4v'} else '.mp4'}"


def poster_path(video: Video, _filename: str) -> str:
    """Return the name of the still that lists show."""
    return f"videos/{video.public_id}/poster.jpg"


def _count(related: str, **conditions: object) -> Coalesce:
    """Count related rows in a subquery: joins would multiply them with each other."""
    model = cast(type[models.Model], Video._meta.get_field(related).related_model)
    rows = model._default_manager.filter(video=models.OuterRef("pk"), **conditions).order_by().values("video")
    return Coalesce(models.Subquery(rows.annotate(number=models.Count("pk")).values("number")), 0)


class VideoQuerySet(models.QuerySet["Video"]):
    """What one asks of videos."""

    def for_user(self, user: User) -> Self:
        """Keep the videos that the user may see: their own, or all for reviewers, policy staff and admins."""
        if user.sees_all_videos:
            return self
        return self.filter(creator__user=user)

    def for_list(self) -> Self:
        """Fetch what a row of the list shows: with the number of tracks and of links that are shown to anybody."""
        return self.select_related("creator").annotate(
            tracks_count=_count("tracks"),
            links_count=_count(
                "links", state__in=("live", "proposed", "in_review", "approved"), product__status="live"
            ),
        )


class Video(models.Model):
    """A video that its creator has uploaded."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("waiting")
        TAGGING = "tagging", _("being tagged")
        TAGGED = "tagged", _("tagged")
        SKIPPED = "skipped", _("skipped")
        FAILED = "failed", _("failed")

    creator = models.ForeignKey(Creator, on_delete=models.PROTECT, related_name="videos")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=200)
    file = models.FileField(_("file"), upload_to=video_path)
    poster = models.ImageField(upload_to=poster_path, blank=True)
    sha256 = models.CharField(max_length=64)
    byte_size = models.PositiveBigIntegerField()
    duration_ms = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    is_composed = models.BooleanField(
        _("composed"), default=False, help_text=_("Made by the project from photos, not filmed.")
    )
    market = models.CharField(_("market"), max_length=2, default="US")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    state_reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VideoQuerySet.as_manager()

    class Meta:
        verbose_name = _("video")
        verbose_name_plural = _("videos")
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["creator", "sha256"], name="tagging_video_once_per_creator"),
            # The target of the composite foreign keys of tracks and links.
            models.UniqueConstraint(fields=["id", "creator"], name="tagging_video_of_creator"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the page where the video plays with its links."""
        return reverse("tagging:video-detail", args=[self.public_id])

    @property
    def duration_s(self) -> float:
        """The length in seconds."""
        return self.duration_ms / 1000

    def enter(self, state: str, reason: str = "") -> None:
        """Record what became of the video, with the reason that its creator reads."""
        self.state = state
        self.state_reason = reason[:300]
        self.save(update_fields=["state", "state_reason"])
