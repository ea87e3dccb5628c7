"""Asking for, deciding on and taking back the permission to sell a protected brand."""

from __future__ import annotations

from datetime import date
from typing import BinaryIO

from django.core.files import File
from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from shopadmin.accounts.audit.recording import record
from shopadmin.accounts.models import User
from shopadmin.accounts.notifications.sending import notify
from shopadmin.accounts.permissions import Permission

from .documents import ending_of
from .members import people_with
from .models import Brand, BrandAuthorization, Product, Seller
from .screening.asking_again import ask_again_about

State = BrandAuthorization.State


class OwnRequest(Exception):
    """Nobody decides on what they asked for, nor on what the seller asked for which they work for."""


class AlreadyDecided(Exception):
    """Somebody else was faster, or it is over."""


def authorised(*, seller: Seller, brand: Brand, market: str, on: date) -> bool:
    """Tell whether `seller` may list `brand` in `market` (a two-letter country code) on that day; asks the database.

    A brand that is not protected is open to everybody. For many brands at once use `Brand.objects.open_to`.
    """
    return Brand.objects.filter(pk=brand.pk).open_to(seller, market=market, on=on).exists()


def ask(
    *,
    seller: Seller,
    brand: Brand,
    territory: str,
    valid_from: date,
    valid_until: date | None,
    document: BinaryIO,
    by: User,
) -> BrandAuthorization:
    """Ask for the permission to sell a brand, with the document that shows it.

    The document is kept as it is, under a name of ours, with the ending of what it really is. Raises
    `UnreadableDocument`.
    """
    ending = ending_of(document)
    wanted = BrandAuthorization(
        seller=seller, brand=brand, territory=territory, valid_from=valid_from, valid_until=valid_until, asked_by=by
    )
    wanted.document.save(f"document{ending}", File(document), save=False)
    try:
        with transaction.atomic():
            wanted.save()
            after = {"brand": brand, "territory": territory, "valid_from": valid_from, "valid_until": valid_until}
            record(by, "authorization.asked", wanted, after=after, tenant_key=seller.pk)
    except BaseException:
        wanted.document.delete(save=False)
        raise
    return wanted


@transaction.atomic
def decide(*, authorization: BrandAuthorization, is_granted: bool, reason: str, by: User) -> BrandAuthorization:
    """Grant or refuse what was asked for. Raises `OwnRequest` or `AlreadyDecided`."""
    locked = _locked(authorization)
    if locked.asked_by_id == by.pk or locked.seller.role_of(by) is not None:
        raise OwnRequest
    if locked.state != State.ASKED:
        raise AlreadyDecided
    _decide(locked, State.GRANTED if is_granted else State.REFUSED, by, reason)
    return locked


@transaction.atomic
def withdraw(*, authorization: BrandAuthorization, reason: str, by: User) -> BrandAuthorization:
    """Take back what was asked for or granted. Raises `AlreadyDecided` when there is nothing to take back."""
    locked = _locked(authorization)
    if locked.state not in {State.ASKED, State.GRANTED}:
        raise AlreadyDecided
    _decide(locked, State.WITHDRAWN, by, reason)
    return locked


def _decide(authorization: BrandAuthorization, state: BrandAuthorization.State, by: User, reason: str) -> None:
    """Write the decision, have its listings screened by it, and tell those of the seller who ask for brands."""
    before, seller = authorization.state, authorization.seller
    authorization.decide(state=state, by=by, reason=reason)
    ask_again_about(Product.objects.filter(seller=seller, brand=authorization.brand_id))
    record(
        by,
        f"authorization.{state}",
        authorization,
        before={"state": before},
        after={"state": state},
        reason=reason,
        tenant_key=seller.pk,
    )
    notify(
        people_with(Permission.ASK_FOR_AUTHORIZATIONS, seller).exclude(pk=by.pk),
        kind="authorization.decided",
        title=format_lazy(
            _("{brand} for {seller}: {state}"), brand=authorization.brand, seller=seller, state=state.label
        ),
        body=reason,
        url=authorization.get_absolute_url(),
        key=f"authorization-{state}:{authorization.pk}",
    )


def _locked(authorization: BrandAuthorization) -> BrandAuthorization:
    rows = BrandAuthorization.objects.select_for_update(of=("self",)).select_related("seller", "brand")
    return rows.get(pk=authorization.pk)
