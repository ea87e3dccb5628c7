"""Logging in with address and password, the limits on tries, new passwords by mail, and who is not let in."""

from __future__ import annotations

import re
from datetime import timedelta
from importlib import import_module

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core import mail
from django.core.cache import cache
from django.core.cache.backends.db import DatabaseCache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from shopadmin.accounts.models import User
from tests import factories
from tests.shopadmin import logins

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]

LOGIN = "/accounts/login/"
RESET = "/accounts/password/reset/"
TRIES = 5


def attempt(email: str = "alice@example.com", password: str = "wrong", client: Client | None = None) -> HttpResponse:
    return (client or Client()).post(LOGIN, {"login": email, "password": password})


def seen(response: HttpResponse) -> str:
    """The page without what differs each time it is asked for."""
    return re.sub(r'(nonce|value|x-csrftoken)"?[=:] ?"[^"]*"', "", response.content.decode())


def link_in(body: str) -> str:
    found = re.search(r"https?://[^/\s]+(/\S+)", body)
    assert found, body
    return found[1]


@pytest.mark.parametrize("email", ["alice@example.com", "ALICE@Example.COM", " alice@example.com "])
def test_the_address_is_known_in_any_case(alice: User, email: str) -> None:
    assert attempt(email, factories.PASSWORD).url == "/"


def test_a_wrong_password_and_an_unknown_address_look_the_same(alice: User) -> None:
    wrong, unknown = attempt("alice@example.com"), attempt("xlice@example.com")

    assert wrong.status_code == unknown.status_code == 200
    assert "do not fit together" in seen(wrong)
    assert seen(wrong) == seen(unknown)


