"""Holding listings back, releasing them, appeals against holds and their answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shopadmin.accounts.audit.recording import record
from shopadmin.accounts.models import User
from shopadmin.accounts.notifications.sending import notify
from shopadmin.accounts.permissions import Permission

from .listings import Refusal, lacks_of
from .membership import member_roles_with
from .models import Appeal, Finding, Hold, Product

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Status = Product.Status


class OwnHold(Refusal):
    """The one who placed a hold may not answer the appeal against it."""


@transaction.atomic
def place_hold(*, product: Product, ground: Hold.Ground, explanation: str, remedy: str, actor: User | None) -> Hold:
    """Hold a listing back; `actor` is None for an automatic check. Raises `Refusal` when it is held or removed."""
    row = _locked(product)
    if row.status == Status.HELD:
        raise Refusal(_("Nothing was changed: somebody else has just held this listing."))
    if row.status == Status.REMOVED:
        raise Refusal(_("The listing is removed, so there is nothing to hold back."))
    hold = Hold.objects.create(
        product=row, ground=ground, explanation=explanation, remedy=remedy, status_before=row.status, placed_by=actor
    )
    row.change(status=Status.HELD)
    held = {"status": Status.HELD, "ground": ground, "remedy": remedy}
    _note("listing.held", hold, actor, before={"status": hold.status_before}, after=held, reason=explanation)
    _tell("listing.held", hold, gettext_lazy("Your listing “{title}” is held back"), explanation, key="held")
    return hold


@transaction.atomic
def release_hold(*, hold: Hold, reason: str, actor: User) -> Product.Status:
    """End a hold and give the listing the status that it had; return that status.

    What was live and lacks something by now becomes a draft. An appeal that waits is closed in the merchant's favour.
    The findings for which the listing was held are cleared, so that the same does not hold it again. Raises `Refusal`
    when the hold has ended already.
    """
    status = _release(hold, reason, actor)
    _tell("listing.held", hold, gettext_lazy("Your listing “{title}” is no longer held back"), reason, key="released")
    appeal = Appeal.objects.filter(hold=hold).waiting().first()
    if appeal is not None:
        appeal.close(Appeal.State.OVERTURNED, reason, by=None if hold.placed_by_id == actor.pk else actor)
    return status


@transaction.atomic
def make_appeal(*, hold: Hold, text: str, actor: User) -> Appeal:
    """Say something against a hold, once. Raises `Refusal` when that was done before, or the hold has ended."""
    _locked(hold.product)
    if not Hold.objects.filter(pk=hold.pk).open().exists():
        raise Refusal(_("The hold has ended, so there is nothing to appeal against."))
    try:
        with transaction.atomic():
            appeal = Appeal.objects.create(hold=hold, text=text, made_by=actor)
    except IntegrityError as error:
        raise Refusal(_("An appeal against this hold was made before. There is one for each hold.")) from error
    _note("hold.appealed", hold, actor, after={"appeal": appeal.state}, reason=text)
    return appeal


@transaction.atomic
def answer_appeal(*, appeal: Appeal, is_upheld: bool, answer: str, actor: User) -> None:
    """Let the hold stand (`is_upheld`) or lift it.

    Raises `OwnHold` when the actor placed the hold, `Refusal` when the appeal is answered already.
    """
    hold = appeal.hold
    if hold.placed_by_id == actor.pk:
        raise OwnHold(_("You placed this hold, so somebody else answers the appeal."))
    _locked(hold.product)
    state = Appeal.State.UPHELD if is_upheld else Appeal.State.OVERTURNED
    if not appeal.close(state, answer, by=actor):
        raise Refusal(_("Nothing was changed: the appeal is answered already."))
    waiting = {"appeal": Appeal.State.WAITING}
    _note("appeal.answered", hold, actor, before=waiting, after={"appeal": state}, reason=answer)
    title = gettext_lazy("Your appeal for “{title}” is answered: the hold stands")
    if is_upheld:
        Finding.objects.filter(hold=hold).confirm(by=actor)
    else:
        _release(hold, answer, actor)
        title = gettext_lazy("Your appeal for “{title}” is answered: the hold is lifted")
    _tell("appeal.answered", hold, title, answer, key="answered")


def _release(hold: Hold, reason: str, actor: User) -> Product.Status:
    row = _locked(hold.product)
    if not hold.release(by=actor, reason=reason):
        raise Refusal(_("Nothing was changed: the hold has ended already."))
    Finding.objects.filter(hold=hold).clear(by=actor)
    returns_live = hold.status_before == Status.LIVE and not lacks_of(row)
    status = Status.LIVE if returns_live else Status.DRAFT
    row.change(status=status)
    held = {"status": Status.HELD}
    _note("listing.released", hold, actor, before=held, after={"status": status}, reason=reason)
    return status


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
