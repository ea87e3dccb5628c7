"""A merchant's first day, in one go: invited, a passkey, a broken file mended, applied and undone, a listing edited."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import CDPSession, Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog.invitations import invite
from catalog.membership import MemberRole
from catalog.models import Product, SellerMember
from shopadmin.accounts.models import AuditEntry, User
from tests import factories
from tests.browser.test_accounts import keyring as keyring
from tests.browser.test_imports import apply, check, drop, failed_rows, mend, say_where, titles, undo
from tests.browser.test_product_page import tab_to

pytestmark = pytest.mark.browser

PASSWORD = "a window full of apples"
BROKEN = "Código;Titel;Preis;Bestand\r\nMUG-1;Müslischale;12,5O;4\r\nCUP-1;Tasse;3,20;7\r\n".encode("cp1252")


def accept_invitation(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("Your name").fill("Nina")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("Welcome to Corner Shop.")).to_be_visible()


def add_passkey(page: Page) -> None:
    page.get_by_role("link", name="passkey").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_text("The passkey is added.")).to_be_visible()


def import_file(page: Page, content: bytes) -> None:
    page.get_by_role("link", name="Imports").first.click()
    page.get_by_role("link", name="Import a file").first.click()
    drop(page, "spring.csv", content)
    for column, field in (("Código", "sku"), ("Preis", "price"), ("Titel", "title"), ("Bestand", "stock")):
        page.get_by_label(f"Field for the column {column}").select_option(field)
    say_where(page)
    check(page)


def edit_by_keyboard(page: Page) -> None:
    tab_to(page, "#id_title")
    page.keyboard.press("Control+a")
    page.keyboard.type("Breakfast bowl")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("heading", name="Breakfast bowl")).to_be_visible()


def test_a_merchants_first_day(page: Page, live_server: LiveServer, mallory: User, keyring: CDPSession) -> None:
    shop = factories.seller("Corner Shop", mallory)
    written = invite(seller=shop, email="nina@example.com", role=MemberRole.EDITOR, by=mallory)
    accept_invitation(page, live_server.url + reverse("catalog:invitation-accept", args=[written.token]))
    add_passkey(page)
    page.context.clear_cookies()
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_role("heading", name="Products", exact=True)).to_be_visible()

    import_file(page, BROKEN)
    page.locator("#tab-error").click()
    failed = failed_rows(page)
    first = apply(page, "Apply 1 row")
    mend(page, failed)
    assert titles() == {"Müslischale", "Tasse"}
    undo(page, live_server.url + first.get_absolute_url(), foretold="1 listing", told="1 deleted")
    bowl = Product.objects.get()

    page.goto(live_server.url + bowl.get_absolute_url())
    edit_by_keyboard(page)
    bowl.refresh_from_db()
    assert (bowl.title, SellerMember.objects.filter(user__email="nina@example.com").count()) == ("Breakfast bowl", 1)
    assert AuditEntry.objects.get(action="listing.edited").actor_name == "Nina"
