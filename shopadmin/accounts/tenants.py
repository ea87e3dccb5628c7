"""Which tenants somebody works for. The catalogue fills this at start-up, so that accounts imports none of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from .permissions import Permission

if TYPE_CHECKING:
    from .models import User

type Tenants = Callable[[User, Permission], QuerySet[Any, Any]]

_sources: list[Tenants] = []


def use_tenants(source: Tenants) -> None:
    """Have `source` say for whose rows somebody has a permission: a queryset of one column of keys."""
    _sources[:] = [source]


def tenant_keys(user: User, permission: Permission) -> QuerySet[Any, Any] | list[int]:
    """Return the keys of the tenants for whose rows `user` has `permission`, for use in a filter."""
    for source in _sources:
        return source(user, permission)
    return []
