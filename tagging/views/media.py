"""The files of videos, handed out only to those who may see the video."""

from __future__ import annotations

from pathlib import PurePath
from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from shopadmin.files import stored_file
from shopadmin.htmx import AuthenticatedRequest

from ..models import TrackView, Video
from .access import seen_video, sees_videos

# QuickTime and MP4 are the same container, as are Matroska and WebM; browsers only play them under these names.
VIDEO_TYPES = {
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/mp4",
    ".webm": "video/webm",
    ".mkv": "video/webm",
}

REVALIDATE = "private, no-cache"
NEVER_KEEP = "private, no-store"


@require_safe
@sees_videos
def video_file(request: AuthenticatedRequest, public_id: UUID) -> HttpResponseBase:
    """Stream a video to its creator or the staff; parts can be asked for, so that browsers can seek."""
    video = seen_video(request, public_id)
    ending = PurePath(video.file.name or "").suffix
    content_type = VIDEO_TYPES.get(ending, "video/mp4")
    name = f"video{ending}"
    return stored_file(
        request, video.file, content_type=content_type, filename=name, version=video.sha256, cache=REVALIDATE
    )


@require_safe
@sees_videos
def video_poster(request: AuthenticatedRequest, public_id: UUID) -> HttpResponseBase:
    """Return the still that stands for the video."""
    video = seen_video(request, public_id)
    return stored_file(
        request,
        video.poster,
        content_type="image/jpeg",
        filename="poster.jpg",
        version=f"{video.sha256}-poster",
        cache=REVALIDATE,
    )


@require_safe
@sees_videos
def view_crop(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    """Return the picture of an object, cut from its frame; browsers must not keep it, since consent can end."""
    view = _seen_view(request, pk)
    version = f"view-{view.pk}-crop"
    return stored_file(
        request, view.crop, content_type="image/jpeg", filename="object.jpg", version=version, cache=NEVER_KEEP
    )


@require_safe
@sees_videos
def view_frame(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    """Return the whole frame in which an object is seen best; browsers must not keep it, since consent can end."""
    view = _seen_view(request, pk)
    version = f"view-{view.pk}-frame"
    return stored_file(
        request, view.frame, content_type="image/jpeg", filename="frame.jpg", version=version, cache=NEVER_KEEP
    )


def _seen_view(request: AuthenticatedRequest, pk: int) -> TrackView:
    views = TrackView.objects.filter(track__video__in=Video.objects.for_user(request.user))
    return get_object_or_404(views.only("crop", "frame"), pk=pk)
