"""The JSON API shows a user what the pages show."""

from __future__ import annotations

import pytest
from django.test import Client

from shopadmin.accounts.models import User
from tagging.models import Creator, ProductLink
from tagging.services.consents import revoke_consent
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


def test_a_video_comes_with_its_tracks_and_visible_links(client: Client, dana: Creator) -> None:
    video = factories.tagged_video(dana, products=[factories.product("Apple juice"), factories.product("Pear juice")])
    ProductLink.objects.filter(product__title="Pear juice").update(state=ProductLink.State.REJECTED)
    client.force_login(dana.user)

    content = client.get(f"/api/videos/{video.public_id}/").json()

    assert [[link["product"] for link in track["links"]] for track in content["tracks"]] == [["Apple juice"], []]
    assert content["tracks"][0]["appearances"][0]["start_ms"] == 0


def test_no_link_is_left_after_the_consent_has_ended(client: Client, dana: Creator) -> None:
    video = factories.tagged_video(dana, products=[factories.product()])
    revoke_consent(creator=dana, actor=dana.user)
    client.force_login(dana.user)

    assert client.get(f"/api/videos/{video.public_id}/").json()["tracks"] == []


def test_the_list_and_the_jobs_are_scoped(client: Client, dana: Creator, erin: Creator, bob: User) -> None:
    video = factories.tagged_video(dana, products=[])
    job = video.jobs.get()

    client.force_login(dana.user)
    assert [row["public_id"] for row in client.get("/api/videos/").json()["results"]] == [str(video.public_id)]
    assert client.get(f"/api/jobs/{job.pk}/").json()["state"] == "succeeded"
    client.force_login(erin.user)
    assert client.get("/api/videos/").json()["results"] == []
    assert client.get(f"/api/videos/{video.public_id}/").status_code == 404
    assert client.get(f"/api/jobs/{job.pk}/").status_code == 404
    client.force_login(bob)
    assert len(client.get("/api/jobs/").json()["results"]) == 1


def test_nothing_can_be_written(client: Client, dana: Creator) -> None:
    video = factories.video(dana)
    client.force_login(dana.user)

    assert client.delete(f"/api/videos/{video.public_id}/").status_code == 405
    assert client.post("/api/videos/", {}).status_code == 405
