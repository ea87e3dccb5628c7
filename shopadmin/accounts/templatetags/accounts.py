"""What pages show of people: how many notifications they have not read, and what was done to a thing."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from ..models import Notification, User

register = template.Library()

MOST_COUNTED = 100


@register.simple_tag(takes_context=True)
def unread_notifications(context: Context) -> str:
    """Return how many notifications the user has not read, `99+` for more; empty for none. Asks the database once."""
    user: Any = context.get("user")
    if not isinstance(user, User):
        return ""
    count = Notification.objects.for_user(user).unread()[:MOST_COUNTED].count()
    return "99+" if count == MOST_COUNTED else str(count or "")
