"""A sample of the screenings in which no rule said anything: what a new rule would have said of clean listings.

A listing is in the sample or not, whenever it is screened: by a hash of its key, so that a larger sample has the
smaller one in it. A screening takes 2.1 to 4.4 kB with its facts (2.7 kB at a description of 600 letters). At 100,000
clean listings a day all of them would be 8 GB in 30 days; 5 percent are 0.4 GB.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings

from ..models import Screening
from ..rules.measuring.rollout import is_in

KEPT_FOR = timedelta(days=30)
ERASED_AT_ONCE = 1_000
SALT = "clean screenings"
"""No rule is called so, for its name has no space."""


def is_drawn(product: int, percent: int) -> bool:
    """Tell whether a listing, by key, is in a sample of so many percent (0..100) of all."""
    return is_in(SALT, product, Decimal(percent))


def drawn_percent() -> int:
    """Return of how many percent of listings screenings are kept now in which no rule said anything (0..100)."""
    return settings.SHOPADMIN["SCREENINGS_KEPT_OF_CLEAN"]


def erase_outdated(now: datetime) -> int:
    """Erase what of the sample is old enough; return how many screenings those were."""
    outdated = Screening.objects.drawn().filter(at__lt=now - KEPT_FOR).order_by("at")
    erased = 0
    while keys := list(outdated.values_list("pk", flat=True)[:ERASED_AT_ONCE]):
        Screening.objects.filter(pk__in=keys).delete()
        erased += len(keys)
    return erased
