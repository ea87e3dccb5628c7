"""Tags a local video file in this process and prints its links."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tagging.models import Creator, ProductLink, TagJob, Track, Video
from tagging.services.loaded_models import close_models
from tagging.services.tagging import run_job
from tagging.services.videos import receive_video, request_tagging
from tagging.vision.sandbox import SandboxUnavailable
from tagging.vision.types import UnreadableMedia


class Command(BaseCommand):
    help = "Tag a local video file as one of a creator's, and print the links."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the video file")
        parser.add_argument("--creator", required=True, metavar="HANDLE", help="whose video it is")
        parser.add_argument("--title", default="", help="its title; the file's name when left out")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, file: Path, creator: str, title: str, **options: Any) -> None:
        owner = Creator.objects.filter(handle=creator).select_related("user").first()
        if owner is None:
            raise CommandError(f"There is no creator with the handle {creator!r}.")
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        try:
            video, _ = receive_video(creator=owner, source=file, title=title)
        except (UnreadableMedia, SandboxUnavailable) as error:
            raise CommandError(f"{file} cannot be tagged: {error}") from error
        job = request_tagging(video=video, by=owner.user, rings=False)
        try:
            run_job(job.pk)
        finally:
            close_models()
        job.refresh_from_db()
        video.refresh_from_db()
        _check_outcome(job, video)
        report = _report(job, video)
        self.stdout.write(json.dumps(report, ensure_ascii=False) if options["json"] else _table(report, video))


def _check_outcome(job: TagJob, video: Video) -> None:
    if job.state != TagJob.State.SUCCEEDED:
        reason = job.error or "a worker has the job already"
        raise CommandError(f"{video} was not tagged; job {job.pk} is {job.get_state_display()}: {reason}")
    if video.state != Video.State.TAGGED:
        raise CommandError(f"{video} was not tagged; {job.outcome}. Its creator has to agree first.")


def _report(job: TagJob, video: Video) -> dict[str, Any]:
    tracks = video.tracks.prefetch_related("appearances", "views", "links__product")
    return {
        "video": {"id": str(video.public_id), "title": video.title},
        "duration_s": video.duration_s,
        "shots": [
            {"shot": shot.number, "start_s": shot.start_ms / 1000, "end_s": shot.end_ms / 1000}
            for shot in video.shots.all()
        ],
        "tracks": [_track(track) for track in tracks],
        "timings_s": job.timings_s,
        "versions": job.versions,
    }


def _track(track: Track) -> dict[str, Any]:
    appearances = list(track.appearances.all())
    best = next(iter(track.views.all()), None)
    visible = [link for link in track.links.all() if link.state in ProductLink.NEEDS_CONSENT]
    return {
        "track": track.number,
        "label": track.label,
        "start_s": min(appearance.start_ms for appearance in appearances) / 1000,
        "end_s": max(appearance.end_ms for appearance in appearances) / 1000,
        "box": best and [round(side, 4) for side in (best.x, best.y, best.width, best.height)],
        "appearances": [
            {"start_s": appearance.start_ms / 1000, "end_s": appearance.end_ms / 1000} for appearance in appearances
        ],
        "links": [
            {
                "product": {"sku": link.product.sku, "title": link.product.title},
                "score": round(link.score, 4),
                "probability": round(link.probability, 4),
                "kind": link.kind,
                "rank": link.rank,
                "state": link.state,
            }
            for link in visible
        ],
        "abstention": track.abstention,
    }


def _table(report: dict[str, Any], video: Video) -> str:
    lines = [
        f"{video.title}: {report['duration_s']:.1f} s, {len(report['shots'])} shots, {len(report['tracks'])} tracks",
        "",
        f"{'track':>5}  {'label':<14} {'from':>7} {'to':>7}  {'kind':<8} {'prob.':>5}  product",
    ]
    for track in report["tracks"]:
        start = f"{track['track']:>5}  {track['label'] or 'object':<14} {track['start_s']:>7.1f} {track['end_s']:>7.1f}"
        if not track["links"]:
            lines.append(f"{start}  {'–':<8} {'':>5}  none: {track['abstention']}")
        for link in track["links"]:
            product = f"{link['product']['title']} ({link['product']['sku']})"
            lines.append(f"{start}  {link['kind']:<8} {link['probability']:>5.2f}  {product}")
    timings = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in report["timings_s"].items())
    return "\n".join([*lines, "", f"seconds: {timings}"])
