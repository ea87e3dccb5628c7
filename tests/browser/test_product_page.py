"""A listing is edited with the keyboard alone, photos go up, and two people meet on one page."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog.holding import make_appeal, place_hold
from catalog.listings import edit_listing, values_of
from catalog.models import Brand, Category, Hold, Offer, Product
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from tests import factories
from tests.browser.conftest import Breakages
from tests.browser.test_accessibility import Inspector

pytestmark = pytest.mark.browser

DROP = """(files) => {
    const transfer = new DataTransfer();
    for (const [name, content] of files) {
        const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
        transfer.items.add(new File([bytes], name, { type: "image/jpeg" }));
    }
    return transfer;
}"""


@pytest.fixture
def juice(mallory: User) -> Product:
    drinks = Category.objects.create(name="Drinks")
    Category.objects.create(name="Juice", parent=drinks)
    item = factories.product("Apple juice", of=factories.seller("Mine", mallory), photos=3)
    Offer.objects.create(product=item, market="DE", price_minor=450, currency="EUR", stock=2)
    Offer.objects.filter(market="DE").update(price_refreshed_at=timezone.now() - timedelta(days=9))
    return item


@pytest.fixture
def open_page(log_in, live_server: LiveServer, mallory: User, juice: Product) -> Page:
    page: Page = log_in(mallory)
    page.goto(live_server.url + juice.get_absolute_url())
    return page


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus, as somebody without a mouse does."""
    for _ in range(80):
        if page.evaluate("(selector) => document.activeElement?.matches(selector) ?? false", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {selector}.")


def test_a_listing_is_edited_with_the_keyboard_alone(open_page: Page, juice: Product) -> None:
    page = open_page
    expect(page.locator("#savebar-words")).to_have_text("")
    tab_to(page, "#id_title")
    page.keyboard.press("Control+a")
    page.keyboard.type("Pear juice")
    expect(page.locator("#savebar-words")).to_have_text("Changed: Title")
    tab_to(page, "#id_gtin")
    page.keyboard.type("4006381333932")
    tab_to(page, "#id_variant_name")
    expect(page.locator("#id_gtin_error")).to_contain_text("with 4006381333931 it would fit")
    expect(page.locator("#id_gtin")).to_have_attribute("aria-invalid", "true")
    tab_to(page, "#offer-add")
    page.keyboard.press("Enter")
    expect(page.locator("#id_offers-2-market")).to_be_focused()
    page.keyboard.type("spain")
    page.keyboard.press("Tab")
    page.keyboard.type("3,95")
    page.keyboard.press("Control+s")

    expect(page.locator("#problems")).to_be_visible()
    expect(page.locator("#id_gtin")).to_be_focused()
    expect(page.locator("#savebar-words")).to_contain_text("Changed: Title, GTIN")
    page.keyboard.press("Control+a")
    page.keyboard.type("4006381333931")
    page.keyboard.press("Tab")
    expect(page.locator("#id_gtin")).not_to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Control+s")

    expect(page.get_by_text("Saved.")).to_be_visible()
    juice.refresh_from_db()
    assert (juice.title, juice.gtin) == ("Pear juice", "4006381333931")
    assert juice.offers.get(market="ES").price_minor == 395


def test_one_is_asked_before_leaving_unsaved_and_never_otherwise(
    open_page: Page, live_server: LiveServer, juice: Product
) -> None:
    page, asked = open_page, []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    title = page.get_by_label("Title")
    title.fill("Pear juice")
    title.fill("Apple juice")
    page.goto(f"{live_server.url}/catalog/products/")
    assert asked == []

    page.go_back()
    title.fill("Pear juice")
    page.goto(f"{live_server.url}/catalog/products/")
    assert asked == ["beforeunload"]

    page.goto(live_server.url + juice.get_absolute_url())
    title.fill("Pear juice")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.get_by_label("Title").fill("Quince juice")
    page.get_by_role("link", name="Discard").click()
    expect(page.get_by_label("Title")).to_have_value("Pear juice")
    assert asked == ["beforeunload"]


def test_a_price_that_looks_like_a_slip_is_asked_about_on_the_spot(open_page: Page, juice: Product) -> None:
    page = open_page
    price = page.locator("#id_offers-1-price")
    price.fill("499")
    price.blur()
    row = page.locator("#id_offers-1_error")
    expect(row).to_contain_text("$499.00 instead of $4.99")
    page.get_by_label("Yes, this price is right").check()
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_text("Saved.")).to_be_visible()
    assert juice.offers.get(market="US").price_minor == 49900


def test_brand_and_category_are_offered_while_one_types(open_page: Page) -> None:
    Brand.objects.create(name="Pressed Fruit Co")
    page = open_page
    page.get_by_label("Brand").fill("fruit")
    expect(page.locator("#brand-options option")).to_have_attribute("value", "Pressed Fruit Co")
    page.get_by_label("Category").fill("jui")
    expect(page.locator("#category-options option")).to_have_attribute("value", "Drinks > Juice")


