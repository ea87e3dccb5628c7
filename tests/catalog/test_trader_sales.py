"""Sales by month, the line above which the law asks more of a seller, and what is due then."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
import time_machine

from catalog.models import MonthlySales
from catalog.trader_checks import (
    months_of,
    record_sales,
    standing_of,
)
from tests import factories
from tests.catalog import shops
from tests.catalog.races import at_once
from tests.catalog.traders import address, trader

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


def test_sales_add_up_by_month_and_currency(db: None) -> None:
    seller, _ = shops.owned()
    for _ in range(2):
        record_sales(seller=seller, month=date(2026, 3, 15), currency="USD", sales=3, value_minor=1000)
    record_sales(seller=seller, month=date(2026, 3, 31), currency="EUR", sales=1, value_minor=500)

    rows = MonthlySales.objects.order_by("currency").values_list("month", "currency", "sales_count", "value_minor")
    assert list(rows) == [(date(2026, 3, 1), "EUR", 1, 500), (date(2026, 3, 1), "USD", 6, 2000)]
    assert [month.sales for month in months_of(seller)] == [6]


def test_the_day_on_which_the_line_is_passed_is_noted_once(db: None) -> None:
    seller, _ = shops.owned()
    sell = partial(record_sales, seller=seller, currency="USD", sales=150, value_minor=300_000)

    with time_machine.travel("2026-03-10T12:00Z"):
        sell(month=date(2026, 3, 1))
        assert trader(seller).file is None
        sell(month=date(2026, 3, 1))
    with time_machine.travel("2026-04-20T12:00Z"):
        sell(month=date(2026, 4, 1))

    assert trader(seller).file.high_volume_since == date(2026, 3, 10)
    standing = standing_of(trader(seller), months_of(seller), date(2026, 3, 12))
    assert standing.clocks[0].due == date(2026, 3, 20)
    assert standing.clocks[0].days_left(date(2026, 3, 14)) == 6


def test_euros_do_not_count_and_the_page_says_so(login) -> None:
    seller, owner = shops.owned()
    shops.sold(seller, {1: (1000, 10**8)}, "EUR")

    page = login(owner).get(address(seller))

    assert page.context["standing"].since is None
    assert "Sales in EUR are not counted here." in page.content.decode()


def test_the_page_of_a_busy_seller_shows_what_is_due(login) -> None:
    seller, owner = shops.owned()
    shops.sold(seller, {1: (400, 10**7)})

    page = login(owner).get(address(seller)).content.decode()

    assert "days late" in page or "due in" in page
    assert "consumers in the US are shown who sells" in page


def test_a_seller_that_stays_silent_is_said_to_be_suspended(login) -> None:
    seller, owner = shops.owned()
    shops.sold(seller, {12: (400, 10**7)})

    assert "silent for longer than the INFORM Act allows" in login(owner).get(address(seller)).content.decode()


@pytest.mark.django_db(transaction=True)
def test_sales_recorded_at_once_are_all_counted() -> None:
    factories.rows_of_migrations()
    seller, _ = shops.owned()

    results = at_once(
        [partial(record_sales, seller=seller, month=date(2026, 3, 1), currency="USD", sales=1, value_minor=7)] * 20
    )

    assert not [result for result in results if isinstance(result, Exception)]
    row = MonthlySales.objects.get()
    assert (row.sales_count, row.value_minor) == (20, 140)
