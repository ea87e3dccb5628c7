"""What pages show of people: how many notifications they have not read, and what was done to a thing."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from ..audit.presenting import lines
from ..models import AuditEntry, Notification, User
from ..permissions import Permission, Scope
from ..role_labels import ROLE_LABELS
from ..roles import Role

register = template.Library()

MOST_COUNTED = 100
NEWEST = 20


@register.filter
def role_label(role: Role) -> str:
    """Return what people call a role."""
    return str(ROLE_LABELS[role])


@register.simple_tag(takes_context=True)
def unread_notifications(context: Context) -> str:
    """Return how many notifications the user has not read, `99+` for more; empty for none. Asks the database once."""
    user: Any = context.get("user")
    if not isinstance(user, User):
        return ""
    count = Notification.objects.for_user(user).unread()[:MOST_COUNTED].count()
    return "99+" if count == MOST_COUNTED else str(count or "")


@register.inclusion_tag("accounts/_own_history.html", takes_context=True)
def own_history(context: Context) -> dict[str, Any]:
    """Show the newest of what was done to the user's own login. At most two queries."""
    user: User = context["user"]
    entries = AuditEntry.objects.for_target("accounts.user", user.pk).newest_first()[:NEWEST]
    return {"lines": lines(entries, user)}


@register.inclusion_tag("accounts/_timeline.html", takes_context=True)
def timeline(context: Context, label: str, key: object) -> dict[str, Any]:
    """Show the newest entries of the audit log about one thing: `{% timeline "catalog.product" product.pk %}`.

    Only what the user may read; nothing for who may read none. At most two queries, after that for the user's roles.
    """
    user: Any = context.get("user")
    if not isinstance(user, User) or user.scope(Permission.VIEW_AUDIT) == Scope.NONE:
        return {"may_read": False}
    entries = AuditEntry.objects.for_user(user).for_target(label, key).newest_first()[: NEWEST + 1]
    found = lines(entries, user)
    return {
        "may_read": True,
        "lines": found[:NEWEST],
        "has_more": len(found) > NEWEST,
        "target": f"{label.lower()}:{key}",
    }
