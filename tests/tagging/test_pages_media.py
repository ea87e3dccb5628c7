"""Files of videos and evidence are only for those who may see the video."""

from __future__ import annotations

import pytest
from django.test import Client

from shopadmin.accounts.models import User
from tagging.models import Creator, TrackView
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
CONTENT = b"0123456789" * 100


def test_a_creator_can_seek_in_an_own_video(client: Client, dana: Creator) -> None:
    video = factories.video(dana, content=CONTENT)
    client.force_login(dana.user)

    response = client.get(f"{video.get_absolute_url()}file", headers={"Range": "bytes=995-"})

    assert response.status_code == 206
    assert response.getvalue() == b"56789"
    assert response["Content-Type"] == "video/mp4"
    assert response["Cache-Control"] == "private, no-cache"
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("part", ["", "file", "poster", "tracks"])
def test_another_creators_video_does_not_exist(client: Client, dana: Creator, erin: Creator, part: str) -> None:
    video = factories.video(dana)
    client.force_login(erin.user)

    assert client.get(f"{video.get_absolute_url()}{part}").status_code == 404


@pytest.mark.parametrize("part", ["crop", "frame"])
def test_evidence_pictures_are_scoped_and_never_kept(
    client: Client, dana: Creator, erin: Creator, bob: User, part: str
) -> None:
    factories.tagged_video(dana, products=[factories.product()])
    address = f"/views/{TrackView.objects.get().pk}/{part}"

    client.force_login(dana.user)
    mine = client.get(address)
    client.force_login(bob)
    staffs = client.get(address)
    client.force_login(erin.user)
    foreign = client.get(address)

    assert mine.status_code == staffs.status_code == 200
    assert mine["Cache-Control"] == "private, no-store"
    assert mine.getvalue().startswith(b"\xff\xd8")
    assert foreign.status_code == 404


def test_a_file_that_the_storage_lost_is_not_found(client: Client, dana: Creator) -> None:
    video = factories.video(dana)
    video.file.storage.delete(video.file.name)
    client.force_login(dana.user)

    assert client.get(f"{video.get_absolute_url()}file").status_code == 404


def test_a_video_without_poster_has_none(client: Client, dana: Creator) -> None:
    client.force_login(dana.user)

    assert client.get(f"{factories.video(dana).get_absolute_url()}poster").status_code == 404
