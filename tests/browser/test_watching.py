"""Somebody watches a tagged video and asks why a product is linked."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tagging.models import Appearance, Creator, ProductLink, Video
from tests import factories

pytestmark = pytest.mark.browser


@pytest.fixture
def watching(log_in, live_server: LiveServer, dana: Creator, breakfast: Video) -> Page:
    page = log_in(dana.user)
    page.goto(live_server.url + breakfast.get_absolute_url())
    page.wait_for_function("() => document.getElementById('video').readyState >= 2")
    expect(page.locator("#boxes g")).to_have_count(1)
    return page


def left_edge(page: Page, track: int) -> float:
    return float(page.locator(f"#boxes g[data-track='{track}'] rect").get_attribute("x") or "nan") / 1280


def test_one_logs_in_with_the_form_and_watches(
    page: Page, live_server: LiveServer, dana: Creator, breakfast: Video
) -> None:
    page.goto(live_server.url)
    page.get_by_label("E-mail address").fill("dana@example.com")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("alert").first).to_contain_text("do not fit together")
    expect(page.get_by_label("E-mail address")).to_have_value("dana@example.com")
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_role("link", name="Breakfast").click()

    expect(page.get_by_role("heading", name="Breakfast")).to_be_visible()


def test_a_box_is_where_the_object_is_at_each_moment(watching: Page) -> None:
    assert left_edge(watching, 0) == pytest.approx(0.1)

    watching.locator("body").press("n")
    expect(watching.locator("#boxes g[data-track='1']")).to_be_visible()
    assert left_edge(watching, 0) == pytest.approx(0.3)

    watching.locator("body").press("ArrowRight")
    expect(watching.locator("#boxes g")).to_have_count(0)


def test_the_cards_follow_the_moment(watching: Page) -> None:
    cards = watching.locator("#now-cards .product-title")
    expect(cards).to_have_text(["Apple juice"])

    watching.get_by_role("button", name="Next object").click()
    expect(cards).to_have_text(["Apple juice", "Pear juice"])

    watching.locator("#seek").fill("3500")
    expect(cards).to_have_text(["Pear juice"])

    watching.locator("#seek").fill("9000")
    expect(watching.locator("#now-empty")).to_be_visible()


def test_what_ends_when_the_next_begins_is_no_longer_shown(
    log_in, live_server: LiveServer, dana: Creator, breakfast: Video
) -> None:
    Appearance.objects.filter(track__video=breakfast, track__number=0).update(end_ms=1000)
    page = log_in(dana.user)
    page.goto(live_server.url + breakfast.get_absolute_url())
    page.get_by_role("button", name="Next object").click()

    expect(page.locator("#time")).to_have_text("0:01")
    expect(page.locator("#now-cards .product-title")).to_have_text(["Pear juice"])


def test_the_last_picture_keeps_its_boxes_and_cards_also_when_the_window_changes(
    log_in, live_server: LiveServer, dana: Creator, breakfast: Video
) -> None:
    Appearance.objects.filter(track__video=breakfast, track__number=1).update(end_ms=10_000)
    page = log_in(dana.user)
    page.goto(live_server.url + breakfast.get_absolute_url())
    page.locator("#seek").fill("10000")
    expect(page.locator("#boxes g[data-track='1']")).to_be_visible()
    wide = page.locator("#boxes").bounding_box()
    page.set_viewport_size({"width": 700, "height": 600})
    expect(page.locator("#boxes")).not_to_have_css("width", f"{wide['width']}px")

    expect(page.locator("#boxes g[data-track='1']")).to_be_visible()
    expect(page.locator("#now-cards .product-title")).to_have_text(["Pear juice"])


def test_the_space_bar_plays_and_pauses(watching: Page) -> None:
    watching.locator("body").press(" ")
    watching.wait_for_function("() => document.getElementById('video').currentTime > 0.5")
    expect(watching.locator("#play")).to_have_attribute("title", "Pause")
    watching.locator("body").press(" ")

    expect(watching.locator("#play")).to_have_attribute("title", "Play")
    assert float(watching.locator("#playhead").evaluate("it => it.style.getPropertyValue('--at')")) > 4


def test_single_keys_can_be_switched_off_and_stay_off(watching: Page) -> None:
    watching.locator("body").press("?")
    watching.get_by_label("Use single keys on this page").uncheck()
    watching.locator("#help-close").click()
    watching.locator("body").press("n")
    expect(watching.locator("#time")).to_have_text("0:00")

    watching.reload()
    watching.locator("body").press("n")

    expect(watching.locator("#time")).to_have_text("0:00")
    expect(watching.locator("#boxes g")).to_have_count(1)


def test_the_evidence_opens_by_keyboard_and_gives_the_focus_back(watching: Page) -> None:
    why = watching.locator("#now-cards").get_by_role("link", name="Why? Apple juice")
    why.focus()
    why.press("Enter")
    panel = watching.get_by_role("dialog", name="Why this link")
    expect(panel).to_be_visible()
    expect(panel.get_by_role("img", name=re.compile("with a box around"))).to_be_visible()
    for part in ("93 %", "Looks alike", "BRAVO", "efficientnet-lite0@1"):
        expect(panel).to_contain_text(part)
    watching.keyboard.press("Tab")
    expect(panel.locator(":focus")).to_have_count(1)

    watching.keyboard.press("Escape")

    expect(panel).to_be_hidden()
    expect(why).to_be_focused()


def test_a_creator_approves_a_proposed_link_in_the_panel(
    log_in, live_server: LiveServer, dana: Creator, breakfast: Video
) -> None:
    ProductLink.objects.filter(product__title="Apple juice").update(state=ProductLink.State.PROPOSED)
    page = log_in(dana.user)
    page.goto(live_server.url + breakfast.get_absolute_url())
    expect(page.locator(".lane[data-track='0']")).to_have_attribute("data-state", "proposed")
    page.locator("#tracks").get_by_role("link", name="Why? Apple juice").click()

    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#panel .state")).to_have_text("live")
    expect(page.locator("#evidence-title")).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.locator("#tracks .product .state").first).to_have_text("live")
    expect(page.locator(".lane[data-track='0']")).to_have_attribute("data-state", "live")
    assert ProductLink.objects.get(product__title="Apple juice").state == ProductLink.State.LIVE


def test_one_gets_from_the_list_to_the_evidence_and_back_with_keys_only(
    log_in, live_server: LiveServer, dana: Creator, breakfast: Video
) -> None:
    page = log_in(dana.user)
    page.goto(live_server.url + "/videos/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, "Breakfast")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Breakfast")).to_be_visible()
    page.wait_for_load_state()  # before that, the link leads to the evidence's own page
    tab_to(page, "Why? Apple juice")
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.locator(":focus")).to_contain_text("Why?")


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what is named so has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.replace(/\\s+/g, ' ').trim()") == name:
            return
    pytest.fail(f"Tab never reaches {name}.")


def test_the_list_is_searched_without_leaving_the_page(
    log_in, live_server: LiveServer, dana: Creator, breakfast: Video
) -> None:
    factories.video(dana, "Supper")
    page = log_in(dana.user)
    page.goto(live_server.url + "/videos/")
    search = page.get_by_label("Search by title")
    search.fill("supp")

    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("Supper")
    expect(page).to_have_url(re.compile(r"q=supp"))
    expect(search).to_be_focused()


def test_the_colours_can_be_chosen_and_stay(watching: Page) -> None:
    watching.get_by_role("button", name="Dark").click()
    expect(watching.locator("html")).to_have_attribute("data-theme", "dark")
    expect(watching.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")

    watching.reload()

    expect(watching.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_session_that_has_ended_leads_to_the_login_page(watching: Page) -> None:
    watching.context.clear_cookies()

    watching.locator("#now-cards").get_by_role("link", name="Why? Apple juice").click()

    expect(watching.get_by_role("heading", name="Log in")).to_be_visible()
    expect(watching).to_have_url(re.compile(r"next=%2Fvideos%2F"))
