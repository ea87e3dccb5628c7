"""Jobs that one can watch, cancel and leave."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tagging.models import Creator, TagJob
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
Stage, State = TagJob.Stage, TagJob.State


def job_of(creator: Creator, state: str = State.RUNNING, **fields: object) -> TagJob:
    if state == State.RUNNING:
        fields |= {"token": uuid.uuid4(), "lease_until": timezone.now() + timedelta(minutes=1)}
    return TagJob.objects.create(video=factories.video(creator), requested_by=creator.user, state=state, **fields)


def test_the_page_shows_each_stage_and_the_progress_of_the_present_one(client: Client, dana: Creator) -> None:
    job = job_of(dana, stage=Stage.DESCRIBE, progress=42, timings_s={"watch": 3.21})
    client.force_login(dana.user)

    response = client.get(f"/jobs/{job.pk}/")

    assert [step.state for step in response.context["steps"]] == ["done", "now", "ahead", "ahead"]
    assert '<progress max="100" value="42"' in response.content.decode()
    assert "3.2 s" in response.content.decode()
    assert 'hx-trigger="every 1s"' in response.content.decode()


@pytest.mark.parametrize(
    ("state", "status"),
    [(State.PENDING, 200), (State.RUNNING, 200), (State.SUCCEEDED, 286), (State.FAILED, 286), (State.CANCELLED, 286)],
)
def test_the_page_stops_asking_when_the_job_has_ended(client: Client, dana: Creator, state: str, status: int) -> None:
    job = job_of(dana, state)
    client.force_login(dana.user)

    response = client.get(f"/jobs/{job.pk}/progress", headers={"HX-Request": "true"})

    assert response.status_code == status
    assert b"<html" not in response.content
    assert (b"hx-trigger" in response.content) == (status == 200)
    assert (b"hx-swap-oob" in response.content) == (status == 286)


def test_a_parked_job_says_why(client: Client, dana: Creator) -> None:
    job = job_of(dana, State.FAILED, stage=Stage.WATCH, error="Parked after 5 attempts; the last one said: broken")
    client.force_login(dana.user)

    response = client.get(f"/jobs/{job.pk}/")

    assert "Parked after 5 attempts" in response.content.decode()
    assert response.context["steps"][0].state == "stopped"
    assert "Tag again" in response.content.decode()


@pytest.mark.parametrize(
    ("before", "after", "is_asked"),
    [
        (State.PENDING, State.CANCELLED, True),
        (State.RUNNING, State.RUNNING, True),
        (State.SUCCEEDED, State.SUCCEEDED, False),
    ],
)
def test_a_job_can_be_cancelled_until_it_has_ended(
    client: Client, dana: Creator, before: str, after: str, is_asked: bool
) -> None:
    job = job_of(dana, before)
    client.force_login(dana.user)

    response = client.post(f"/jobs/{job.pk}/cancel", follow=True)

    job.refresh_from_db()
    assert job.state == after
    assert (job.cancel_requested_at is not None) == is_asked
    assert ("had already ended" in response.content.decode()) != is_asked


def test_jobs_of_others_do_not_exist(client: Client, dana: Creator, erin: Creator) -> None:
    job = job_of(dana, State.PENDING)
    client.force_login(erin.user)

    assert client.get(f"/jobs/{job.pk}/").status_code == 404
    assert client.get(f"/jobs/{job.pk}/progress").status_code == 404
    assert client.post(f"/jobs/{job.pk}/cancel").status_code == 404
    assert client.get("/jobs/").context["page"].rows == []
    job.refresh_from_db()
    assert job.state == State.PENDING


def test_the_list_can_be_narrowed_by_state(client: Client, dana: Creator) -> None:
    failed = job_of(dana, State.FAILED)
    job_of(dana, State.SUCCEEDED)
    client.force_login(dana.user)

    assert [job.pk for job in client.get("/jobs/?state=failed").context["page"].rows] == [failed.pk]
