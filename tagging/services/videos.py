"""Receiving videos and asking for them to be tagged."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.db import IntegrityError, transaction

from shopadmin.accounts.models import User

from ..models import Creator, TagJob, Video
from ..vision.media import MediaLimits
from ..vision.sandbox import open_video
from ..vision.types import MediaInfo, UnreadableMedia
from .jobs import ring

PROBE_WALL_CLOCK_S = 20.0


def media_limits() -> MediaLimits:
    """Return what the settings allow of a media file."""
    return MediaLimits(
        max_duration_s=settings.SHOPADMIN["MAX_DURATION_S"], max_file_bytes=settings.SHOPADMIN["MAX_UPLOAD_BYTES"]
    )


def inspect(path: Path) -> MediaInfo:
    """Read a file's facts in the sandbox, and decode its first picture.

    Raises `UnreadableMedia` when the file cannot or may not be tagged.
    """
    with open_video(path, limits=media_limits(), wall_clock_s=PROBE_WALL_CLOCK_S) as video:
        if next(video.frames, None) is None:
            raise UnreadableMedia("The video has no pictures; export it again.")
        return video.info


def receive_video(*, creator: Creator, source: Path, title: str, is_composed: bool = False) -> tuple[Video, bool]:
    """Keep a creator's video, and tell whether it is new: the same file again gives the video that is there.

    Raises `UnreadableMedia`, before anything is kept, when the file is not a video that can be tagged.
    """
    digest = _sha256(source)
    known = Video.objects.filter(creator=creator, sha256=digest).first()
    if known is not None:
        return known, False
    # A folder of its own, with a name of ours: a hostile file then has no neighbours to name.
    with tempfile.TemporaryDirectory(prefix="shopadmin-") as folder:
        own = Path(folder) / f"video{source.suffix.lower()[:8]}"
        shutil.copyfile(source, own)
        info = inspect(own)
        video = Video(
            creator=creator,
            title=title.strip()[:200] or source.stem[:200],
            sha256=digest,
            byte_size=own.stat().st_size,
            duration_ms=info.duration_ms,
            width=info.width,
            height=info.height,
            is_composed=is_composed,
        )
        with own.open("rb") as handle:
            video.file.save(own.name, File(handle), save=False)
    try:
        with transaction.atomic():
            video.save()
    except IntegrityError:
        video.file.delete(save=False)
        return Video.objects.get(creator=creator, sha256=digest), False
    return video, True


def request_tagging(*, video: Video, by: User, rings: bool = True) -> TagJob:
    """Ask for a video to be tagged; when a job waits or runs already, return that one.

    Without `rings` no worker is called: the caller runs the job itself, and the sweeper rings should it not.
    """
    try:
        with transaction.atomic():
            job = TagJob.objects.create(video=video, requested_by=by)
            video.enter(Video.State.TAGGING)
            if rings:
                transaction.on_commit(partial(ring, job.pk))
    except IntegrityError:
        unfinished = TagJob.objects.unfinished().filter(video=video).first()
        # The job that was in the way may have ended meanwhile.
        return unfinished or request_tagging(video=video, by=by, rings=rings)
    return job


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
