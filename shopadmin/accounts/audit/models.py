"""The entries of the audit log. They are written once; the database refuses to change them (see the migration)."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, ClassVar, Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import CombinedSearchQuery, SearchQuery, SearchVector
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..permissions import Permission, Scope
from ..tenants import tenant_keys

if TYPE_CHECKING:
    from ..models import User

SEARCHED = SearchVector("target_name", "action", "reason", config="simple")
"""What free text is looked for in."""


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    """Which entries somebody may read, and which of them they look for."""

    def for_user(self, user: User) -> Self:
        """Keep the entries that the user may read: all, those of the sellers they work for, or none."""
        scope = user.scope(Permission.VIEW_AUDIT)
        if scope == Scope.ALL:
            return self
        if scope == Scope.NONE:
            return self.none()
        return self.filter(tenant_key__in=tenant_keys(user, Permission.VIEW_AUDIT))

    def for_target(self, label: str, key: object) -> Self:
        """Keep the entries about one thing, such as `("catalog.product", product.pk)`."""
        return self.filter(target_label=label.lower(), target_key=str(key))

    def between(self, first: date | None, last: date | None) -> Self:
        """Keep the entries of the days from `first` to `last`, both included; None leaves that side open."""
        rows = self.filter(at__gte=_start_of(first)) if first else self
        return rows.filter(at__lt=_start_of(last + timedelta(days=1))) if last else rows

    def saying(self, text: str) -> Self:
        """Keep the entries in whose names, action or reason every word of `text` begins a word."""
        rows = self.alias(searched=SEARCHED)
        for word in text.split():
            rows = rows.filter(searched=_search_for(word))
        return rows

    def values_of(self, column: str) -> list[str]:
        """Return the different texts of an indexed column; the index is entered once for each, however many rows."""
        name, table = connection.ops.quote_name(column), connection.ops.quote_name(self.model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH RECURSIVE found(value) AS (SELECT min({name}) FROM {table} UNION ALL "  # noqa: S608 - our names
                f"SELECT (SELECT min({name}) FROM {table} WHERE {name} > value) FROM found WHERE value IS NOT NULL) "
                "SELECT value FROM found WHERE value <> '' LIMIT 1000"
            )
            return [value for (value,) in cursor.fetchall()]

    def newest_first(self) -> Self:
        """Order by the time of writing, the newest first."""
        return self.order_by("-at", "-pk")


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


def _search_for(word: str) -> SearchQuery | CombinedSearchQuery:
    """Look for the word as it is (an address, a dotted action), or for its parts as beginnings of words."""
    parts = " & ".join(f"{part}:*" for part in re.findall(r"[^\W_]+", word))
    whole = SearchQuery(word, config="simple")
    return whole | SearchQuery(parts, config="simple", search_type="raw") if parts else whole


class AuditEntry(models.Model):
    """Somebody did something to something. Keys are plain, without foreign keys: an entry outlives what it names.

    `position` and `hash` are given by the database when the transaction commits; within it they are still empty. The
    server's clock gives `at`. `tenant_key` is the seller whose members may read the entry; None keeps it internal.
    """

    class ActorKind(models.TextChoices):
        USER = "user", _("person")
        SYSTEM = "system", _("system")
        STRANGER = "stranger", _("somebody unknown")

    position = models.BigIntegerField(null=True, unique=True, editable=False)
    hash = models.CharField(max_length=64, blank=True, default="", editable=False)
    at = models.DateTimeField(_("when"), db_default=Now(), editable=False)
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    actor_key = models.BigIntegerField(null=True)
    actor_name = models.CharField(_("who"), max_length=254, blank=True)
    token_name = models.CharField(_("API token"), max_length=254, blank=True)
    action = models.CharField(_("action"), max_length=80)
    target_label = models.CharField(max_length=80, blank=True)
    target_key = models.CharField(max_length=64, blank=True)
    target_name = models.CharField(_("what"), max_length=254, blank=True)
    tenant_key = models.BigIntegerField(null=True)
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    reason = models.TextField(_("reason"), blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes: ClassVar = [
            models.Index(fields=["at", "id"], name="accounts_audit_at"),
            models.Index(fields=["target_label", "target_key", "at", "id"], name="accounts_audit_target"),
            models.Index(fields=["actor_key", "at", "id"], name="accounts_audit_actor"),
            models.Index(fields=["action", "at", "id"], name="accounts_audit_action"),
            models.Index(
                fields=["tenant_key", "at", "id"], name="accounts_audit_tenant", condition=Q(tenant_key__isnull=False)
            ),
            models.Index(fields=["actor_name"], name="accounts_audit_system", condition=Q(actor_key__isnull=True)),
            models.Index(fields=["request_id"], name="accounts_audit_request", condition=~Q(request_id="")),
            GinIndex(SEARCHED, name="accounts_audit_words"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(position__isnull=True, hash="") | Q(position__gte=1, hash__regex="^[0-9a-f]{64}$"),
                name="accounts_audit_sealed_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action}: {self.target_name or self.target_label}"
