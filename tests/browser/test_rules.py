"""Rules are written by keyboard: errors lead to their place, names complete, listings answer, another approves."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog.models import ListingFacts, RuleVersion
from catalog.rules.editing import tokens
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from tests import factories
from tests.browser.conftest import Breakages
from tests.browser.rounds import NARROW, TOO_WIDE, WIDE
from tests.browser.test_accessibility import Inspector
from tests.catalog import rule_rows as rows

pytestmark = pytest.mark.browser
ADD = "/catalog/rules/add"
TEXTS = [
    rows.CHEAP,
    'mentions_any(title, "evasive") || in_list(seller, "watched")\n// a comment\n&& markets.exists(m, m == "US")',
    'title.contains("a\\"b") && !(price_to_median < .5e2) ? true : size(sku) > 0x1f',
    "price = 3 and “brand” 😀 'unfinished",
    "has_price && price_of <> 3 && title.nothing",
]
COLOURS = """async ([text, address]) => {
    const { tokens } = await import(address);
    const names = JSON.parse(document.getElementById("rule-names").textContent);
    for (const kind of Object.keys(names)) { names[kind] = new Set(names[kind]); }
    return tokens(text, names).map(({ start, end, kind }) => [text.slice(start, end), kind]);
}"""


@pytest.fixture
def paula(db: None) -> User:
    return factories.user("paula", Role.POLICY)


@pytest.fixture
def petra(db: None) -> User:
    return factories.user("petra", Role.POLICY)


@pytest.fixture
def mugs(db: None) -> list[ListingFacts]:
    """A mug that is far too cheap, and one that is not."""
    return [
        rows.known(factories.product("Cheap mug"), price_quantile=0.03),
        rows.known(factories.product("Fair mug"), price_quantile=0.4),
    ]


@pytest.fixture
def editor(log_in, live_server: LiveServer, paula: User, mugs: list[ListingFacts]) -> Page:
    """The editor of a new rule in Paula's browser."""
    page: Page = log_in(paula)
    page.goto(live_server.url + ADD)
    return page


def test_a_rule_is_written_mended_completed_tried_proposed_and_approved(
    editor: Page, log_in, live_server: LiveServer, paula: User, petra: User
) -> None:
    page, keys, text = editor, editor.keyboard, editor.locator("#id_text")
    page.get_by_label("Title").focus()
    keys.type("Far too cheap")
    text.focus()
    keys.type("photo_cont < 3")

    problem = page.get_by_role("link", name="photo_cont is not a fact.")
    expect(problem).to_be_visible()
    expect(text).to_have_attribute("aria-invalid", "true")
    problem.focus()
    keys.press("Enter")
    expect(text).to_be_focused()
    assert text.evaluate("area => area.value.slice(area.selectionStart, area.selectionEnd)") == "photo_cont"

    keys.type("price_q")
    option = page.get_by_role("listbox").get_by_role("option").first
    expect(option).to_contain_text("price_quantile")
    keys.press("ArrowDown")
    expect(text).to_have_attribute("aria-activedescendant", "completion-1")
    expect(option).to_have_attribute("aria-selected", "true")
    keys.press("Enter")
    expect(text).to_have_value("price_quantile < 3")
    expect(page.locator(".problem")).to_contain_text("Write 3.0 instead of 3.")

    text.fill("has_price_quantile && price_quantile < 0.05")
    expect(page.locator("#rule-problems")).to_contain_text("This is a rule.")
    expect(page.locator("#trial-words")).to_contain_text("Says yes to 1 of 2.")
    cheap = page.get_by_role("listitem").filter(has_text="Cheap mug")
    expect(cheap.locator(".state")).to_have_text("fires")
    cheap.get_by_text("Clause by clause").click()
    expect(cheap).to_contain_text("price_quantile = 0.03")
    expect(cheap).to_contain_text("price_quantile ≥ 0.05")

    keys.press("Control+s")
    expect(page.get_by_text("The draft is saved.")).to_be_visible()
    page.get_by_role("button", name="Propose it").press("Enter")
    expect(page.get_by_text("You wrote this version, so somebody else decides about it.")).to_be_visible()

    address = page.url
    log_in(petra)
    page.goto(address)
    page.get_by_label("Approve").check()
    page.get_by_role("button", name="Decide").press("Enter")
    expect(page.get_by_text("Approved. Its writer is told.")).to_be_visible()
    assert RuleVersion.objects.get().state == RuleVersion.State.LIVE
    assert RuleVersion.objects.get().decided_by == petra


