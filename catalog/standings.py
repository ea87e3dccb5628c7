"""The standing of sellers: which strikes count against them, and what follows from their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from shopadmin.accounts.models import User
from shopadmin.accounts.notifications.sending import notify
from shopadmin.accounts.roles import Role

from .models import Decision, Seller, Strike
from .strikes import LASTS, EarlierStrike, Standing, standing, weight

SEVERITY_SEEN = 3
"""How grave it is what people see without a rule, of 1 to 5: the middle."""


@dataclass(frozen=True, slots=True)
class SellerStanding:
    """What counts against a seller now: the sum of the points, what they come to, and the strikes, newest first."""

    points: int
    standing: Standing
    strikes: tuple[Strike, ...]


def strikes_of(seller: Seller) -> SellerStanding:
    """Return what counts against a seller now. One statement."""
    counting = Strike.objects.filter(seller=seller).counting(timezone.now())
    strikes = tuple(counting.select_related("decision__product", "brand"))
    points = sum(strike.weight for strike in strikes)
    return SellerStanding(points, standing(points), strikes)


def give_strike(decision: Decision, *, severities: Sequence[int], brand_id: int | None) -> Strike:
    """Give a seller the points of a listing that was taken down, by the gravest of what was found.

    Tells the admins of a seller that is to be suspended. Decisions about the same seller wait for each other here, so
    that none is counted without the other.
    """
    Seller.objects.select_for_update(no_key=True).get(pk=decision.seller_id)
    now = decision.decided_at
    counting = list(Strike.objects.filter(seller=decision.seller_id).counting(timezone.now()))
    strike = Strike.objects.create(
        seller_id=decision.seller_id,
        decision=decision,
        brand_id=brand_id,
        weight=weight(
            severity=max(severities, default=SEVERITY_SEEN),
            brand_id=brand_id,
            earlier=[EarlierStrike(each.brand_id, each.given_at) for each in counting],
            now=now,
        ),
        given_at=now,
        expires_at=now + LASTS,
    )
    before = sum(each.weight for each in counting)
    if standing(before) != Standing.SUSPENDED == standing(before + strike.weight):
        _tell_admins(decision, before + strike.weight)
    return strike


def _tell_admins(decision: Decision, points: int) -> None:
    seller = decision.product.seller
    notify(
        User.objects.filter(Q(groups__name=Role.ADMIN.value) | Q(is_superuser=True)).distinct(),
        kind="seller.suspended",
        title=format_lazy(_("{seller} has {points} points and is to be suspended"), seller=seller, points=points),
        body=_("Look at its strikes, and hold its listings back unless an appeal changes them."),
        url=seller.get_absolute_url(),
        key=f"suspended-{decision.key}",
    )
