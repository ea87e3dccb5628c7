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
from .models import BlindSample, Finding, ListingFacts, VerdictChoices
from .rules.measuring.intervals import Recall, Sampled, recall

WEEK = timedelta(days=7)
LOOK_BACK = timedelta(days=90)
"""What was judged longer ago tells of another catalogue and of other rules."""

DRAW = """
    INSERT INTO catalog_blindsample (product_id, stratum, population, drawn_at)
    SELECT product_id, stratum, population, statement_timestamp() FROM (
        SELECT f.product_id, count(*) OVER () AS population,
            CASE WHEN b.is_protected THEN 'protected' WHEN b.id IS NULL THEN 'unbranded' ELSE 'branded' END AS stratum
        FROM catalog_listingfacts f JOIN catalog_product p ON p.id = f.product_id AND p.status = 'live'
        LEFT JOIN catalog_brand b ON b.id = p.brand_id
        WHERE f.verdict = 'clean'
    ) AS clean ORDER BY random() LIMIT %s
    ON CONFLICT DO NOTHING
"""


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
def judge(*, sample: BlindSample, verdict: str, by: User) -> BlindSample:
    """Keep what somebody makes of a listing of the sample. Raises `AlreadyJudged`."""
    row = BlindSample.objects.select_for_update(of=("self",)).select_related("product").get(pk=sample.pk)
    if row.verdict is not None:
        raise AlreadyJudged(_("Nothing was changed: this listing is judged already."))
    row.verdict, row.decided_by, row.decided_at = verdict, by, timezone.now()
    row.save(update_fields=["verdict", "decided_by", "decided_at"])
    record(by, "blind-sample.judged", row.product, after={"verdict": verdict})
    return row


def recall_of_all_rules() -> Recall:
    """Return which share of all counterfeits the rules together found, by what was decided in the last 90 days.

    The findings that people decide on are the urgent ones first, not a random sample of all: while many are open, the
    share is a little too high.
    """
    since = timezone.now() - LOOK_BACK
    found = Finding.objects.filter(found_at__gte=since, is_error=False).exclude(state=Finding.State.OUTDATED)
    flagged = {state: found.filter(state=state).values("product").distinct().count() for state in Finding.State}
    confirmed, cleared = flagged[Finding.State.CONFIRMED], flagged[Finding.State.CLEARED]
    judged = BlindSample.objects.judged().filter(decided_at__gte=since)
    counterfeits = judged.filter(verdict=BlindSample.Verdict.COUNTERFEIT).count()
    clean = ListingFacts.objects.filter(verdict=VerdictChoices.CLEAN, product__status="live").count()
    seen = judged.count()
    return recall(
        Sampled(confirmed, confirmed + cleared, confirmed + cleared + flagged[Finding.State.OPEN]),
        Sampled(counterfeits, seen, max(clean, seen)),
    )
