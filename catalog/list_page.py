"""What the pages of lists show: how much stands in each, which rules ask for it, and who put what in, when and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.http import QueryDict
from django.utils import timezone

from shopadmin.keyset import Page, page

from .models import ListEntry, RuleVersion, ValueList
from .rule_text import list_kinds, lists_asked
from .rules.listing_facts import ListKind
from .rules.problems import RuleRefused

SHOWN_GONE = 50
ENTRIES_ON_A_PAGE = 100
RUNNING = (RuleVersion.State.LIVE, RuleVersion.State.APPROVED, RuleVersion.State.PROPOSED)


@dataclass(frozen=True, slots=True)
class ListRow:
    """A list with how many entries stand in it now, how many have expired, and the rules that ask for it."""

    list: ValueList
    standing: int
    expired: int
    asked_by: Sequence[RuleVersion]


@dataclass(frozen=True, slots=True)
class ListPage:
    """What stands in a list, page by page, what no longer does, and the rules that ask for it."""

    entries: Page[ListEntry]
    standing: int
    gone: Sequence[ListEntry]
    asked_by: Sequence[RuleVersion]


def list_rows() -> list[ListRow]:
    """Return all lists. Three statements."""
    now = timezone.now()
    expired = Q(entries__removed_at__isnull=True, entries__expires_at__lte=now)
    counted = ValueList.objects.annotate(
        standing=Count("entries", filter=_standing(now)), expired=Count("entries", filter=expired)
    )
    asking = rules_asking()
    return [ListRow(row, row.standing, row.expired, asking.get(row.name, [])) for row in counted.order_by("title")]


def list_page(of: ValueList, query: QueryDict) -> ListPage:
    """Return what a list's page shows; `q` in the query narrows the entries to those that have it in them."""
    now, words = timezone.now(), query.get("q", "").strip()[:100]
    standing = of.entries.standing(now).select_related("added_by")
    shown = standing.filter(value__icontains=words) if words else standing
    gone = of.entries.filter(Q(removed_at__isnull=False) | Q(expires_at__lte=now)).select_related(
        "added_by", "removed_by"
    )
    return ListPage(
        entries=page(shown, fields=("key", "pk"), query=query, size=ENTRIES_ON_A_PAGE),
        standing=standing.count(),
        gone=list(gone.order_by("-removed_at", "-expires_at", "-pk")[:SHOWN_GONE]),
        asked_by=rules_asking().get(of.name, []),
    )


def rules_asking() -> Mapping[str, Sequence[RuleVersion]]:
    """Return the versions that run or wait for approval, by the names of the lists that they ask. Two statements."""
    kinds = list_kinds()
    found: dict[str, list[RuleVersion]] = {}
    for version in (
        RuleVersion.objects.filter(state__in=RUNNING).select_related("rule").order_by("rule__title", "-number")
    ):
        for name in _lists_of(version.text, kinds):
            found.setdefault(name, []).append(version)
    return found


def _lists_of(text: str, kinds: Mapping[str, ListKind]) -> frozenset[str]:
    try:
        return frozenset(lists_asked(text, kinds))
    except RuleRefused:
        return frozenset()


def _standing(now: datetime) -> Q:
    """Return what entries have in common, asked of their lists, that stand."""
    not_expired = Q(entries__expires_at__isnull=True) | Q(entries__expires_at__gt=now)
    return Q(entries__removed_at__isnull=True) & not_expired
