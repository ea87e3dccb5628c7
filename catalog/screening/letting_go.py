"""Letting go of listings that were held for nothing but a model that waited for approval."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models.fields.json import KT

from ..fact_finding.makers import offered_versions
from ..fact_finding.versions import sign_of, versions_in_force
from ..holding import release_hold
from ..listings import Refusal
from ..models import Finding, Hold, ModelRelease, Screening
from ..models.screenings import FindingQuerySet

AT_ONCE = 200
"""So many are let go in one transaction."""


def let_go(release: ModelRelease) -> bool:
    """Release listings held for want of approvals that are given by now; True when there may be more.

    They are live again and so screened anew. `release` was approved last, and its approver is who lets go. The findings
    are outdated and not cleared: cleared ones would keep the rules silent when the next model waits.
    """
    by = release.decided_by
    if by is None:
        return False
    lacking = lacking_makers()
    findings = held_for_want().select_related("hold__product", "screening").order_by("pk")
    holds = {each.hold: each.screening for each in findings if each.hold is not None}
    ended = [hold for hold, screening in holds.items() if _is_over(hold, screening, lacking)][:AT_ONCE]
    for hold in ended:
        Finding.objects.open().filter(hold=hold).update(state=Finding.State.OUTDATED)
        try:
            release_hold(hold=hold, reason=release.decision_reason or str(release), actor=by)
        except Refusal:
            continue  # Somebody else has just released it.
    return len(ended) == AT_ONCE


def held_for_want(maker: str = "") -> FindingQuerySet:
    """Return the findings that hold listings back since a model waited for approval, of any maker or of this one."""
    errors = Finding.objects.open().filter(is_error=True, hold__released_at__isnull=True, hold__isnull=False)
    return errors.alias(why=KT("explanation__reason")).filter(why__contains=sign_of(maker))


def lacking_makers() -> set[str]:
    """Return the makers of which this code offers another version than the one that acts."""
    offered = offered_versions()
    force = versions_in_force(offered)
    return {maker for maker, version in offered.items() if force[maker] != version}


def _is_over(hold: Hold, screening: Screening, lacking: Collection[str]) -> bool:
    """Tell whether nothing but approvals that are given by now was the reason for a hold."""
    reasons: Iterable[str] = screening.errors.values()
    if Finding.objects.open().filter(hold=hold, is_error=False).exists():
        return False
    still = [sign_of(maker) for maker in lacking]
    return all(sign_of() in reason and not any(sign in reason for sign in still) for reason in reasons)