def test_an_unknown_address_costs_as_much_hashing_as_a_known_one(
    alice: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = []
    hasher = import_module("django.contrib.auth.hashers").MD5PasswordHasher
    encode = hasher.encode
    monkeypatch.setattr(hasher, "encode", lambda self, *words: hashed.append(words) or encode(self, *words))

    attempt("alice@example.com")
    for_known = len(hashed)
    attempt("nobody@example.com")

    assert for_known == len(hashed) - for_known == 1


def test_after_too_many_failures_one_has_to_wait_even_with_the_right_password(alice: User) -> None:
    answers = [attempt(email).status_code for email in ["alice@example.com"] * (TRIES - 1) + ["Alice@Example.com"]]
    refused = attempt()

    assert answers == [200] * TRIES
    assert refused.status_code == 429
    assert b"Too many tries" in refused.content
    assert attempt(password=factories.PASSWORD).status_code == 429
    with time_machine.travel(timezone.now() + timedelta(minutes=5, seconds=1)):
        assert attempt(password=factories.PASSWORD).url == "/"


def test_without_the_limit_one_could_go_on_guessing(alice: User, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": None}

    assert {attempt().status_code for _ in range(TRIES + 3)} == {200}


def test_failures_of_one_do_not_lock_another_out(alice: User, bob: User) -> None:
    for _ in range(TRIES + 1):
        attempt("alice@example.com")

    assert attempt("bob@example.com", factories.PASSWORD).url == "/"


def test_many_logins_from_one_machine_are_slowed_down_whoever_they_are_for() -> None:
    answers = [attempt(f"person{number}@example.com").status_code for number in range(12)]

    assert answers[:10] == [200] * 10
    assert answers[10:] == [429] * 2


def test_failures_are_counted_where_all_processes_see_them(alice: User) -> None:
    attempt()

    assert isinstance(cache._connections[cache._alias], DatabaseCache)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM shopadmin_cache WHERE cache_key LIKE %s", ["%login_failed%"])
        assert cursor.fetchone()[0] >= 1


@pytest.mark.parametrize(("proxies", "sees"), [(0, "127.0.0.1"), (1, "198.51.100.9")])
def test_only_our_own_proxy_is_believed_about_addresses(
    alice: User, settings: Settings, proxies: int, sees: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies

    logins.log_in("alice@example.com", **{"X-Forwarded-For": "203.0.113.1, 198.51.100.9"})

    assert alice.usersession_set.get().ip == sees


def test_a_new_password_is_set_by_mail_and_the_link_works_once(alice: User) -> None:
    elsewhere = logins.log_in("alice@example.com")
    client = Client()
    assert client.post(RESET, {"email": "Alice@example.com"}).url == f"{RESET}done/"
    link = link_in(mail.outbox[0].body)
    page = client.get(link, follow=True)
    new = {"password1": "a new and longer one", "password2": "a new and longer one"}

    done = client.post(page.redirect_chain[-1][0], new)

    assert mail.outbox[0].to == ["alice@example.com"]
    assert done.url == f"{RESET}key/done/"
    assert attempt(password="a new and longer one").url == "/"
    assert attempt(password=factories.PASSWORD).status_code == 200
    assert elsewhere.get("/accounts/").url.startswith(LOGIN)
    assert b"does not work any more" in Client().get(link, follow=True).content


def test_asking_for_a_new_password_does_not_tell_who_has_a_login(alice: User) -> None:
    answers = [Client().post(RESET, {"email": f"{name}@example.com"}, follow=True) for name in ("alice", "nobody")]

    assert answers[0].redirect_chain == answers[1].redirect_chain
    assert seen(answers[0]) == seen(answers[1])
    assert [(message.to, message.subject) for message in mail.outbox] == [
        (["alice@example.com"], "Set a new password"),
        (["nobody@example.com"], "There is no login with this address"),
    ]


def test_mails_with_links_cannot_be_ordered_without_end(alice: User) -> None:
    answers = [Client().post(RESET, {"email": "alice@example.com"}).status_code for _ in range(6)]

    assert answers == [302] * 5 + [429]
    assert len(mail.outbox) == 5


def test_nobody_signs_up_alone() -> None:
    data = {"email": "eve@example.com", "password1": "a new and longer one", "password2": "a new and longer one"}

    response = Client().post("/accounts/signup/", data)

    assert b"By invitation" in response.content
    assert not User.objects.exists()


def test_who_was_switched_off_is_told_so_only_with_the_right_password(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert attempt(password=factories.PASSWORD).url == "/accounts/inactive/"
    assert "do not fit together" in seen(attempt())


def test_somebody_with_a_session_is_out_as_soon_as_they_are_switched_off(alice: User) -> None:
    client = logins.log_in("alice@example.com")
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert client.get("/accounts/").url.startswith(LOGIN)


def test_an_address_that_is_not_confirmed_has_to_be_confirmed_first(alice: User) -> None:
    EmailAddress.objects.filter(user=alice).update(verified=False)

    assert attempt(password=factories.PASSWORD).url == "/accounts/confirm-email/"
    assert mail.outbox[0].to == ["alice@example.com"]


def test_logins_from_before_addresses_were_confirmed_go_on_working(alice: User, bob: User) -> None:
    EmailAddress.objects.filter(user=alice).delete()

    import_module("shopadmin.accounts.migrations.0006_confirmed_addresses").confirm(apps, None)

    assert attempt(password=factories.PASSWORD).url == "/"
    assert EmailAddress.objects.count() == 2


def test_the_back_office_sends_strangers_to_the_same_login(alice: User) -> None:
    assert Client().get("/back-office/", follow=True).redirect_chain[-1][0].startswith(LOGIN)
    assert (
        Client()
        .post("/back-office/login/", {"username": alice.email, "password": factories.PASSWORD})
        .url.startswith(LOGIN)
    )


def test_somebody_whom_an_admin_adds_logs_in_without_a_mail(client: Client) -> None:
    client.force_login(User.objects.create_superuser("root@example.com"))
    words = {"password1": "a new and longer one", "password2": "a new and longer one", "usable_password": "true"}

    client.post("/back-office/accounts/user/add/", {"email": "New@example.com", **words})

    assert attempt("new@example.com", "a new and longer one").url == "/"
    assert mail.outbox == []


def test_an_address_that_an_admin_changes_is_the_one_to_log_in_with(client: Client, alice: User) -> None:
    client.force_login(User.objects.create_superuser("root@example.com"))
    joined = {"joined_at_0": "2026-01-01", "joined_at_1": "10:00:00"}

    changed = client.post(
        f"/back-office/accounts/user/{alice.pk}/change/", {"email": "alys@example.com", "is_active": "on", **joined}
    )

    assert changed.status_code == 302
    assert attempt("alys@example.com", factories.PASSWORD).url == "/"
    assert attempt("alice@example.com", factories.PASSWORD).status_code == 200


def test_a_mail_is_a_file_on_one_machine(alice: User, settings: Settings, tmp_path) -> None:
    folder = tmp_path / "mail"
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(folder)},
        }
    }

    Client().post(RESET, {"email": "alice@example.com"})

    [written] = folder.iterdir()
    assert "To: alice@example.com" in written.read_text()
