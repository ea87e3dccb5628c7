"""Accepting an invitation: once, by the right person, and with a secret that leaves no trace."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from catalog.invitations import (
    HasLogin,
    NotOpen,
    accept,
    accept_with_new_login,
    resend,
    revoke,
)
from catalog.membership import MemberRole
from catalog.models import SellerInvitation, SellerMember
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from tests import factories
from tests.catalog import shops
from tests.catalog.races import at_once
from tests.catalog.shops import link_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
ANSWER = "/catalog/invitations/"
NEW = {"name": "Nadia New", "password": "four quiet winter mornings"}


def test_a_new_person_gets_a_login_the_role_and_the_membership_and_lands_in_the_shop(client: Client) -> None:
    seller, owner = shops.owned()
    written = shops.invited(seller, owner, "nadia@example.com")

    shown = client.get(link_of(written), follow=True)
    response = client.post(ANSWER, NEW)

    nadia = User.objects.get(email="nadia@example.com")
    assert "nadia@example.com" in shown.content.decode()
    assert response.url == f"/catalog/sellers/{seller.slug}/?new"
    assert "Add a passkey" in client.get(response.url).content.decode()
    assert (nadia.name, nadia.roles) == ("Nadia New", {Role.MERCHANT})
    assert nadia.check_password(NEW["password"])
    assert seller.role_of(nadia) == MemberRole.EDITOR
    assert SellerInvitation.objects.get().accepted_by == nadia


@pytest.mark.parametrize(("data", "fault"), [
    ({"name": "", "password": NEW["password"]}, "Tell the others who you are."),
    ({"name": "Nadia", "password": ""}, "Choose a password."),
    ({"name": "Nadia", "password": "1234567890"}, "entirely numeric"),
    ({"name": "Nadia", "password": "password123"}, "too common"),
    ({"name": "Nadia", "password": "nadia@example"}, "too similar"),
])  # fmt: skip
def test_a_bad_password_is_refused_with_the_reason(client: Client, data: dict[str, str], fault: str) -> None:
    seller, owner = shops.owned()
    client.get(link_of(shops.invited(seller, owner, "nadia@example.com")))

    response = client.post(ANSWER, data)

    assert response.status_code == 422
    assert fault in response.content.decode()
    assert not User.objects.filter(email="nadia@example.com").exists()


def test_somebody_with_a_login_logs_in_first_and_then_accepts_with_one_click(client: Client) -> None:
    seller, owner = shops.owned()
    nadia = factories.user("nadia")
    written = shops.invited(seller, owner, nadia.email)

    page = client.get(link_of(written), follow=True).content.decode()
    refused = client.post(ANSWER, NEW)
    assert "Log in, then accept with one click" in page
    assert "next=%2Fcatalog%2Finvitations%2F" in refused.url
    assert not seller.memberships.filter(user=nadia).exists()
    client.post(refused.url, {"login": nadia.email, "password": factories.PASSWORD, "next": ANSWER})
    response = client.post(ANSWER)

    assert response.url == f"/catalog/sellers/{seller.slug}/"
    assert seller.role_of(nadia) == MemberRole.EDITOR
    assert User.objects.get(pk=nadia.pk).roles == {Role.MERCHANT}


def test_nobody_else_can_accept(client: Client, mallory: User) -> None:
    seller, owner = shops.owned()
    written = shops.invited(seller, owner, "nadia@example.com")
    client.force_login(mallory)

    page = client.get(link_of(written), follow=True).content.decode()
    response = client.post(ANSWER)

    assert "You are logged in as mallory@example.com, and the invitation is for nadia@example.com" in page
    assert response.status_code == 403
    assert not seller.memberships.filter(user=mallory).exists()
    assert seller.invitations.open().exists()


def test_a_secret_that_nobody_made_opens_nothing(client: Client) -> None:
    response = client.get("/catalog/invitations/guess/", follow=True)

    assert response.status_code == 404
    assert "This invitation is not known" in response.content.decode()


def test_a_second_answer_says_that_the_invitation_was_accepted(client: Client) -> None:
    seller, owner = shops.owned()
    written = shops.invited(seller, owner, "nadia@example.com")
    client.get(link_of(written))
    client.post(ANSWER, NEW)

    replay = Client().get(link_of(written), follow=True)

    assert replay.status_code == 410
    assert "was accepted already" in replay.content.decode()
    assert SellerMember.objects.filter(seller=seller).count() == 2


@pytest.mark.parametrize(("end", "words"), [("expire", "has run out"), ("revoke", "was taken back")])
def test_an_invitation_that_ended_says_so_and_makes_nobody_a_member(client: Client, end: str, words: str) -> None:
    seller, owner = shops.owned()
    written = shops.invited(seller, owner, "nadia@example.com")
    client.get(link_of(written))
    if end == "expire":
        shops.expire(written.invitation)
    else:
        revoke(invitation=written.invitation, by=owner)

    response = client.post(ANSWER, NEW)

    assert response.status_code == 410
    assert words in response.content.decode()
    assert not User.objects.filter(email="nadia@example.com").exists()


def test_an_invitation_sent_again_after_the_page_was_opened_is_not_accepted_with_the_old_secret(db: None) -> None:
    seller, owner = shops.owned()
    opened = shops.invited(seller, owner, "nadia@example.com").invitation
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        resend(invitation=opened, by=owner)

    with pytest.raises(NotOpen):
        accept_with_new_login(invitation=opened, name="Nadia", password=NEW["password"])


def test_whoever_is_a_member_already_stays_what_they_are(db: None) -> None:
    seller, owner = shops.owned()
    written = shops.invited(seller, owner, "nadia@example.com", MemberRole.VIEWER)
    nadia = factories.user("nadia")
    factories.seller(seller.name, nadia, MemberRole.OWNER)

    accept(invitation=written.invitation, user=nadia)

    assert seller.role_of(nadia) == MemberRole.OWNER


def test_the_secret_leaves_the_address_at_once_and_is_in_no_log(client: Client, caplog) -> None:
    seller, owner = shops.owned()
    written = shops.invited(seller, owner, "nadia@example.com")

    with caplog.at_level(logging.DEBUG):
        opened = client.get(link_of(written))
        shown = client.get(opened.url)
        client.post(ANSWER, {"name": ""})
        client.post(ANSWER, NEW)
        Client().get(link_of(written), follow=True)

    assert opened.url == ANSWER
    assert opened["Referrer-Policy"] == "no-referrer"
    assert written.token not in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert written.token not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_fifty_answers_at_once_make_one_login_and_one_member() -> None:
    factories.rows_of_migrations()
    seller, owner = shops.owned()
    written = shops.invited(seller, owner, "nadia@example.com")

    results = at_once(
        [lambda: accept_with_new_login(invitation=written.invitation, name="Nadia", password=NEW["password"])] * 50
    )

    assert sum(isinstance(result, SellerMember) for result in results) == 1
    assert {type(result) for result in results} <= {SellerMember, NotOpen, HasLogin}
    assert User.objects.filter(email="nadia@example.com").count() == 1
    assert seller.memberships.exclude(user=owner).count() == 1
