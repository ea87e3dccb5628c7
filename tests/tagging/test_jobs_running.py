"""A job from request to links, in this process, with the real models."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from shopadmin.jobs.heartbeat import Heartbeat
from shopadmin.jobs.leased_job import JobFenced
from tagging.models import Notice, ProductLink, Publication, TagJob, Track, Video
from tagging.services import publishing, tagging
from tagging.services.consents import grant_consent, revoke_consent
from tagging.services.evidence import sweep_evidence
from tagging.services.jobs import cancel_job, ring_due_jobs
from tagging.services.tagging import run_job
from tagging.services.videos import request_tagging

from .. import factories
from . import scenes
from .worker_process import in_thread

pytestmark = pytest.mark.real_models

STAGES = ("watch", "describe", "match", "publish")


@pytest.fixture
def creator(committed):
    person = factories.creator("dana")
    factories.grant(person)
    return person


@pytest.fixture
def job(creator, shop, clip) -> TagJob:
    """A job that waits; nobody is called to it."""
    return request_tagging(video=scenes.upload(creator, clip), by=creator.user, rings=False)


def links_of(video: Video) -> list[tuple[str, str]]:
    """The visible links as (product, state), in order."""
    links = ProductLink.objects.filter(video=video, state__in=ProductLink.NEEDS_CONSENT)
    return sorted(links.values_list("product__title", "state"))


def hold(monkeypatch, stage: str) -> tuple[threading.Event, threading.Event]:
    """Let the worker wait at the start of `stage`; return an event that says it is there, and one that lets it go."""
    arrived, go_on = threading.Event(), threading.Event()
    enter = Heartbeat.enter

    def enter_and_wait(self: Heartbeat, name: str) -> None:
        enter(self, name)
        if name == stage:
            arrived.set()
            while not go_on.wait(0.02):
                self.check()

    monkeypatch.setattr(Heartbeat, "enter", enter_and_wait)
    return arrived, go_on


def test_a_job_writes_links_pictures_and_a_notice(job, committed):
    ended = run_job(job.pk)
    assert ended is not None
    job.refresh_from_db()
    video = Video.objects.get(pk=job.video_id)
    assert (job.state, job.stage, job.outcome, job.progress) == ("succeeded", "done", "tagged", 100), job.error
    assert {"Thing 1", "Thing 2"} <= {title for title, _ in links_of(video)}
    assert {state for _, state in links_of(video)} == {"live"}
    assert Notice.objects.get(job=job).links_count == len(links_of(video)) == job.counts["links"]
    assert video.state == Video.State.TAGGED
    assert set(job.timings_s) == {"load", "watch", "describe", "match", "publish"}
    assert set(job.versions) == {"detector", "embedder", "reader", "index", "matching", "sampler"}
    assert scenes.named_files(video) == set(scenes.kept_files(committed))


def test_tagging_again_leaves_the_same_links_and_no_old_picture(job, committed):
    run_job(job.pk)
    before, files = links_of(job.video), scenes.kept_files(committed)
    again = request_tagging(video=job.video, by=job.requested_by, rings=False)
    run_job(again.pk)
    assert links_of(job.video) == before
    assert len(scenes.kept_files(committed)) == len(files)
    assert not set(scenes.kept_files(committed)) & set(files)


def test_decisions_of_people_outlive_tagging_again(job):
    run_job(job.pk)
    rejected, approved = (ProductLink.objects.filter(product__title=f"Thing {number}").first() for number in (1, 2))
    ProductLink.objects.filter(product=rejected.product).update(state=ProductLink.State.REJECTED)
    ProductLink.objects.filter(product=approved.product).update(state=ProductLink.State.APPROVED)
    run_job(request_tagging(video=job.video, by=job.requested_by, rings=False).pk)
    states = dict(links_of(job.video))
    assert "Thing 1" not in states
    assert states["Thing 2"] == "approved"
    assert ProductLink.objects.filter(product=rejected.product, state="rejected").exists()


def test_links_wait_for_a_creator_who_wants_to_be_asked_first(committed, shop, clip):
    erin = factories.creator("erin")
    grant_consent(creator=erin, actor=erin.user, publication=Publication.ASK_FIRST)
    job = request_tagging(video=scenes.upload(erin, clip), by=erin.user, rings=False)
    run_job(job.pk)
    assert {state for _, state in links_of(job.video)} == {"proposed"}
    assert not Notice.objects.get(job=job).are_live


@pytest.mark.parametrize("stage", STAGES)
def test_a_job_that_is_cancelled_at_any_stage_writes_nothing(job, committed, monkeypatch, stage):
    arrived, _ = hold(monkeypatch, stage)
    worker = in_thread(lambda: run_job(job.pk))
    assert arrived.wait(60)
    assert cancel_job(TagJob.objects.get(pk=job.pk))
    worker.join(30)
    job.refresh_from_db()
    assert job.state == TagJob.State.CANCELLED
    assert job.video.state == Video.State.UPLOADED
    assert not Track.objects.exists()
    assert not ProductLink.objects.exists()
    assert scenes.kept_files(committed) == []


@pytest.mark.parametrize("stage", STAGES)
def test_consent_taken_back_at_any_stage_leaves_nothing(job, creator, committed, monkeypatch, stage):
    arrived, go_on = hold(monkeypatch, stage)
    worker = in_thread(lambda: run_job(job.pk))
    assert arrived.wait(60)
    revoke_consent(creator=creator, actor=creator.user)
    go_on.set()
    worker.join(60)
    job.refresh_from_db()
    assert job.state in (TagJob.State.CANCELLED, TagJob.State.SUCCEEDED)
    assert job.video.state == Video.State.SKIPPED
    assert not Track.objects.exists()
    assert not ProductLink.objects.exists()
    assert scenes.kept_files(committed) == []


def test_a_new_consent_given_while_the_job_runs_does_not_cover_what_was_begun_under_the_old(
    job, creator, committed, monkeypatch
):
    arrived, go_on = hold(monkeypatch, "publish")
    worker = in_thread(lambda: run_job(job.pk))
    assert arrived.wait(60)
    revoke_consent(creator=creator, actor=creator.user)
    factories.grant(creator)
    # As if the cancellation that goes with a revocation had been missed: the episode alone must stop the job.
    TagJob.objects.filter(pk=job.pk).update(cancel_requested_at=None)
    go_on.set()
    worker.join(60)
    assert not Track.objects.exists()
    assert not ProductLink.objects.exists()


def lose_the_job(job: TagJob) -> TagJob:
    """Let the lease run out and another worker take the job."""
    TagJob.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    other = TagJob.claim(job.pk)
    assert other is not None
    return other


def test_a_worker_that_lost_its_job_writes_nothing(job, committed, monkeypatch):
    arrived, go_on = hold(monkeypatch, "publish")
    worker = in_thread(lambda: run_job(job.pk))
    assert arrived.wait(60)
    other = lose_the_job(job)
    go_on.set()
    worker.join(60)
    job.refresh_from_db()
    assert (job.state, job.token) == (TagJob.State.RUNNING, other.token)
    assert not ProductLink.objects.exists()
    assert scenes.kept_files(committed) == []


def test_without_the_token_the_worker_that_lost_its_job_does_write(job, monkeypatch):
    """The negative control: it is the token, and nothing else, that the test above proves."""
    arrived, go_on = hold(monkeypatch, "publish")
    monkeypatch.setattr(TagJob, "succeed", lambda self, **results: None)
    worker = in_thread(lambda: run_job(job.pk))
    assert arrived.wait(60)
    monkeypatch.setattr(TagJob, "_write", lambda self, **values: None)
    lose_the_job(job)
    go_on.set()
    worker.join(60)
    assert ProductLink.objects.exists()


def test_what_fails_half_way_through_publishing_leaves_no_row_and_no_picture(job, committed, monkeypatch):
    def break_down(*arguments) -> None:
        raise MemoryError("no memory left")

    monkeypatch.setattr(publishing, "_links", break_down)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (TagJob.State.PENDING, 1)
    assert job.error == "MemoryError: no memory left"
    assert not Track.objects.exists()
    assert scenes.kept_files(committed) == []


def test_a_job_that_always_fails_is_parked_with_the_reason(job, settings, monkeypatch):
    monkeypatch.setattr(tagging, "_look_and_match", lambda *arguments: 1 / 0)
    for _ in range(settings.SHOPADMIN["JOB_MAX_ATTEMPTS"] + 1):
        TagJob.objects.filter(pk=job.pk).update(due_at=timezone.now())
        run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (TagJob.State.FAILED, 5)
    assert job.error == "Parked after 5 attempts; the last one said: ZeroDivisionError: division by zero"
    assert (job.video.state, job.video.state_reason) == (Video.State.FAILED, job.error)
    assert ring_due_jobs() == 0


def test_a_heartbeat_holds_the_lease_through_a_long_step_and_notices_that_the_job_is_lost(job, settings):
    settings.SHOPADMIN = {**settings.SHOPADMIN, "JOB_LEASE_S": 1}
    claimed = TagJob.claim(job.pk)
    assert claimed is not None
    with Heartbeat(claimed, every_s=0.05) as heartbeat:
        waited = threading.Event()
        waited.wait(1.5)
        assert TagJob.claim(job.pk) is None
        heartbeat.report(0.5)
        TagJob.objects.filter(pk=job.pk).update(token="00000000-0000-0000-0000-000000000001")
        waited.wait(0.5)
        with pytest.raises(JobFenced):
            heartbeat.report(0.6)


def test_the_sweeper_erases_what_no_row_names_and_spares_what_a_running_job_will_name(job, committed):
    claimed = TagJob.claim(job.pk)
    assert claimed is not None
    folder = committed / "evidence" / str(job.video.public_id)
    folder.mkdir(parents=True)
    for name in (f"{claimed.token}-poster.jpg", "00000000-0000-0000-0000-000000000001-poster.jpg"):
        (folder / name).write_bytes(b"picture")
    assert sweep_evidence() == 1
    assert [path.name for path in folder.iterdir()] == [f"{claimed.token}-poster.jpg"]
    claimed.fail("it ends without naming its picture")
    assert sweep_evidence() == 1
    assert scenes.kept_files(committed) == []
