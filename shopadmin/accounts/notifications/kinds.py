"""The kinds of notifications. Each app registers its own at start-up (`AppConfig.ready`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise

from ..permissions import Permission, Scope

if TYPE_CHECKING:
    from ..models import User


@dataclass(frozen=True, slots=True)
class Kind:
    """What may happen: a dotted name, what people call it, and the permission without which it does not concern one."""

    name: str
    label: str | Promise
    permission: Permission | None = None


_kinds: dict[str, Kind] = {}


class UnknownKind(LookupError):
    """Nobody has registered a kind of this name."""


def register_kind(name: str, label: str | Promise, permission: Permission | None = None) -> None:
    """Add a kind, such as `register_kind("import.finished", _("An import is ready"), Permission.IMPORT_LISTINGS)`."""
    _kinds[name] = Kind(name, label, permission)


def kind(name: str) -> Kind:
    """Return the kind of that name. Raises `UnknownKind`."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(f"No kind of notification is called {name!r}; register it with register_kind.") from None


def label_of(name: str) -> str:
    """Return what people call a kind; the name itself for one that is gone, since what was told stays."""
    return str(_kinds[name].label) if name in _kinds else name


def kinds_for(user: User) -> Iterator[Kind]:
    """Return the kinds that may concern the user, in the order in which they were registered."""
    for each in _kinds.values():
        if each.permission is None or user.scope(each.permission) > Scope.NONE:
            yield each
