"""What an overturned decision means for others: listings that the same rule holds for the same reason.

Two findings have the same reason when the same clauses of the same rule were true, whatever values made them so: then a
person who found one wrong has a reason to doubt the others. A listing that something else holds too stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from shopadmin.accounts.models import User

from .bulk import services as bulk
from .bulk.kinds import Kind
from .listings import Refusal
from .models import Appeal, BulkAction, Decision, Finding, Hold, Product
from .models.screenings import FindingQuerySet
from .stating import findings_behind

MOST_AT_ONCE = 500
"""So many listings are restored at once at most: somebody has looked at them."""

STANDING = (Finding.State.OPEN, Finding.State.CONFIRMED)

type Reason = tuple[int, frozenset[str]]
"""The key of a rule, and the clauses of it that were true."""


@dataclass(frozen=True, slots=True)
class Ripple:
    """The listings, by key, that are held for the same reason; `same_brand` are those of them of the same brand."""

    similar: tuple[int, ...]
    same_brand: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.similar)


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of restoring: the bulk action (it can be undone), and the listings that were left alone, with why.

    The action is None where nothing was left to restore. What it left alone itself is in its `counts`.
    """

    action: BulkAction | None
    not_similar: tuple[int, ...] = ()
    held_otherwise: tuple[int, ...] = ()
    appeal_answered: tuple[int, ...] = ()


def true_clauses(explanation: Mapping[str, Any]) -> frozenset[str]:
    """Return the texts of the clauses that ask something and were true, of an explanation as a finding keeps it."""
    return frozenset(_true_leaves(explanation.get("clause") or {}))


def ripple(decision: Decision) -> Ripple:
    """Return which other listings are held or taken down for one of the reasons of this decision.

    The brand is the one of whose name the findings are. Two statements, however many there are. Without findings
    nothing is similar.
    """
    behind = _findings_of(decision)
    reasons, brands = {_reason(finding) for finding in behind}, {finding.brand_id for finding in behind} - {None}
    similar, same_brand = set(), set()
    for finding in _holding(reasons).exclude(product=decision.product_id).iterator():
        if _reason(finding) in reasons:
            similar.add(finding.product_id)
            if finding.brand_id in brands:
                same_brand.add(finding.product_id)
    return Ripple(tuple(sorted(similar)), tuple(sorted(same_brand)))


def restore_similar(decision: Decision, keys: Collection[int], *, by: User, reason: str) -> Restored:
    """Release those of the listings that are held for nothing but the decision's reasons, in one bulk action.

    Each is audited and its seller told, what was decided on it is annulled with its strike, and the action can be
    undone like any other. Raises `Refusal` for more than 500 and without a reason. What `by` may not release is left
    alone by the action.
    """
    if len(set(keys)) > MOST_AT_ONCE:
        raise Refusal(_("At most %(most)s listings can be restored at once. Choose fewer.") % {"most": MOST_AT_ONCE})
    asked, found = set(keys), set(ripple(decision).similar)
    similar = asked & found
    answered = _answered(similar)
    otherwise = _held_otherwise(similar, _reasons_of(decision)) - answered
    wanted = sorted(similar - otherwise - answered)
    action = _released(wanted, by, reason) if wanted else None
    return Restored(action, *(tuple(sorted(left)) for left in (asked - found, otherwise, answered)))


def _released(keys: list[int], by: User, reason: str) -> BulkAction:
    action = bulk.choose(user=by, kind=Kind.RELEASE, keys=keys)
    action = bulk.preview(action=action, user=by, parameters={})
    return bulk.apply(action=action, user=by, reason=reason, seen=action.fingerprint)


def _findings_of(decision: Decision) -> list[Finding]:
    """Return what rules found of the listing, for which it was held or taken down."""
    behind = findings_behind(Hold.objects.filter(decisions=decision))
    return list(behind.filter(is_error=False, rule__isnull=False))


def _reasons_of(decision: Decision) -> set[Reason]:
    return {_reason(finding) for finding in _findings_of(decision)}


def _holding(reasons: Collection[Reason]) -> FindingQuerySet:
    """Return the findings of these rules that hold listings, or for which people took them down."""
    held = Q(Exists(Hold.objects.open().filter(pk=OuterRef("hold"))))
    taken_down = Q(Exists(Decision.objects.standing().restrictions().filter(findings=OuterRef("pk"))))
    standing = Finding.objects.filter(state__in=STANDING, is_error=False)
    found = standing.filter(held | taken_down, rule__in={rule for rule, _clauses in reasons})
    return found.only("rule", "explanation", "product", "brand")


def _answered(keys: Collection[int]) -> set[int]:
    """Return the listings of which an appeal was answered: whoever answered has looked at them."""
    upheld = Appeal.objects.filter(state=Appeal.State.UPHELD, hold__product__in=keys, hold__released_at=None)
    return set(upheld.values_list("hold__product", flat=True))


def _held_otherwise(keys: Collection[int], reasons: Collection[Reason]) -> set[int]:
    """Return the listings that something else holds too: a person, a notice, another rule or other clauses."""
    holds = Hold.objects.open().filter(product__in=keys)
    taken_down = Decision.objects.standing().filter(hold=OuterRef("pk"), outcome=Decision.Outcome.TAKEN_DOWN)
    for_findings = Exists(taken_down.filter(findings__isnull=False).exclude(status_before=Product.Status.HELD))
    by_people = holds.filter(Q(placed_by__isnull=False) & ~for_findings | Exists(taken_down.filter(findings=None)))
    found = set(by_people.values_list("product", flat=True))
    for finding in findings_behind(holds).filter(state__in=STANDING):
        if finding.is_error or _reason(finding) not in reasons:
            found.add(finding.product_id)
    return found


def _reason(finding: Finding) -> Reason:
    return finding.rule_id or 0, true_clauses(finding.explanation)


def _true_leaves(clause: Mapping[str, Any]) -> Iterator[str]:
    parts = clause.get("parts") or []
    if not parts and clause.get("truth") is True:
        yield clause["text"]
    for part in parts:
        yield from _true_leaves(part)
