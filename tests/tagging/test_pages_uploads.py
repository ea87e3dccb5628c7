"""Creators upload videos; what is no video is refused with nothing lost."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from tagging.models import Creator, TagJob, Video
from tests.tagging.clips import clip

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
UPLOAD = "/videos/upload"
SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return clip(tmp_path / "My breakfast.mp4", seconds=1)


def bad_file() -> SimpleUploadedFile:
    return SimpleUploadedFile("holiday.mp4", b"#EXTM3U\nhttp://example.com/secret", "video/mp4")


def test_a_video_is_kept_and_its_job_is_shown(client: Client, dana: Creator, film: Path) -> None:
    client.force_login(dana.user)

    with film.open("rb") as handle:
        response = client.post(UPLOAD, {"title": "Breakfast", "file": handle})

    job = TagJob.objects.get()
    assert response.url == f"/jobs/{job.pk}/"
    assert (job.video.title, job.video.width, job.video.creator) == ("Breakfast", 320, dana)


def test_without_a_title_the_files_name_is_used(client: Client, dana: Creator, film: Path) -> None:
    client.force_login(dana.user)

    with film.open("rb") as handle:
        client.post(UPLOAD, {"title": "", "file": handle})

    assert Video.objects.get().title == "My breakfast"


def test_the_same_file_again_leads_to_the_video_that_is_there(client: Client, dana: Creator, film: Path) -> None:
    client.force_login(dana.user)

    for _ in range(2):
        with film.open("rb") as handle:
            response = client.post(UPLOAD, {"title": "Breakfast", "file": handle})

    assert response.url == Video.objects.get().get_absolute_url()


def test_a_bad_file_is_refused_with_the_reason_and_the_title_is_kept(client: Client, dana: Creator) -> None:
    client.force_login(dana.user)

    response = client.post(UPLOAD, {"title": "My holiday", "file": bad_file()})

    assert response.status_code == 422
    assert 'value="My holiday"' in response.content.decode()
    assert response.context["errors"]["file"]
    assert not Video.objects.exists()


def test_a_script_gets_the_reason_as_json(client: Client, dana: Creator, film: Path) -> None:
    client.force_login(dana.user)

    refused = client.post(UPLOAD, {"title": "", "file": bad_file()}, headers=SCRIPT)
    with film.open("rb") as handle:
        accepted = client.post(UPLOAD, {"title": "", "file": handle}, headers=SCRIPT)

    assert refused.status_code == 422
    assert refused.json()["errors"]["file"]
    assert accepted.status_code == 201
    assert accepted.json()["location"] == f"/jobs/{TagJob.objects.get().pk}/"


def test_a_full_disk_is_explained_and_nothing_is_kept(
    client: Client, dana: Creator, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", full)
    client.force_login(dana.user)

    with film.open("rb") as handle:
        response = client.post(UPLOAD, {"title": "Breakfast", "file": handle})

    assert response.status_code == 507
    assert "no room left" in response.content.decode()
    assert 'value="Breakfast"' in response.content.decode()
    assert not Video.objects.exists()


@pytest.mark.parametrize(
    ("data", "words"),
    [({}, "Choose a video file first."), ({"file": SimpleUploadedFile("a.mp4", b"")}, "The file is empty.")],
)
def test_a_missing_or_empty_file_says_what_to_do(
    client: Client, dana: Creator, data: dict[str, object], words: str
) -> None:
    client.force_login(dana.user)

    response = client.post(UPLOAD, {"title": "x", **data})

    assert response.status_code == 422
    assert words in response.content.decode()


@pytest.mark.parametrize("headers", [{}, SCRIPT])
def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    dana: Creator,
    served: Settings,
    headers: dict[str, str],
) -> None:
    served.SHOPADMIN = {**served.SHOPADMIN, "MAX_UPLOAD_BYTES": 1000}
    client = Client(enforce_csrf_checks=True)
    client.force_login(dana.user)

    response = client.post(UPLOAD, {"file": SimpleUploadedFile("a.mp4", b"x" * 200_000)}, headers=headers)

    assert response.status_code == 413
    assert b"larger than" in response.content


def test_the_form_needs_its_token(dana: Creator) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(dana.user)

    assert client.post(UPLOAD, {"title": "x", "file": bad_file()}).status_code == 403


def test_a_creator_without_consent_is_told_that_nothing_is_tagged(client: Client, erin: Creator) -> None:
    client.force_login(erin.user)

    page = client.get(UPLOAD).content.decode()

    assert "it will not be tagged" in page
    assert 'href="/consent"' in page


def test_when_the_sandbox_cannot_start_the_file_is_not_blamed(
    client: Client, dana: Creator, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(dana.user)
    monkeypatch.setattr("tagging.vision.sandbox.sys.executable", "/nonexistent/python")

    with film.open("rb") as handle:
        response = client.post(UPLOAD, {"title": "Breakfast", "file": handle}, headers=SCRIPT)

    assert response.status_code == 503
    assert "Try again in a minute" in response.json()["errors"]["file"][0]
    assert not Video.objects.exists()
