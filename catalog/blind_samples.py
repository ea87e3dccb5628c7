"""The standing sample of listings on which no rule fired: what rules miss shows only there.

Each live, clean listing has the same chance, so the share of counterfeits among those judged stands for all of them.
Those who judge see the listing and nothing else.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shopadmin.accounts.audit.recording import record
from shopadmin.accounts.models import User

from .listings import Refusal
from .models import BlindSample, Brand
from .recall_counting import IMITATED

WEEK = timedelta(days=7)

DRAW = f"""
    INSERT INTO catalog_blindsample (product_id, stratum, population, brand_id, drawn_at)
    SELECT product_id, stratum, population, brand, statement_timestamp() FROM (
        SELECT f.product_id, count(*) OVER () AS population, coalesce(imitated.id, b.id) AS brand,
            CASE WHEN b.is_protected THEN 'protected' WHEN b.id IS NULL THEN 'unbranded' ELSE 'branded' END AS stratum
        FROM catalog_listingfacts f JOIN catalog_product p ON p.id = f.product_id AND p.status = 'live'
        LEFT JOIN catalog_brand b ON b.id = p.brand_id LEFT JOIN catalog_listingtexts t ON t.product_id = f.product_id
        LEFT JOIN catalog_brand imitated ON imitated.name = {IMITATED}
        WHERE f.verdict = 'clean'
    ) AS clean ORDER BY random() LIMIT %s
    ON CONFLICT DO NOTHING
"""  # noqa: S608 - names of columns


class AlreadyJudged(Refusal):
    """Somebody else was faster."""


@transaction.atomic
def draw_blind_sample() -> int:
    """Draw what is missing of this week's listings (`BLIND_SAMPLES_A_WEEK`); return how many were drawn."""
    wanted = settings.SHOPADMIN["BLIND_SAMPLES_A_WEEK"]
    drawn = BlindSample.objects.filter(drawn_at__gt=timezone.now() - WEEK).count()
    if drawn >= wanted:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(DRAW, [wanted - drawn])
        return int(cursor.rowcount)


@transaction.atomic
def judge(*, sample: BlindSample, verdict: str, copies: Brand | None = None, by: User) -> BlindSample:
    """Keep what somebody makes of a listing of the sample. Raises `AlreadyJudged`.

    `copies` is the brand that a counterfeit copies; without one it is the brand that the listing names or imitates.
    """
    row = BlindSample.objects.select_for_update(of=("self",)).select_related("product", "brand").get(pk=sample.pk)
    if row.verdict is not None:
        raise AlreadyJudged(_("Nothing was changed: this listing is judged already."))
    row.verdict, row.decided_by, row.decided_at = verdict, by, timezone.now()
    told: dict[str, object] = {"verdict": verdict}
    if verdict == BlindSample.Verdict.COUNTERFEIT:
        row.copies = copies or row.brand
        told |= {"brand": row.copies} if row.copies else {}
    row.save(update_fields=["verdict", "copies", "decided_by", "decided_at"])
    record(by, "blind-sample.judged", row.product, after=told)
    return row


def waiting_for(user: User, *, after: int = 0) -> BlindSample | None:
    """Return the listing that the user judges next, beyond the sample with this key and then from the beginning.

    Nobody judges the listings of a seller for whom they work.
    """
    waiting = BlindSample.objects.waiting().exclude(product__seller__members=user).order_by("pk")
    seen = waiting.select_related("product__seller", "product__brand", "product__category")
    rows = seen.prefetch_related("product__images", "product__offers")
    return rows.filter(pk__gt=after).first() or rows.first()
