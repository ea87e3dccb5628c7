"""The products index in a real browser: searching while typing, the keyboard, menus, axe and narrow screens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog import listing_page
from catalog.models import Category, Offer, SavedView, Seller
from catalog.models.words import refresh_vocabulary
from shopadmin.accounts.models import User
from tests import factories
from tests.browser.test_accessibility import Inspector
from tests.browser.test_accessibility import inspector as inspector

pytestmark = pytest.mark.browser
LIST = "/catalog/products/"


@pytest.fixture
def shelf(mallory: User) -> Seller:
    mine = factories.seller("Mine", mallory)
    factories.seller("Second shop", mallory)
    home = Category.objects.create(name="Home")
    for title, status in (
        ("Wireless headphones", "live"), ("Headphone stand, oak", "draft"), ("Kettle", "held"),
        ("سماعات لاسلكية", "live"),
        ("A very long title that says everything that one could say about a lamp, twice, and then once more", "live"),
    ):  # fmt: skip
        product = factories.product(title, of=mine, status=status, category=home, gtin="4006381333931")
        Offer.objects.create(product=product, market="DE", price_minor=123_456, currency="EUR", stock=0)
    Offer.objects.filter(product__title="Kettle").update(price_refreshed_at=timezone.now() - timedelta(days=5))
    refresh_vocabulary(since=timezone.now() - timedelta(days=1))
    SavedView.objects.create(owner=mallory, name="Held back", query="status=held", seller=mine)
    return mine


def rows(page: Page) -> list[str]:
    return page.locator("#products tbody .thing a").all_inner_texts()


def test_hits_come_while_one_types_and_the_field_keeps_the_focus(
    log_in, live_server: LiveServer, mallory: User, shelf: Seller
) -> None:
    page = log_in(mallory)
    page.goto(live_server.url + LIST)

    page.keyboard.press("/")
    page.keyboard.type("headphnes")

    expect(page.locator("#products tbody tr")).to_have_count(2)
    expect(page.locator("#count")).to_have_text("2 products")
    expect(page.locator("#q")).to_be_focused()
    assert page.url.endswith("?q=headphnes")
    page.locator("#filter-status").select_option("draft")
    expect(page.locator("#products tbody tr")).to_have_count(1)
    assert page.url.endswith("?q=headphnes&status=draft")
    page.get_by_role("link", name="Search: headphnes").click()
    expect(page.locator("#filter-status")).to_have_value("draft")
    expect(page.locator("#q")).to_have_value("")
    page.go_back()
    expect(page.locator("#q")).to_have_value("headphnes")


def test_the_number_of_hits_follows_the_page(
    log_in, live_server: LiveServer, mallory: User, shelf: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing_page, "SIZE", 2)
    page = log_in(mallory)

    page.goto(live_server.url + LIST)

    expect(page.locator("#count")).to_have_text("5 products")
    page.get_by_role("link", name="Next").click()
    expect(page.locator("#count")).to_have_text("5 products")


def test_rows_are_walked_selected_and_opened_by_keyboard(
    log_in, live_server: LiveServer, mallory: User, shelf: Seller
) -> None:
    page = log_in(mallory)
    page.goto(live_server.url + LIST)
    titles = rows(page)

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name=titles[1])).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_role("checkbox", name=f"Select {titles[1]}")).to_be_checked()
    assert page.locator("#pick-page").evaluate("(box) => box.indeterminate")
    page.keyboard.press("k")
    expect(page.get_by_role("link", name=titles[0])).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(titles[0])


def test_the_box_in_the_heading_selects_the_page(log_in, live_server: LiveServer, mallory: User, shelf: Seller) -> None:
    page = log_in(mallory)
    page.goto(live_server.url + LIST)

    page.get_by_label("Select all on this page").check()
    expect(page.locator("#products tbody .pick :checked")).to_have_count(5)
    page.locator("#products tbody .pick input").first.uncheck()
    expect(page.get_by_label("Select all on this page")).not_to_be_checked()


def test_single_keys_can_be_switched_off(log_in, live_server: LiveServer, mallory: User, shelf: Seller) -> None:
    page = log_in(mallory)
    page.goto(live_server.url + LIST)
    page.keyboard.press("?")
    page.get_by_label("Use single keys on this page").uncheck()
    page.get_by_role("button", name="Close", exact=True).click()

    page.keyboard.press("/")

    expect(page.locator("#q")).not_to_be_focused()


def test_a_view_is_saved_shown_as_a_tab_and_deleted(
    log_in, live_server: LiveServer, mallory: User, shelf: Seller
) -> None:
    page = log_in(mallory)
    page.goto(f"{live_server.url}{LIST}?status=draft")

    page.get_by_text("Save view", exact=True).first.click()
    page.get_by_label("Name of the view").fill("My drafts")
    page.get_by_label("Name of the view").press("Enter")

    expect(page.get_by_role("link", name="My drafts")).to_have_attribute("aria-current", "page")
    page.get_by_text("This view").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("link", name="My drafts")).to_have_count(0)
    assert page.url.endswith("?status=draft")


def test_a_menu_closes_with_escape_and_gives_the_focus_back(
    log_in, live_server: LiveServer, mallory: User, shelf: Seller
) -> None:
    page = log_in(mallory)
    page.goto(live_server.url + LIST)
    page.locator("#menu-columns summary").click()
    page.get_by_role("checkbox", name="GTIN").focus()

    page.keyboard.press("Escape")

    expect(page.locator("#menu-columns summary")).to_be_focused()
    expect(page.get_by_role("checkbox", name="GTIN")).to_be_hidden()


def test_everything_works_without_javascript(
    browser, live_server: LiveServer, mallory: User, shelf: Seller, log_in
) -> None:
    cookies = log_in(mallory).context.cookies()
    with browser.new_context(java_script_enabled=False) as context:
        context.add_cookies(cookies)
        page = context.new_page()
        page.goto(live_server.url + LIST)
        page.get_by_label("Search by title, brand, SKU or GTIN").fill("kettle")
        page.get_by_role("button", name="Show", exact=True).click()
        expect(page.locator("#products tbody tr")).to_have_count(1)
        page.locator("#menu-columns summary").click()
        page.get_by_role("checkbox", name="GTIN").check()
        page.get_by_role("button", name="Show these columns").click()
        expect(page.get_by_role("columnheader", name="GTIN")).to_be_visible()
        expect(page.locator("#q")).to_have_value("kettle")


def test_the_list_is_clean_in_every_state(
    inspector: Inspector, log_in, live_server: LiveServer, mallory: User, shelf: Seller
) -> None:
    log_in(mallory)
    view = SavedView.objects.get()
    for query in (
        "", f"?status=held&view={view.pk}", f"?status=draft&brand=Bravo&view={view.pk}", "?q=nothing&status=held",
        "?q=headphnes", "?offer=stale&sort=-updated",
    ):  # fmt: skip
        assert inspector.faults_of(f"{live_server.url}{LIST}{query}") == []
    inspector.page.goto(live_server.url + LIST)
    for menu in ("#menu-save", "#menu-columns", "#menu-export"):
        inspector.page.locator(f"{menu} summary").click()
        assert inspector.faults() == [], menu
    inspector.page.keyboard.press("Escape")
    inspector.page.keyboard.press("?")
    assert inspector.faults() == [], "the help"


def test_an_empty_shop_is_clean(inspector: Inspector, log_in, live_server: LiveServer, mallory: User) -> None:
    factories.seller("Mine", mallory)
    log_in(mallory)

    assert inspector.faults_of(live_server.url + LIST) == []


@pytest.mark.parametrize("width", [320, 390])
def test_the_list_fits_a_narrow_screen(
    page: Page, log_in, live_server: LiveServer, mallory: User, shelf: Seller, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    log_in(mallory)
    for query in ("", "?q=nothing&status=held&brand=Bravo&market=US", "?status=held&view=1"):
        page.goto(f"{live_server.url}{LIST}{query}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, query
    for menu in ("#menu-save", "#menu-columns", "#menu-export"):
        page.locator(f"{menu} summary").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, menu
        expect(page.locator(f"{menu} .menu-box")).to_be_in_viewport()
