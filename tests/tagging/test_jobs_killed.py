"""Real workers on the real queue, killed at every stage."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tagging.models import Notice, ProductLink, TagJob, Track
from tagging.services.evidence import sweep_evidence
from tagging.services.jobs import ring_due_jobs
from tagging.services.videos import request_tagging

from .. import factories
from . import scenes
from .worker_process import in_thread, keep_database_away, queue, queue_away, wait_for, worker

pytestmark = pytest.mark.real_models


@pytest.fixture
def request_job(committed, shop, clip):
    creator = factories.creator("dana")
    factories.grant(creator)
    with queue():
        yield lambda: request_tagging(video=scenes.upload(creator, clip), by=creator.user)


def current(job: TagJob) -> TagJob:
    return TagJob.objects.get(pk=job.pk)


def links() -> list[str]:
    return sorted(ProductLink.objects.values_list("product__title", flat=True))


def sweep_until_finished(job: TagJob) -> TagJob:
    """Be the scheduler until the job has ended."""

    def is_finished() -> bool:
        ring_due_jobs()
        return current(job).is_finished

    wait_for(is_finished, 60, "the job to end")
    return current(job)


@pytest.mark.parametrize("stage", ["watch", "match", "publish", "commit"])
def test_a_worker_killed_at_any_stage_loses_nothing_and_doubles_nothing(request_job, committed, stage):
    job = request_job()
    seen_as = "publish" if stage == "commit" else stage
    with worker(committed, hold_at=stage, lease_s=2) as victim:
        wait_for(lambda: current(job).stage == seen_as, 60, f"the stage {stage}")
        if stage == "commit":
            wait_for(lambda: len(scenes.kept_files(committed)) > 3, 20, "pictures to be written")
        victim.kill()
    assert links() == []
    with worker(committed):
        ended = sweep_until_finished(job)
    assert (ended.state, ended.attempts) == (TagJob.State.SUCCEEDED, 2), ended.error
    found = links()
    assert {"Thing 1", "Thing 2"} <= set(found)
    assert len(found) == ended.counts["links"]
    assert Track.objects.count() == ended.counts["tracks"]
    assert Notice.objects.count() == 1
    sweep_evidence()
    assert set(scenes.kept_files(committed)) == scenes.named_files(job.video)


def test_a_job_that_kills_each_of_its_workers_is_parked(request_job, settings):
    job = request_job()
    attempts = settings.SHOPADMIN["JOB_MAX_ATTEMPTS"]
    for _ in range(attempts):
        assert TagJob.claim(job.pk) is not None
        TagJob.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert TagJob.claim(job.pk) is None
    ring_due_jobs()
    parked = current(job)
    assert parked.state == TagJob.State.FAILED
    assert parked.error.startswith(f"Parked after {attempts} attempts; the last worker stopped without a word")
    assert parked.video.state == "failed"


def test_a_job_asked_for_while_the_queue_is_away_is_rung_for_later(request_job, committed):
    with queue_away():
        job = request_job()
    assert current(job).rung_at is None
    assert ring_due_jobs() == 1
    with worker(committed):
        wait_for(lambda: current(job).is_finished, 60, "the job to end")
    assert current(job).state == TagJob.State.SUCCEEDED


def test_a_sweeper_that_finds_the_queue_away_tries_again_at_the_next_sweep(request_job):
    with queue_away():
        job = request_job()
        assert ring_due_jobs() == 0
    assert current(job).rung_at is None
    assert ring_due_jobs() == 1


def test_a_job_survives_a_database_that_crashes_and_is_gone_for_seconds(request_job, committed):
    """Gone while the worker watches: the connections of heartbeat, queue and worker all break."""
    with worker(committed, lease_s=60) as running:
        job = request_job()
        wait_for(lambda: current(job).stage == "watch", 60, "the worker to begin")
        connection.close()
        keep_database_away(seconds=3)
        wait_for(lambda: current(job).is_finished, 90, "the job to end")
        assert running.process.poll() is None
    ended = current(job)
    assert ended.state == TagJob.State.SUCCEEDED, ended.error
    assert len(links()) == ended.counts["links"] > 0


def test_two_sweepers_at_once_ring_once_for_each_job(request_job):
    with queue_away():
        job = request_job()
    rung: list[int] = []
    sweepers = [in_thread(lambda: rung.append(ring_due_jobs())) for _ in range(4)]
    for sweeper in sweepers:
        sweeper.join()
    assert sum(rung) == 1
    assert ring_due_jobs() == 0
    assert current(job).rung_at is not None


def test_of_many_workers_that_come_for_one_job_one_gets_it(request_job):
    with queue_away():
        job = request_job()
    claims: list[TagJob | None] = []
    workers = [in_thread(lambda: claims.append(TagJob.claim(job.pk))) for _ in range(8)]
    for each in workers:
        each.join()
    assert len([claim for claim in claims if claim is not None]) == 1
    assert current(job).attempts == 1
