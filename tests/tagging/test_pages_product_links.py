"""Where a product is linked, on the product's page: staff see all, a merchant what viewers see of their own."""

from __future__ import annotations

import pytest
from django.test import Client

from shopadmin.accounts.models import User
from tagging.models import Creator, ProductLink, Video
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


@pytest.fixture
def linked(dana: Creator, mallory: User) -> ProductLink:
    item = factories.product("Apple juice", of=factories.seller("Mine", mallory))
    return factories.tagged_video(dana, products=[item], title="Breakfast").links.get()


def address(link: ProductLink) -> str:
    return f"/products/{link.product_id}/links"


def test_staff_see_the_video_its_picture_time_state_and_kind(client: Client, linked: ProductLink, bob: User) -> None:
    linked.video.poster.save("poster.jpg", factories.ContentFile(factories.jpeg()))
    ProductLink.objects.update(state=ProductLink.State.REJECTED)
    client.force_login(bob)

    page = client.get(address(linked), headers={"HX-Request": "true"}).content.decode()

    for text in ("Breakfast", "@dana", "0:00–0:03", "similar item", "rejected", "/poster", f"/links/{linked.pk}/ev"):
        assert text in page
    assert "<html" not in page


def test_a_merchant_sees_title_handle_and_time_of_live_links_and_no_way_to_the_video(
    client: Client, linked: ProductLink, mallory: User
) -> None:
    linked.video.poster.save("poster.jpg", factories.ContentFile(factories.jpeg()))
    client.force_login(mallory)

    page = client.get(address(linked), headers={"HX-Request": "true"}).content.decode()

    for text in ("Breakfast", "@dana", "0:00–0:03", "live"):
        assert text in page
    for text in ("Dana", "/videos/", "/links/", "poster", "<img"):
        assert text not in page


@pytest.mark.parametrize("state", sorted(set(ProductLink.State) - {ProductLink.State.LIVE}))
def test_a_merchant_does_not_learn_of_links_that_viewers_do_not_see(
    client: Client, linked: ProductLink, mallory: User, state: str
) -> None:
    ProductLink.objects.update(state=state)
    client.force_login(mallory)

    page = client.get(address(linked)).content.decode()

    assert "Breakfast" not in page
    assert "No video links it yet." in page


def test_of_another_sellers_product_nothing_is_told(client: Client, linked: ProductLink) -> None:
    other = factories.user("oscar", factories.Role.MERCHANT)
    factories.seller("Theirs", other)
    client.force_login(other)

    assert client.get(address(linked)).status_code == 404


def test_many_links_cost_as_much_as_one_and_the_newest_are_shown(
    client: Client, linked: ProductLink, dana: Creator, bob: User, django_assert_num_queries, monkeypatch
) -> None:
    monkeypatch.setattr("tagging.views.product_links.MOST_LINKS", 3)
    client.force_login(bob)
    client.get(address(linked), headers={"HX-Request": "true"})
    with django_assert_num_queries(5):
        client.get(address(linked), headers={"HX-Request": "true"})
    for number in range(4):
        factories.tagged_video(dana, products=[linked.product], title=f"Video {number}")

    with django_assert_num_queries(5):
        response = client.get(address(linked), headers={"HX-Request": "true"})

    assert [video.title for video, _ in response.context["videos"]] == ["Video 3", "Video 2", "Video 1"]
    assert "The newest 3 links are shown." in response.content.decode()
    assert Video.objects.count() == 5
