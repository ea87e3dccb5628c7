"""Somebody looks for what happened to a product, with the keyboard only; and reads what they were told."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from shopadmin.accounts.audit.recording import Target, record
from shopadmin.accounts.models import Notification, User
from tests.browser.test_accessibility import Inspector
from tests.browser.test_accessibility import inspector as inspector

pytestmark = pytest.mark.browser


@pytest.fixture
def history(alice: User, bob: User) -> None:
    soap = Target("catalog.product", "1", "Soap")
    record(alice, "listing.edited", soap, before={"title": "Sope"}, after={"title": "Soap"}, reason="a typo")
    record(bob, "listing.held", soap, before={"status": "live"}, after={"status": "held"})
    record("import_products", "import.applied", Target("catalog.importbatch", "7", "november.csv"))


@pytest.fixture
def told(alice: User) -> None:
    for number, title in enumerate(["november.csv is checked", "Soap is held back"]):
        Notification.objects.create(
            recipient=alice,
            kind="import.finished",
            title=title,
            body="Look.",
            url="/catalog/products/",
            key=str(number),
        )


def test_entries_are_found_and_opened_by_keyboard(
    page: Page, log_in, live_server: LiveServer, alice: User, history: None
) -> None:
    log_in(alice)
    page.goto(f"{live_server.url}/accounts/audit/")
    lines = page.locator(".audit > li")
    expect(lines).to_have_count(3)

    page.get_by_label("Search names, actions and reasons").focus()
    page.keyboard.type("typo")
    expect(lines).to_have_count(1)
    assert page.url.endswith("?q=typo&who=&action=&kind=&first=&last=")

    lines.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(lines.get_by_role("cell", name="Sope")).to_be_visible()

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Soap", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(lines).to_have_count(2)

    page.get_by_label("Action", exact=True).focus()
    page.keyboard.type("listing: held")
    page.keyboard.press("Enter")
    expect(lines).to_have_count(1)
    expect(lines).to_contain_text("Bob")


def test_what_one_was_told_is_read_one_by_one_and_all_at_once(
    page: Page, log_in, live_server: LiveServer, alice: User, told: None
) -> None:
    log_in(alice)
    page.goto(f"{live_server.url}/accounts/notifications/")
    bell = page.get_by_role("link", name="Notifications")
    expect(bell).to_contain_text("2")

    page.get_by_role("link", name="Soap is held back").click()
    page.wait_for_url("**/catalog/products/")
    expect(bell).to_contain_text("1")

    bell.click()
    page.get_by_role("link", name="unread", exact=True).click()
    expect(page.locator(".notifications li")).to_have_count(1)
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.locator("[data-unread]")).to_have_count(0)

    page.get_by_label("An appeal is answered").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("An appeal is answered")).not_to_be_checked()
    expect(page.get_by_text("Your choice of mails is saved.")).to_be_visible()


def test_their_pages_are_clean(
    inspector: Inspector, log_in, live_server: LiveServer, alice: User, history: None, told: None
) -> None:
    log_in(alice)
    inspector.page.goto(f"{live_server.url}/accounts/audit/")
    inspector.page.locator("summary").nth(2).click()
    assert inspector.faults() == [], "an open entry"
    for address in ("audit/?q=nothing", "audit/?first=x", "notifications/", "notifications/?show=unread"):
        assert inspector.faults_of(f"{live_server.url}/accounts/{address}") == []


def test_their_pages_fit_a_narrow_screen(
    page: Page, log_in, live_server: LiveServer, alice: User, history: None, told: None
) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    log_in(alice)
    for address in ("audit/", "notifications/"):
        page.goto(f"{live_server.url}/accounts/{address}")
        for summary in page.locator("summary").all():
            summary.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
