"""A merchant's first day, in one go: invited, a passkey, a broken file mended, applied and undone, a listing edited."""

from __future__ import annotations

import base64
from pathlib import Path

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
from tests.browser.test_imports import DROP, work
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


def import_file(page: Page, name: str, content: bytes) -> None:
    page.get_by_role("link", name="Imports").first.click()
    page.get_by_role("link", name="Import a file").first.click()
    page.wait_for_url("**/imports/add*")  # with its scripts, which take what is dropped
    transfer = page.evaluate_handle(DROP, [name, base64.b64encode(content).decode()])
    page.locator("#drop").dispatch_event("drop", {"dataTransfer": transfer})
    page.get_by_role("button", name="Go on to the columns").click()
    page.get_by_label("Field for the column Código").select_option("sku")
    page.get_by_label("Field for the column Preis").select_option("price")
    page.get_by_label("Field for the column Titel").select_option("title")
    page.get_by_label("Field for the column Bestand").select_option("stock")
    page.get_by_label("Market, where no column says it").select_option("US")
    page.get_by_label("Currency, where no column says it").select_option("USD")


def edit_by_keyboard(page: Page) -> None:
    tab_to(page, "#id_title")
    page.keyboard.press("Control+a")
    page.keyboard.type("Breakfast bowl")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("heading", name="Breakfast bowl")).to_be_visible()


def test_a_merchants_first_day(
    page: Page, live_server: LiveServer, mallory: User, keyring: CDPSession, tmp_path: Path
) -> None:
    shop = factories.seller("Corner Shop", mallory)
    written = invite(seller=shop, email="nina@example.com", role=MemberRole.EDITOR, by=mallory)
    accept_invitation(page, live_server.url + reverse("catalog:invitation-accept", args=[written.token]))
    add_passkey(page)
    page.context.clear_cookies()
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_role("heading", name="Products", exact=True)).to_be_visible()

    import_file(page, "spring.csv", BROKEN)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("Waiting for a worker.")).to_be_visible()
    work()
    page.locator("#tab-error").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download 1 failed row").click()
    page.get_by_role("button", name="Apply 1 row").click()
    expect(page.get_by_text("You can leave this page")).to_be_visible()
    first = work()
    mended = tmp_path / "mended.csv"
    mended.write_bytes(Path(download.value.path()).read_bytes().replace(b";12,5O;", b";12,50;"))
    page.get_by_label("Upload the fixed rows").set_input_files(mended)
    page.get_by_role("button", name="Check them").click()
    expect(page.get_by_text("Waiting for a worker.")).to_be_visible()
    work()
    page.get_by_role("button", name="Apply 1 row").click()
    expect(page.get_by_text("You can leave this page")).to_be_visible()
    work()
    expect(page.get_by_text("In the catalogue since")).to_be_visible()
    assert set(Product.objects.values_list("title", flat=True)) == {"Müslischale", "Tasse"}

    page.goto(live_server.url + first.get_absolute_url())
    page.get_by_role("link", name="Undo…").click()
    page.get_by_role("button", name="Undo the import").click()
    expect(page.get_by_text("You can leave this page")).to_be_visible()
    work()
    expect(page.get_by_text("1 deleted")).to_be_visible()
    bowl = Product.objects.get()

    page.goto(live_server.url + bowl.get_absolute_url())
    edit_by_keyboard(page)
    bowl.refresh_from_db()
    assert (bowl.title, SellerMember.objects.filter(user__email="nina@example.com").count()) == ("Breakfast bowl", 1)
    assert AuditEntry.objects.get(action="listing.edited").actor_name == "Nina"
