"""What rules find is shown; settings and shares of listings are changed by keyboard; judges name what is copied."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog.models import BlindSample, Brand, RuleVersion
from catalog.overlap_page import keep_overlaps
from catalog.recall_counting import keep_recalls
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from tests import factories
from tests.browser.rounds import Walk
from tests.browser.rounds import walk as walk
from tests.catalog import rule_rows as rows

pytestmark = pytest.mark.browser
RULE = "/catalog/rules/cheap/"


@pytest.fixture
def paula(db: None) -> User:
    return factories.user("paula", Role.POLICY)


@pytest.fixture
def petra(db: None) -> User:
    return factories.user("petra", Role.POLICY)


@pytest.fixture
def luxor(db: None) -> Brand:
    return Brand.objects.create(name="Luxor", is_protected=True)


@pytest.fixture
def cheap(paula: User, petra: User, luxor: Brand) -> RuleVersion:
    """A rule that acts on a quarter of all listings, with what people and the blind sample say of it."""
    version = rows.live("Cheap", paula, petra, lane="hold", rollout_percent=Decimal(25))
    other = rows.live("Nobody is authorised", paula, petra, lane="review")
    for number in range(12):
        product = factories.product(f"Luxor bag {number}", photos=0, brand="Luxor")
        is_fake = number < 9
        rows.found(version if number % 3 else other, product, "confirmed" if is_fake else "cleared", brand=luxor)
        rows.known(product, fired=[version.pk, other.pk] if number % 3 else [other.pk], verdict="hold")
    for number in range(20):
        product = factories.product(f"Plain bag {number}", photos=0, brand="Luxor")
        rows.known(product)
        is_copy = number == 0
        BlindSample.objects.create(
            product=product, stratum="protected", population=20, brand=luxor, copies=luxor if is_copy else None,
            verdict="counterfeit" if is_copy else "fine", decided_by=petra, decided_at=timezone.now(),
        )  # fmt: skip
    rows.known(factories.product("Loxur bag", photos=0, brand="Loxur"))
    keep_recalls(timezone.now())
    keep_overlaps(timezone.now())
    return version


def test_settings_are_changed_by_keyboard_and_a_refusal_leads_to_its_field(
    log_in, live_server: LiveServer, paula: User, cheap: RuleVersion
) -> None:
    page: Page = log_in(paula)
    page.goto(f"{live_server.url}{RULE}settings")
    floor = page.get_by_label("Least precision in percent")
    floor.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("80")
    page.get_by_label("Reason").focus()
    page.keyboard.type("Few are judged.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.get_by_role("link", name="Least precision in percent").focus()
    page.keyboard.press("Enter")
    expect(floor).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("95")
    page.keyboard.press("Enter")

    expect(page.get_by_text("The settings are saved.")).to_be_visible()
    cheap.rule.refresh_from_db()
    assert cheap.rule.precision_floor == 0.95


def test_what_a_share_means_is_said_while_one_types_it(
    log_in, live_server: LiveServer, paula: User, cheap: RuleVersion
) -> None:
    page: Page = log_in(paula)
    page.goto(live_server.url + RULE)
    page.get_by_text("Widen or narrow it…").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Share of listings in percent").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("50")

    expect(page.locator("#reach")).to_contain_text("acts on about 16 of 33 live listings")
    expect(page.locator("#reach")).to_contain_text("It fires on 8 of them now; about 16 are to be expected.")

    page.keyboard.press("Tab")
    page.keyboard.type("It is right.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Proposed as version 2.")).to_be_visible()


def test_a_judge_names_the_brand_that_is_copied(
    log_in, live_server: LiveServer, paula: User, cheap: RuleVersion, luxor: Brand
) -> None:
    sample = BlindSample.objects.create(
        product=factories.product("Loxur belt"), stratum="branded", population=1, brand=None
    )
    page: Page = log_in(paula)
    page.goto(f"{live_server.url}/catalog/rules/sample/")
    page.get_by_label("Which brand a counterfeit copies").press_sequentially("lux")
    expect(page.locator("#options option")).to_have_count(1, timeout=5000)
    page.get_by_label("Which brand a counterfeit copies").fill("luxor")
    page.get_by_role("button", name="Counterfeit").press("Enter")

    expect(page.get_by_role("heading", name="Nothing waits to be judged")).to_be_visible()
    sample.refresh_from_db()
    assert sample.copies == luxor


def test_the_sample_is_judged_by_single_keys(log_in, live_server: LiveServer, paula: User) -> None:
    samples = [
        BlindSample.objects.create(product=factories.product(title), stratum="unbranded", population=3)
        for title in ("Belt", "Cup", "Hat")
    ]
    page: Page = log_in(paula)
    page.goto(f"{live_server.url}/catalog/rules/sample/")
    for title, key in (("Belt", "c"), ("Cup", "n"), ("Hat", "d")):
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        page.keyboard.press(key)

    expect(page.get_by_role("heading", name="Cup")).to_be_visible()
    verdicts = BlindSample.objects.filter(pk__in=[sample.pk for sample in samples]).order_by("pk")
    assert list(verdicts.values_list("verdict", flat=True)) == ["fine", None, "counterfeit"]
    page.get_by_label("Which brand a counterfeit copies").press_sequentially("dcn")
    expect(page.get_by_role("heading", name="Cup")).to_be_visible()


def test_pages_that_show_what_rules_find_are_clean(walk: Walk, paula: User, cheap: RuleVersion, luxor: Brand) -> None:
    BlindSample.objects.create(product=factories.product("Belt"), stratum="branded", population=1)
    walk.log_in(paula)
    for address in (RULE, f"{RULE}settings", f"{RULE}rollout", "/catalog/rules/", "/catalog/rules/signs/",
                    "/catalog/rules/overlaps/", "/catalog/rules/sample/", luxor.get_absolute_url()):  # fmt: skip
        walk.visit(address)
    walk.visit(RULE)
    walk.inspector.page.get_by_text("Widen or narrow it…").click()
    walk.look("the form for another share")

    assert walk.faults == {}
