"""What holds on every page: logging in, colours, errors in the site's own design, and the content policy."""

from __future__ import annotations

import re

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from shopadmin.accounts.models import User
from shopadmin.embedded_postgres.server import DatabaseServerError
from tagging.models import Creator
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/videos/?state=tagged"}


def fails_with(error: Exception) -> object:
    raise error


def test_a_part_asked_for_after_the_session_has_ended_leads_to_the_login_page(client: Client) -> None:
    response = client.get("/videos/", headers=HTMX, follow=True)

    assert response.status_code == 200
    assert response["HX-Redirect"] == "/accounts/login/?next=%2Fvideos%2F%3Fstate%3Dtagged"


def test_the_login_leads_back_to_where_one_was(client: Client, dana: Creator) -> None:
    data = {"login": "dana@example.com", "password": factories.PASSWORD, "next": "/jobs/"}

    assert client.post("/accounts/login/", data).url == "/jobs/"


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_nobody_is_led_off_the_site(client: Client, dana: Creator, address: str) -> None:
    data = {"login": "dana@example.com", "password": factories.PASSWORD, "next": address}

    assert client.post("/accounts/theme", {"theme": "dark", "next": address}).url == "/"
    assert client.post("/accounts/login/", data).url == "/"


def test_demo_logins_are_shown_on_a_demo_site_only(client: Client, dana: Creator, served) -> None:
    assert b"dana@example.com" not in client.get("/accounts/login/").content

    served.DEMO = True

    assert b"dana@example.com" in client.get("/accounts/login/").content


@pytest.mark.parametrize(("theme", "shown"), [("dark", 'data-theme="dark"'), ("system", None), ("<b>", None)])
def test_the_colours_are_remembered(client: Client, theme: str, shown: str | None) -> None:
    client.post("/accounts/theme", {"theme": theme})

    page = client.get("/accounts/login/").content.decode()

    assert (shown in page) if shown else ("data-theme" not in page)


def test_errors_have_the_sites_own_design(client: Client, charlie: User) -> None:
    client.force_login(charlie)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(charlie)

    assert b"There is nothing here" in client.get("/nothing").content
    assert b"That is not yours to open" in client.get("/videos/").content
    assert b"The page was out of date" in strict.post("/accounts/logout/").content


def test_an_error_of_ours_says_so_without_details(
    client: Client, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(charlie)
    client.raise_request_exception = False
    monkeypatch.setattr(User, "roles", property(lambda self: 1 / 0))

    response = client.get("/videos/")

    assert response.status_code == 500
    assert b"Something broke on our side" in response.content
    assert b"ZeroDivisionError" not in response.content


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, DatabaseServerError])
def test_a_database_that_is_away_is_called_so_and_not_an_error_of_the_page(
    error: type[Exception], client: Client, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(charlie)
    client.raise_request_exception = False
    monkeypatch.setattr(User, "scope", lambda *_: fails_with(error("server closed the connection")))

    response = client.get("/catalog/imports/")

    assert response.status_code == 503
    assert response["Retry-After"] == "10"
    page = response.content.decode()
    assert "The database does not answer just now" in page
    assert "go on by themselves" in page
    assert "server closed the connection" not in page
    assert ("Try again</a>" in page, "Go to the start" in page) == (True, False)
    assert b"Go to the start" in client.post("/catalog/imports/add").content


@pytest.mark.parametrize(("error", "status"), [(OperationalError, 503), (ZeroDivisionError, 500)])
def test_programs_and_scripts_read_an_error_of_ours_in_their_own_form(
    error: type[Exception], status: int, client: Client, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(charlie)
    client.raise_request_exception = False
    monkeypatch.setattr(User, "scope", lambda *_: fails_with(error("secret")))

    program = client.get("/api/catalog/imports/")
    script = client.post("/catalog/imports/add", headers={"Accept": "application/json"})

    assert (program.status_code, script.status_code) == (status, status)
    [said] = script.json()["errors"]["site"]
    assert program.json() == {"detail": said}
    assert "secret" not in said


def test_every_script_and_style_is_a_file_of_the_site(client: Client, dana: Creator) -> None:
    video = factories.tagged_video(dana, products=[factories.product()])
    client.force_login(dana.user)

    response = client.get(video.get_absolute_url())
    page = response.content.decode()

    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son\w+=|javascript:", page) == []
    assert "unsafe" not in response["Content-Security-Policy"]
    assert re.search(r"script-src 'self' 'nonce-[^']+'", response["Content-Security-Policy"])


def test_somebody_without_a_role_is_told_whom_to_ask(client: Client, charlie: User) -> None:
    client.force_login(charlie)

    assert b"Ask an admin" in client.get("/", follow=True).content


def test_the_site_speaks_the_browsers_language(client: Client, dana: Creator) -> None:
    video = factories.tagged_video(dana, products=[factories.product()])
    client.force_login(dana.user)
    spanish = {"Accept-Language": "es-MX,es;q=0.9"}

    page = client.get(video.get_absolute_url(), headers=spanish).content.decode()
    evidence = client.get(f"/links/{video.links.get().pk}/evidence", headers=spanish).content.decode()

    assert '<html lang="es" dir="ltr"' in page
    for words in ("En este momento", "muy probable, 93 %", "producto parecido", "¿Por qué?"):
        assert words in page
    assert 'x="0.2"' in evidence
    assert 'value="0.71"' in evidence
