"""PURE. What a listing still lacks before customers may see it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class Lack(StrEnum):
    """Something without which a listing cannot be live."""

    PHOTO = "photo"
    OFFER = "offer"
    AUTHORIZATION = "authorisation"


def lacks(*, photos: int, markets: Sequence[str], unauthorised: Sequence[str]) -> tuple[Lack, ...]:
    """Return what a listing lacks: a photo, an offer in some market, and for a protected brand the authorisation.

    `unauthorised` are those of its `markets` in which the seller may not sell the brand.
    """
    found = []
    if not photos:
        found.append(Lack.PHOTO)
    if not markets:
        found.append(Lack.OFFER)
    if unauthorised:
        found.append(Lack.AUTHORIZATION)
    return tuple(found)
