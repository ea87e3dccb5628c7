"""How a seller's orders of a day went, as the shop system reports it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import SellerDay
from catalog.seller_records import MoreThanOrders, record_days
from shopadmin.accounts.models import User
from shopadmin.accounts.permissions import Permission
from shopadmin.accounts.roles import Role
from tests import factories
from tests.shopadmin.tokens import token_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
DAY = date(2026, 1, 31)


def put(client: Client, day: str = "2026-01-31", token: str = "", **content: object):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    address = f"/api/catalog/sellers/corner-shop/days/{day}/"
    return client.put(address, content, content_type="application/json", headers=headers)


@pytest.fixture
def shop():
    return factories.seller()


def recorded() -> list[tuple[object, ...]]:
    return list(SellerDay.objects.values_list("seller__slug", "day", "orders", "refunds", "disputes"))


def test_a_day_is_set_and_not_added_to(shop) -> None:
    record_days(seller=shop, day=DAY, orders=10, refunds=0, disputes=0)
    record_days(seller=shop, day=DAY, orders=10, refunds=2, disputes=1)
    assert recorded() == [("corner-shop", DAY, 10, 2, 1)]


def test_no_more_can_be_refunded_than_was_ordered(shop) -> None:
    with pytest.raises(MoreThanOrders):
        record_days(seller=shop, day=DAY, orders=1, refunds=2, disputes=0)
    with pytest.raises(MoreThanOrders):
        record_days(seller=shop, day=DAY, orders=1, refunds=0, disputes=2)
    assert recorded() == []


def test_the_shop_system_reports_with_a_token_and_can_repeat_itself(shop, alice: User) -> None:
    token = token_of(alice, Permission.VERIFY_TRADERS, Permission.VIEW_SELLERS)
    for _ in range(2):
        response = put(Client(), token=token, orders=10, refunds=2)
        assert response.status_code == 200
        assert response.json() == {"day": "2026-01-31", "orders": 10, "refunds": 2, "disputes": 0}
    assert recorded() == [("corner-shop", DAY, 10, 2, 0)]


def test_policy_staff_may_report_and_merchants_may_not(shop, mallory: User, login) -> None:
    assert put(login(factories.user("paula", Role.POLICY)), orders=1).status_code == 200
    factories.seller("Corner Shop", mallory)
    assert put(login(mallory), orders=2).status_code == 403
    assert recorded() == [("corner-shop", DAY, 1, 0, 0)]


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({}, "orders"),
        ({"orders": -1}, "orders"),
        ({"orders": 2**31}, "orders"),
        ({"orders": "many"}, "orders"),
        ({"orders": 1, "refunds": 2}, "orders"),
        ({"orders": 1, "day": "tomorrow"}, None),
    ],
)
def test_what_is_wrong_is_said_by_field(
    content: dict[str, object], field: str | None, shop, alice: User, login
) -> None:
    response = put(login(alice), **content) if "day" not in content else put(login(alice), "tomorrow", orders=1)
    assert response.status_code == 400
    assert list(response.json()) == [field or "day"]


def test_a_day_that_is_still_to_come_is_refused(shop, alice: User, login) -> None:
    later = timezone.now().date() + timedelta(days=2)
    response = put(login(alice), later.isoformat(), orders=1)
    assert (response.status_code, response.json()) == (400, {"day": ["This day is still to come."]})


@pytest.mark.parametrize("body", ["[]", "3", "null", "{"])
def test_a_body_that_is_no_object_is_refused(body: str, shop, alice: User, login) -> None:
    address = "/api/catalog/sellers/corner-shop/days/2026-01-31/"
    assert login(alice).put(address, body, content_type="application/json").status_code == 400


def test_an_unknown_seller_is_not_found(alice: User, login) -> None:
    assert put(login(alice), orders=1).status_code == 404
