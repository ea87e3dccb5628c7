"""The people of a seller: roles, removing, leaving, and never without an owner."""

from __future__ import annotations

from functools import partial

import pytest

from catalog.members import LastOwner, change_role, remove_member
from catalog.membership import MemberRole
from catalog.models import Seller, SellerMember
from shopadmin.accounts.models import User
from tests import factories
from tests.catalog import shops
from tests.catalog.races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


def membership(seller: Seller, user: User) -> SellerMember:
    return seller.memberships.get(user=user)


def address(seller: Seller, user: User, verb: str) -> str:
    return f"/catalog/sellers/{seller.slug}/members/{membership(seller, user).pk}/{verb}"


def test_an_owner_changes_what_somebody_is(login) -> None:
    seller, owner = shops.owned()
    vera = shops.member(seller, "vera", MemberRole.VIEWER)

    response = login(owner).post(address(seller, vera, "role"), {"role": "editor"}, follow=True)

    assert membership(seller, vera).role == MemberRole.EDITOR
    assert "Vera is editor now." in response.content.decode()


def test_a_role_that_does_not_exist_changes_nothing(login) -> None:
    seller, owner = shops.owned()
    vera = shops.member(seller, "vera", MemberRole.VIEWER)

    response = login(owner).post(address(seller, vera, "role"), {"role": "god"}, follow=True)

    assert membership(seller, vera).role == MemberRole.VIEWER
    assert "Choose owner, editor or viewer." in response.content.decode()


def test_an_owner_removes_somebody_who_sees_nothing_from_then_on(login) -> None:
    seller, owner = shops.owned()
    vera = shops.member(seller, "vera", MemberRole.VIEWER)

    login(owner).post(address(seller, vera, "remove"))

    assert not seller.memberships.filter(user=vera).exists()
    assert not Seller.objects.for_user(User.objects.get(pk=vera.pk)).exists()


def test_removing_somebody_takes_their_invitations_back(login) -> None:
    seller, owner = shops.owned()
    second = shops.member(seller, "second", MemberRole.OWNER)
    theirs = shops.invited(seller, second, "theirs@example.com").invitation
    mine = shops.invited(seller, owner, "mine@example.com").invitation

    login(owner).post(address(seller, second, "remove"))

    assert list(seller.invitations.open()) == [mine]
    assert theirs in seller.invitations.all()


@pytest.mark.parametrize("verb", ["role", "remove"])
def test_the_last_owner_stays_one(login, alice: User, verb: str) -> None:
    seller, owner = shops.owned()
    shops.member(seller, "eddy", MemberRole.EDITOR)

    response = login(alice).post(address(seller, owner, verb), {"role": "viewer"}, follow=True)

    assert membership(seller, owner).role == MemberRole.OWNER
    assert "A seller needs an owner." in response.content.decode()


def test_an_owner_whose_login_is_closed_does_not_count(db: None) -> None:
    seller, owner = shops.owned()
    gone = shops.member(seller, "gone", MemberRole.OWNER)
    User.objects.filter(pk=gone.pk).update(is_active=False)

    with pytest.raises(LastOwner):
        remove_member(seller=seller, member_id=membership(seller, owner).pk, by=owner)


def test_a_viewer_leaves_and_the_last_owner_cannot(login) -> None:
    seller, owner = shops.owned()
    vera = shops.member(seller, "vera", MemberRole.VIEWER)
    leave = f"/catalog/sellers/{seller.slug}/leave"

    login(vera).post(leave)
    login(owner).post(leave)

    assert [row.user for row in seller.memberships.select_related("user")] == [owner]


def test_whoever_is_no_member_cannot_leave(login, alice: User) -> None:
    seller, _ = shops.owned()

    assert login(alice).post(f"/catalog/sellers/{seller.slug}/leave").status_code == 403


def test_a_member_of_another_seller_is_not_found_under_this_one(login) -> None:
    mine, owner = shops.owned("Mine")
    theirs, other = shops.owned("Theirs", "zed")
    shops.member(theirs, "second", MemberRole.OWNER)
    pk = membership(theirs, other).pk

    assert login(owner).post(f"/catalog/sellers/{mine.slug}/members/{pk}/remove").status_code == 404
    assert theirs.memberships.filter(pk=pk).exists()


def test_only_those_who_manage_members_see_who_is_invited(login) -> None:
    seller, owner = shops.owned()
    shops.invited(seller, owner, "secret@example.com")
    eddy = shops.member(seller, "eddy", MemberRole.EDITOR)

    assert "secret@example.com" not in login(eddy).get(f"/catalog/sellers/{seller.slug}/members/").content.decode()
    assert "secret@example.com" in login(owner).get(f"/catalog/sellers/{seller.slug}/members/").content.decode()


def test_the_page_of_people_asks_as_often_for_many_as_for_one(login) -> None:
    seller, owner = shops.owned()
    client, address = login(owner), f"/catalog/sellers/{seller.slug}/members/"
    before = shops.queries_of(client, address)
    for number in range(4):
        shops.member(seller, f"person{number}", MemberRole.VIEWER)
        shops.invited(seller, owner, f"new{number}@example.com")

    assert shops.queries_of(client, address) == before <= 12


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_leave_at_once_leave_one_behind() -> None:
    factories.rows_of_migrations()
    for round_number in range(5):
        seller, owner = shops.owned(f"Shop {round_number}")
        second = shops.member(seller, f"second{round_number}", MemberRole.OWNER)
        keys = [membership(seller, user).pk for user in (owner, second)]

        results = at_once([partial(remove_member, seller=seller, member_id=key, by=owner) for key in keys])

        assert sum(isinstance(result, LastOwner) for result in results) == 1
        assert seller.memberships.filter(role=MemberRole.OWNER).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_demote_each_other_at_once_leave_one_behind() -> None:
    factories.rows_of_migrations()
    for round_number in range(5):
        seller, owner = shops.owned(f"Shop {round_number}")
        second = shops.member(seller, f"second{round_number}", MemberRole.OWNER)
        keys = [membership(seller, user).pk for user in (owner, second)]

        at_once([partial(change_role, seller=seller, member_id=key, role=MemberRole.VIEWER, by=owner) for key in keys])

        assert seller.memberships.filter(role=MemberRole.OWNER).count() == 1
