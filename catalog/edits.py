"""Who changed a listing lately, out of the audit log: for somebody who has it open for editing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shopadmin.accounts.audit.models import AuditEntry
from shopadmin.accounts.audit.presenting import known_people, who_it_was
from shopadmin.accounts.models import User

from .models import Product

LABEL = Product._meta.label_lower
MOST_EDITS = 50


@dataclass(frozen=True, slots=True)
class Edit:
    """Somebody changed some fields at some time; `who` is a name, which of staff only staff learn."""

    who: str
    at: datetime
    names: tuple[str, ...]
    is_own: bool


def last_edit(product: Product) -> int:
    """Return the key of the newest entry about a listing, 0 where there is none: what its reader has seen."""
    entries = AuditEntry.objects.for_target(LABEL, product.pk)
    return entries.order_by("-pk").values_list("pk", flat=True).first() or 0


def edits_since(product: Product, seen: int, reader: User) -> list[Edit]:
    """Return what was done to a listing after the entry `seen`, the newest first; two statements at most."""
    entries = list(AuditEntry.objects.for_target(LABEL, product.pk).filter(pk__gt=seen).order_by("-pk")[:MOST_EDITS])
    if not entries:
        return []
    known = known_people(reader)
    return [
        Edit(
            who_it_was(entry, known),
            entry.at,
            tuple({**entry.before, **entry.after}),
            entry.actor_key == reader.pk,
        )
        for entry in entries
    ]


def edit_of(edits: Sequence[Edit], name: str) -> Edit | None:
    """Return the newest of `edits` that changed the field `name`."""
    return next((edit for edit in edits if name in edit.names), None)
