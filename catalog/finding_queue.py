"""The queue of findings: the groups in which they wait, the listing that is looked at, and the one after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Max, Min, Q
from django.utils.translation import gettext as _

from shopadmin.accounts.models import User
from shopadmin.accounts.permissions import Permission, Scope

from .models import Brand, Finding, Product, Seller
from .models.screenings import FindingQuerySet

MOST_GROUPS = 50
MOST_AT_ONCE = 100
"""So many listings are decided on at once at most: each gets a decision, a statement and a notification of its own."""
WITHOUT = "none"
"""The key of the group of findings that have no brand, or no photo."""


class By(StrEnum):
    """By what findings are put into groups."""

    URGENCY = ""
    BRAND = "brand"
    SELLER = "seller"
    PHOTO = "photo"


FIELDS = {By.BRAND: "brand", By.SELLER: "seller", By.PHOTO: "cluster"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the queue somebody is: by what it is grouped, and the key of the group (empty for all of them)."""

    by: By = By.URGENCY
    group: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Place:
        """Return the place that an address names; what is not one of ours is left out."""
        named = query.get("by", "")
        by = By(named) if named in set(By) else By.URGENCY
        key = query.get("group", "")
        is_key = key == WITHOUT or (key.removeprefix("-").isdecimal() and len(key) < 21)
        return cls(by, key if by and is_key else "")

    def to_query(self, **more: object) -> str:
        """Return the place as a query string, with more names and values."""
        named = {"by": self.by.value, "group": self.group, **more}
        return urlencode({name: value for name, value in named.items() if value})

    def condition(self) -> Q:
        """Return what findings have in common that wait there."""
        if not self.group:
            return Q()
        field = FIELDS[self.by]
        return Q(**{f"{field}__isnull": True}) if self.group == WITHOUT else Q(**{field: int(self.group)})


@dataclass(frozen=True, slots=True)
class Group:
    """Findings that have something in common: how many listings, how grave the gravest, and one of the listings."""

    key: str
    name: str
    listings: int
    gravest: int
    sample: Product | None


@dataclass(frozen=True, slots=True)
class Focus:
    """The listing that is looked at, with all that waits to be decided about it, the gravest first."""

    product: Product
    findings: Sequence[Finding]
    next_key: int | None

    @property
    def first(self) -> Finding:
        """The gravest finding."""
        return self.findings[0]


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits: `listings` at the place where one is, with the groups beside it."""

    place: Place
    listings: int
    groups: Sequence[Group]
    focus: Focus | None

    @property
    def group(self) -> Group | None:
        """The group where one is."""
        return next((group for group in self.groups if group.key == self.place.group), None)


def findings_for(user: User) -> FindingQuerySet:
    """Return the open findings about which the user may decide."""
    found = Finding.objects.open()
    if user.scope(Permission.DECIDE_FINDINGS) == Scope.ALL:
        return found
    return found.filter(seller__in=Seller.objects.for_user(user, Permission.DECIDE_FINDINGS))


def queue(user: User, place: Place, wanted: int | None) -> Queue:
    """Return what waits; `wanted` is the key of the finding that is asked for, if any.

    A fixed number of statements.
    """
    found = findings_for(user)
    here = found.filter(place.condition())
    listings = here.aggregate(listings=Count("product", distinct=True))["listings"]
    return Queue(place, listings, _groups(found, place.by), _focus(found, here, wanted) if listings else None)


def in_group(user: User, place: Place) -> list[Finding]:
    """Return what is decided at once: the open findings of the first hundred listings of a group, the gravest first."""
    here = findings_for(user).filter(place.condition())
    urgent = here.order_by().values("product").annotate(gravest=Max("severity"), since=Min("found_at"))
    keys = urgent.order_by("-gravest", "since", "product").values_list("product", flat=True)[:MOST_AT_ONCE]
    return list(here.filter(product__in=list(keys)).by_urgency().for_queue())


def _groups(found: FindingQuerySet, by: By) -> list[Group]:
    if by == By.URGENCY:
        return []
    field = FIELDS[by]
    rows = list(
        found.order_by()
        .values(field)
        .annotate(
            listings=Count("product", distinct=True), gravest=Max("severity"), since=Min("found_at"), one=Min("product")
        )
        .order_by("-gravest", "-listings", "since", field)[:MOST_GROUPS]
    )
    samples = Product.objects.prefetch_related("images").in_bulk([row["one"] for row in rows])
    names = _names(by, [row[field] for row in rows], samples)
    return [_group(row, row[field], names, samples) for row in rows]


def _group(row: Mapping[str, Any], key: int | None, names: Mapping[int, str], samples: Mapping[int, Product]) -> Group:
    sample = samples.get(row["one"])
    name = _("none") if key is None else names.get(key, sample.title if sample else str(key))
    return Group(WITHOUT if key is None else str(key), name, row["listings"], row["gravest"], sample)


def _names(by: By, keys: Sequence[int | None], samples: Mapping[int, Product]) -> dict[int, str]:
    """Return what groups are called; those of a photo are called as the listing that shows it."""
    models = {By.BRAND: Brand, By.SELLER: Seller}
    if by not in models:
        return {}
    rows = models[by]._default_manager.in_bulk([key for key in keys if key is not None])
    return {key: str(row) for key, row in rows.items()}


def _focus(found: FindingQuerySet, here: FindingQuerySet, wanted: int | None) -> Focus | None:
    """Return the listing of the wanted finding if that waits here, else the most urgent one."""
    shown = here.for_queue()
    first = (shown.filter(pk=wanted).first() if wanted else None) or shown.by_urgency().first()
    if first is None:
        return None
    others = found.filter(product=first.product_id).exclude(pk=first.pk).select_related("rule", "version", "hold")
    after = (
        Q(severity__lt=first.severity)
        | Q(severity=first.severity, found_at__gt=first.found_at)
        | Q(severity=first.severity, found_at=first.found_at, pk__gt=first.pk)
    )
    rest = here.exclude(product=first.product_id).by_urgency().values_list("pk", flat=True)
    return Focus(first.product, [first, *others.by_urgency()], rest.filter(after).first() or rest.first())
