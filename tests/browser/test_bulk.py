"""Products are selected and acted on: with Shift, by keyboard alone, on a phone, without scripts, clean for axe."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog.bulk import services
from catalog.bulk.kinds import Kind
from catalog.models import BulkAction, Category, Offer, Product, Seller
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from tests import factories
from tests.browser.conftest import Breakages
from tests.browser.test_accessibility import Inspector
from tests.catalog.bulk_shop import applied, many, previewed

pytestmark = pytest.mark.browser
LIST = "/catalog/products/"
WIDER = """document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("main *")]
    .filter((element) => element.getBoundingClientRect().right > innerWidth)
    .map((element) => element.outerHTML.slice(0, 120))"""


@pytest.fixture
def shop(mallory: User) -> Seller:
    return factories.seller("Mine", mallory)


@pytest.fixture
def products(log_in, live_server: LiveServer, mallory: User, shop: Seller) -> Page:
    for number in range(6):
        factories.product(f"Mug {number}", of=shop)
    page: Page = log_in(mallory)
    page.goto(live_server.url + LIST)
    return page


def box(page: Page, title: str):
    return page.get_by_role("checkbox", name=f"Select {title}")


def test_the_bar_comes_with_the_first_row_and_shift_takes_a_range(products: Page) -> None:
    page, words = products, products.locator("#selection-words")
    expect(page.locator("#selection")).to_be_hidden()

    box(page, "Mug 1").click()
    expect(words).to_have_text("1 selected")
    box(page, "Mug 4").click(modifiers=["Shift"])
    expect(words).to_have_text("4 selected")
    box(page, "Mug 2").click()
    expect(words).to_have_text("3 selected")
    expect(page.locator("#pick-page")).to_have_js_property("indeterminate", True)
    page.locator("#pick-page").click()
    expect(words).to_have_text("6 selected")
    page.get_by_label("All that fit the filter, on all pages").check()
    expect(words).to_have_text("All that fit")
    page.get_by_role("button", name="Clear the selection").click()

    expect(page.locator("#selection")).to_be_hidden()
    expect(box(page, "Mug 1")).not_to_be_checked()


def test_a_new_filter_takes_the_bar_away(products: Page) -> None:
    page = products
    box(page, "Mug 1").click()
    expect(page.locator("#selection")).to_be_visible()

    page.locator("#q").fill("Mug 2")

    expect(page.locator("#products tbody tr")).to_have_count(1)
    expect(page.locator("#selection")).to_be_hidden()


def test_prices_change_and_come_back_with_the_keyboard_alone(products: Page) -> None:
    page = products
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(page.locator("#selection-words")).to_have_text("3 selected")
    page.keyboard.press("b")
    expect(page.get_by_role("button", name="Publish")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Change prices…")).to_be_focused()
    page.keyboard.press("Enter")

    page.get_by_label("By how much").focus()
    page.keyboard.type("10")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="3 listings change")).to_be_visible()
    expect(page.locator("#changes tbody tr").first).to_contain_text("$4.99")
    expect(page.locator("#changes tbody tr").first).to_contain_text("$5.49")
    page.get_by_role("button", name="Change the prices of 3 listings").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#result")).to_contain_text("3 listings were changed.")
    assert Offer.objects.filter(price_minor=549).count() == 3
    page.locator("#undo").focus()
    page.keyboard.press("Enter")

    expect(page.locator("#result")).to_contain_text("Undone.")
    assert Offer.objects.filter(price_minor=499).count() == 6


def test_a_large_action_moves_on_by_itself_when_it_is_done(
    products: Page, shop: Seller, mallory: User, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "AT_ONCE", 2)
    action = applied(mallory, Kind.WITHDRAW, list(Product.objects.all()))
    page = products
    page.goto(live_server.url + action.get_absolute_url())
    expect(page.locator("#bulk-progress")).to_contain_text("Waiting for a worker.")

    services.run_job(action.jobs.get().pk)

    expect(page.locator("#result")).to_contain_text("6 listings were changed.")


def test_it_works_without_scripts(browser, products: Page, live_server: LiveServer) -> None:
    context = browser.new_context(java_script_enabled=False, storage_state=products.context.storage_state())
    page = context.new_page()
    page.goto(live_server.url + LIST)
    page.get_by_role("checkbox", name="Select Mug 3").check()
    page.locator("#menu-bulk summary").click()
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Remove 1 listing").click()

    expect(page.locator("#result")).to_contain_text("1 listing was changed.")
    assert Product.objects.get(status="removed").title == "Mug 3"
    context.close()


def test_every_page_is_clean(
    products: Page, broken: Breakages, live_server: LiveServer, shop: Seller, mallory: User
) -> None:
    page, inspector = products, Inspector(products, broken)
    box(page, "Mug 1").click()
    page.locator("#menu-bulk summary").click()
    assert inspector.faults() == [], "the bar"
    Category.objects.create(name="Kitchen")
    items = [*many(shop, 8), factories.product("Held", of=shop, status="held"), *Product.objects.filter(status="live")]
    chosen = services.choose(user=mallory, kind=Kind.PRICE, keys=[item.pk for item in items])
    ready = previewed(mallory, Kind.REMOVE, items)
    begun = services.apply(action=previewed(mallory, Kind.STOCK, items, market="", stock=3), user=mallory, reason="new")
    undone = services.undo(action=applied(mallory, Kind.REMOVE, items[:3]), user=mallory)
    empty = previewed(mallory, Kind.RESTORE, items)
    for action in (chosen, ready, begun, undone, empty):
        assert inspector.faults_of(live_server.url + action.get_absolute_url()) == []
    assert inspector.faults_of(live_server.url + begun.get_absolute_url() + "?outcome=same") == []
    assert inspector.faults_of(live_server.url + LIST + "bulk/") == []
    BulkAction.objects.all().delete()
    assert inspector.faults_of(live_server.url + LIST + "bulk/") == []


def test_nothing_runs_over_the_edge_of_a_narrow_screen(
    products: Page, live_server: LiveServer, shop: Seller, mallory: User
) -> None:
    page = products
    items = list(Product.objects.all())
    Product.objects.filter(pk=items[0].pk).update(title="Averylongtitlewithoutanyspace" * 6)
    begun = applied(mallory, Kind.PRICE, items, market="US", how="set", value="123456", currency="USD")
    ready = previewed(mallory, Kind.REMOVE, items)
    page.set_viewport_size({"width": 320, "height": 700})
    for address in (ready.get_absolute_url(), begun.get_absolute_url(), f"{LIST}bulk/", LIST):
        page.goto(live_server.url + address)
        assert page.evaluate(WIDER) == [], address
    box(page, "Mug 1").click()
    assert page.evaluate(WIDER) == []


def test_staff_holds_from_the_list(log_in, live_server: LiveServer, shop: Seller) -> None:
    factories.product("Mug", of=shop)
    page: Page = log_in(factories.user("petra", Role.POLICY))
    page.goto(live_server.url + LIST)
    box(page, "Mug").click()
    page.get_by_role("button", name="Hold…").click()
    page.get_by_label("What is wrong").fill("It burns.")
    page.get_by_label("What the merchant can do").fill("Take it back.")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Hold 1 listing back").click()
    expect(page.get_by_role("alert").get_by_text("This field is required.")).to_be_visible()
    page.get_by_label("Reason").fill("case 12")
    page.get_by_role("button", name="Hold 1 listing back").click()

    expect(page.locator("#result")).to_contain_text("1 listing was changed.")
    assert Product.objects.get().status == "held"
