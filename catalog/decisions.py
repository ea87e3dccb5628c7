"""Deciding what rules have found: taking listings down with reasons, clearing them, and taking a slip back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone, translation
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shopadmin.accounts.audit.recording import record
from shopadmin.accounts.models import User
from shopadmin.accounts.notifications.sending import notify
from shopadmin.accounts.permissions import Permission

from .holding import begin_hold, place_hold, release_hold
from .listings import Refusal
from .members import people_with
from .models import (
    Appeal,
    AutomationChoices,
    Decision,
    Finding,
    Hold,
    LaneChoices,
    NoticeItem,
    Offer,
    Product,
    TakenDown,
)
from .models.decisions import UNDO_FOR
from .notice_reopening import reopen
from .rules.forms import folded_words
from .standings import give_strike
from .stating import annul, languages_of, markets_of, state_holds, statement_of
from .telling_sellers import told_of

if TYPE_CHECKING:
    from .models import Notice

Outcome = Decision.Outcome


@transaction.atomic
def take_down(
    *,
    product: Product,
    ground: Hold.Ground,
    explanation: str,
    by: User,
    findings: Sequence[Finding] = (),
    notice: Notice | None = None,
    severity: int | None = None,
) -> Decision:
    """Take a listing down: it is held until an appeal, its seller gets the reasons and a strike.

    `findings` are what rules found of it, `notice` what a brand owner says; with neither, a person saw it alone. What
    is held already stays under that hold. A removed listing can be taken down too, lest it is restored. Every link to
    the listing is gone with the commit, since none is shown to what is not live. `severity` (1 to 5) is the person's
    own; without it that of the gravest finding counts.
    Raises `Refusal` when somebody else was faster or `by` works for the seller, and `IncompleteStatement` for an
    explanation that is empty or long.
    """
    row = _locked(product)
    refuse_own(row, by)
    standing = Decision.objects.standing().restrictions().filter(product=row)
    if standing.filter(outcome=Outcome.TAKEN_DOWN).exists():
        raise Refusal(_("Nothing was changed: somebody else has just taken this listing down."))
    decision = _decision(row, Outcome.TAKEN_DOWN, ground, explanation, by, findings)
    decision.hold = Hold.objects.filter(product=row).open().first() or begin_hold(
        row=row, ground=ground, explanation=explanation, remedy="", actor=by
    )
    facts, markets = _what_was_seen(decision, findings, notice), markets_of([row.pk])[row.pk]
    decision.statement = statement_of(decision, facts=facts, markets=markets, notice=notice).payload()
    standing.update(replaced_at=decision.decided_at)
    _save(decision, findings)
    brand_id = notice.brand_id if notice else row.brand_id
    _remember(row, brand_id)
    severities = [severity] if severity else [finding.severity for finding in findings]
    give_strike(decision, severities=severities, brand_id=brand_id)
    _tell(decision)
    return decision


@transaction.atomic
def clear(*, findings: Sequence[Finding], reason: str, by: User) -> Decision:
    """Say that what rules found of one listing is in order: it is released where nothing else holds it.

    The rules stay silent on the listing until what they saw of it changes. Raises `Refusal` when the findings are
    decided already or `by` works for the seller, and `ValueError` without findings, or with those of several listings.
    """
    (key,) = {finding.product_id for finding in findings}
    row = _locked(Product(pk=key))
    refuse_own(row, by)
    ground = Hold.Ground(findings[0].rule.ground) if findings[0].rule else Hold.Ground.OTHER
    decision = _decision(row, Outcome.CLEARED, ground, reason, by, findings)
    hold = Hold.objects.filter(product=row, placed_by=None).open().first()
    _save(decision, findings)
    if hold is not None and not _is_held_otherwise(hold):
        release_hold(hold=hold, reason=reason, actor=by)
        decision.hold = hold
        decision.save(update_fields=["hold"])
    return decision


def refuse_own(product: Product, by: User) -> None:
    """Raise `Refusal` where somebody works for the seller about whose listing they would decide."""
    if works_for(by, product):
        raise Refusal(_("You work for this seller, so somebody else decides."))


def works_for(user: User, product: Product) -> bool:
    """Tell whether the user works for the listing's seller."""
    return product.seller.role_of(user) is not None


@transaction.atomic
def undo(*, decision: Decision, by: User) -> None:
    """Take a decision back within ten minutes: the listing is as it was; its findings and notices wait again.

    Raises `Refusal` for somebody else's decision, one of longer ago, and one that does not stand any more or on whose
    appeal somebody has answered.
    """
    if decision.decided_by_id != by.pk:
        raise Refusal(_("Only whoever decided can take it back. Others answer an appeal."))
    if timezone.now() - decision.decided_at > UNDO_FOR:
        raise Refusal(_("A decision can be taken back for ten minutes. Release the hold instead, with a reason."))
    row, reason = _locked(decision.product), _("Taken back as a slip.")
    upheld = Appeal.objects.filter(hold=decision.hold_id, state=Appeal.State.UPHELD)
    if upheld.filter(answered_at__gte=decision.decided_at).exists():
        raise Refusal(_("Somebody has answered an appeal against it, so it stays."))
    if not annul(Decision.objects.standing().filter(pk=decision.pk), by=by, reason=reason):
        raise Refusal(_("Nothing was changed: the decision was taken back or replaced already."))
    if decision.hold is None:
        _reopen(decision)
    elif decision.outcome == Outcome.CLEARED:
        _reopen(decision)
        if row.status != Product.Status.HELD:
            _hold_again(row, decision, decision.hold)
    elif decision.status_before == Product.Status.HELD:
        _reopen(decision)
        _hold_as_before(decision.hold)
    else:
        release_hold(hold=decision.hold, reason=reason, actor=by)
        _reopen(decision)
    reopen(NoticeItem.objects.filter(decision=decision), by=by)


