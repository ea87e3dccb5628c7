"""What the API says of videos and jobs."""

from __future__ import annotations

from typing import ClassVar

from rest_framework import serializers

from .models import Appearance, ProductLink, TagJob, Track, Video


class LinkSerializer(serializers.ModelSerializer[ProductLink]):
    """A link that the user may see."""

    product = serializers.CharField(source="product.title")
    sku = serializers.CharField(source="product.sku")

    class Meta:
        model = ProductLink
        fields: ClassVar = [
            "id", "product", "sku", "state", "kind", "rank", "score", "probability", "start_ms", "end_ms"
        ]  # fmt: skip


class AppearanceSerializer(serializers.ModelSerializer[Appearance]):
    """An unbroken stretch; `boxes` holds rows of [at_ms, x, y, width, height]."""

    class Meta:
        model = Appearance
        fields: ClassVar = ["start_ms", "end_ms", "boxes"]


class TrackSerializer(serializers.ModelSerializer[Track]):
    """An object of the video."""

    appearances = AppearanceSerializer(many=True)
    links = LinkSerializer(many=True)

    class Meta:
        model = Track
        fields: ClassVar = ["number", "label", "score", "abstention", "appearances", "links"]


class VideoSerializer(serializers.ModelSerializer[Video]):
    """A video without what was seen in it."""

    creator = serializers.SlugRelatedField[Video](slug_field="handle", read_only=True)

    class Meta:
        model = Video
        fields: ClassVar = [
            "public_id", "title", "creator", "duration_ms", "width", "height", "is_composed", "market", "state",
            "state_reason", "created_at",
        ]  # fmt: skip


class VideoDetailSerializer(VideoSerializer):
    """A video with its tracks and their links."""

    tracks = TrackSerializer(many=True)

    class Meta(VideoSerializer.Meta):
        fields: ClassVar = [*VideoSerializer.Meta.fields, "tracks"]


class JobSerializer(serializers.ModelSerializer[TagJob]):
    """How far a job is."""

    video = serializers.SlugRelatedField[TagJob](slug_field="public_id", read_only=True)

    class Meta:
        model = TagJob
        fields: ClassVar = [
            "id", "video", "state", "stage", "progress", "attempts", "outcome", "error", "counts", "timings_s",
            "versions", "created_at", "started_at", "finished_at",
        ]  # fmt: skip
