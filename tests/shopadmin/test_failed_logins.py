"""Logins that fail are written down and told, and nobody learns from the answer who has a login."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shopadmin.accounts.models import AuditEntry, Notification, User
from tests import factories
from tests.shopadmin import logins

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
TRIES = 5
FORGED = json.dumps({
    "id": "eA", "rawId": "eA", "type": "public-key",
    "response": {"clientDataJSON": "eA", "authenticatorData": "eA", "signature": "eA"},
})  # fmt: skip


def attempt(email: str = "alice@example.com", password: str = "not-the-password") -> int:
    answer = Client().post(reverse("account_login"), {"login": email, "password": password})
    return answer.status_code


def written() -> list[str]:
    actions = ["login.failed", "login.locked", "second-factor.failed"]
    return list(AuditEntry.objects.filter(action__in=actions).order_by("pk").values_list("action", flat=True))


def test_a_wrong_password_is_written_down_once_in_five_minutes_without_what_was_typed(alice: User) -> None:
    for _ in range(3):
        attempt("Alice@Example.com", "hunter2-hunter2")

    entry = AuditEntry.objects.get(action="login.failed")
    assert (entry.actor_kind, entry.target_label, entry.target_key) == ("stranger", "accounts.user", str(alice.pk))
    assert entry.after == {"ip": "127.0.0.1"}
    with time_machine.travel(timezone.now() + timedelta(minutes=5, seconds=1)):
        attempt()
    assert written() == ["login.failed"] * 2


def test_an_address_without_a_login_leaves_nothing() -> None:
    for _ in range(TRIES + 2):
        attempt("nobody@example.com")

    assert written() == []
    assert not Notification.objects.exists()


def test_a_lock_out_is_written_down_and_told_once_a_day(alice: User) -> None:
    for _ in range(TRIES + 3):
        attempt()

    assert written() == ["login.failed", "login.locked"]
    told = Notification.objects.get(recipient=alice)
    assert (told.kind, told.url) == ("login.locked", reverse("mfa_index"))


def test_the_mailbox_gets_one_mail_a_day_however_often_the_login_is_closed(alice: User) -> None:
    for hour in (1, 2, 3, 25):
        with time_machine.travel(datetime(2030, 1, 1, tzinfo=UTC) + timedelta(hours=hour)):
            for _ in range(TRIES):
                attempt()

    assert written().count("login.locked") == 4
    assert Notification.objects.filter(recipient=alice).count() == 2


def test_one_failure_less_locks_nobody_out(alice: User) -> None:
    for _ in range(TRIES - 1):
        attempt()

    assert written() == ["login.failed"]
    assert not Notification.objects.exists()


def test_a_machine_that_tries_many_logins_locks_none_of_them_out(alice: User) -> None:
    for number in range(9):
        attempt(f"person{number}@example.com")
    attempt()

    assert written() == ["login.failed"]


def test_the_answers_are_the_same_for_a_login_that_exists_and_one_that_does_not(alice: User) -> None:
    known = [attempt() for _ in range(TRIES)]
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        unknown = [attempt("nobody@example.com") for _ in range(TRIES)]

    assert known == unknown


@pytest.mark.parametrize("sent", [{"code": "000000"}, {"credential": FORGED}])
def test_a_wrong_second_factor_after_the_right_password_is_written_down(alice: User, sent: dict[str, str]) -> None:
    logins.authenticator_app(alice)
    if "credential" in sent:
        logins.passkey(alice)
    client = Client()
    client.post(reverse("account_login"), {"login": alice.email, "password": factories.PASSWORD})
    for _ in range(2):
        client.post(reverse("mfa_authenticate"), sent)
    assert written() == ["second-factor.failed"]

    for _ in range(TRIES):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert written() == ["second-factor.failed", "login.locked"]
    assert Notification.objects.get().recipient == alice


def test_a_code_that_fits_leaves_nothing(alice: User) -> None:
    code = logins.code_now(logins.authenticator_app(alice))
    client = Client()
    client.post(reverse("account_login"), {"login": alice.email, "password": factories.PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": code})

    assert written() == []


def test_what_does_not_fit_where_one_shows_again_who_one_is_counts_too(alice: User) -> None:
    logins.authenticator_app(alice)
    client = Client()
    client.force_login(alice)
    client.post(reverse("mfa_reauthenticate"), {"code": "000000"})
    client.post(reverse("account_reauthenticate"), {"password": "not-the-password"})

    assert sorted(written()) == ["login.failed", "second-factor.failed"]


def test_one_sees_what_happened_to_ones_own_login_and_to_no_other(alice: User, mallory: User) -> None:
    attempt("mallory@example.com")
    client = Client()
    client.force_login(mallory)
    other = Client()
    other.force_login(alice)

    assert b"login: wrong password" in client.get(reverse("mfa_index")).content
    assert b"login: wrong password" not in other.get(reverse("mfa_index")).content
    assert b"login: wrong password" in other.get(reverse("accounts:audit-list")).content
