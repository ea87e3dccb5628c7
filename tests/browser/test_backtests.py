"""A backtest on its page: how far it is while a worker asks, stopped by keyboard, and what it found on a phone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog.backtests import asking, services
from catalog.fact_finding import to_json
from catalog.models import Backtest, LaneChoices, ListingFacts, Screening
from catalog.rule_writing import Wording
from catalog.screening.drawing import is_drawn
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from tests import factories
from tests.browser.rounds import NARROW, TOO_WIDE, WIDE
from tests.catalog import rule_rows as rows
from tests.catalog.rule_shop import facts

pytestmark = pytest.mark.browser


@pytest.fixture
def paula(db: None) -> User:
    return factories.user("paula", Role.POLICY)


@pytest.fixture
def petra(db: None) -> User:
    return factories.user("petra", Role.POLICY)


def started(by: User) -> Backtest:
    return services.start_backtest(wording=Wording(text=rows.CHEAP, lane=LaneChoices.HOLD), by=by, days=30)


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Backtest], threading.Event]]:
    """A worker that has asked the first of many sets of listings, and waits for a word before it goes on."""
    goes_on, begun = threading.Event(), threading.Event()
    in_time = services._in_time

    def waiting(heartbeat):
        report = in_time(heartbeat)

        def slowly(share: float) -> None:
            heartbeat.report(0.42)
            begun.set()
            goes_on.wait(60)
            report(share)

        return slowly

    monkeypatch.setattr(services, "_in_time", waiting)
    monkeypatch.setattr(asking, "PAGES_AT_ONCE", 1)
    threads: list[threading.Thread] = []

    def run(test: Backtest) -> threading.Event:
        def work() -> None:
            services.run_backtest(test.pk)
            connection.close()

        threads.append(threading.Thread(target=work))
        threads[0].start()
        assert begun.wait(60)
        return goes_on

    yield run
    goes_on.set()
    for thread in threads:
        thread.join()


def test_how_far_it_is_shows_by_itself_and_it_is_stopped_by_keyboard(
    page: Page, log_in, live_server: LiveServer, paula: User, worker: Callable[[Backtest], threading.Event]
) -> None:
    rows.known(factories.product("Cheap mug"))
    test = started(paula)
    log_in(paula)
    page.goto(live_server.url + test.get_absolute_url())
    progress = page.locator("#backtest-progress")
    expect(progress).to_contain_text("waiting for a worker")

    goes_on = worker(test)
    expect(progress).to_contain_text("asking listings")
    expect(progress).to_contain_text("42 %")
    assert page.evaluate(TOO_WIDE) == []
    page.locator("#cancel").focus()
    page.keyboard.press("Enter")
    expect(progress).to_contain_text("Stopping…")
    expect(page.locator("#cancel")).to_be_disabled()
    goes_on.set()

    expect(page.get_by_text("Cancelled. Nothing was changed.")).to_be_visible()
    test.refresh_from_db()
    assert (test.state, test.result) == (Backtest.State.CANCELLED, None)


def test_what_it_found_fits_a_phone(page: Page, log_in, live_server: LiveServer, paula: User, petra: User) -> None:
    known = rows.live("Old rule", paula, petra)
    for number in range(12):
        product = factories.product(f"Cheap mug with a long name number {number}", photos=1)
        rows.known(product)
        if number < 3:
            rows.found(known, product, "cleared")
        Screening.objects.create(
            product=product, product_version=1, at=timezone.now() - timedelta(days=1), verdict="clean",
            facts=to_json(facts(brand_is_protected=True, price_quantile=0.01)),
            drawn_percent=50 if is_drawn(product.pk, 50) else None,
        )  # fmt: skip
    ListingFacts.objects.update(verdict="clean")
    test = started(paula)
    services.run_backtest(test.pk)
    log_in(paula)

    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        page.goto(live_server.url + test.get_absolute_url())
        expect(page.locator(".mistaken h2")).to_contain_text("3")
        expect(page.get_by_text("of all clean listings")).to_be_visible()
        assert page.evaluate(TOO_WIDE) == []