def _decision(
    row: Product,
    outcome: Decision.Outcome,
    ground: Hold.Ground,
    explanation: str,
    by: User,
    findings: Sequence[Finding],
) -> Decision:
    return Decision(
        product=row,
        seller_id=row.seller_id,
        outcome=outcome,
        ground=ground,
        explanation=explanation,
        status_before=row.status,
        automation=AutomationChoices.PARTIALLY if findings else AutomationChoices.NOT,
        decided_by=by,
        language=languages_of([row.seller_id])[row.seller_id],
    )


def _save(decision: Decision, findings: Sequence[Finding]) -> None:
    """Write the decision, and into its findings that they are decided.

    Sellers do not learn from the audit log which of their listings people have looked at without restricting them.
    """
    waiting = Finding.objects.filter(product=decision.product, pk__in=[finding.pk for finding in findings]).open()
    by = decision.decided_by
    assert by is not None
    decided = waiting.clear(by) if decision.outcome == Outcome.CLEARED else waiting.confirm(by)
    if decided != len(findings):
        raise Refusal(_("Nothing was changed: somebody else has just decided on this listing."))
    decision.save(force_insert=True)
    decision.findings.set(findings)
    record(
        by,
        "listing.decided",
        decision.product,
        before={"status": decision.status_before},
        after={"status": decision.product.status, "decision": decision.outcome, "ground": decision.ground},
        reason=decision.explanation,
        tenant_key=None if decision.outcome == Outcome.CLEARED else decision.seller_id,
    )


def _what_was_seen(decision: Decision, findings: Sequence[Finding], notice: Notice | None) -> str:
    """Return what was seen as its seller may read it: what rules say to sellers, and what a notice says."""
    with translation.override(decision.language):
        seen = [told_of(finding) for finding in findings]
        if notice is not None:
            told = {"brand": notice.brand, "right": notice.right, "reasons": notice.reasons}
            seen.append(_("A notice for %(brand)s (%(right)s): %(reasons)s") % told)
        seen.append("" if any(seen) else _("Seen by a person who looked at the listing."))
    return "\n".join(dict.fromkeys(filter(None, seen)))


def _remember(row: Product, brand_id: int | None) -> None:
    """Keep what the listing looks like, to know it when it comes again."""
    offer = Offer.objects.filter(product=row).order_by("price_minor").first()
    hashes = row.images.values_list("perceptual_hash", flat=True)
    TakenDown.objects.update_or_create(
        product=row,
        defaults={
            "seller_id": row.seller_id,
            "brand_id": brand_id,
            "words": folded_words(row.title),
            "hashes": [each for each in hashes if each is not None],
            "price_minor": offer.price_minor if offer else None,
            "currency": offer.currency if offer else "",
            "at": timezone.now(),
            "restored_at": None,
        },
    )


def _is_held_otherwise(hold: Hold) -> bool:
    """Tell whether somebody has taken the listing down, or a finding holds it that is not cleared."""
    others = Finding.objects.filter(hold=hold, state__in=[Finding.State.OPEN, Finding.State.CONFIRMED])
    taken_down = Decision.objects.standing().filter(hold=hold, outcome=Outcome.TAKEN_DOWN)
    return others.exists() or taken_down.exists()


def _hold_again(row: Product, decision: Decision, old: Hold) -> None:
    """Hold a listing back, as it was before a slip released it."""
    hold = place_hold(
        product=row, ground=Hold.Ground(old.ground), explanation=old.explanation, remedy=old.remedy, actor=old.placed_by
    )
    decision.findings.filter(lane__in=[LaneChoices.BLOCK, LaneChoices.HOLD]).open().update(hold=hold)


def _hold_as_before(hold: Hold) -> None:
    """Let the decision stand again that held the listing before a slip took it down."""
    replaced = Decision.objects.filter(hold=hold, annulled_at__isnull=True, replaced_at__isnull=False)
    if not replaced.update(replaced_at=None):
        state_holds([hold])


def _reopen(decision: Decision) -> None:
    """Let the decision's findings wait again; where a rule has found something anew meanwhile, that one waits."""
    found_anew = Finding.objects.open().filter(product=decision.product).values_list("rule", flat=True)
    rules = set(found_anew)
    keys = [finding.pk for finding in decision.findings.all() if finding.rule_id not in rules]
    Finding.objects.filter(pk__in=keys).update(state=Finding.State.OPEN, decided_by=None, decided_at=None)


def _tell(decision: Decision) -> None:
    """Tell those who may appeal, with the address where they do."""
    product = decision.product
    notify(
        people_with(Permission.APPEAL_HOLDS, product.seller),
        kind="decision.made",
        title=format_lazy(gettext_lazy("Your listing “{title}” was taken down"), title=product.title),
        body=decision.explanation,
        url=f"{product.get_absolute_url()}#hold",
        key=f"decision-{decision.key}",
    )


def _locked(product: Product) -> Product:
    rows = Product.objects.select_for_update(of=("self",)).select_related("seller", "brand", "category")
    return rows.get(pk=product.pk)