def test_photos_go_up_with_their_own_answers_and_are_put_in_order(open_page: Page, juice: Product) -> None:
    page = open_page
    keys = list(juice.images.values_list("pk", flat=True))
    files = [["good.jpg", factories.jpeg(640, 640, seed=77)], ["bad.jpg", b"no photo"]]
    content = [[name, base64.b64encode(data).decode()] for name, data in files]
    page.dispatch_event("#photo-upload .drop", "drop", {"dataTransfer": page.evaluate_handle(DROP, content)})

    rows = page.locator("#uploads li")
    expect(rows.nth(0)).to_have_attribute("data-tone", "good")
    expect(rows.nth(1)).to_have_attribute("data-tone", "bad")
    expect(page.locator("[data-photo]")).to_have_count(4)

    later = page.locator(f"#photo-{keys[0]}-later")
    later.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-photo]").nth(1).locator(f"#photo-{keys[0]}-later")).to_be_focused()
    expect(page.locator("#photo-news")).to_have_text("This is photo 2 now.")
    page.locator("[data-photo]").nth(2).drag_to(page.locator("[data-photo]").nth(0))
    expect(page.locator("[data-photo]").nth(0).locator(f"#photo-{keys[2]}-later")).to_be_visible()

    page.locator(f"#photo-{keys[1]}-remove").click()
    expect(page.locator("[data-photo]")).to_have_count(3)
    page.locator("#photo-undo").click()
    expect(page.locator("[data-photo]")).to_have_count(4)
    assert juice.images.order_by("position").first().pk == keys[2]


def test_two_people_meet_and_nothing_is_lost(open_page: Page, juice: Product, alice: User) -> None:
    page = open_page
    page.get_by_label("Title").fill("Mine")
    fresh = Product.objects.get(pk=juice.pk)
    theirs = replace(values_of(fresh), title="Theirs", description="From elsewhere.")
    edit_listing(product=fresh, values=theirs, actor=alice)
    page.evaluate("htmx.ajax('GET', document.querySelector('.news').getAttribute('hx-get'), '.news')")
    expect(page.locator(".news")).to_contain_text("Shopadmin’s team changed Title, Description")
    expect(page.get_by_label("Title")).to_be_focused()

    page.get_by_role("button", name="Save", exact=True).click()
    conflict = page.locator("#conflict")
    expect(conflict).to_contain_text("Theirs")
    conflict.get_by_role("group", name="Title").get_by_label("Keep mine").check()
    page.get_by_role("button", name="Save with these choices").click()

    expect(page.get_by_text("Saved.")).to_be_visible()
    juice.refresh_from_db()
    assert (juice.title, juice.description) == ("Mine", "From elsewhere.")


def test_the_page_is_clean_in_every_state(
    page: Page,
    broken: Breakages,
    log_in,
    live_server: LiveServer,
    mallory: User,
    juice: Product,
    alice: User,
    bob: User,
) -> None:
    inspector = Inspector(page, broken)
    Product.objects.update(variant_group="juices", variant_name="apple")
    factories.product("Pear juice", of=juice.seller, variant_group="juices", status="draft", photos=0)
    address = live_server.url + juice.get_absolute_url()
    log_in(mallory)
    for visited in (address, f"{live_server.url}/catalog/products/add"):
        assert inspector.faults_of(visited) == []
    page.goto(address)
    page.get_by_label("Title").fill("")
    page.locator("#id_offers-0-price").fill("9999999")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#problems")).to_be_visible()
    assert inspector.faults() == [], "with errors"
    page.goto(address)
    page.get_by_label("Title").fill("Mine")
    fresh = Product.objects.get(pk=juice.pk)
    edit_listing(product=fresh, values=replace(values_of(fresh), title="Theirs"), actor=alice)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#conflict")).to_be_visible()
    assert inspector.faults() == [], "with a conflict"
    petra = factories.user("petra", Role.POLICY)
    fresh = Product.objects.get(pk=juice.pk)
    hold = place_hold(product=fresh, ground=Hold.Ground.UNSAFE, explanation="Recalled.", remedy="Wait.", actor=petra)
    assert inspector.faults_of(address) == []
    make_appeal(hold=hold, text="It is another lot.", actor=mallory)
    for person, visited in (
        (alice, address), (alice, f"{live_server.url}/catalog/appeals/"), (bob, address),
        (alice, f"{live_server.url}/products/{juice.pk}/links"),
    ):  # fmt: skip
        log_in(person)
        assert inspector.faults_of(visited) == []


def test_the_page_fits_a_narrow_screen(open_page: Page, juice: Product, live_server: LiveServer) -> None:
    open_page.set_viewport_size({"width": 320, "height": 640})
    for address in (juice.get_absolute_url(), "/catalog/products/add"):
        open_page.goto(live_server.url + address)
        assert open_page.evaluate("document.documentElement.scrollWidth") <= 320, address
