"""The list of videos, and the page where one plays with its links."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from shopadmin.htmx import AuthenticatedRequest
from shopadmin.keyset import page
from shopadmin.pages import render_page

from ..evidence import unlinked
from ..models import Appearance, ConsentGrant, ProductLink, Track, TrackView, Video
from ..services.videos import request_tagging
from .access import owned_by, seen_video, sees_videos


@require_safe
@sees_videos
def video_list(request: AuthenticatedRequest) -> HttpResponse:
    """List the videos that the user may see, newest first; state and title can be searched for."""
    videos = Video.objects.for_user(request.user)
    state, title = request.GET.get("state", ""), request.GET.get("q", "").strip()[:200]
    if state in Video.State.values:
        videos = videos.filter(state=state)
    if title:
        videos = videos.filter(title__icontains=title)
    found = page(videos.only("pk", "created_at"), fields=("-created_at", "-pk"), query=request.GET)
    rows = Video.objects.filter(pk__in=[video.pk for video in found.rows]).for_list().order_by("-created_at", "-pk")
    context = {"page": found, "videos": rows, "states": Video.State.choices, "state": state, "q": title}
    return render_page(request, "tagging/video_list.html", context, fragment="results")


@require_safe
@sees_videos
def video_detail(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Play a video with its tracks, links and what became of it."""
    video = seen_video(request, public_id)
    tracks = sorted(_tracks_with_cards(video), key=lambda track: (_first_seen(track), track.number))
    context = {
        "video": video,
        "tracks": tracks,
        "unlinked": unlinked(tracks),
        "grant": ConsentGrant.objects.filter(creator=video.creator).first(),
        "job": video.jobs.first(),
        "shots": video.shots.all(),
        "is_owner": owned_by(request, video.creator),
    }
    return render_page(request, "tagging/video_detail.html", context)


@require_safe
@sees_videos
def video_tracks(request: AuthenticatedRequest, public_id: UUID) -> JsonResponse:
    """Return where each object is at which moment, for drawing: rows of [at_ms, x, y, width, height]."""
    video = seen_video(request, public_id)
    spans = Appearance.objects.filter(track__video=video).order_by("start_ms")
    tracks: dict[int, list[object]] = {}
    for number, start_ms, end_ms, boxes in spans.values_list("track__number", "start_ms", "end_ms", "boxes"):
        tracks.setdefault(number, []).append({"start_ms": start_ms, "end_ms": end_ms, "boxes": boxes})
    content = {
        "width": video.width,
        "height": video.height,
        "duration_ms": video.duration_ms,
        "tracks": [{"number": number, "appearances": spans} for number, spans in tracks.items()],
    }
    return JsonResponse(content, headers={"Cache-Control": "private, no-store"})


@require_POST
@sees_videos
def video_tag(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Ask for a video to be tagged again; a job that waits or runs already is shown instead."""
    video = seen_video(request, public_id)
    job = request_tagging(video=video, by=request.user)
    return redirect("tagging:job-detail", job.pk)


def _tracks_with_cards(video: Video) -> QuerySet[Track]:
    views = TrackView.objects.filter(rank=0).defer("features", "colour")
    return Track.objects.filter(video=video).prefetch_related(
        Prefetch("appearances", Appearance.objects.defer("boxes").order_by("start_ms")),
        Prefetch("links", ProductLink.objects.for_creator_page().order_by("rank")),
        Prefetch("views", views),
    )


def _first_seen(track: Track) -> int:
    return min((appearance.start_ms for appearance in track.appearances.all()), default=0)
