"""The page of models by keyboard: what waits is asked of listings, refused, asked for again and approved."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog.backtests.services import run_backtest
from catalog.models import Backtest, LaneChoices, ModelRelease
from catalog.screening.services import screen_due
from shopadmin.accounts.models import User
from tests import factories
from tests.browser.conftest import Breakages
from tests.browser.rounds import NARROW, TOO_WIDE, WIDE
from tests.browser.test_accessibility import Inspector
from tests.catalog.models_of_photos import Reader, reading
from tests.catalog.running_rules import live_rule, staff

pytestmark = pytest.mark.browser
MODELS = "/catalog/rules/models/"


@pytest.fixture
def reader(db: None) -> Iterator[Reader]:
    """A reader whose next version waits, and whose former one is lost: one of two cups is held for it."""
    with reading() as reader:
        live_rule('has_photo_text && photo_text.contains("replica")', LaneChoices.HOLD)
        factories.product("Cup", screened_version=0)
        screen_due()
        reader.offer("reader@2")
        reader.lost.add("reader@1")
        factories.product("Another cup", screened_version=0)
        screen_due()
        yield reader


@pytest.fixture
def petra(db: None) -> User:
    return staff("petra")


def test_what_waits_is_asked_refused_asked_for_again_and_approved(
    page: Page, live_server: LiveServer, log_in, broken: Breakages, reader: Reader, petra: User
) -> None:
    inspector = Inspector(page, broken)
    log_in(petra)
    page.goto(live_server.url + "/catalog/rules/")
    page.get_by_role("link", name="Models").press("Enter")
    expect(page.get_by_text("1 listing is held")).to_be_visible()
    look(inspector)

    page.get_by_role("button", name="Ask listings what would change").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What the new version of the model would change")
    run_backtest(Backtest.objects.get().pk)
    page.reload()
    expect(page.get_by_role("cell", name="held", exact=True)).to_have_count(2)
    look(inspector)

    page.get_by_role("link", name="Models").press("Enter")
    expect(page.get_by_text("2 of 2 listings change")).to_be_visible()
    page.get_by_label("Refuse").press("Space")
    page.get_by_label("Reason").fill("Takes each cup for a replica.")
    page.get_by_role("button", name="Decide").press("Enter")
    expect(page.get_by_text("Refused. The version in force stays.")).to_be_visible()
    look(inspector)

    page.get_by_text("Ask for another decision…").press("Enter")
    page.get_by_label("Reason").fill("They are replicas.")
    page.get_by_role("button", name="Ask for another decision").press("Enter")
    expect(page.get_by_text("You asked for this version")).to_be_visible()
    look(inspector)

    log_in(staff("paula"))
    page.goto(live_server.url + MODELS)
    page.get_by_label("Approve").press("Space")
    page.get_by_role("button", name="Decide").press("Enter")
    expect(page.get_by_text("Approved. Listings are asked again.")).to_be_visible()
    assert ModelRelease.objects.live().get(maker="reader").version == "reader@2"
    look(inspector)


def look(inspector: Inspector) -> None:
    page = inspector.page
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)
        assert page.evaluate(TOO_WIDE) == []
    assert inspector.faults() == []
