"""The columns of the products index, and which of them a user sees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shopadmin.accounts.models import User

from .models import ListingColumns


@dataclass(frozen=True, slots=True)
class Column:
    """A column that can be chosen; `sort` is the order that its heading asks for."""

    name: str
    label: str | Promise
    sort: str = ""
    is_shown_first: bool = True


COLUMNS = (
    Column("sku", _("SKU")),
    Column("seller", _("Seller")),
    Column("brand", _("Brand")),
    Column("category", _("Category")),
    Column("status", _("Status")),
    Column("offers", _("Price and stock")),
    Column("gtin", _("GTIN"), is_shown_first=False),
    Column("condition", _("Condition"), is_shown_first=False),
    Column("variant", _("Variant"), is_shown_first=False),
    Column("added", _("Added"), "-added", is_shown_first=False),
    Column("updated", _("Updated"), "-updated", is_shown_first=False),
    Column("videos", _("Videos")),
)
"""All but the title, which is always there; in the order in which they stand."""


def columns_of(user: User, *, sees_several_sellers: bool) -> list[Column]:
    """Return the columns that the user chose, or those shown at first; asks the database once."""
    kept = ListingColumns.objects.filter(user=user).values_list("names", flat=True).first()
    shown = {column.name for column in COLUMNS if column.is_shown_first} if kept is None else set(kept)
    if not sees_several_sellers:
        shown.discard("seller")
    return [column for column in COLUMNS if column.name in shown]


def choose_columns(*, user: User, names: Iterable[str]) -> None:
    """Remember which columns the user wants to see; names of no column are left out."""
    wanted = set(names)
    kept = [column.name for column in COLUMNS if column.name in wanted]
    ListingColumns.objects.update_or_create(user=user, defaults={"names": kept})
