"""Rules for tests, written by one person and approved by another."""

from __future__ import annotations

import itertools
from typing import Any

from django.utils import timezone

from catalog.models import LaneChoices, Rule, RuleVersion
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from tests import factories

_numbers = itertools.count(1)


def live_rule(text: str, lane: LaneChoices = LaneChoices.HOLD, slug: str = "", **fields: Any) -> RuleVersion:
    """A rule that acts on listings. Its texts for sellers are `Not like this.` and `Change it.`."""
    now = timezone.now()
    decided = {"state": RuleVersion.State.LIVE, "decided_by": staff("petra"), "decided_at": now, "live_since": now}
    return version(text, lane, slug, **decided, **fields)


def shadow_rule(text: str, lane: LaneChoices = LaneChoices.HOLD, slug: str = "", **fields: Any) -> RuleVersion:
    """A rule that only watches."""
    return version(text, lane, slug, shadow_since=timezone.now(), **fields)


def version(text: str, lane: LaneChoices, slug: str = "", *, ground: str = "counterfeit", **fields: Any) -> RuleVersion:
    """The next version of the rule of that short name, or the first one of a new rule."""
    slug = slug or f"rule-{next(_numbers)}"
    rule, _ = Rule.objects.get_or_create(slug=slug, defaults={"title": slug, "owner": staff("paula"), "ground": ground})
    told = {"seller_message": "Not like this.", "remedy": "Change it."}
    number = rule.versions.count() + 1
    return RuleVersion.objects.create(
        rule=rule, number=number, text=text, lane=lane, written_by=staff("paula"), **{**told, **fields}
    )


def staff(name: str) -> User:
    """Somebody who decides on policy."""
    return User.objects.filter(email=f"{name}@example.com").first() or factories.user(name, Role.POLICY)
