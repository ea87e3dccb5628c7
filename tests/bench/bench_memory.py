"""The memory of a worker that tags video after video."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

from .tagging_site import measured_apart, row

VIDEOS = int(os.environ.get("BENCH_MEMORY_VIDEOS", "200"))
WARM_UP = 20
MOST_GROWTH = 0.05
MOST_BYTES = 1e9
SAMPLE_EVERY_S = 0.1


def rows() -> list[dict[str, Any]]:
    """Return how much a real worker has grown since it was warm, and the most it and its decoder ever held."""
    return measured_apart("memory")


def measure() -> list[dict[str, Any]]:
    """Measure on the site that this process was given."""
    from django.conf import settings

    from tagging.models import TagJob
    from tagging.services.videos import request_tagging
    from tests import factories
    from tests.tagging import scenes
    from tests.tagging.worker_process import wait_for, worker

    creator = factories.creator("dana")
    factories.grant(creator)
    scenes.open_shop()
    media = Path(settings.MEDIA_ROOT)
    things = [(1, 2), (3,), (4, 5, 6), (7, 8)]
    clips = [scenes.write_clip(media / f"clip-{number}.mp4", seeds) for number, seeds in enumerate(things)]
    videos = [scenes.upload(creator, clip) for clip in clips]
    after_each: list[int] = []
    with worker(media, lease_s=60, reader=settings.SHOPADMIN["READER"]) as running, _Peak(running.process.pid) as peak:
        for number in range(VIDEOS):
            job = request_tagging(video=videos[number % len(videos)], by=creator.user)
            wait_for(lambda job=job: TagJob.objects.get(pk=job.pk).is_finished, 120, f"video {number} to be tagged")
            after_each.append(running.resident_bytes())
        unfinished = TagJob.objects.exclude(state=TagJob.State.SUCCEEDED).count()
    warm, last = (sorted(part)[len(part) // 2] for part in (after_each[WARM_UP : 2 * WARM_UP], after_each[-WARM_UP:]))
    growth = last / warm - 1
    return [
        row(f"worker's growth over {VIDEOS} videos", round(100 * growth, 2), "%", "< 5 %",
            growth < MOST_GROWTH and not unfinished, peer="after 20 videos, MB", peer_value=round(warm / 1e6)),
        row("worker's peak, with its decoder", round(peak.bytes / 1e6), "MB", "< 1000 MB", peak.bytes < MOST_BYTES),
    ]  # fmt: skip


class _Peak:
    """Looks all the time how much the worker's child and the decoder's process hold together."""

    def __init__(self, pid: int) -> None:
        self.bytes = 0
        self._pid = pid
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> _Peak:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        from tests.tagging.worker_process import resident_bytes_below

        while not self._stopped.wait(SAMPLE_EVERY_S):
            self.bytes = max(self.bytes, resident_bytes_below(self._pid))
            time.sleep(0)
