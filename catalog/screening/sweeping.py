"""Having all listings gone through when a rule or a list changes: a row for the workers (see `going_through`)."""

from __future__ import annotations

from ..models import RuleSweep, RuleVersion, ValueList
from .bell import ring_after_commit


def ask_again_where(version: RuleVersion) -> None:
    """Have all listings asked again on which a change of this version changes something.

    Call it in the transaction of the change, so that neither is without the other.
    """
    RuleSweep.objects.create(version=version)
    ring_after_commit()


def ask_again_where_list(name: str) -> None:
    """Have all listings asked again on which a change of the list of that name changes something; as above."""
    RuleSweep.objects.bulk_create(RuleSweep(list=row) for row in ValueList.objects.filter(name=name))
    ring_after_commit()
