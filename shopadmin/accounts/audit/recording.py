"""Writing into the audit log: call `record` in the transaction that makes the change.

    changed = changes(old, product, ["title", "brand"])
    record(user, "listing.edited", product, **changed._asdict(), tenant_key=product.seller_id)

Sealing happens when the transaction commits; a change that is rolled back takes its entry with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.http import HttpRequest

from shopadmin.request_ids import current_request_id

from .models import AuditEntry
from .values import clean_text, plain, without_secrets

if TYPE_CHECKING:
    from ..models import User

type Doer = User | HttpRequest | str
"""A user, a request (for its user), or the name of a command or job."""

ROWS_A_STATEMENT = 2000
_ACTION = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*(\.[a-z][a-z0-9]*(-[a-z0-9]+)*)+")
_NAME_LENGTH = 254


@dataclass(frozen=True, slots=True)
class Target:
    """What an entry is about, where no row stands for it: a label such as `catalog.product`, a key and a name."""

    label: str
    key: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What was done to one target; see `record` for the meaning of its fields."""

    target: Model | Target
    before: Mapping[str, object] = field(default_factory=dict)
    after: Mapping[str, object] = field(default_factory=dict)
    tenant_key: int | None = None


def record(
    actor: Doer,
    action: str,
    target: Model | Target,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
    tenant_key: int | None = None,
) -> AuditEntry:
    """Write who did what to what, in the caller's transaction. One statement.

    `action` is dotted, noun first and verb last: `listing.edited`, `seller.member-added`. `before` and `after` hold
    only the fields that changed (see `changes`); what their names call secret is hidden. `tenant_key` is the seller
    whose members may read the entry; leave it out for what is internal. Raises ValueError for an action of another
    form.
    """
    happening = Happening(target=target, before=before or {}, after=after or {}, tenant_key=tenant_key)
    return record_many(actor, action, [happening], reason=reason)[0]


def record_many(actor: Doer, action: str, happenings: Iterable[Happening], *, reason: str = "") -> list[AuditEntry]:
    """Write the same action on many targets; one statement for every two thousand. Otherwise as `record`."""
    if not _ACTION.fullmatch(action):
        raise ValueError(f"{action!r} is no dotted action such as 'listing.edited'.")
    common: dict[str, Any] = {
        **_actor_fields(actor),
        "action": action,
        "reason": clean_text(reason),
        "request_id": current_request_id(),
    }
    entries = [AuditEntry(**common, **_target_fields(happening)) for happening in happenings]
    return AuditEntry.objects.bulk_create(entries, batch_size=ROWS_A_STATEMENT)


def _actor_fields(actor: Doer) -> dict[str, Any]:
    if isinstance(actor, str):
        return {"actor_kind": AuditEntry.ActorKind.SYSTEM, "actor_name": clean_text(actor, _NAME_LENGTH)}
    user = actor.user if isinstance(actor, HttpRequest) else actor
    if user.pk is None:
        return {"actor_kind": AuditEntry.ActorKind.STRANGER}
    return {
        "actor_kind": AuditEntry.ActorKind.USER,
        "actor_key": user.pk,
        "actor_name": clean_text(str(user), _NAME_LENGTH),
        "token_name": clean_text(getattr(user, "token_name", ""), _NAME_LENGTH),
    }


def _target_fields(happening: Happening) -> dict[str, Any]:
    target = happening.target
    if isinstance(target, Model):
        target = Target(target._meta.label_lower, str(target.pk), str(target))
    return {
        "target_label": target.label.lower(),
        "target_key": target.key,
        "target_name": clean_text(target.name, _NAME_LENGTH),
        "tenant_key": happening.tenant_key,
        "before": without_secrets({name: plain(value) for name, value in happening.before.items()}),
        "after": without_secrets({name: plain(value) for name, value in happening.after.items()}),
    }
