"""Name, language, colours and a new address."""

from __future__ import annotations

import socket

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from pytest_django import Settings

from shopadmin.accounts.models import User
from tests import factories
from tests.shopadmin import logins

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]

PROFILE = "/accounts/"
EMAIL = "/accounts/email/"


@pytest.fixture
def known(client: Client, alice: User) -> Client:
    """Alice, who has just shown who she is."""
    client.force_login(alice)
    logins.show_again(client, alice)
    return client


def test_the_name_in_the_side_leads_to_the_account(known: Client) -> None:
    assert f'href="{PROFILE}"' in known.get("/videos/").content.decode()


def test_name_and_language_are_saved_and_spoken_at_once(known: Client) -> None:
    page = known.post(PROFILE, {"name": "Alicia", "language": "es"}, follow=True).content.decode()

    assert '<html lang="es"' in page
    assert User.objects.get().name == "Alicia"
    assert '<html lang="es"' in known.get("/videos/", headers={"Accept-Language": "en"}).content.decode()


def test_without_a_choice_the_browsers_language_is_spoken(known: Client) -> None:
    known.post(PROFILE, {"name": "Alice", "language": ""})

    assert '<html lang="es"' in known.get(PROFILE, headers={"Accept-Language": "es"}).content.decode()


def test_a_language_that_is_none_is_refused_and_nothing_is_saved(known: Client) -> None:
    answer = known.post(PROFILE, {"name": "Alicia", "language": "xx"})

    assert answer.status_code == 422
    assert User.objects.get().name == "Alice"


def test_nothing_but_name_and_language_can_be_changed_here(known: Client, alice: User) -> None:
    known.post(PROFILE, {"name": "A", "language": "", "is_superuser": "on", "email": "x@example.com", "is_staff": "on"})

    alice.refresh_from_db()
    assert (alice.name, alice.email, alice.is_superuser, alice.is_staff) == ("A", "alice@example.com", False, False)


def test_a_new_address_counts_when_its_mail_was_answered(known: Client, alice: User) -> None:
    known.post(EMAIL, {"email": "Alys@example.com", "action_add": "1"})
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"
    assert "alys@example.com" in known.get(PROFILE).content.decode()
    [asked] = mail.outbox
    assert asked.to == ["alys@example.com"]
    key = asked.body.partition("/confirm-email/")[2].split("/")[0]

    assert known.post(f"/accounts/confirm-email/{key}/").url == PROFILE

    alice.refresh_from_db()
    assert alice.email == "alys@example.com"
    assert [row.email for row in EmailAddress.objects.filter(user=alice)] == ["alys@example.com"]
    assert logins.log_in("alys@example.com").get(PROFILE).status_code == 200
    assert mail.outbox[-1].to == ["alice@example.com"]


def test_somebody_with_a_second_factor_can_change_their_address_too(known: Client, alice: User) -> None:
    logins.authenticator_app(alice)

    known.post(EMAIL, {"email": "alys@example.com", "action_add": "1"})

    assert EmailAddress.objects.filter(email="alys@example.com", verified=False).exists()


def test_a_change_of_address_can_be_taken_back(known: Client, alice: User) -> None:
    logins.new_address(alice, "alys@example.com")

    known.post(EMAIL, {"email": "alys@example.com", "action_remove": "1"})

    assert [row.email for row in EmailAddress.objects.all()] == ["alice@example.com"]


def test_an_address_is_not_changed_without_showing_who_one_is(client: Client, alice: User) -> None:
    client.force_login(alice)

    answer = client.post(EMAIL, {"email": "eve@example.com", "action_add": "1"})

    assert answer.url.startswith("/accounts/reauthenticate/")
    assert mail.outbox == []


def test_the_address_of_another_is_not_taken(known: Client, bob: User) -> None:
    known.post(EMAIL, {"email": "bob@example.com", "action_add": "1"})

    assert [row.user for row in EmailAddress.objects.filter(email="bob@example.com", verified=True)] == [bob]


def test_a_mail_server_that_is_away_does_not_undo_a_new_password(
    known: Client, alice: User, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, and nobody listens
        options = {"host": "127.0.0.1", "port": nobody.getsockname()[1], "timeout": 2}
        settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}
        words = {"oldpassword": factories.PASSWORD, "password1": "a longer new one", "password2": "a longer new one"}

        answer = known.post("/accounts/password/change/", words)

    assert answer.url == "/accounts/security/"
    assert "could not be sent" in caplog.text
    alice.refresh_from_db()
    assert alice.check_password("a longer new one")


def test_a_weak_password_is_refused_with_the_reason(known: Client) -> None:
    words = {"oldpassword": factories.PASSWORD, "password1": "alice@example.com", "password2": "alice@example.com"}

    assert "too similar" in known.post("/accounts/password/change/", words).content.decode()
