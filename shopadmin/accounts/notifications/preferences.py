"""Of which kinds somebody wants mails."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .kinds import Kind, kinds_for
from .models import NotificationPreference

if TYPE_CHECKING:
    from ..models import User


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind that may concern somebody, and whether they want mails of it."""

    kind: Kind
    by_email: bool


def choices_of(user: User) -> list[Choice]:
    """Return the user's choice for every kind that may concern them; without one they get mails. One query."""
    chosen = dict(NotificationPreference.objects.filter(user=user).values_list("kind", "by_email"))
    return [Choice(kind, chosen.get(kind.name, True)) for kind in kinds_for(user)]


def set_choices(user: User, by_email: Collection[str]) -> None:
    """Send the user mails of the kinds in `by_email` and of no other that may concern them."""
    NotificationPreference.objects.bulk_create(
        [NotificationPreference(user=user, kind=kind.name, by_email=kind.name in by_email) for kind in kinds_for(user)],
        update_conflicts=True,
        unique_fields=["user", "kind"],
        update_fields=["by_email"],
    )
