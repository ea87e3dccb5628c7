"""A brand owner tells of two listings by keyboard alone; staff accepts one and rejects the other; the mail says so."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db.models import F
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog.models import Brand, Notice, NoticeMail, Product
from catalog.models.decisions import UNDO_FOR
from catalog.notice_mails import send_due_mails
from shopadmin.accounts.models import User
from tests import factories
from tests.browser.rounds import NARROW, TOO_WIDE, Walk
from tests.browser.rounds import walk as walk

pytestmark = pytest.mark.browser
FORM = "/catalog/notices/add"


@pytest.fixture
def copies(db: None) -> list[Product]:
    Brand.objects.create(name="Luxor", owner="Luxor Maison S.A.", is_protected=True)
    return [factories.product(title, of=factories.seller("Loft")) for title in ("Lux0r bag", "Plain scarf")]


def type_into(page: Page, label: str, text: str) -> None:
    """Go on by Tab to a field, and type."""
    for _step in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.labels?.[0]?.textContent.trim()") == label:
            page.keyboard.type(text)
            return
    pytest.fail(f"No Tab led to {label!r}.")


def files_with_a_slip_and_mends_it(page: Page, origin: str, copies: list[Product]) -> None:
    page.goto(origin + FORM)
    type_into(page, "Brand", "Luxxor")
    type_into(page, "Right and its registration", "EU trade mark 018123456")
    type_into(page, "Where it is registered", "European Union")
    type_into(page, "Listings", "\n".join(origin + item.get_absolute_url() for item in copies))
    type_into(page, "Why they infringe the right", "The logo is ours, and we do not supply this shop.")
    type_into(page, "Your name", "Lena Luxor")
    type_into(page, "Your e-mail address", "lena@luxor.example")
    type_into(page, "On whose behalf", "Luxor Licensing GmbH")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert").get_by_text("2 fields need another look")).to_be_visible()
    expect(page.get_by_label("Brand", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("Did you mean Luxor?").first).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_value("Lena Luxor")

    page.get_by_label("Brand", exact=True).focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Luxor")
    page.get_by_label("I believe in good faith").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="We have your notice for Luxor")).to_be_visible()
    expect(page.locator("#number")).to_have_text(str(Notice.objects.get().key))


def test_a_notice_is_filed_with_a_slip_mended_decided_by_single_keys_and_its_sender_told(
    page: Page, live_server: LiveServer, log_in, bob: User, copies: list[Product]
) -> None:
    bag, scarf = copies
    files_with_a_slip_and_mends_it(page, live_server.url, copies)
    receipt = page.url

    log_in(bob)
    page.goto(f"{live_server.url}/catalog/brand-notices/")
    page.get_by_role("link", name="Luxor", exact=True).click()
    page.wait_for_load_state()
    title = page.locator("#focus-title")
    expect(title).to_have_text("Lux0r bag")

    page.keyboard.press("c")
    expect(title).to_have_text("Plain scarf")
    expect(title).to_be_focused()
    page.keyboard.press("u")
    expect(title).to_have_text("Lux0r bag")
    expect(page.locator("#undo-strip")).to_have_count(0)
    page.keyboard.press("d")
    expect(title).to_have_text("Plain scarf")
    page.keyboard.press("c")
    expect(page.get_by_text("All are decided.")).to_be_visible()
    assert {one.title: one.status for one in Product.objects.all()} == {bag.title: "held", scarf.title: "live"}

    NoticeMail.objects.update(due_at=F("due_at") - UNDO_FOR - timedelta(seconds=1))
    send_due_mails()
    words = mail.outbox[-1]
    assert words.subject == "We have decided on your notice for Luxor"
    assert re.search(r"Lux0r bag \(\d+\): accepted\. It is taken down\.", words.body)
    assert re.search(r"Plain scarf \(\d+\): rejected\. We have looked at the listing and found nothing", words.body)
    Notice.objects.update(decided_at=F("decided_at") - UNDO_FOR)
    page.goto(receipt)
    expect(page.get_by_text("found nothing that infringes the right")).to_be_visible()


def test_pages_of_notices_are_clean_in_each_state(
    walk: Walk, bob: User, copies: list[Product], live_server: LiveServer
) -> None:
    page = walk.inspector.page
    walk.visit(FORM, "an empty form")
    page.get_by_role("button", name="Send the notice").click()
    walk.look("a form with every fault")
    files_with_a_slip_and_mends_it(page, live_server.url, copies)
    walk.look("a receipt")
    walk.log_in(bob)
    notice = Notice.objects.get()
    walk.visit("/catalog/brand-notices/", "the queue")
    walk.visit("/catalog/brand-notices/?brand=Nobody", "a queue into which nothing fits")
    walk.visit(notice.get_absolute_url(), "a notice that waits")
    page.locator("#do-clear").click()
    expect(page.locator("#focus-title")).to_have_text("Plain scarf")
    page.locator("#down_reason").fill("")
    page.locator("#do-take-down").click()
    expect(page.get_by_text("Say why: the seller reads it")).to_be_visible()
    walk.look("a decision without words")
    page.locator("#do-clear").click()
    expect(page.get_by_text("All are decided.")).to_be_visible()
    walk.look("a notice of which all is decided")
    Notice.objects.update(decided_at=F("decided_at") - UNDO_FOR)
    walk.visit(notice.get_receipt_url(), "a receipt with the outcome")
    page.set_viewport_size(NARROW)
    assert page.evaluate(TOO_WIDE) == []

    assert walk.faults == {}