def test_escape_closes_the_suggestions_and_the_text_stays_as_typed(editor: Page) -> None:
    editor.locator("#id_text").focus()
    editor.keyboard.type("pri")
    expect(editor.get_by_role("listbox")).to_be_visible()
    editor.keyboard.press("Escape")
    expect(editor.get_by_role("listbox")).to_be_hidden()
    editor.keyboard.press("Enter")
    expect(editor.locator("#id_text")).to_have_value("pri\n")


def test_the_colours_while_typing_are_those_of_the_server(editor: Page) -> None:
    address = editor.locator('script[src*="rule-editor"]').get_attribute("src") or ""
    for text in TEXTS:
        expected = [[text[token.start : token.end], str(token.kind)] for token in tokens(text)]
        assert editor.evaluate(COLOURS, [text, address.replace("rule-editor", "rule-tokens")]) == expected, text


def test_facts_are_searched_by_meaning_and_put_in_at_the_cursor(editor: Page) -> None:
    editor.locator("#id_text").fill("true && ")
    editor.get_by_label("Search facts and functions").fill("seller joined")
    expect(editor.locator(".reference-row:visible")).to_have_count(1)
    editor.get_by_role("button", name="Insert: seller_age_days").click()
    expect(editor.locator("#id_text")).to_have_value("true && seller_age_days")


def test_listings_are_found_and_tried_while_the_text_keeps_the_focus_of_the_reader(editor: Page) -> None:
    editor.get_by_role("button", name="Take away: Fair mug").click()
    expect(editor.locator(".tried")).to_have_count(1)
    editor.get_by_label("Find a listing to try it on").fill("fair")
    editor.get_by_role("button", name="Try Fair mug").click()
    expect(editor.locator(".tried")).to_have_count(2)
    expect(editor.get_by_label("Find a listing to try it on")).to_have_value("fair")


def test_the_editor_is_clean_with_errors_suggestions_and_results(editor: Page, broken: Breakages) -> None:
    inspector = Inspector(editor, broken)
    text = editor.locator("#id_text")
    text.fill("pric < 3")
    expect(editor.locator(".problem")).to_be_visible()
    assert inspector.faults() == [], "with an error"
    text.fill(rows.CHEAP)
    expect(editor.locator(".clause").first).to_be_attached()
    for why in editor.get_by_text("Clause by clause").all():
        why.evaluate("summary => summary.parentElement.open = true")
    for group in editor.locator(".reference-group > summary").all():
        group.click()
    assert inspector.faults() == [], "with results"
    text.focus()
    editor.keyboard.press("End")
    editor.keyboard.type(" && pri")
    expect(editor.get_by_role("listbox")).to_be_visible()
    assert inspector.faults() == [], "with suggestions"
    editor.set_viewport_size(NARROW)
    assert editor.evaluate(TOO_WIDE) == []
    editor.set_viewport_size(WIDE)


def test_a_rule_is_muted_from_a_finding_in_the_panel(
    log_in, live_server: LiveServer, paula: User, petra: User, broken: Breakages
) -> None:
    live = rows.live("Cheap", paula, petra)
    rows.found(live, factories.product("Mug"), "cleared")
    page: Page = log_in(paula)
    page.goto(live_server.url + live.rule.get_absolute_url())
    page.get_by_role("link", name="Mute Mug").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert Inspector(page, broken).faults() == []
    dialog.get_by_role("button", name="Mute it").press("Enter")
    expect(dialog.get_by_text("Say why: it stays in the history.").first).to_be_visible()
    dialog.get_by_label("Reason").fill("The seller sent an invoice.")
    dialog.get_by_role("button", name="Mute it").press("Enter")
    expect(page.get_by_text("The rule is mute for Mug until")).to_be_visible()
    expect(page.locator("#snoozes")).to_contain_text("The seller sent an invoice.")
