"""Asking again what was asked once: the same versions, with the facts and lists of that day."""

from __future__ import annotations

from ..fact_finding import from_json
from ..models import RuleVersion, Screening
from .running_rules import Asked, ready_to_ask


def replay(screening: Screening) -> list[Asked]:
    """Return what the versions that spoke in a screening say of what was known then, in the order of their keys.

    Days count to the moment of the screening. Who only passed is not kept with a screening, so is not asked again.
    """
    keys = {*screening.fired, *screening.watched, *(int(key) for key in screening.errors if key.isdecimal())}
    versions = RuleVersion.objects.filter(pk__in=keys).select_related("rule").order_by("pk")
    return ready_to_ask(versions, screening.at).ask(from_json(screening.facts))
