"""The tree of categories."""

from __future__ import annotations

from functools import partial

import pytest

from catalog.categorizing import (
    BelowItself,
    NameTaken,
    NameUnusable,
    NotEmpty,
    TooDeep,
    add_category,
    delete_category,
    edit_category,
)
from catalog.detector_labels import offered_labels
from catalog.models import Category
from shopadmin.accounts.models import AuditEntry, User
from shopadmin.accounts.roles import Role
from tagging.models import LabelPolicy
from tests import factories
from tests.catalog import shops
from tests.catalog.races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
LIST = "/catalog/categories/"


@pytest.fixture
def drinks(alice: User) -> Category:
    """Drinks > Juice > Fresh."""
    top = add_category(name="Drinks", parent=None, by=alice)
    add_category(name="Fresh", parent=add_category(name="Juice", parent=top, by=alice), by=alice)
    return top


def paths() -> list[str]:
    return list(Category.objects.order_by("path").values_list("path", flat=True))


def test_the_tree_shows_how_many_products_lie_in_and_below(login, alice: User, drinks: Category) -> None:
    factories.product(category=drinks)
    factories.product(category=Category.objects.get(name="Fresh"))

    nodes = login(alice).get(LIST).context["nodes"]

    assert [(node.name, node.depth, node.own, node.total) for node, _ in nodes] == [
        ("Drinks", 0, 1, 2), ("Juice", 1, 0, 1), ("Fresh", 2, 1, 1),
    ]  # fmt: skip


def test_a_category_is_added_where_one_says(login, alice: User, drinks: Category) -> None:
    login(alice).post(f"{LIST}add", {"name": "Water", "parent": drinks.pk})

    assert "Drinks > Water" in paths()
    assert AuditEntry.objects.filter(action="category.added").count() == 4


def test_renaming_takes_the_paths_below_along(login, alice: User, drinks: Category) -> None:
    login(alice).post(f"{LIST}{drinks.pk}/", {"name": "Beverages", "labels": ["bottle", "cup"]})

    drinks.refresh_from_db()
    assert paths() == ["Beverages", "Beverages > Juice", "Beverages > Juice > Fresh"]
    assert drinks.detector_labels == ["bottle", "cup"]
    assert AuditEntry.objects.get(action="category.edited").before == {"path": "Drinks", "detector_labels": []}


def test_moving_takes_the_paths_below_along(login, alice: User, drinks: Category) -> None:
    food = add_category(name="Food", parent=None, by=alice)
    juice = Category.objects.get(name="Juice")

    login(alice).post(f"{LIST}{juice.pk}/", {"name": "Juice", "parent": food.pk})

    assert paths() == ["Drinks", "Food", "Food > Juice", "Food > Juice > Fresh"]


@pytest.mark.parametrize("target", ["Drinks", "Juice", "Fresh"])
def test_a_category_never_lies_in_itself_nor_below(login, alice: User, drinks: Category, target: str) -> None:
    below = Category.objects.get(name=target)

    response = login(alice).post(f"{LIST}{drinks.pk}/", {"name": "Drinks", "parent": below.pk})

    assert response.status_code == 422
    with pytest.raises(BelowItself):
        edit_category(category=drinks, name="Drinks", parent=below, labels=[], by=alice)
    assert paths() == ["Drinks", "Drinks > Juice", "Drinks > Juice > Fresh"]


@pytest.mark.parametrize(("name", "fault", "words"), [
    ("Drinks", NameTaken, "There is a category of that name in the same place."),
    ("A > B", NameUnusable, "A name cannot hold “&gt;”"),
])  # fmt: skip
def test_a_name_that_does_not_work_is_refused_with_the_reason(
    login, alice: User, drinks: Category, name: str, fault: type[Exception], words: str
) -> None:
    with pytest.raises(fault):
        add_category(name=name, parent=None, by=alice)
    response = login(alice).post(f"{LIST}add", {"name": name})

    assert response.status_code == 422
    assert words in response.content.decode().replace("&quot;", '"')


def test_a_path_that_is_too_long_is_refused_and_nothing_moves(alice: User, drinks: Category) -> None:
    below = drinks
    for _ in range(5):
        below = add_category(name="x" * 190, parent=below, by=alice)
    deep = paths()

    with pytest.raises(TooDeep):
        edit_category(category=drinks, name="y" * 200, parent=None, labels=[], by=alice)
    with pytest.raises(TooDeep):
        add_category(name="w" * 200, parent=below, by=alice)
    assert paths() == deep


def test_only_an_empty_category_is_deleted(login, alice: User, drinks: Category) -> None:
    fresh = Category.objects.get(name="Fresh")
    item = factories.product(category=fresh)
    client = login(alice)

    full = client.post(f"{LIST}{drinks.pk}/delete", follow=True).content.decode()
    with pytest.raises(NotEmpty):
        delete_category(category=fresh, by=alice)
    item.category = None
    item.save(update_fields=["category"])
    client.post(f"{LIST}{fresh.pk}/delete")

    assert "is not empty" in full
    assert paths() == ["Drinks", "Drinks > Juice"]


def test_a_label_that_no_detector_knows_is_refused(login, alice: User, drinks: Category) -> None:
    assert login(alice).post(f"{LIST}{drinks.pk}/", {"name": "Drinks", "labels": ["dragon"]}).status_code == 422


def test_the_detector_offers_the_80_classes_of_coco(db: None) -> None:
    labels = [label for group in offered_labels().values() for label in group]

    assert len(labels) == len(set(labels)) == 80
    assert set(LabelPolicy.objects.values_list("label", flat=True)) <= set(labels)


def test_the_tree_asks_as_often_for_many_categories_as_for_few(login, alice: User, drinks: Category) -> None:
    client = login(alice)
    before = shops.queries_of(client, LIST)
    for number in range(6):
        add_category(name=f"Kind {number}", parent=drinks, by=alice)

    assert shops.queries_of(client, LIST) == before <= 8


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_never_make_a_cycle() -> None:
    factories.rows_of_migrations()
    alice = factories.user("alice", Role.ADMIN)
    for number in range(5):
        one, two = (add_category(name=f"{name} {number}", parent=None, by=alice) for name in ("One", "Two"))
        move = partial(edit_category, labels=[], by=alice)

        results = at_once([
            partial(move, category=one, name=one.name, parent=two),
            partial(move, category=two, name=two.name, parent=one),
        ])  # fmt: skip

        assert sum(isinstance(result, BelowItself) for result in results) == 1
        assert Category.objects.filter(pk__in=[one.pk, two.pk], parent=None).count() == 1
