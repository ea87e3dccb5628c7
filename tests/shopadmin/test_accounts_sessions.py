"""Where one is logged in, and ending it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.middleware import SessionMiddleware as DjangosMiddleware
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from shopadmin.accounts.middleware import SessionMiddleware
from shopadmin.accounts.models import User
from shopadmin.accounts.sessions import live_sessions
from tests import factories
from tests.shopadmin import logins

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]

LIST = "/accounts/sessions/"


def logged_in(client: Client) -> bool:
    return client.get("/accounts/").status_code == 200


def test_every_place_is_listed_in_words_and_this_one_first(alice: User) -> None:
    here = logins.log_in("alice@example.com", **{"User-Agent": logins.FIREFOX})
    logins.log_in("alice@example.com", **{"User-Agent": logins.IPHONE})

    page = here.get(LIST).content.decode()

    assert page.index("Firefox on Linux") < page.index("Safari on iPhone")
    assert page.count("127.0.0.1") >= 2
    assert "Log out in 1 other place" in page


def test_nobody_sees_the_sessions_of_another(alice: User, bob: User) -> None:
    logins.log_in("bob@example.com", **{"User-Agent": logins.IPHONE})

    assert "iPhone" not in logins.log_in("alice@example.com").get(LIST).content.decode()


def test_one_place_can_be_ended(alice: User) -> None:
    here, phone, work = (logins.log_in("alice@example.com") for _ in range(3))
    lost = UserSession.objects.get(session_key=phone.session.session_key)

    here.post(f"{LIST}{lost.pk}/end")

    assert [logged_in(client) for client in (here, phone, work)] == [True, False, True]


def test_all_other_places_can_be_ended(alice: User) -> None:
    here, phone, work = (logins.log_in("alice@example.com") for _ in range(3))

    page = here.post(f"{LIST}end-others", follow=True).content.decode()

    assert "Logged out in 2 other places." in page
    assert [logged_in(client) for client in (here, phone, work)] == [True, False, False]


def test_this_place_is_left_by_logging_out_only(alice: User) -> None:
    here = logins.log_in("alice@example.com")
    own = UserSession.objects.get(session_key=here.session.session_key)

    assert "use “Log out”" in here.post(f"{LIST}{own.pk}/end", follow=True).content.decode()
    assert logged_in(here)


def test_a_new_password_ends_the_others_and_they_leave_the_list(alice: User) -> None:
    here, phone = (logins.log_in("alice@example.com") for _ in range(2))
    words = {
        "oldpassword": factories.PASSWORD,
        "password1": "a new and longer one",
        "password2": "a new and longer one",
    }

    assert here.post("/accounts/password/change/", words).url == "/accounts/security/"

    assert [session.session_key for session in live_sessions(User.objects.get())] == [here.session.session_key]
    assert [logged_in(client) for client in (here, phone)] == [True, False]


def test_a_session_that_has_run_out_leaves_the_list(alice: User) -> None:
    old = logins.session_of(alice)
    Session.objects.filter(session_key=old.session_key).update(expire_date=timezone.now())

    assert live_sessions(alice) == []


@pytest.mark.parametrize("places", [1, 6])
def test_the_list_asks_the_database_twice_however_long_it_is(
    alice: User, places: int, django_assert_num_queries
) -> None:
    for _ in range(places):
        logins.session_of(alice)

    with django_assert_num_queries(2):
        assert len(live_sessions(alice)) == places


def test_when_a_session_was_last_used_is_written_every_few_minutes(alice: User) -> None:
    here = logins.log_in("alice@example.com")
    began = UserSession.objects.get().last_seen_at

    here.get("/accounts/")
    assert UserSession.objects.get().last_seen_at == began
    with time_machine.travel(began + timedelta(minutes=6)):
        here.get("/accounts/", headers={"User-Agent": logins.IPHONE})

    assert UserSession.objects.get().last_seen_at >= began + timedelta(minutes=6)
    assert UserSession.objects.get().user_agent == logins.IPHONE


def test_an_admin_ends_a_session_by_deleting_it(client: Client, alice: User) -> None:
    there = logins.log_in("alice@example.com")
    client.force_login(User.objects.create_superuser("root@example.com"))

    client.post(f"/back-office/usersessions/usersession/{UserSession.objects.get().pk}/delete/", {"post": "yes"})

    assert not logged_in(there)


def overtaken(client: Client, settings: Settings, form: dict[str, str], at: str, late: str) -> Client:
    """Send a form that gives the session another key, and let the answer to an earlier request arrive after it."""
    name = settings.SESSION_COOKIE_NAME
    slow = Client()
    slow.cookies[name] = client.cookies[name].value
    assert client.post(at, form).status_code == 302
    assert client.cookies[name].value != slow.cookies[name].value
    answer = slow.get(late)
    if name in answer.cookies:
        client.cookies[name] = answer.cookies[name].value
    return client


PASSWORD_PAGE = "/accounts/password/change/"
NEW = "four quiet winter mornings"
PASSWORDS = {"oldpassword": factories.PASSWORD, "password1": NEW, "password2": NEW}


@pytest.mark.parametrize("late", ["/accounts/", "/accounts/login/", "/nothing/to-see"])
def test_an_answer_that_a_new_password_has_overtaken_logs_nobody_out(
    alice: User, settings: Settings, late: str
) -> None:
    assert logged_in(overtaken(logins.log_in("alice@example.com"), settings, PASSWORDS, PASSWORD_PAGE, late))


def test_an_answer_that_a_login_has_overtaken_logs_nobody_out(alice: User, settings: Settings) -> None:
    here = Client()
    here.get("/catalog/invitations/no-such-secret/")
    login = {"login": "alice@example.com", "password": factories.PASSWORD}

    assert logged_in(overtaken(here, settings, login, "/accounts/login/", "/catalog/invitations/base.css"))


def test_with_djangos_own_middleware_it_would_be_so(
    alice: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the two above."""
    monkeypatch.setattr(SessionMiddleware, "process_response", DjangosMiddleware.process_response)
    here = logins.log_in("alice@example.com")

    assert not logged_in(overtaken(here, settings, PASSWORDS, PASSWORD_PAGE, "/accounts/login/"))


def test_logging_out_takes_the_cookie_away(alice: User, settings: Settings) -> None:
    here = logins.log_in("alice@example.com")

    here.post("/accounts/logout/")

    assert here.cookies[settings.SESSION_COOKIE_NAME].value == ""
