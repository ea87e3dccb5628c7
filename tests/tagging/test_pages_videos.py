"""The list of videos and the page where one plays."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog.models import Product
from shopadmin.accounts.models import User
from tagging.models import Creator, ProductLink, TagJob, Track, Video
from tagging.services.consents import revoke_consent
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


def test_a_creator_sees_own_videos_only(client: Client, dana: Creator, erin: Creator) -> None:
    factories.video(dana, "Mine")
    factories.video(erin, "Theirs")
    client.force_login(dana.user)

    page = client.get("/videos/").content.decode()

    assert "Mine" in page
    assert "Theirs" not in page


def test_the_empty_list_teaches_the_first_step(client: Client, dana: Creator) -> None:
    client.force_login(dana.user)

    page = client.get("/videos/").content.decode()

    assert "Your first video" in page
    assert 'href="/videos/upload"' in page


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("q=BREAK", ["Breakfast"]),
        ("state=failed", ["Broken"]),
        ("state=nonsense", ["Broken", "Breakfast"]),
        ("q=x", []),
    ],
)
def test_the_list_can_be_narrowed_by_title_and_state(
    client: Client, dana: Creator, query: str, titles: list[str]
) -> None:
    factories.video(dana, "Breakfast", state=Video.State.TAGGED)
    factories.video(dana, "Broken", state=Video.State.FAILED)
    client.force_login(dana.user)

    response = client.get(f"/videos/?{query}")

    assert [video.title for video in response.context["videos"]] == titles


def test_the_list_counts_objects_and_visible_links(client: Client, dana: Creator) -> None:
    video = factories.tagged_video(dana, products=[factories.product(), factories.product(), factories.product()])
    ProductLink.objects.filter(pk=video.links.first().pk).update(state=ProductLink.State.REJECTED)
    client.force_login(dana.user)

    (row,) = client.get("/videos/").context["videos"]

    assert (row.tracks_count, row.links_count) == (3, 2)


def test_the_list_asks_the_database_as_often_for_many_videos_as_for_one(
    client: Client, dana: Creator, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    factories.tagged_video(dana, products=[factories.product()])
    client.force_login(dana.user)
    with django_assert_num_queries(7):
        client.get("/videos/")
    for _ in range(4):
        factories.tagged_video(dana, products=[factories.product(), factories.product()])

    with django_assert_num_queries(7) as asked:
        client.get("/videos/")

    assert not [query for query in asked if "COUNT(*)" in query["sql"] and "tagging_video" in query["sql"]]


def test_older_videos_are_on_the_next_page(client: Client, dana: Creator) -> None:
    for number in range(27):
        factories.video(dana, f"Video {number}")
    client.force_login(dana.user)

    first = client.get("/videos/")
    second = client.get(f"/videos/{first.context['page'].older}")

    assert len(first.context["videos"]) == 25
    assert [video.title for video in second.context["videos"]] == ["Video 1", "Video 0"]


def test_the_page_reads_without_scripts(client: Client, dana: Creator) -> None:
    video = factories.tagged_video(dana, products=[factories.product("Apple juice"), factories.product("Pear juice")])
    client.force_login(dana.user)

    page = client.get(video.get_absolute_url()).content.decode()

    for part in (
        "<video",
        "controls",
        "Apple juice",
        "Pear juice",
        "$4.99",
        "similar item",
        "very likely, 93 %",
        "0:01–0:04",
    ):
        assert part in page


def test_the_page_of_many_objects_asks_as_often_as_that_of_one(
    client: Client, dana: Creator, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    one = factories.tagged_video(dana, products=[factories.product()])
    many = factories.tagged_video(dana, products=[factories.product() for _ in range(6)])
    client.force_login(dana.user)
    with django_assert_num_queries(15):
        client.get(one.get_absolute_url())

    with django_assert_num_queries(15):
        client.get(many.get_absolute_url())


def test_an_object_without_link_says_why(client: Client, dana: Creator) -> None:
    video = factories.tagged_video(dana, products=[factories.product()])
    video.links.all().delete()
    Track.objects.filter(video=video).update(
        abstention="no product is similar enough",
        runners_up=[{"product": Product.objects.get().pk, "score": 0.4, "probability": 0.31, "parts": []}],
    )
    client.force_login(dana.user)

    page = client.get(video.get_absolute_url()).content.decode()

    assert "Why nothing is linked" in page
    assert "no product is similar enough; nearest: Apple juice, 31 %" in page


def test_a_composed_clip_says_so(client: Client, dana: Creator) -> None:
    client.force_login(dana.user)

    page = client.get(factories.video(dana, is_composed=True).get_absolute_url()).content.decode()

    assert "composed clip" in page


def test_a_video_without_consent_says_so(client: Client, erin: Creator) -> None:
    client.force_login(erin.user)

    page = client.get(factories.video(erin).get_absolute_url()).content.decode()

    assert "you have not agreed to product links" in page
    assert 'href="/consent"' in page


def test_nothing_of_a_revoked_consent_is_left_on_the_page(client: Client, dana: Creator) -> None:
    video = factories.tagged_video(dana, products=[factories.product("Apple juice")])
    revoke_consent(creator=dana, actor=dana.user)
    client.force_login(dana.user)

    page = client.get(video.get_absolute_url()).content.decode()

    assert "Apple juice" not in page
    assert client.get(f"{video.get_absolute_url()}tracks").json()["tracks"] == []


def test_the_boxes_come_as_json_in_order_of_time(client: Client, dana: Creator) -> None:
    video = factories.tagged_video(dana, products=[factories.product(), factories.product()])
    client.force_login(dana.user)

    content = client.get(f"{video.get_absolute_url()}tracks").json()

    assert content["duration_ms"] == 10_000
    assert [track["number"] for track in content["tracks"]] == [0, 1]
    assert content["tracks"][1]["appearances"][0]["boxes"][0] == [1000, 0.2, 0.2, 0.3, 0.4]


def test_tagging_again_leads_to_the_job(client: Client, dana: Creator) -> None:
    video = factories.video(dana)
    client.force_login(dana.user)

    response = client.post(f"{video.get_absolute_url()}tag")
    again = client.post(f"{video.get_absolute_url()}tag")

    job = TagJob.objects.get(video=video)
    assert response.url == again.url == f"/jobs/{job.pk}/"


def test_markup_in_names_stays_text(client: Client, dana: Creator) -> None:
    video = factories.tagged_video(dana, products=[factories.product("<script>alert(1)</script>")])
    client.force_login(dana.user)

    assert b"<script>alert(1)" not in client.get(video.get_absolute_url()).content


def test_staff_watches_the_videos_of_all(client: Client, bob: User, dana: Creator) -> None:
    client.force_login(bob)

    assert client.get(factories.video(dana).get_absolute_url()).status_code == 200
