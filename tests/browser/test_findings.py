"""A reviewer's day by keyboard alone: take down, take back, clear, go on; no key acts while one types."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog.models import Decision, Finding, Product
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from tests import factories
from tests.browser.rounds import NARROW, TOO_WIDE
from tests.catalog import rule_rows as rows
from tests.catalog.finding_rows import explained

pytestmark = pytest.mark.browser
QUEUE = "/catalog/findings/"


@pytest.fixture
def findings(db: None) -> list[Finding]:
    """Three listings on which a rule fired, the oldest first."""
    live = rows.live("Cheap", factories.user("paula", Role.POLICY), factories.user("petra", Role.POLICY), severity=4)
    titles = ("Bag", "Shoe", "Cap")
    return [
        rows.found(live, factories.product(title), explanation=explained(), days_ago=3 - number)
        for number, title in enumerate(titles)
    ]


def test_findings_are_decided_by_single_keys(
    page: Page, live_server: LiveServer, log_in, bob: User, findings: list[Finding]
) -> None:
    log_in(bob)
    page.goto(live_server.url + QUEUE)
    title = page.locator("#focus-title")
    expect(title).to_have_text("Bag")

    page.keyboard.press("d")
    expect(title).to_have_text("Shoe")
    expect(title).to_be_focused()
    assert Decision.objects.get().outcome == Decision.Outcome.TAKEN_DOWN

    page.keyboard.press("u")
    expect(title).to_have_text("Bag")
    expect(page.locator("#undo-strip")).to_have_count(0)
    assert Product.objects.filter(status="live").count() == 3

    page.keyboard.press("n")
    expect(title).to_have_text("Shoe")
    page.keyboard.press("c")
    expect(title).to_have_text("Cap")
    expect(title).to_be_focused()
    findings[1].refresh_from_db()
    assert findings[1].state == Finding.State.CLEARED

    page.keyboard.press("e")
    page.keyboard.type("dcnu")
    expect(title).to_have_text("Cap")
    expect(page.locator("#down_explanation")).to_have_value(re.compile("dcnu"))


def test_a_key_pressed_as_soon_as_a_listing_shows_loads_no_page(
    page: Page, live_server: LiveServer, log_in, bob: User, findings: list[Finding]
) -> None:
    log_in(bob)
    page.goto(live_server.url + QUEUE)
    page.evaluate("""() => {
        window.isSamePage = true;
        const clear = () => document.getElementById("do-clear").click();
        document.body.addEventListener("htmx:afterSwap", () => setTimeout(clear), { once: true });
    }""")

    page.keyboard.press("n")

    title = page.locator("#focus-title")
    expect(title).to_have_text("Cap")
    expect(title).to_be_focused()
    assert page.evaluate("window.isSamePage")


def test_keys_that_are_switched_off_do_nothing_and_the_last_one_ends_the_queue(
    page: Page, live_server: LiveServer, log_in, bob: User, findings: list[Finding]
) -> None:
    Finding.objects.exclude(pk=findings[0].pk).update(state=Finding.State.OUTDATED)
    log_in(bob)
    page.set_viewport_size(NARROW)
    page.goto(live_server.url + QUEUE)
    page.keyboard.press("?")
    page.get_by_label("Use single keys on this page").uncheck()
    page.get_by_role("button", name="Close").click()

    page.keyboard.press("d")
    assert page.evaluate(TOO_WIDE) == []
    assert not Decision.objects.exists()

    page.locator("#do-clear").click()
    expect(page.get_by_role("heading", name="Nothing waits for you")).to_be_focused()
