"""Which holds somebody may not answer appeals against, since they placed them or decided on the listing."""

from __future__ import annotations

from collections.abc import Iterable

from shopadmin.accounts.models import User

from .models import Decision, Hold


def own_holds(user: User, holds: Iterable[Hold]) -> set[int]:
    """Return the keys of those holds that the user placed, or took the listing down that they hold. One statement."""
    holds = list(holds)
    decided = Decision.objects.standing().restrictions().filter(hold__in=holds, decided_by=user)
    return {hold.pk for hold in holds if hold.placed_by_id == user.pk} | set(decided.values_list("hold", flat=True))
