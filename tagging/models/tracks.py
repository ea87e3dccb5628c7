"""What was seen in a video: shots, and tracks of objects with their appearances and best views.

A track needs the live consent episode of the video's own creator: the migration adds composite foreign keys
(creator, grant) and (video, creator), so that the database refuses a track, and with it every picture and embedding,
without one.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField, VectorField

from .consents import ConsentGrant
from .creators import Creator
from .videos import Video


class Shot(models.Model):
    """A stretch of the video between two cuts: start_ms <= t < end_ms."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="shots")
    number = models.PositiveIntegerField()
    start_ms = models.PositiveBigIntegerField()
    end_ms = models.PositiveBigIntegerField()

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["video", "number"], name="tagging_shot_number_once"),
            models.CheckConstraint(condition=models.Q(end_ms__gt=models.F("start_ms")), name="tagging_shot_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.video} #{self.number}"


class Track(models.Model):
    """One object of a video, through all its appearances."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="tracks")
    creator = models.ForeignKey(Creator, on_delete=models.PROTECT, related_name="+")
    grant = models.ForeignKey(ConsentGrant, on_delete=models.PROTECT, related_name="tracks")
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=100, blank=True)
    score = models.FloatField()
    abstention = models.CharField(_("why no product is linked"), max_length=200, blank=True)
    runners_up = models.JSONField(default=list)

    class Meta:
        verbose_name = _("track")
        verbose_name_plural = _("tracks")
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["video", "number"], name="tagging_track_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.video} · {self.label or _('object')} {self.number}"


class Appearance(models.Model):
    """An unbroken stretch in which the object is seen; `boxes` holds rows of [at_ms, x, y, width, height]."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="appearances")
    shot = models.ForeignKey(Shot, on_delete=models.CASCADE, related_name="+")
    start_ms = models.PositiveBigIntegerField()
    end_ms = models.PositiveBigIntegerField()
    boxes = models.JSONField()

    class Meta:
        ordering: ClassVar = ["start_ms"]

    def __str__(self) -> str:
        return f"{self.track}: {self.start_ms}–{self.end_ms} ms"


def evidence_path(view: TrackView, filename: str) -> str:
    """Return where a picture of the object lies: in the video's own folder, named by the job's token."""
    return f"evidence/{view.track.video.public_id}/{filename}"


class TrackView(models.Model):
    """One of the best pictures of a track, and what it looks like."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="views")
    rank = models.PositiveSmallIntegerField()
    at_ms = models.PositiveBigIntegerField()
    x = models.FloatField()
    y = models.FloatField()
    width = models.FloatField()
    height = models.FloatField()
    quality = models.FloatField()
    crop = models.ImageField(upload_to=evidence_path)
    frame = models.ImageField(upload_to=evidence_path)
    embedder = models.CharField(max_length=100)
    features = HalfVectorField()
    colour = VectorField()
    words = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["rank"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["track", "rank"], name="tagging_view_rank_once")]

    def __str__(self) -> str:
        return f"{self.track}: view {self.rank}"
