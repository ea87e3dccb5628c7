"""Pages by position show each row once, whatever comes in meanwhile."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from catalog.models import Product
from shopadmin.keyset import Page, page
from tests import factories

pytestmark = pytest.mark.django_db


def by_title(query: str) -> Page[Product]:
    return page(Product.objects.all(), fields=("title", "pk"), query=QueryDict(query.removeprefix("?")), size=3)


@pytest.fixture
def titles() -> list[str]:
    names = ["Apple", "Apple", "Banana", "2024-01-01", "Éclair", "fig", "Apple"]
    for name in names:
        factories.product(name, photos=0)
    return list(Product.objects.order_by("title", "pk").values_list("title", flat=True))


def test_walking_forward_and_back_shows_every_row_once_in_order(titles: list[str]) -> None:
    forward, query = [], ""
    while True:
        current = by_title(query)
        forward += [product.title for product in current.rows]
        if not current.older:
            break
        query = current.older
    backward: list[str] = [product.title for product in current.rows]
    while current.newer:
        current = by_title(current.newer)
        backward = [product.title for product in current.rows] + backward

    assert forward == titles
    assert backward == titles


def test_the_ends_have_no_neighbour(titles: list[str]) -> None:
    first = by_title("")

    assert first.newer == ""
    assert by_title(by_title(first.older).newer).newer == ""


def test_the_rest_of_the_address_is_kept(titles: list[str]) -> None:
    assert "q=apple" in by_title("q=apple").older


@pytest.mark.parametrize("position", ["x", "e30=", "bnVsbA==", "W10=", "WyJhIiwgIngiXQ==", "é", "W251bGwsIDFd"])
def test_a_position_that_is_not_ours_gives_the_first_page(titles: list[str], position: str) -> None:
    address = f"after={position}"

    assert [row.pk for row in by_title(address).rows] == [row.pk for row in by_title("").rows]


def test_a_row_that_comes_in_meanwhile_moves_nothing(titles: list[str]) -> None:
    older = by_title("").older
    expected = [row.pk for row in by_title(older).rows]

    factories.product("Aardvark food", photos=0)

    assert [row.pk for row in by_title(older).rows] == expected
