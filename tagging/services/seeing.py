"""From a video file to tracks with the signatures of their best views."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath

import numpy as np
from django.conf import settings
from django.db.models.fields.files import FieldFile

from shopadmin.jobs.heartbeat import Heartbeat
from shopadmin.jobs.patience import patiently

from ..models import LabelPolicy
from ..vision.colour import colour_signature
from ..vision.resizing import reduced
from ..vision.sandbox import open_video
from ..vision.shots import ShotDetector
from ..vision.tracking import EVIDENCE_SIDE, group_appearances
from ..vision.types import Appearance, Frame, RGBImage, Signature, Track, Vector
from ..vision.watching import Watched, watch
from .loaded_models import LoadedModels
from .videos import media_limits

FRAME_LONG_SIDE = 1280


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What was seen in a video, how many frames were looked at, and the first of them, reduced."""

    watched: Watched
    frames: int
    first_frame: RGBImage | None


@dataclass(frozen=True, slots=True, eq=False)
class DescribedTrack:
    """A track, and what its views look like, in their order."""

    track: Track
    signatures: tuple[Signature, ...]


class _Counted:
    """Frames on their way, counted; the first is remembered as a still of the video."""

    def __init__(self, frames: Iterable[Frame]) -> None:
        self._frames = frames
        self.count = 0
        self.first: RGBImage | None = None

    def __iter__(self) -> Iterator[Frame]:
        for frame in self._frames:
            if self.first is None:
                self.first = reduced(frame.image, EVIDENCE_SIDE)
            self.count += 1
            yield frame


def watch_file(path: Path, models: LoadedModels, heartbeat: Heartbeat) -> Seen:
    """Decode in the sandbox, detect, find shots, follow objects. Raises `UnreadableMedia` and `JobFenced`."""
    unsellable = patiently(LabelPolicy.objects.unsellable)
    limits = media_limits()
    with open_video(
        path,
        frames_per_second=settings.SHOPADMIN["FRAMES_PER_SECOND"],
        long_side=FRAME_LONG_SIDE,
        limits=limits,
        wall_clock_s=settings.CELERY_TASK_SOFT_TIME_LIMIT,
    ) as video:
        duration_ms = max(1, video.info.duration_ms)
        frames = _Counted(video.frames)
        watched = watch(
            frames,
            models.detector,
            ShotDetector(),
            duration_ms,
            sellable=lambda label: label not in unsellable,
            on_frame=lambda at_ms: heartbeat.report(at_ms / duration_ms),
        )
    return Seen(watched, frames.count, frames.first)


def describe_tracks(
    appearances: tuple[Appearance, ...], models: LoadedModels, heartbeat: Heartbeat
) -> tuple[DescribedTrack, ...]:
    """Embed the views of every appearance, join those that show the same object, and read the text on the best views.

    Reading is the dearest step (0.3 s a picture), so only what a track keeps is read. Raises `JobFenced`.
    """
    views = [view for appearance in appearances for view in appearance.views]
    features: dict[int, Vector] = {}
    for number, view in enumerate(views):
        heartbeat.report(0.3 * number / len(views))
        features[id(view)] = models.embedder.embed(view.crop)
    descriptors = [_descriptor([features[id(view)] for view in appearance.views]) for appearance in appearances]
    tracks = group_appearances(appearances, descriptors)
    described = []
    for number, track in enumerate(tracks):
        signatures = []
        for view in track.views:
            heartbeat.report(0.3 + 0.7 * number / len(tracks))
            words = models.reader.read(view.crop)
            signatures.append(Signature(features[id(view)], colour_signature(view.crop), words))
        described.append(DescribedTrack(track, tuple(signatures)))
    return tuple(described)


@contextmanager
def local_file(file: FieldFile) -> Iterator[Path]:
    """Give the file's path, copying it into a folder of its own first when the storage is not on this machine."""
    try:
        path = Path(file.path)
    except NotImplementedError:
        with tempfile.TemporaryDirectory(prefix="shopadmin-") as folder:
            path = Path(folder) / f"video{PurePath(str(file.name)).suffix}"
            with file.open("rb") as source, path.open("wb") as target:
                shutil.copyfileobj(source, target, 2**20)
            yield path
    else:
        yield path


def _descriptor(features: list[Vector]) -> Vector:
    unit = [vector / max(float(np.linalg.norm(vector)), 1e-9) for vector in features]
    mean = np.mean(unit, axis=0, dtype=np.float32)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), dtype=np.float32)
