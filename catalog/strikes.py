"""PURE. What a listing that was taken down costs its seller's record, for how long, and what follows.

Points with an expiry follow those that publish how they do it (TikTok Shop's points by severity; strikes with weights
and a time to live in ROOST's Coop). The figures are the house's own and are meant to be read by sellers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LASTS = timedelta(days=180)
"""A strike expires after half a year, as long as a seller can appeal (Digital Services Act, Article 20)."""

REPEATED_WITHIN = timedelta(days=90)
"""A second listing of the same brand within this time weighs double: who was told once knows."""

WEIGHTS = {1: 1, 2: 1, 3: 2, 4: 3, 5: 4}
"""Points by the severity of the rule, 1 to 5."""

MOST = 10
"""No single listing costs more."""


class Standing(StrEnum):
    """What the points of a seller come to."""

    GOOD = "good"
    WARNED = "warned"
    RESTRICTED = "restricted"
    SUSPENDED = "suspended"


LIMITS = {Standing.WARNED: 4, Standing.RESTRICTED: 8, Standing.SUSPENDED: 16}
"""From how many points on. What follows is for rules to say: `seller_strikes >= 8 && listing_age_days < 7`."""


@dataclass(frozen=True, slots=True)
class EarlierStrike:
    """A strike that counts: of which brand (None if none), and when it was given."""

    brand_id: int | None
    given_at: datetime


def weight(*, severity: int, brand_id: int | None, earlier: Iterable[EarlierStrike], now: datetime) -> int:
    """Return the points of one listing, 1 to 10. Raises KeyError for a severity outside 1 to 5."""
    points = WEIGHTS[severity]
    is_repeated = brand_id is not None and any(
        strike.brand_id == brand_id and now - strike.given_at <= REPEATED_WITHIN for strike in earlier
    )
    return min(points * (2 if is_repeated else 1), MOST)


def standing(points: int) -> Standing:
    """Return what so many points come to."""
    reached = [state for state, least in LIMITS.items() if points >= least]
    return reached[-1] if reached else Standing.GOOD
