"""Kill -9 at random moments of tagging: is a link lost or doubled, and does every job end?"""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from .tagging_site import measured_apart, row

KILLS = int(os.environ.get("BENCH_KILLS", "50"))
SEED = int(os.environ.get("BENCH_SEED", "2"))
KILLS_A_JOB = 5
EVERY_SO_MANY_ALL = 10
LEASE_S = 2

type Links = Counter[tuple[str, str]]


def rows() -> list[dict[str, Any]]:
    """Return what was lost and doubled in so many kills; most hit the working child, some the whole worker."""
    return measured_apart("kills")


def measure() -> list[dict[str, Any]]:
    """Measure on the site that this process was given."""
    from django.conf import settings

    from tagging.models import Notice, TagJob
    from tagging.services.evidence import sweep_evidence
    from tagging.services.tagging import run_job
    from tagging.services.videos import request_tagging
    from tests import factories
    from tests.tagging import scenes
    from tests.tagging.worker_process import wait_for

    settings.SHOPADMIN = {**settings.SHOPADMIN, "READER": scenes.NOT_READING, "JOB_MAX_ATTEMPTS": 20}
    creator = factories.creator("dana")
    factories.grant(creator)
    scenes.open_shop()
    media = Path(settings.MEDIA_ROOT)
    source = scenes.write_clip(media / "clip.mp4", (1, 2))
    video = scenes.upload(creator, source)
    run_job(request_tagging(video=video, by=creator.user, rings=False).pk)
    expected = _links_of(video)
    random.seed(SEED)
    killer, lost, doubled, ended = _Killer(media), 0, 0, 0
    stop = _sweep_in_background()
    try:
        while killer.kills < KILLS:
            job = request_tagging(video=video, by=creator.user)
            killer.harass(job)
            wait_for(lambda job=job: TagJob.objects.get(pk=job.pk).is_finished, 120, "a job to end")
            ended += TagJob.objects.get(pk=job.pk).state == TagJob.State.SUCCEEDED
            found = _links_of(video)
            if found != expected:
                print(f"job {job.pk}: lost {expected - found}, more {found - expected}", file=sys.stderr)
            lost += (expected - found).total()
            doubled += (found - expected).total() + Notice.objects.filter(job=job).count() - 1
    finally:
        killer.stop()
        stop()
    jobs = TagJob.objects.count() - 1
    sweep_evidence()
    stray = len(set(scenes.kept_files(media)) - scenes.named_files(video))
    what = f"in {killer.kills} kills -9 of {jobs} jobs (seed {SEED})"
    return [
        row(f"links lost {what}", lost, "links", "0", lost == 0 and sum(expected.values()) > 0),
        row(f"links or notices doubled {what}", doubled, "rows", "0", doubled == 0),
        row(f"jobs that did not end well {what}", jobs - ended, "jobs", "0", jobs == ended),
        row("stray pictures after the sweep", stray, "files", "0", stray == 0),
    ]


class _Killer:
    """Keeps a worker running, and kills it, or its child, a random time after a job has begun."""

    def __init__(self, media: Path) -> None:
        from tests.tagging.worker_process import Worker

        self._start = lambda: Worker(media, lease_s=LEASE_S, attempts=20)
        self._worker = self._start()
        self._longest_s = 2.0
        self.kills = 0

    def harass(self, job: Any) -> None:
        """Kill at random moments until the job has ended or was killed `KILLS_A_JOB` times."""
        from tagging.models import TagJob

        for _ in range(KILLS_A_JOB):
            seen = self._await_running(job)
            if seen is None:
                return
            moment = time.monotonic() + random.uniform(0, self._longest_s)
            while time.monotonic() < moment:
                if TagJob.objects.get(pk=job.pk).is_finished:
                    return
                time.sleep(0.01)
            self._kill()

    def stop(self) -> None:
        """End the worker."""
        self._worker.kill()

    def _await_running(self, job: Any) -> Any:
        from tagging.models import TagJob

        while True:
            now = TagJob.objects.get(pk=job.pk)
            if now.is_finished:
                return None
            if now.state == TagJob.State.RUNNING and now.token != getattr(self, "_killed_token", None):
                self._killed_token = now.token
                return now
            time.sleep(0.01)

    def _kill(self) -> None:
        self.kills += 1
        if self.kills % EVERY_SO_MANY_ALL == 0:
            self._worker.kill()
            self._worker = self._start()
        else:
            self._worker.kill_child()


def _links_of(video: Any) -> Links:
    from tagging.models import ProductLink

    links = ProductLink.objects.filter(video=video, state__in=ProductLink.NEEDS_CONSENT)
    return Counter((str(number), sku) for number, sku in links.values_list("track__number", "product__sku"))


def _sweep_in_background() -> Any:
    from tagging.services.jobs import ring_due_jobs
    from tests.tagging.worker_process import in_thread

    stopped = threading.Event()

    def sweep() -> None:
        while not stopped.wait(0.3):
            ring_due_jobs()

    thread = in_thread(sweep)

    def stop() -> None:
        stopped.set()
        thread.join()

    return stop
