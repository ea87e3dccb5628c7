"""Inviting somebody to a seller, sending that again and taking it back, with a secret that is in the mail only."""

from __future__ import annotations

import re
import smtplib
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from catalog import invitations
from catalog.invitations import (
    MAX_OPEN,
    NotOpen,
    TooMany,
    TooSoon,
    accept,
    resend,
    revoke,
)
from catalog.membership import MemberRole
from catalog.models import Seller, SellerInvitation
from shopadmin.accounts.models import User
from tests import factories
from tests.catalog import shops
from tests.catalog.races import at_once
from tests.catalog.shops import link_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


def send(client: Client, seller: Seller, email: str = "new@example.com", role: str = "editor") -> str:
    """Invite by the page, and return what it says."""
    data = {"email": email, "role": role}
    return client.post(f"/catalog/sellers/{seller.slug}/invitations/add", data, follow=True).content.decode()


def test_an_invitation_goes_out_by_mail_with_a_link_that_is_kept_nowhere(login) -> None:
    seller, owner = shops.owned()

    page = send(login(owner), seller, "New@Example.com")

    token = re.search(r"/invitations/([\w-]+)/", mail.outbox[0].body)[1]
    stored = SellerInvitation.objects.values().get()
    assert mail.outbox[0].to == ["new@example.com"]
    assert "Olive invites you to Mercado Norte" in mail.outbox[0].subject
    assert "new@example.com is invited by e-mail." in page
    assert len(token) >= 43
    assert token not in page
    assert token not in str(stored)
    assert SellerInvitation.objects.with_token(token).exists()


def test_a_seller_name_with_a_line_break_cannot_add_lines_to_the_mail(login, alice: User) -> None:
    seller, _ = shops.owned()
    Seller.objects.filter(pk=seller.pk).update(name="Shop\nBcc: all@example.com")

    send(login(alice), seller)

    assert "\n" not in mail.outbox[0].subject
    assert mail.outbox[0].recipients() == ["new@example.com"]


def test_the_same_address_is_invited_once(login) -> None:
    seller, owner = shops.owned()
    client = login(owner)
    send(client, seller)

    page = send(client, seller, "NEW@example.com", "viewer")

    assert SellerInvitation.objects.get().role == "viewer"
    assert len(mail.outbox) == 1
    assert "was invited before" in page


def test_who_works_there_already_is_not_invited(login) -> None:
    seller, owner = shops.owned()
    shops.member(seller, "eddy", MemberRole.EDITOR)

    assert "works here already" in send(login(owner), seller, "Eddy@example.com")
    assert mail.outbox == []


def test_a_wrong_address_is_refused_and_what_was_typed_stays(login) -> None:
    seller, owner = shops.owned()

    response = login(owner).post(
        f"/catalog/sellers/{seller.slug}/invitations/add", {"email": "nobody", "role": "viewer"}
    )

    assert response.status_code == 422
    assert 'value="nobody"' in response.content.decode()


def test_a_seller_has_at_most_fifty_open_invitations(db: None) -> None:
    seller, owner = shops.owned()
    for number in range(MAX_OPEN):
        shops.invited(seller, owner, f"new{number}@example.com")

    with pytest.raises(TooMany):
        shops.invited(seller, owner, "one.more@example.com")
    revoke(invitation=seller.invitations.first(), by=owner)
    shops.invited(seller, owner, "one.more@example.com")


def test_inviting_and_taking_back_is_limited_too(db: None) -> None:
    seller, owner = shops.owned()
    for number in range(invitations.MAX_A_DAY):
        revoke(invitation=shops.invited(seller, owner, f"new{number}@example.com").invitation, by=owner)

    with pytest.raises(TooMany):
        shops.invited(seller, owner, "one.more@example.com")
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        shops.invited(seller, owner, "one.more@example.com")


def test_a_mail_that_cannot_be_sent_is_said_and_the_invitation_stays(login, monkeypatch) -> None:
    seller, owner = shops.owned()

    def fail(**arguments: object) -> None:
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr(invitations, "mail", fail)

    assert "could not be sent" in send(login(owner), seller)
    assert seller.invitations.open().count() == 1


def test_sending_again_makes_the_old_link_worthless(login) -> None:
    seller, owner = shops.owned()
    written = shops.invited(seller, owner)
    later = timezone.now() + timedelta(minutes=2)

    with time_machine.travel(later):
        login(owner).post(f"/catalog/sellers/{seller.slug}/invitations/{written.invitation.pk}/resend")

    assert Client().get(link_of(written), follow=True).status_code == 404
    assert Client().get(shops.link_in_mail(), follow=True).status_code == 200
    assert SellerInvitation.objects.get().expires_at >= later + timedelta(days=14)


def test_sending_again_at_once_waits_a_minute(db: None) -> None:
    seller, owner = shops.owned()
    written = shops.invited(seller, owner)

    with pytest.raises(TooSoon):
        resend(invitation=written.invitation, by=owner)


def test_an_invitation_that_ran_out_can_be_sent_again(db: None) -> None:
    seller, owner = shops.owned()
    written = shops.invited(seller, owner)
    shops.expire(written.invitation)

    again = resend(invitation=written.invitation, by=owner)

    assert list(seller.invitations.open()) == [again.invitation]


def test_an_accepted_invitation_is_neither_sent_again_nor_taken_back(db: None) -> None:
    seller, owner = shops.owned()
    written = shops.invited(seller, owner)
    accept(invitation=written.invitation, user=factories.user("new"))

    with pytest.raises(NotOpen):
        resend(invitation=written.invitation, by=owner)
    with pytest.raises(NotOpen):
        revoke(invitation=written.invitation, by=owner)


def test_the_invitation_of_another_seller_is_not_found_under_this_one(login) -> None:
    mine, owner = shops.owned("Mine")
    theirs, other = shops.owned("Theirs", "zed")
    foreign = shops.invited(theirs, other).invitation

    for verb in ("resend", "revoke"):
        assert login(owner).post(f"/catalog/sellers/{mine.slug}/invitations/{foreign.pk}/{verb}").status_code == 404
    assert theirs.invitations.open().exists()


@pytest.mark.django_db(transaction=True)
def test_fifty_invitations_at_once_of_one_address_make_one() -> None:
    factories.rows_of_migrations()
    seller, owner = shops.owned()

    results = at_once([lambda: shops.invited(seller, owner, "nadia@example.com")] * 50)

    assert sum(bool(result.token) for result in results) == 1
    assert seller.invitations.count() == 1
