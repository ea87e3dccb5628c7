"""How many notices of brand owners wait, for the navigation."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from shopadmin.accounts.models import User
from shopadmin.accounts.permissions import Permission, Scope

from ..models import Notice

register = template.Library()

MOST_COUNTED = 100


@register.simple_tag(takes_context=True)
def waiting_notices(context: Context) -> str:
    """Return how many notices wait for those who decide on them, `99+` for more; empty for none.

    Asks the database once, and for others not at all.
    """
    user: Any = context.get("user")
    if not isinstance(user, User) or user.scope(Permission.DECIDE_FINDINGS) != Scope.ALL:
        return ""
    count = Notice.objects.order_by().waiting()[:MOST_COUNTED].count()
    return "99+" if count == MOST_COUNTED else str(count or "")
