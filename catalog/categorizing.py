"""What people do with the tree of categories."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import DataError, IntegrityError, transaction

from shopadmin.accounts.audit.recording import record
from shopadmin.accounts.audit.values import changes, snapshot
from shopadmin.accounts.models import User

from .category_tree import branch
from .models import Category
from .models.categories import SEPARATOR

EDITED = ("path", "detector_labels")


class NameTaken(Exception):
    """A category of that name is there already, in the same place."""


class NameUnusable(Exception):
    """A name may not hold what separates names in a path."""


class TooDeep(Exception):
    """The path would be longer than paths can be."""


class BelowItself(Exception):
    """A category cannot lie in itself, nor in what lies in it."""


class NotEmpty(Exception):
    """A category with products or categories in it is not deleted; the counts say how many."""

    def __init__(self, products: int, children: int) -> None:
        super().__init__(f"{products} products, {children} categories")
        self.products, self.children = products, children


@transaction.atomic
def add_category(*, name: str, parent: Category | None, by: User) -> Category:
    """Add a category. Raises `NameTaken`, `NameUnusable` or `TooDeep`."""
    if parent is not None:
        parent = Category.objects.select_for_update().get(pk=parent.pk)
    category = _write(Category(name=name, parent=parent))
    record(by, "category.added", category, after={"path": category.path})
    return category


@transaction.atomic
def edit_category(
    *, category: Category, name: str, parent: Category | None, labels: Sequence[str], by: User
) -> Category:
    """Rename, move and map a category; all that lies below it comes with it.

    Raises `NameTaken`, `NameUnusable`, `TooDeep` or `BelowItself`.
    """
    parents = dict(Category.objects.select_for_update().order_by("pk").values_list("pk", "parent"))
    if parent is not None and parent.pk in branch(parents, category.pk):
        raise BelowItself
    category = Category.objects.get(pk=category.pk)
    before = snapshot(category, EDITED)
    category.name, category.parent, category.detector_labels = name, parent, list(labels)
    _write(category)
    changed = changes(before, category, EDITED)
    if changed.after:
        record(by, "category.edited", category, before=changed.before, after=changed.after)
    return category


@transaction.atomic
def delete_category(*, category: Category, by: User) -> None:
    """Delete a category that is empty. Raises `NotEmpty`."""
    locked = Category.objects.select_for_update().get(pk=category.pk)
    products, children = locked.products.count(), locked.children.count()
    if products or children:
        raise NotEmpty(products, children)
    record(by, "category.deleted", locked, before=snapshot(locked, EDITED))
    locked.delete()


def _write(category: Category) -> Category:
    if SEPARATOR.strip() in category.name:
        raise NameUnusable
    try:
        with transaction.atomic():
            category.save()
    except IntegrityError as error:
        raise NameTaken from error
    except DataError as error:
        raise TooDeep from error
    return category
