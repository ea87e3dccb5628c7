"""A policy officer's day: a rule from its first slip to the appeal that it lost, and what follows from that."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog.backtests.services import run_backtest
from catalog.membership import MemberRole
from catalog.models import Backtest, Brand, Decision, Product, RegressionCase, Rule, RuleVersion, SellerMember
from catalog.screening.services import screen_until_done
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from tests import factories

pytestmark = pytest.mark.browser
BRAND = "Novarello"


@pytest.fixture
def paula(db: None) -> User:
    return factories.user("paula", Role.POLICY)


@pytest.fixture
def petra(db: None) -> User:
    return factories.user("petra", Role.POLICY)


@pytest.fixture
def copies(mallory: User) -> list[Product]:
    """Two listings of a merchant that spell a protected brand with digits, and one that names nobody."""
    Brand.objects.create(name=BRAND, is_protected=True)
    shop = factories.seller("Corner Shop")
    SellerMember.objects.create(seller=shop, user=mallory, role=MemberRole.OWNER)
    titles = ("N0varell0 bag", "N0varell0 shoe", "Plain scarf")
    listings = [factories.product(title, of=shop, screened_version=0) for title in titles]
    screen_all()
    return listings


def screen_all() -> None:
    """Do what the worker of the queue "screening" does."""
    screen_until_done(linger_s=0)


def test_a_rule_is_written_tried_approved_acts_loses_an_appeal_and_is_kept_from_being_wrong_again(
    page: Page, live_server: LiveServer, log_in, paula: User, petra: User, mallory: User, copies: list[Product]
) -> None:
    bag, shoe, scarf = copies
    log_in(paula)
    benches_the_brand(page, live_server.url)
    drafts_with_a_slip_and_mends_it(page, live_server.url)
    asks_all_listings(page, bag)
    page.goto(live_server.url + Rule.objects.get().get_absolute_url())
    lets_it_watch(page)
    page.get_by_role("button", name="Propose it").click()
    expect(page.get_by_text("You wrote this version, so somebody else decides about it.")).to_be_visible()

    log_in(petra)
    page.reload()
    page.get_by_label("Approve").check()
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("Approved. Its writer is told.")).to_be_visible()
    screen_all()
    assert {one.title: one.status for one in Product.objects.all()} == {
        bag.title: "held",
        shoe.title: "held",
        scarf.title: "live",
    }

    log_in(mallory)
    appeals(page, live_server.url, bag)
    log_in(paula)
    lifts_the_hold(page, live_server.url, bag)
    watches_the_ripple(page, live_server.url, bag, shoe)

    page.goto(live_server.url + Rule.objects.get().get_absolute_url())
    expect(page.locator("#cases")).to_contain_text("the rule would find it again")
    assert RegressionCase.objects.filter(screening__product=bag).exists()
    screen_all()
    assert not Product.objects.filter(status="held").exists()


def benches_the_brand(page: Page, origin: str) -> None:
    page.goto(f"{origin}/catalog/rules/brands/")
    page.get_by_label("Brand", exact=False).first.fill(BRAND)
    page.get_by_role("button", name="Attack it").click()
    expect(page.get_by_text("Spoofs caught")).to_be_visible()


def drafts_with_a_slip_and_mends_it(page: Page, origin: str) -> None:
    page.goto(f"{origin}/catalog/rules/add")
    page.get_by_label("Title").fill("Names in look-alike letters")
    text = page.locator("#id_text")
    text.focus()
    page.keyboard.type("title_confusable_brand.size() > 0")
    problem = page.get_by_role("link", name="title_confusable_brand is not a fact.")
    expect(problem).to_be_visible()
    problem.focus()
    page.keyboard.press("Enter")
    expect(text).to_be_focused()
    page.keyboard.type("title_confusable_brands")
    page.keyboard.press("Escape")
    expect(page.locator("#rule-problems")).to_contain_text("This is a rule.")
    page.locator("input[name=lane][value=block]").check()
    page.keyboard.press("Control+s")
    expect(page.get_by_text("The draft is saved.")).to_be_visible()


def asks_all_listings(page: Page, bag: Product) -> None:
    """Start a backtest, let a worker do it, and read what would change: nothing has changed yet."""
    page.get_by_role("button", name="Ask all listings").click()
    expect(page.get_by_role("heading", name="What the rule would change")).to_be_visible()
    assert run_backtest(Backtest.objects.get().pk) is not None
    expect(page.get_by_text("Verdict changes")).to_be_visible()
    expect(page.locator(".tile").filter(has_text="Verdict changes").locator(".tile-number")).to_have_text("2")
    expect(page.get_by_text(bag.title).first).to_be_visible()
    assert not Product.objects.filter(status="held").exists()


def lets_it_watch(page: Page) -> None:
    page.get_by_role("button", name="Let it watch").click()
    screen_all()
    page.reload()
    expect(page.locator("#shadow")).to_contain_text("It would have fired on 2 listings")
    assert not Product.objects.filter(status="held").exists()


def appeals(page: Page, origin: str, bag: Product) -> None:
    page.goto(origin + bag.get_absolute_url())
    expect(page.locator("#hold")).to_contain_text("how brands are written in the title")
    page.get_by_text("Appeal against it").click()
    page.locator("#hold textarea").first.fill("N0varell0 is our own registered name.")
    page.get_by_role("button", name="Send the appeal").click()
    expect(page.get_by_text("Your appeal is sent.")).to_be_visible()


def lifts_the_hold(page: Page, origin: str, bag: Product) -> None:
    page.goto(origin + bag.get_absolute_url())
    page.get_by_label("Lift the hold").check()
    page.locator("#hold").get_by_label("Answer").last.fill("The register shows the name. We were wrong.")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("The hold is lifted.").first).to_be_visible()
    bag.refresh_from_db()
    assert bag.status == Product.Status.LIVE


def watches_the_ripple(page: Page, origin: str, bag: Product, shoe: Product) -> None:
    decision = Decision.objects.get(product=bag, outcome=Decision.Outcome.HELD)
    page.goto(origin + decision.get_absolute_url())
    similar = page.locator("#similar")
    expect(similar).to_contain_text(shoe.title)
    similar.get_by_role("checkbox", name=re.compile(shoe.title)).check()
    similar.get_by_label("Why they are restored").fill("The same name, of the same owner.")
    page.locator("#restore").click()
    expect(similar).to_have_count(0)
    shoe.refresh_from_db()
    assert shoe.status == Product.Status.LIVE
    assert RuleVersion.objects.get().state == RuleVersion.State.LIVE
