"""One video end to end as a job, against the bare work: decoding and the same model calls on the same pictures."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from .tagging_site import SHARED_DATA, measured_apart, row

VIDEOS = ("fruit-and-vegetable-detection", "bottle-detection")
ROUNDS = 5
TARGET = 1.15


def rows() -> list[dict[str, Any]]:
    """Return the wall time of whole jobs and of the bare loops over the same frames and crops, on real footage."""
    return measured_apart("video")


class _Recorder:
    """Stands before a model and notes with which pictures it is called."""

    def __init__(self, model: Any, method: str) -> None:
        self.identifier, self.version = model.identifier, model.version
        self.pictures: list[Any] = []
        self._call = getattr(model, method)
        setattr(self, method, self._note)

    def _note(self, picture: Any) -> Any:
        self.pictures.append(picture.copy())
        return self._call(picture)


def measure() -> list[dict[str, Any]]:
    """Measure on the site that this process was given."""
    from tests import factories
    from tests.tagging import scenes

    creator = factories.creator("dana")
    factories.grant(creator)
    scenes.open_shop()
    return [_of_video(SHARED_DATA / "videos" / f"{name}.mp4", creator) for name in VIDEOS]


def _of_video(path: Path, creator: Any) -> dict[str, Any]:
    from tagging.models import TagJob
    from tagging.services.tagging import run_job
    from tagging.services.videos import request_tagging
    from tests.tagging import scenes

    video = scenes.upload(creator, path)

    def whole_job() -> None:
        job = request_tagging(video=video, by=creator.user, rings=False)
        run_job(job.pk)
        job.refresh_from_db()
        assert job.state == TagJob.State.SUCCEEDED, job.error

    bare = _bare_work(path, whole_job)
    ours, peer = [], []
    for _ in range(ROUNDS):
        peer.append(_seconds(bare))
        ours.append(_seconds(whole_job))
    ratio = median(ours) / median(peer)
    return row(
        f"tag {path.stem}", round(median(ours), 3), "s", f"≤ {TARGET} × bare", ratio <= TARGET,
        peer="bare decode and inference", peer_value=round(median(peer), 3), ratio=round(ratio, 3),
    )  # fmt: skip


def _bare_work(path: Path, whole_job: Callable[[], None]) -> Callable[[], None]:
    """Run the job once to learn its model calls; return a loop that does the same calls and the decoding."""
    from django.conf import settings

    from tagging.services import tagging
    from tagging.services.loaded_models import LoadedModels, loaded_models
    from tagging.services.seeing import FRAME_LONG_SIDE
    from tagging.vision.media import sample_frames

    models = loaded_models()
    recorders = (
        _Recorder(models.detector, "detect"),
        _Recorder(models.embedder, "embed"),
        _Recorder(models.reader, "read"),
    )
    tagging.loaded_models = lambda: LoadedModels(*recorders)
    try:
        whole_job()
    finally:
        tagging.loaded_models = loaded_models
    rate = settings.SHOPADMIN["FRAMES_PER_SECOND"]

    def bare() -> None:
        for _ in sample_frames(path, frames_per_second=rate, long_side=FRAME_LONG_SIDE):
            pass
        calls = (models.detector.detect, models.embedder.embed, models.reader.read)
        for call, recorder in zip(calls, recorders, strict=True):
            for picture in recorder.pictures:
                call(picture)

    return bare


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
