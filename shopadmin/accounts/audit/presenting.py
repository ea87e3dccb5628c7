"""How entries of the audit log are shown: who it was, as far as the reader may know, and which fields changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from ..permissions import Permission, Scope
from ..tenants import colleague_keys
from .actions import action_words, actor_words, name_words, parts_of
from .models import AuditEntry
from .values import Plain

if TYPE_CHECKING:
    from ..models import User


type AnyField = Field[Any, Any]

GLANCE = 80
"""How many characters can be read at a glance."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field as it was and as it is; empty texts where it was or is nothing."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as somebody may read it. `is_hidden` tells that `who` stands for somebody they may not know."""

    entry: AuditEntry
    who: str
    is_hidden: bool
    what: str
    words: str
    fields: list[FieldChange]

    @property
    def gist(self) -> list[FieldChange]:
        """The changes themselves, where they are few and short enough to be read at a glance; counts of none wait."""
        told = [field for field in self.fields if field.before or field.after not in {"", "0"}] or self.fields
        length = sum(len(field.name) + len(field.before) + len(field.after) for field in told)
        return told if length <= GLANCE else []


def lines(entries: Iterable[AuditEntry], reader: User) -> list[Line]:
    """Return the entries as `reader` may read them. At most one query."""
    known = known_people(reader)
    return [_line(entry, known) for entry in entries]


def known_people(reader: User) -> set[Any] | None:
    """Return the keys of the people whose names `reader` may learn; None for all. At most one query.

    Merchants learn the names of colleagues, but not who of the platform's staff held back their listing.
    """
    if reader.scope(Permission.VIEW_AUDIT) == Scope.ALL:
        return None
    return {*colleague_keys(reader), reader.pk}


def who_it_was(entry: AuditEntry, known: set[Any] | None) -> str:
    """Return the name of who did it, in words that stand for everybody whom the reader does not know."""
    if is_unknown(entry, known):
        return _("Shopadmin’s team")
    is_system = entry.actor_kind == AuditEntry.ActorKind.SYSTEM
    name = actor_words(entry.actor_name) if is_system else entry.actor_name
    return name or entry.get_actor_kind_display()


def is_unknown(entry: AuditEntry, known: set[Any] | None) -> bool:
    """Tell whether it was a person whose name the reader may not learn."""
    return known is not None and entry.actor_kind == AuditEntry.ActorKind.USER and entry.actor_key not in known


def field_changes(before: Mapping[str, Plain], after: Mapping[str, Plain], label: str = "") -> list[FieldChange]:
    """Return the changes field by field, in the order in which the fields came; `label` names them.

    Of a value that has parts, such as an offer, the parts that changed are told.
    """
    changes: list[FieldChange] = []
    for name in [*after, *(name for name in before if name not in after)]:
        was, became = before.get(name), after.get(name)
        if isinstance(was, dict) or isinstance(became, dict):
            changes += _part_changes(name, was, became)
        else:
            field = field_of(label, name)
            changes.append(FieldChange(field_name(field, name), said(was, field), said(became, field)))
    return changes


def _part_changes(name: str, was: Plain, became: Plain) -> list[FieldChange]:
    before, after = (parts_of(name, value) if isinstance(value, dict) else {} for value in (was, became))
    return [
        FieldChange(part, said(before.get(part)), said(after.get(part)))
        for part in {**after, **before}
        if before.get(part) != after.get(part)
    ]


def said(value: Plain, field: AnyField | None = None) -> str:
    """Return a value as text for people; one that `field` lets choose as it is called there."""
    choices = dict(field.flatchoices) if field else {}
    match value:
        case None:
            return ""
        case bool():
            return _("yes") if value else _("no")
        case list():
            return ", ".join(said(item) for item in value)
        case dict():
            return "; ".join(f"{name}: {said(item)}" for name, item in value.items())
        case str() if value in choices:
            return str(choices[value])
    return str(value)


def target_noun(label: str) -> str:
    """Return what people call the kind of thing that a label such as `catalog.product` names."""
    model = _model(label)
    return str(model._meta.verbose_name) if model is not None else label


def field_of(label: str, name: str) -> AnyField | None:
    """Return the field of that name of the kind of thing that a label names; None when it has none."""
    model = _model(label)
    try:
        field = model._meta.get_field(name) if model is not None else None
    except FieldDoesNotExist:
        field = None
    return field if isinstance(field, Field) else None


def field_name(field: AnyField | None, name: str) -> str:
    """Return what people call a field; of what is no field, or one without a name of its own, what `actions` says."""
    named = field is not None and isinstance(field.verbose_name, Promise)
    return str(field.verbose_name) if field is not None and named else name_words(name)


def _line(entry: AuditEntry, known: set[Any] | None) -> Line:
    return Line(
        entry,
        who_it_was(entry, known),
        is_unknown(entry, known),
        target_noun(entry.target_label),
        action_words(entry.action),
        field_changes(entry.before, entry.after, entry.target_label),
    )


def _model(label: str) -> Any:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None
