"""A walk through pages with axe: what is wrong on them, in both themes and on a narrow screen, and which were seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import Resolver404, resolve
from playwright.sync_api import Page, Response
from pytest_django.live_server_helper import LiveServer

from shopadmin.accounts.models import User
from tests.browser.conftest import Breakages
from tests.browser.test_accessibility import Inspector
from tests.shopadmin import logins

WIDE, NARROW = {"width": 1280, "height": 720}, {"width": 390, "height": 700}
TOO_WIDE = """document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > innerWidth)
    .map((element) => element.outerHTML.slice(0, 120))"""
PAGE = {200, 286, 400, 403, 404, 409, 410, 422, 429, 500}
"""Statuses that come with a page, or with a part of one (286 ends htmx's asking)."""


def name_of(address: str) -> str:
    """The name of an address as the table of addresses has it; empty for one that does not exist."""
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return ""


@dataclass
class Walk:
    """Goes from page to page; `faults` says by page what is wrong, `seen` the names of the addresses it looked at.

    What the browser got since the last look, whole pages and parts of them, counts as seen with the next look.
    """

    inspector: Inspector
    origin: str
    faults: dict[str, list[str]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    _got: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.inspector.page.on("response", self._note)
        self.inspector.page.set_viewport_size(WIDE)

    def log_in(self, user: User | None) -> None:
        """Go on as somebody who has just shown who they are, or as nobody."""
        context = self.inspector.page.context
        context.clear_cookies()
        if user is None:
            return
        client = Client()
        client.force_login(user)
        logins.show_again(client, user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.origin}])

    def visit(self, address: str, what: str = "") -> None:
        """Open a page and look at it, after the page before, which may ask again by itself, is gone."""
        self.inspector.page.goto("about:blank")
        self.inspector.page.goto(self.origin + address)
        self.look(what or address)

    def look(self, what: str) -> None:
        """Look at the page as it is now."""
        page = self.inspector.page
        found = self.inspector.faults()
        page.set_viewport_size(NARROW)
        found += [f"too wide: {element}" for element in page.evaluate(TOO_WIDE)]
        page.set_viewport_size(WIDE)
        self.seen |= self._got
        self._got.clear()
        if found:
            self.faults[what] = found

    def _note(self, response: Response) -> None:
        is_html = response.headers.get("content-type", "").startswith("text/html")
        if is_html and response.request.method == "GET" and response.status in PAGE:
            self._got.add(name_of(response.url))


@pytest.fixture
def walk(page: Page, broken: Breakages, live_server: LiveServer) -> Walk:
    return Walk(Inspector(page, broken), live_server.url)
