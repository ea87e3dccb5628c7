"""What people do with lists that rules ask: add one, put something into it, take it out, delete it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from shopadmin.accounts.audit.recording import record
from shopadmin.accounts.models import User

from .list_entries import Unfit, hash_key, read_entries
from .listings import Refusal
from .models import ListEntry, ProductImage, ValueList
from .rule_text import versions_asking
from .rules.listing_facts import ListKind
from .screening.sweeping import ask_again_where_list

NAMED = 100
"""How many entries an entry of the audit log names; the others are counted."""


class ListInUse(Refusal):
    """Rules ask the list, or asked it when they decided on listings."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of values that were to stand in a list."""

    added: int
    stood_already: int
    unfit: tuple[Unfit, ...]


@transaction.atomic
def add_list(*, name: str, title: str, kind: ListKind, by: User) -> ValueList:
    """Add an empty list. Raises `Refusal` when its name is taken."""
    try:
        with transaction.atomic():
            row = ValueList.objects.create(name=name, title=title, kind=kind, created_by=by)
    except IntegrityError as error:
        raise Refusal(_("Another list has the name “%(name)s”. Choose another.") % {"name": name}) from error
    record(by, "list.added", row, after={"name": name, "kind": kind})
    return row


def add_entries(
    *, to: ValueList, values: Sequence[str], by: User, note: str = "", expires_at: datetime | None = None
) -> Added:
    """Put values into a list, in the form in which rules compare them; what does not fit is returned with the reason.

    Sellers are named by their short names, which must exist; brands by any name of theirs. A fixed number of
    statements. Raises `Refusal` when they would expire in the past.
    """
    now = timezone.now()
    if expires_at is not None and expires_at <= now:
        raise Refusal(_("These would expire in the past. Choose a later moment, or none."))
    entries, unfit = read_entries(ListKind(to.kind), values)
    with transaction.atomic():
        row = _locked(to)
        keys = [entry.key for entry in entries]
        expired = row.entries.filter(key__in=keys, removed_at__isnull=True, expires_at__lte=now)
        expired.update(removed_at=F("expires_at"))
        standing = set(row.entries.filter(key__in=keys, removed_at__isnull=True).values_list("key", flat=True))
        new = [
            ListEntry(
                list=row, value=entry.value, key=entry.key, note=note, added_by=by, added_at=now, expires_at=expires_at
            )
            for entry in entries
            if entry.key not in standing
        ]
        ListEntry.objects.bulk_create(new, batch_size=2000)
        if new:
            after = {"entries": [entry.value for entry in new[:NAMED]], "count": len(new), "expires_at": expires_at}
            record(by, "list.entries-added", row, after=after, reason=note)
            ask_again_where_list(row.name)
    return Added(len(new), len(entries) - len(new), tuple(unfit))


def add_photos(
    *, to: ValueList, photos: Iterable[ProductImage], by: User, note: str = "", expires_at: datetime | None = None
) -> Added:
    """Put what photos look like into a list of photos; otherwise as `add_entries`.

    Photos of which that is not known yet are returned as unfit.
    """
    photos = list(photos)
    known = [photo for photo in photos if photo.perceptual_hash is not None]
    values = [hash_key(photo.perceptual_hash) for photo in known if photo.perceptual_hash is not None]
    added = add_entries(to=to, values=values, by=by, note=note, expires_at=expires_at)
    reason = _("What this photo looks like is not known yet. Try again in a minute.")
    unfit = [Unfit(str(photo), reason) for photo in photos if photo.perceptual_hash is None]
    return Added(added.added, added.stood_already, (*added.unfit, *unfit))


@transaction.atomic
def remove_entries(*, of: ValueList, entries: Iterable[int], reason: str, by: User) -> int:
    """Take the entries with these keys off a list, from now on; return how many stood in it."""
    row = _locked(of)
    standing = row.entries.filter(pk__in=list(entries), removed_at__isnull=True)
    values = list(standing.values_list("value", flat=True))
    standing.update(removed_by=by, removed_at=timezone.now())
    if values:
        before = {"entries": values[:NAMED], "count": len(values)}
        record(by, "list.entries-removed", row, before=before, reason=reason)
        ask_again_where_list(row.name)
    return len(values)


@transaction.atomic
def delete_list(*, of: ValueList, by: User) -> None:
    """Delete a list with its entries. Raises `ListInUse` while decisions depend on it.

    These are versions that wait or run, and those that decided on listings, which could not be explained without it.
    """
    row = ValueList.objects.select_for_update().get(pk=of.pk)
    if using := versions_asking(row):
        names = ", ".join(dict.fromkeys(str(version.rule) for version in using[:3]))
        raise ListInUse(
            _("Rules ask this list, or did when they decided on listings: %(rules)s. Take its entries out instead.")
            % {"rules": names}
        )
    record(by, "list.deleted", row, before={"name": row.name, "kind": row.kind, "count": row.entries.count()})
    row.delete()


def _locked(of: ValueList) -> ValueList:
    """Lock a list, so that the same value is not put into it twice at once."""
    return ValueList.objects.select_for_update(no_key=True).get(pk=of.pk)
