"""The back office writes into the audit log, whatever it changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest, HttpResponse

from .recording import Happening, record, record_many
from .values import Plain, changes, plain


class AuditedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A page of the back office that writes down every addition, change and deletion, with before and after.

    Actions are called after the model: `brand.added`, `brand.changed`, `brand.deleted`.
    """

    def tenant_of(self, obj: Any) -> int | None:
        """Return the seller whose members may read what is done to `obj`; None keeps it internal."""
        return None

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Keep what was there before, and save."""
        if change:
            request.audit_before = _values(_stored(obj))  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Write down a new row."""
        values = {name: value for name, value in _values(obj).items() if value not in (None, "", [])}
        self._record(request, obj, "added", {}, {**values, **_beside(message)})
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Write down what differs, also in the rows that are edited on the same page."""
        before = getattr(request, "audit_before", None)
        if before is None:  # a page of its own, such as the one for passwords, which has saved already
            self._record(request, obj, "changed", {}, dict.fromkeys(_names_in(message), True))
        else:
            after = _values(_stored(obj))
            changed = changes(before, after, after)
            self._record(request, obj, "changed", changed.before, {**changed.after, **_beside(message)})
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Write down what is about to be deleted."""
        rows = [Happening(target=obj, before=_values(obj), tenant_key=self.tenant_of(obj)) for obj in queryset]
        record_many(request, f"{self.opts.model_name}.deleted", rows)
        return super().log_deletions(request, queryset)

    @transaction.atomic
    def response_action(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse | None:
        """Do an action on many rows together with what is written down of it, or neither."""
        return super().response_action(request, *args, **kwargs)

    def _record(
        self, request: HttpRequest, obj: Model, verb: str, before: Mapping[str, Plain], after: Mapping[str, Plain]
    ) -> None:
        action = f"{self.opts.model_name}.{verb}"
        record(request, action, obj, before=before, after=after, tenant_key=self.tenant_of(obj))


def _stored(obj: Model) -> Model:
    return type(obj)._base_manager.get(pk=obj.pk)


def _values(obj: Model) -> dict[str, Plain]:
    """Return the value of every field that can be edited; related rows by name and key."""
    fields = [field for field in obj._meta.get_fields() if isinstance(field, Field) and field.editable]
    return {
        field.name: plain(sorted(map(str, getattr(obj, field.name).all())))
        if field.many_to_many
        else plain(getattr(obj, field.name))
        for field in fields
    }


def _beside(message: Any) -> dict[str, Plain]:
    """Return what was done to the rows that are edited on the same page, from the message that Django makes of it."""
    said = [
        " ".join([verb, str(row["name"]), str(row["object"]), *row.get("fields", [])])
        for part in message or ()
        for verb, row in part.items()
        if "name" in row
    ]
    return {"related": list(said)} if said else {}


def _names_in(message: Any) -> list[str]:
    return [name for part in message or () for row in part.values() for name in row.get("fields", [])]
