"""What the page of a decision shows: its statement as the seller reads it, and to staff what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from shopadmin.accounts.models import User
from shopadmin.accounts.permissions import Permission, Scope

from .appeal_chances import APPEAL_FOR, Chance
from .holding import chance_of
from .models import Appeal, Decision, Finding, Product, Strike
from .models.decisions import UNDO_FOR
from .ripple import MOST_AT_ONCE, ripple
from .statements import Basis, NoticeSource

SHOWN_SIMILAR = 100


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of reasons in words; `source` says who sent a notice, empty where the platform looked by itself."""

    legal_ground: str
    is_illegal: bool
    explanation: str
    facts: str
    source: str
    is_trusted_flagger: bool
    is_found_automatically: bool
    markets: Sequence[str]


@dataclass(frozen=True, slots=True)
class Similar:
    """Other listings that are held for the same reason: how many, how many of the same brand, and the first of them."""

    count: int
    same_brand: frozenset[int]
    products: Sequence[Product]


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """A decision and what came of it. What only staff reads is empty to others."""

    decision: Decision
    statement: Statement | None
    appeal: Appeal | None
    appeal_until: datetime
    chance: Chance
    can_undo: bool
    findings: Sequence[Finding]
    strike: Strike | None
    similar: Similar | None


def sees_all(user: User) -> bool:
    """Tell whether the user decides about listings, and so reads what sellers do not."""
    return user.scope(Permission.DECIDE_FINDINGS) == Scope.ALL


def decision_page(decision: Decision, user: User) -> DecisionPage:
    """Return the page for this reader. A fixed number of statements."""
    is_staff = sees_all(user)
    is_open = decision.hold is not None and decision.hold.released_at is None
    is_standing = decision.annulled_at is None and decision.replaced_at is None
    is_fresh = timezone.now() - decision.decided_at <= UNDO_FOR
    return DecisionPage(
        decision=decision,
        statement=_statement(decision.statement) if decision.statement else None,
        appeal=Appeal.objects.filter(hold=decision.hold_id).last() if decision.hold_id else None,
        appeal_until=decision.decided_at + APPEAL_FOR,
        chance=chance_of(decision.hold) if decision.hold and is_open and is_standing else Chance.NONE,
        can_undo=is_standing and is_fresh and decision.decided_by_id == user.pk,
        findings=_findings(decision) if is_staff else [],
        strike=Strike.objects.filter(decision=decision).first(),
        similar=_similar(decision, user) if is_staff and _was_wrong(decision) else None,
    )


def _findings(decision: Decision) -> list[Finding]:
    """Return what rules found: that on which people decided, or that for which a rule alone held the listing."""
    is_by_rules = decision.outcome == Decision.Outcome.HELD and decision.hold_id is not None
    found = Finding.objects.filter(hold=decision.hold_id) if is_by_rules else decision.findings.all()
    return list(found.select_related("rule", "version").order_by("-severity", "pk"))


def _was_wrong(decision: Decision) -> bool:
    """Tell whether a restriction was lifted, and not by whoever decided, as a slip within ten minutes."""
    if decision.outcome == Decision.Outcome.CLEARED or decision.annulled_at is None:
        return False
    is_own = decision.annulled_by_id is not None and decision.annulled_by_id == decision.decided_by_id
    return not is_own or decision.annulled_at - decision.decided_at > UNDO_FOR


def _similar(decision: Decision, user: User) -> Similar:
    found = ripple(decision)
    same = frozenset(found.same_brand)
    first = [*found.same_brand, *(key for key in found.similar if key not in same)][:MOST_AT_ONCE]
    products = Product.objects.for_user(user).filter(pk__in=first[:SHOWN_SIMILAR]).with_card()
    return Similar(found.count, same, sorted(products, key=lambda product: (product.pk not in same, product.pk)))


def _statement(sent: dict[str, Any]) -> Statement:
    """Read a statement as it was sent (see `StatementOfReasons.payload`)."""
    is_illegal = sent.get("decision_ground") == Basis.ILLEGAL
    kind = "illegal_content" if is_illegal else "incompatible_content"
    return Statement(
        legal_ground=sent.get(f"{kind}_legal_ground" if is_illegal else f"{kind}_ground", ""),
        is_illegal=is_illegal,
        explanation=sent.get(f"{kind}_explanation", ""),
        facts=sent.get("decision_facts", ""),
        source=sent.get("source_identity", ""),
        is_trusted_flagger=sent.get("source_type") == NoticeSource.TRUSTED_FLAGGER,
        is_found_automatically=sent.get("automated_detection") == "Yes",
        markets=sent.get("territorial_scope", []),
    )
