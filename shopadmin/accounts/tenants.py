"""Which tenants somebody works for, and with whom. The catalogue fills this in at start-up: accounts imports no app."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from .permissions import Permission

if TYPE_CHECKING:
    from .models import User

type Keys = QuerySet[Any, Any]


@dataclass(frozen=True, slots=True)
class Tenancy:
    """Where to ask: each answer is a queryset of one column of keys."""

    tenants: Callable[[User, Permission], Keys]
    """For the rows of which tenants somebody has a permission."""

    colleagues: Callable[[User], Keys]
    """Which users work for the same tenants as somebody."""

    lock_owned_by: Callable[[Iterable[User]], None]
    """Keeps others from changing who owns the tenants of these users, until the transaction ends."""

    left_without_owner: Callable[[Iterable[User]], Keys]
    """The names of the tenants that nobody would own who can log in, were these users gone."""


_tenancies: list[Tenancy] = []


def use_tenancy(tenancy: Tenancy) -> None:
    """Ask `tenancy` from now on."""
    _tenancies[:] = [tenancy]


def tenant_keys(user: User, permission: Permission) -> Keys | list[int]:
    """Return the keys of the tenants for whose rows `user` has `permission`, for use in a filter."""
    return _tenancies[0].tenants(user, permission) if _tenancies else []


def colleague_keys(user: User) -> Keys | list[int]:
    """Return the keys of the users who work for the same tenants as `user`, for use in a filter."""
    return _tenancies[0].colleagues(user) if _tenancies else []


def left_without_owner(users: Iterable[User], *, lock: bool) -> list[str]:
    """Return the names of the tenants that nobody would own who can log in, were `users` gone.

    With `lock` the answer holds until the transaction ends: two that let different owners go wait for each other.
    """
    if not _tenancies:
        return []
    if lock:
        _tenancies[0].lock_owned_by(users)
    return list(_tenancies[0].left_without_owner(users))
