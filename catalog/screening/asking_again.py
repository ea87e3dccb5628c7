"""What has the rules asked again of listings that have not changed: permissions, sellers' records, time itself."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from ..fact_finding import mark_due
from ..models import BrandAuthorization, ListEntry, Product, RuleVersion, Snooze
from ..models.products import ProductQuerySet
from .sweeping import ask_again_where, ask_again_where_list

LOOK_BACK = timedelta(days=3)
"""What happened within is looked at again each day, so that a day without a worker leaves nothing out."""
NOTABLE = 0.02
"""By how much of all orders a seller's share of refunds or disputes has to differ, to ask its listings again."""
_MOVED = """
    WITH record AS (
        SELECT seller_id, sum(orders) AS orders, sum(refunds) AS refunds, sum(disputes) AS disputes
        FROM catalog_sellerday WHERE day > %(today)s - 90 AND day <= %(today)s GROUP BY seller_id
    )
    SELECT p.id FROM catalog_product p
    JOIN catalog_listingfacts f ON f.product_id = p.id
    LEFT JOIN record r ON r.seller_id = p.seller_id AND r.orders >= 20
    WHERE p.status = 'live' AND (
        (r.orders IS NULL) <> (f.seller_refund_rate IS NULL)
        OR abs(f.seller_refund_rate - r.refunds::float / r.orders) >= %(notable)s
        OR abs(f.seller_dispute_rate - r.disputes::float / r.orders) >= %(notable)s
    )
"""


def ask_again_about(products: ProductQuerySet) -> int:
    """Have the rules asked again of those of the listings that are live; return how many."""
    keys = list(products.filter(status=Product.Status.LIVE).order_by("pk").values_list("pk", flat=True))
    mark_due(keys)
    return len(keys)


def ask_again_daily() -> int:
    """Have the rules asked again where a day has passed that matters; return of how many listings.

    Authorisations that began or ended, sellers whose record moved, snoozes that ended; and, counted later when workers
    go through the listings, rules and entries of lists whose time began or ended.
    """
    now = timezone.now()
    today, since = timezone.localdate(), now - LOOK_BACK
    turned = BrandAuthorization.objects.filter(
        Q(valid_from__gt=today - LOOK_BACK, valid_from__lte=today)
        | Q(valid_until__gte=today - LOOK_BACK, valid_until__lt=today),
        state=BrandAuthorization.State.GRANTED,
    )
    count = sum(
        ask_again_about(Product.objects.filter(seller=seller, brand=brand))
        for seller, brand in turned.values_list("seller", "brand").distinct()
    )
    woken = Snooze.objects.filter(Q(until__gt=since, until__lte=now, ended_at__isnull=True) | Q(ended_at__gt=since))
    muted = Q(pk__in=woken.values("product")) | Q(seller__in=woken.values("seller"))
    count += ask_again_about(Product.objects.filter(muted))
    for version in RuleVersion.objects.running().filter(
        Q(starts_at__gt=since, starts_at__lte=now) | Q(ends_at__gt=since, ends_at__lte=now)
    ):
        ask_again_where(version)
    expired = ListEntry.objects.filter(expires_at__gt=since, expires_at__lte=now).order_by()
    for name in expired.values_list("list__name", flat=True).distinct():
        ask_again_where_list(name)
    return count + _ask_again_of_moved(today)


def _ask_again_of_moved(today: date) -> int:
    """Ask for the listings of sellers whose record is no longer what their facts say."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, {"today": today, "notable": NOTABLE})
        keys = [key for (key,) in cursor.fetchall()]
    mark_due(keys)
    return len(keys)
