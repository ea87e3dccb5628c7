"""Lists as rules see them: what stood in each at a moment, read anew only when that has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from threading import Lock

from django.db import connection

from .list_entries import hash_of, texts_of
from .models import ListEntry
from .rules.listing_facts import ListKind, RuleList

STANDING = """
    SELECT list.name, list.kind, count(entry.id), coalesce(sum(hashtextextended(entry.key, 0)), 0)::text
    FROM catalog_valuelist list LEFT JOIN catalog_listentry entry ON entry.list_id = list.id
        AND entry.added_at <= %(at)s
        AND (entry.removed_at IS NULL OR entry.removed_at > %(at)s)
        AND (entry.expires_at IS NULL OR entry.expires_at > %(at)s)
    GROUP BY list.id ORDER BY list.name
"""
"""What stands in each list: a count and the sum of the keys' hashes tell one content from another."""


class Lists(dict[str, RuleList]):
    """Lists by name, as rules see them. Equal fingerprints mean equal lists."""

    def __init__(self, lists: Mapping[str, RuleList], fingerprint: str) -> None:
        super().__init__(lists)
        self.fingerprint = fingerprint


_seen: Lists | None = None
_seen_lock = Lock()


def lists_as_rules_see_them(at: datetime) -> Lists:
    """Return all lists with what stood in them at a moment.

    One statement says whether they are as they were when this process looked last; only then are entries read anew.
    """
    global _seen
    with connection.cursor() as cursor:
        cursor.execute(STANDING, {"at": at})
        rows = cursor.fetchall()
    fingerprint = hashlib.sha256(repr(rows).encode()).hexdigest()[:16]
    with _seen_lock:
        known = _seen
    if known is not None and known.fingerprint == fingerprint:
        return known
    lists = Lists(_read({name: ListKind(kind) for name, kind, *_ in rows}, at), fingerprint)
    with _seen_lock:
        _seen = lists
    return lists


def _read(kinds: Mapping[str, ListKind], at: datetime) -> dict[str, RuleList]:
    keys: dict[str, set[str]] = {name: set() for name in kinds}
    for name, key in ListEntry.objects.standing(at).order_by().values_list("list__name", "key").iterator(10_000):
        if name in keys:
            keys[name].add(key)
    return {name: as_rules_see_it(name, kind, keys[name]) for name, kind in kinds.items()}


def as_rules_see_it(name: str, kind: ListKind, keys: Iterable[str]) -> RuleList:
    """Return the list that rules see where these keys stand in one."""
    if kind == ListKind.PHOTOS:
        return RuleList(name, kind, frozenset(hash_of(key) for key in keys))
    return RuleList(name, kind, frozenset(text for key in keys for text in texts_of(kind, key)))
