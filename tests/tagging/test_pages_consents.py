"""Consent is given and taken back with equal ease, and says what it does."""

from __future__ import annotations

import pytest
from django.test import Client

from tagging.models import ConsentEvent, ConsentGrant, Creator, Notice, ProductLink, Publication
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


def test_nothing_is_chosen_beforehand(client: Client, erin: Creator) -> None:
    client.force_login(erin.user)

    page = client.get("/consent").content.decode()

    assert "not given" in page
    assert "checked" not in page


def test_without_a_choice_nothing_is_granted(client: Client, erin: Creator) -> None:
    client.force_login(erin.user)

    response = client.post("/consent/grant")

    assert response.status_code == 422
    assert "Choose how links become visible." in response.content.decode()
    assert not ConsentGrant.objects.exists()


@pytest.mark.parametrize("publication", Publication.values)
def test_a_creator_agrees_and_takes_it_back_with_one_form_each(client: Client, erin: Creator, publication: str) -> None:
    client.force_login(erin.user)

    client.post("/consent/grant", {"publication": publication})
    assert ConsentGrant.objects.get().publication == publication
    client.post("/consent/revoke")

    assert not ConsentGrant.objects.exists()
    assert [event.kind for event in ConsentEvent.objects.all()] == ["revoked", "granted"]


def test_the_page_says_what_taking_back_removes_and_the_answer_what_it_removed(client: Client, dana: Creator) -> None:
    factories.tagged_video(dana, products=[factories.product(), factories.product()])
    factories.tagged_video(dana, products=[factories.product()])
    client.force_login(dana.user)

    before = client.get("/consent").content.decode()
    after = client.post("/consent/revoke", follow=True).content.decode()

    assert "<b>3 links</b>" in before
    assert "<b>2 videos</b>" in before
    assert "3 links were removed on 2 videos." in after
    assert not ProductLink.objects.filter(state__in=ProductLink.NEEDS_CONSENT).exists()


def test_agreeing_twice_or_taking_back_nothing_changes_nothing(client: Client, dana: Creator, erin: Creator) -> None:
    client.force_login(dana.user)
    again = client.post("/consent/grant", {"publication": "ask_first"}, follow=True).content.decode()
    client.force_login(erin.user)
    nothing = client.post("/consent/revoke", follow=True).content.decode()

    assert "already agreed" in again
    assert "no consent to take back" in nothing
    assert ConsentGrant.objects.get().publication == "publish_and_tell"


def notice(creator: Creator) -> Notice:
    video = factories.tagged_video(creator, products=[factories.product()])
    return Notice.objects.create(creator=creator, video=video, job=video.jobs.get(), links_count=1, are_live=True)


def test_unread_notices_are_counted_on_every_page_until_they_are_read(client: Client, dana: Creator) -> None:
    first, _second = notice(dana), notice(dana)
    client.force_login(dana.user)
    assert '<span class="count">2' in client.get("/videos/").content.decode()

    client.post("/notices/read", {"notice": first.pk})
    assert '<span class="count">1' in client.get("/notices/").content.decode()
    client.post("/notices/read")

    assert '<span class="count">' not in client.get("/notices/").content.decode()
    assert "1 link on “Breakfast”" in client.get("/notices/").content.decode()


def test_nobody_marks_the_notices_of_others(client: Client, dana: Creator, erin: Creator) -> None:
    row = notice(dana)
    client.force_login(erin.user)

    client.post("/notices/read", {"notice": row.pk})
    client.post("/notices/read")

    row.refresh_from_db()
    assert row.read_at is None
