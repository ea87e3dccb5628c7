"""What templates show of bulk actions."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from shopadmin.accounts.models import User

from ..bulk import wording
from ..bulk.kinds import PLAIN_KINDS, Kind
from ..bulk.services import allowed_kinds
from ..models import BulkAction
from ..models.bulk import BulkKind

register = template.Library()

FIRST = (Kind.PUBLISH, Kind.PRICE, Kind.STOCK, Kind.CONFIRM, Kind.HOLD, Kind.RELEASE)
"""What stands in the bar; the rest is below "More"."""


@register.inclusion_tag("catalog/bulk_bar.html", takes_context=True)
def bulk_bar(context: Context) -> dict[str, Any]:
    """Show what can be done to the ticked rows of the list; nothing for those who may do nothing."""
    user: Any = context["user"]
    kinds = allowed_kinds(user) if isinstance(user, User) else []
    buttons = [(kind.value, label_of(kind), wording.ICONS[kind]) for kind in kinds]
    return {
        "first": [each for each in buttons if each[0] in FIRST],
        "more": [each for each in buttons if each[0] not in FIRST],
        "filter": context["filters"].to_query(),
        "next": f"{context['request'].path}{context['address']}",
    }


@register.filter
def bulk_title(action: BulkAction) -> str:
    """Name an action with the number of its listings."""
    return wording.title(action)


@register.filter
def bulk_what(action: BulkAction) -> str:
    """Say an action's parameters in words."""
    return wording.what(action)


@register.filter
def bulk_button(action: BulkAction) -> str:
    """Say what applying the action does."""
    return wording.button(action)


@register.filter
def bulk_icon(action: BulkAction) -> str:
    """Name the icon of an action."""
    return wording.ICONS[Kind(action.kind)]


def label_of(kind: Kind) -> str:
    """Name a kind on a button, with dots where it asks something first."""
    label = str(BulkKind(kind.value).label)
    return label if kind in PLAIN_KINDS else f"{label}…"
