"""What is taken down is linked nowhere from that commit on: each reader of links asks for live products."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db.models import QuerySet
from django.test import Client

from catalog.decisions import take_down, undo
from catalog.models import Decision, Hold, Product
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from tagging.models import Creator, ProductLink, Video
from tagging.templatetags.tagged import videos_linking
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
TITLE = "Fake juice"


@pytest.fixture
def fake(mallory: User) -> Product:
    return factories.product(TITLE, of=factories.seller("Mine", mallory))


@pytest.fixture
def video(dana: Creator, fake: Product) -> Video:
    return factories.tagged_video(dana, products=[fake, factories.product("Pear juice")])


def taken_down(product: Product) -> Decision:
    petra = factories.user("petra", Role.POLICY)
    return take_down(product=product, ground=Hold.Ground.COUNTERFEIT, explanation="Copied.", by=petra)


def page(client: Client, video: Video) -> str:
    return client.get(video.get_absolute_url()).content.decode()


def linked(client: Client, video: Video) -> list[str]:
    tracks = client.get(f"/api/videos/{video.public_id}/").json()["tracks"]
    return [link["product"] for track in tracks for link in track["links"]]


def test_its_link_is_gone_from_the_watch_page_and_the_api_at_the_next_read(
    client: Client, dana: Creator, bob: User, video: Video, fake: Product
) -> None:
    for person in (dana.user, bob):
        client.force_login(person)
        assert TITLE in page(client, video)
        assert linked(client, video) == [TITLE, "Pear juice"]

    decision = taken_down(fake)

    for person in (dana.user, bob):
        client.force_login(person)
        assert TITLE not in page(client, video)
        assert linked(client, video) == ["Pear juice"]
    undo(decision=decision, by=decision.decided_by)
    assert linked(client, video) == [TITLE, "Pear juice"]


def test_it_is_counted_nowhere_as_linked(video: Video, fake: Product) -> None:
    assert (Video.objects.for_list().get().links_count, videos_linking([fake])) == (2, {fake.pk: 1})

    taken_down(fake)

    assert (Video.objects.for_list().get().links_count, videos_linking([fake])) == (1, {})


def test_its_merchant_sees_it_linked_nowhere_and_staff_still_where_it_was(
    client: Client, video: Video, fake: Product, mallory: User, bob: User
) -> None:
    taken_down(fake)

    client.force_login(mallory)
    assert video.title not in client.get(f"/products/{fake.pk}/links").content.decode()
    client.force_login(bob)
    assert video.title in client.get(f"/products/{fake.pk}/links").content.decode()


@pytest.mark.parametrize("status", ["draft", "held", "removed"])
@pytest.mark.parametrize(
    "reads",
    [
        lambda links, _product, _merchant: links.current(),
        lambda links, _product, _merchant: links.for_creator_page(),
        lambda links, product, merchant: links.for_product(product, merchant),
    ],
    ids=["the API", "the page of the video", "the page of the product"],
)
def test_no_reader_shows_links_to_what_is_not_live(
    video: Video, fake: Product, mallory: User, status: str, reads: Callable[..., QuerySet[ProductLink]]
) -> None:
    assert fake.pk in {link.product_id for link in reads(ProductLink.objects, fake, mallory)}

    Product.objects.filter(pk=fake.pk).update(status=status)

    assert fake.pk not in {link.product_id for link in reads(ProductLink.objects, fake, mallory)}


def test_the_rows_stay_as_they_were(video: Video, fake: Product) -> None:
    before = list(video.links.values_list("pk", "state", "grant"))

    taken_down(fake)

    assert list(video.links.values_list("pk", "state", "grant")) == before
