"""Saved views: who sees them, who may change them, and that their address holds the whole filter."""

from __future__ import annotations

import pytest
from django.test import Client

from catalog.membership import MemberRole
from catalog.models import SavedView, Seller
from catalog.views import saved_views
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
LIST = "/catalog/products/"
VIEWS = f"{LIST}views/"


@pytest.fixture
def mine(mallory: User) -> Seller:
    return factories.seller("Mine", mallory)


@pytest.fixture
def ana(mine: Seller) -> User:
    """Somebody who may only look at mallory's seller."""
    user = factories.user("ana", Role.MERCHANT)
    factories.seller("Mine", user, MemberRole.VIEWER)
    return user


def tabs(client: Client, user: User) -> list[str]:
    client.force_login(user)
    return [tab.name for tab in client.get(LIST).context["tabs"]]


def saved(owner: User, name: str = "Held", seller: Seller | None = None) -> SavedView:
    return SavedView.objects.create(owner=owner, name=name, seller=seller, query="status=held")


def test_a_filter_is_kept_under_a_name_and_has_an_address(client: Client, mallory: User) -> None:
    client.force_login(mallory)

    response = client.post(f"{VIEWS}add", {"name": "Held", "query": "status=held&after=x&evil=1"}, follow=True)

    view = SavedView.objects.get()
    assert (view.owner, view.seller, view.query) == (mallory, None, "status=held")
    assert response.redirect_chain[-1][0] == f"{LIST}?status=held&view={view.pk}"
    assert response.context["filters"].status == "held"
    assert [tab.is_current for tab in response.context["tabs"]] == [True]


def test_a_view_without_a_name_is_refused_with_a_message(client: Client, mallory: User) -> None:
    client.force_login(mallory)

    response = client.post(f"{VIEWS}add", {"name": " ", "next": f"{LIST}?status=held"}, follow=True)

    assert "Give the view a name" in response.content.decode()
    assert response.context["filters"].status == "held"
    assert not SavedView.objects.exists()


def test_a_personal_view_is_for_its_owner_only(client: Client, mallory: User, ana: User, alice: User) -> None:
    view = saved(mallory)

    assert tabs(client, mallory) == ["Held"]
    for other in (ana, alice):
        assert tabs(client, other) == []
        for verb in ("change", "keep", "copy", "delete"):
            assert client.post(f"{VIEWS}{view.pk}/{verb}", {"name": "x"}).status_code == 404
        assert client.get(f"{LIST}?view={view.pk}").context["view"] is None
    assert SavedView.objects.get().name == "Held"


def test_a_shared_view_is_for_all_members_and_nobody_else(
    client: Client, mallory: User, ana: User, alice: User, mine: Seller
) -> None:
    saved(mallory, seller=mine)
    stranger = factories.user("stranger", Role.MERCHANT)

    assert tabs(client, ana) == ["Held"]
    assert tabs(client, stranger) == tabs(client, alice) == []


def test_who_may_only_look_may_copy_a_shared_view_but_not_change_it(
    client: Client, mallory: User, ana: User, mine: Seller
) -> None:
    view = saved(mallory, seller=mine)
    client.force_login(ana)

    for verb in ("change", "keep", "delete"):
        assert client.post(f"{VIEWS}{view.pk}/{verb}", {"name": "x"}).status_code == 404
    client.post(f"{VIEWS}{view.pk}/copy")

    assert SavedView.objects.get(owner=ana).name == "Held (copy)"
    assert tabs(client, mallory) == ["Held"]


def test_an_editor_changes_what_is_shared(client: Client, mallory: User, ana: User, mine: Seller) -> None:
    view = saved(mallory, seller=mine)
    factories.seller("Mine", ana, MemberRole.EDITOR)
    client.force_login(ana)

    client.post(f"{VIEWS}{view.pk}/change", {"name": "Waiting", "seller": mine.pk})
    client.post(f"{VIEWS}{view.pk}/keep", {"query": "?status=draft"})

    view.refresh_from_db()
    assert (view.name, view.query, view.seller) == ("Waiting", "status=draft", mine)


def test_one_shares_only_with_a_seller_whose_listings_one_edits(client: Client, mallory: User, ana: User) -> None:
    theirs = factories.seller("Theirs")
    for user, seller in ((mallory, theirs), (ana, factories.seller("Mine"))):
        client.force_login(user)
        response = client.post(f"{VIEWS}add", {"name": "Held", "seller": seller.pk}, follow=True)
        assert "You cannot share views with that seller" in response.content.decode()

    assert not SavedView.objects.exists()


def test_somebody_who_left_the_seller_neither_sees_nor_changes_what_is_shared(
    client: Client, mallory: User, mine: Seller
) -> None:
    view = saved(mallory, seller=mine)
    mine.memberships.all().delete()

    assert tabs(client, mallory) == []
    assert client.post(f"{VIEWS}{view.pk}/delete").status_code == 404


def test_a_view_that_was_changed_says_so_and_can_be_kept(client: Client, mallory: User) -> None:
    view = saved(mallory)
    client.force_login(mallory)

    assert "Save changes to the view" not in client.get(f"{LIST}?view={view.pk}&status=held").content.decode()
    assert "Save changes to the view" in client.get(f"{LIST}?view={view.pk}&status=draft").content.decode()


def test_a_deleted_view_leaves_its_filter_on_the_screen(client: Client, mallory: User) -> None:
    view = saved(mallory)
    client.force_login(mallory)

    response = client.post(f"{VIEWS}{view.pk}/delete")

    assert response["Location"] == f"{LIST}?status=held"
    assert not SavedView.objects.exists()


def test_nobody_has_more_views_than_fit(client: Client, mallory: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_views, "MOST_VIEWS", 1)
    saved(mallory)
    client.force_login(mallory)

    assert "delete one to keep another" in client.post(f"{VIEWS}add", {"name": "x"}, follow=True).content.decode()
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize("key", ["x", "²", "9" * 30, "0"])
def test_a_view_that_is_not_there_is_the_whole_list(client: Client, mallory: User, key: str) -> None:
    client.force_login(mallory)

    response = client.get(f"{LIST}?view={key}")

    assert response.status_code == 200
    assert response.context["view"] is None
