"""The pages of sellers in a real browser: accepting an invitation by keyboard, accessible pages, narrow screens."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog.membership import MemberRole
from catalog.models import BrandAuthorization, Category
from shopadmin.accounts.models import User
from tests import factories
from tests.browser.test_accessibility import Inspector
from tests.browser.test_accessibility import inspector as inspector
from tests.catalog import shops

pytestmark = pytest.mark.browser


@pytest.fixture
def addresses() -> dict[str, list[str]]:
    """The pages of a busy shop: those that its owner opens, and those of staff."""
    seller, _owner = shops.busy_shop()
    shops.owned("Second Shop", "zed")
    drinks = Category.objects.create(name="Drinks", detector_labels=["bottle"])
    Category.objects.create(name="Juices", parent=drinks)
    row = BrandAuthorization.objects.get()
    shop, brand = f"/catalog/sellers/{seller.slug}/", f"/catalog/brands/{row.brand_id}/"
    of_shop = [f"{shop}{page}" for page in ("", "members/", "trader/", "authorizations/")]
    return {
        "owner": [
            *of_shop, f"{shop}edit", f"{shop}trader/edit", f"{shop}authorizations/ask",
            f"/catalog/authorizations/{row.pk}/", "/catalog/brands/", brand,
        ],
        "staff": [
            *of_shop, "/catalog/sellers/", "/catalog/sellers/?q=nobody", "/catalog/sellers/add", "/catalog/traders/",
            "/catalog/traders/?queue=incomplete", "/catalog/authorizations/", "/catalog/authorizations/?queue=expiring",
            f"/catalog/authorizations/{row.pk}/", "/catalog/brands/?q=nobody", "/catalog/brands/add", brand,
            f"{brand}merge", f"{brand}merge?absorbed=Bravo", f"{brand}merge?absorbed=nobody", "/catalog/categories/",
            f"/catalog/categories/{drinks.pk}/",
        ],
    }  # fmt: skip


def test_the_pages_of_an_owner_are_clean(
    inspector: Inspector, log_in, live_server: LiveServer, addresses: dict[str, list[str]]
) -> None:
    log_in(User.objects.get(email="olive@example.com"))
    for address in addresses["owner"]:
        assert inspector.faults_of(live_server.url + address) == []


def test_the_pages_of_staff_are_clean(
    inspector: Inspector, log_in, live_server: LiveServer, alice: User, addresses: dict[str, list[str]]
) -> None:
    log_in(alice)
    for address in addresses["staff"]:
        assert inspector.faults_of(live_server.url + address) == []


def test_forms_with_faults_and_open_questions_are_clean(
    inspector: Inspector, log_in, live_server: LiveServer, addresses: dict[str, list[str]]
) -> None:
    page = inspector.page
    log_in(User.objects.get(email="olive@example.com"))
    shop = live_server.url + addresses["owner"][0]
    page.goto(f"{shop}trader/edit")
    page.get_by_label("Phone").fill("call me")
    page.get_by_role("button", name="Save the file").click()
    expect(page.get_by_role("alert").first).to_contain_text("one field needs another look")
    assert inspector.faults() == [], "a file with a fault"
    page.goto(f"{shop}members/")
    page.get_by_text("Remove…").first.click()
    assert inspector.faults() == [], "a question"


def test_pages_of_a_shop_fit_a_narrow_screen(
    page: Page, log_in, live_server: LiveServer, alice: User, addresses: dict[str, list[str]]
) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    for person, kind in ((User.objects.get(email="olive@example.com"), "owner"), (alice, "staff")):
        log_in(person)
        for address in addresses[kind]:
            page.goto(live_server.url + address)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, address


def test_somebody_new_accepts_with_the_keyboard_only(inspector: Inspector, live_server: LiveServer) -> None:
    page = inspector.page
    seller, owner = shops.owned()
    written = shops.invited(seller, owner, "nadia@example.com", MemberRole.OWNER)
    assert inspector.faults_of(f"{live_server.url}/catalog/invitations/{written.token}/") == []
    assert written.token not in page.url

    page.get_by_label("Your name").focus()
    page.keyboard.type("Nadia New")
    page.keyboard.press("Tab")
    page.keyboard.type("12345678")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("too common")
    assert inspector.faults() == [], "a password that is too common"
    page.get_by_label("Password").focus()
    page.keyboard.type("four quiet winter mornings")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(f"/catalog/sellers/{seller.slug}/[?]new$"))
    expect(page.get_by_role("status").first).to_contain_text("Welcome to Mercado Norte.")


def test_a_link_that_is_worth_nothing_says_what_to_do(inspector: Inspector, log_in, live_server: LiveServer) -> None:
    seller, owner = shops.owned()
    written = shops.invited(seller, owner)
    assert inspector.faults_of(f"{live_server.url}/catalog/invitations/no-such-secret/") == []
    log_in(factories.user("somebody"))
    assert inspector.faults_of(f"{live_server.url}/catalog/invitations/{written.token}/") == []

    expect(inspector.page.get_by_role("button", name="Log out")).to_be_visible()


def test_searching_brands_swaps_the_rows_and_keeps_the_address(
    page: Page, log_in, live_server: LiveServer, alice: User, addresses: dict[str, list[str]]
) -> None:
    log_in(alice)
    page.goto(f"{live_server.url}/catalog/brands/")
    page.get_by_role("searchbox").fill("lux or")

    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"q=lux"))
