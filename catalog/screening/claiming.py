"""Which listings are to be screened: the live ones that changed since, and those of which somebody asks it.

A claim is a lock on the listing's row until the transaction ends, which skips what others hold. So two workers never
have the same listing, a worker that dies lets go of it, and what is changed meanwhile waits and is due again.

Requests are taken away with the claim, before anything is read: what makes a request and is committed later is not
seen by this screening, so its request has to outlive it.
"""

from __future__ import annotations

from django.db import connection
from django.db.models import F, OuterRef, QuerySet, Subquery

from ..models import Product, ScreeningRequest
from ..models.products import ProductQuerySet

SHARE_OF_REQUESTS = 4
"""One in so many may always be one that was asked for, so that a large import does not keep them waiting."""
RULES_LOCK = 0x5C12EE41
"""Held, shared, by whoever asks rules; who waits for it alone knows that rules as they were are asked no more."""


def claim(limit: int) -> list[Product]:
    """Lock up to `limit` listings that are due, and return them; those that changed first. Call it in a transaction."""
    _hold_rules_lock("pg_advisory_xact_lock_shared")
    for_requests = max(1, limit // SHARE_OF_REQUESTS)
    asked = _locked(_asked_for(), for_requests)
    found = _locked(changed().exclude(pk__in=[row.pk for row in asked]), limit - len(asked))
    missing = limit - len(asked) - len(found)
    if missing and len(asked) == for_requests:
        asked += _locked(_asked_for().exclude(pk__in=[row.pk for row in (*asked, *found)]), missing)
    claimed = found + asked
    _take_requests(ScreeningRequest.objects.filter(product__in=[row.pk for row in claimed]))
    return claimed


def settle(products: list[Product]) -> None:
    """Note, in the transaction of the claim, that the rules were asked of these listings as they are now."""
    Product.objects.filter(pk__in=[row.pk for row in products]).update(screened_version=F("version"))


def drop_idle_requests() -> None:
    """Take away requests for listings that are not live: these are due anyway once they become so."""
    _take_requests(ScreeningRequest.objects.exclude(product__status=Product.Status.LIVE))


def wait_for_askers() -> None:
    """Wait until nobody asks rules any more that were read before this transaction; call it in a short one."""
    _hold_rules_lock("pg_advisory_xact_lock")


def changed() -> ProductQuerySet:
    """Return the live listings that changed since they were screened, the longest waiting first."""
    live = Product.objects.filter(status=Product.Status.LIVE)
    return live.exclude(screened_version=F("version")).order_by("updated_at", "pk")


def _asked_for() -> ProductQuerySet:
    requests = ScreeningRequest.objects.filter(product=OuterRef("pk"))
    live = Product.objects.filter(status=Product.Status.LIVE)
    asked = live.annotate(asked_at=Subquery(requests.values("asked_at")[:1]))
    return asked.filter(asked_at__isnull=False).order_by("asked_at", "pk")


def _locked(products: QuerySet[Product], limit: int) -> list[Product]:
    if limit <= 0:
        return []
    rows = products.select_for_update(skip_locked=True, no_key=True, of=("self",))
    return list(rows.defer("search", "traits")[:limit])


def _take_requests(requests: QuerySet[ScreeningRequest]) -> None:
    """Delete those that nobody is renewing at this moment: a renewed one is for another screening."""
    free = requests.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)
    ScreeningRequest.objects.filter(pk__in=list(free)).delete()


def _hold_rules_lock(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [RULES_LOCK])
