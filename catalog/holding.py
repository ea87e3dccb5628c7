"""Holding listings back, releasing them, appeals against holds and their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shopadmin.accounts.audit.recording import record
from shopadmin.accounts.models import User
from shopadmin.accounts.notifications.sending import notify
from shopadmin.accounts.permissions import Permission

from .appeal_chances import Chance, Made, appeal_chance
from .appeal_documents import stored_documents
from .listings import Refusal, lacks_of
from .membership import member_roles_with
from .models import Appeal, AppealDocument, Decision, Hold, Product
from .regression import keep_cases
from .stating import annul, findings_behind, state_holds

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Status = Product.Status


class OwnHold(Refusal):
    """The one who placed a hold, or took the listing down, may not answer the appeal against it."""


@transaction.atomic
def place_hold(
    *, product: Product, ground: Hold.Ground, explanation: str, remedy: str, actor: User | None, seen: str = ""
) -> Hold:
    """Hold a listing back, and state why; `actor` is None for an automatic check.

    `seen` is what the statement says was seen, where the explanation ends with it.
    Raises `Refusal` when it is held or removed.
    """
    row = _locked(product)
    if row.status == Status.HELD:
        raise Refusal(_("Nothing was changed: somebody else has just held this listing."))
    if row.status == Status.REMOVED:
        raise Refusal(_("The listing is removed, so there is nothing to hold back."))
    hold = begin_hold(row=row, ground=ground, explanation=explanation, remedy=remedy, actor=actor)
    state_holds([hold], seen=seen)
    held = {"status": Status.HELD, "ground": ground, "remedy": remedy}
    _note("listing.held", hold, actor, before={"status": hold.status_before}, after=held, reason=explanation)
    _tell("listing.held", hold, gettext_lazy("Your listing “{title}” is held back"), explanation, key="held")
    return hold


def begin_hold(*, row: Product, ground: Hold.Ground, explanation: str, remedy: str, actor: User | None) -> Hold:
    """Hold back a listing that the caller has locked, and that is not held; the caller states why and tells of it."""
    hold = Hold.objects.create(
        product=row, ground=ground, explanation=explanation, remedy=remedy, status_before=row.status, placed_by=actor
    )
    row.change(status=Status.HELD)
    return hold


@transaction.atomic
def release_hold(*, hold: Hold, reason: str, actor: User) -> Product.Status:
    """End a hold and give the listing the status that it had; return that status.

    What was live and lacks something by now becomes a draft. An appeal that waits is closed in the merchant's favour.
    The findings for which the listing was held are cleared, so that the same does not hold it again, and what was
    decided is annulled, also that it was taken down. Raises `Refusal` when the hold has ended already.
    """
    is_own = _is_own(hold, actor)
    status = _release(hold, reason, actor)
    _tell("listing.held", hold, gettext_lazy("Your listing “{title}” is no longer held back"), reason, key="released")
    appeal = Appeal.objects.filter(hold=hold).waiting().first()
    if appeal is not None:
        appeal.close(Appeal.State.OVERTURNED, reason, by=None if is_own else actor)
    return status


def make_appeal(*, hold: Hold, text: str, actor: User, documents: Sequence[File[bytes]] = ()) -> Appeal:
    """Say something against a hold, with invoices or other documents: see `appeal_chance` for how often.

    Raises `Refusal` when that was done before, the hold has ended, or a document cannot be taken.
    """
    with stored_documents(documents) as rows, transaction.atomic():
        appeal = _make_appeal(hold, text, actor, has_documents=bool(rows))
        for row in rows:
            row.appeal = appeal
        AppealDocument.objects.bulk_create(rows)
        made = {"appeal": appeal.state} | ({"documents": len(rows)} if rows else {})
        _note("hold.appealed", hold, actor, after=made, reason=text)
    return appeal


@transaction.atomic
def answer_appeal(*, appeal: Appeal, is_upheld: bool, answer: str, actor: User) -> None:
    """Let the hold stand (`is_upheld`) or lift it: then what was decided is annulled, and the rules learn from it.

    Raises `OwnHold` when the actor placed the hold or took the listing down, `Refusal` when the appeal is answered
    already.
    """
    hold = appeal.hold
    _locked(hold.product)
    if _is_own(hold, actor):
        raise OwnHold(_("You decided on this listing, so somebody else answers the appeal."))
    state = Appeal.State.UPHELD if is_upheld else Appeal.State.OVERTURNED
    if not appeal.close(state, answer, by=actor):
        raise Refusal(_("Nothing was changed: the appeal is answered already."))
    waiting = {"appeal": Appeal.State.WAITING}
    _note("appeal.answered", hold, actor, before=waiting, after={"appeal": state}, reason=answer)
    title = gettext_lazy("Your appeal for “{title}” is answered: the hold stands")
    holds = Hold.objects.filter(pk=hold.pk)
    if is_upheld:
        findings_behind(holds).confirm(by=actor)
    else:
        keep_cases(findings_behind(holds), reason=answer, by=actor)
        _release(hold, answer, actor)
        title = gettext_lazy("Your appeal for “{title}” is answered: the hold is lifted")
    _tell("appeal.answered", hold, title, answer, key=f"answered-{appeal.pk}")


def chance_of(hold: Hold) -> Chance:
    """Return whether the seller may appeal against an open hold, and how. Two statements.

    Holds of before there were statements of reasons have no decision: they count from when they were placed.
    """
    decisions = Decision.objects.standing().restrictions().filter(hold=hold)
    decided_at = decisions.values_list("decided_at", flat=True).first() or hold.placed_at
    waiting = Appeal.State.WAITING
    made = [Made(at, state == waiting) for at, state in hold.appeals.values_list("made_at", "state")]
    return appeal_chance(decided_at=decided_at, made=made, now=timezone.now())


def _make_appeal(hold: Hold, text: str, actor: User, *, has_documents: bool) -> Appeal:
    _locked(hold.product)
    if not Hold.objects.filter(pk=hold.pk).open().exists():
        raise Refusal(_("The hold has ended, so there is nothing to appeal against."))
    chance = chance_of(hold)
    if chance == Chance.WAITING:
        raise Refusal(_("An appeal against this hold was made before, and waits for an answer."))
    if chance == Chance.NONE:
        raise Refusal(_("An appeal against this decision was made before and answered, so none is taken any more."))
    if chance == Chance.WITH_DOCUMENTS and not has_documents:
        raise Refusal(_("An appeal was made before and answered. Send a document with the second one."))
    return Appeal.objects.create(hold=hold, text=text, made_by=actor)


def _release(hold: Hold, reason: str, actor: User) -> Product.Status:
    row = _locked(hold.product)
    if not hold.release(by=actor, reason=reason):
        raise Refusal(_("Nothing was changed: the hold has ended already."))
    findings_behind(Hold.objects.filter(pk=hold.pk)).clear(by=actor)
    annul(Decision.objects.filter(hold=hold).restrictions(), by=actor, reason=reason)
    is_lacking = hold.status_before == Status.LIVE and lacks_of(row)
    status = Status.DRAFT if is_lacking else Status(hold.status_before)
    row.change(status=status)
    held = {"status": Status.HELD}
    _note("listing.released", hold, actor, before=held, after={"status": status}, reason=reason)
    return status


def _is_own(hold: Hold, user: User) -> bool:
    """Tell whether the user placed the hold, or took the listing down that it holds."""
    decided = Decision.objects.standing().restrictions().filter(hold=hold, decided_by=user)
    return hold.placed_by_id == user.pk or decided.exists()


def _note(
    action: str,
    hold: Hold,
    actor: User | None,
    *,
    after: Mapping[str, object],
    before: Mapping[str, object] | None = None,
    reason: str,
) -> None:
    """Write a decision into the audit log, where the seller's members read it too, with the names of their own only."""
    product = hold.product
    record(
        actor or "automatic check", action, product, before=before, after=after, reason=reason,
        tenant_key=product.seller_id,
    )  # fmt: skip


def _tell(kind: str, hold: Hold, title: _StrPromise, body: str, *, key: str) -> None:
    """Tell those who may act on it: the owners and editors of the seller."""
    product = hold.product
    roles = member_roles_with(Permission.APPEAL_HOLDS)
    people = User.objects.filter(memberships__seller=product.seller_id, memberships__role__in=roles)
    address = f"{product.get_absolute_url()}#hold"
    words = format_lazy(title, title=product.title)
    notify(people, kind=kind, title=words, body=body, url=address, key=f"hold-{hold.pk}-{key}")


def _locked(product: Product) -> Product:
    """Lock the listing, so that of two people who decide on it one comes second and sees what the first did."""
    return (
        Product.objects.select_for_update(of=("self",)).select_related("seller", "brand", "category").get(pk=product.pk)
    )
