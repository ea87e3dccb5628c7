"""Muting a rule for one listing or one seller, for a while: the answer to a known false alarm."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from shopadmin.accounts.audit.recording import record
from shopadmin.accounts.models import User

from .fact_finding.due import mark_due
from .listings import Refusal
from .models import ListingFacts, Product, Rule, RuleVersion, Seller, Snooze
from .rule_writing import locked_rule

LONGEST = timedelta(days=180)
"""A rule that should be silent for longer is a wrong rule: its text is changed."""


@transaction.atomic
def snooze(
    *,
    rule: Rule,
    until: datetime,
    reason: str,
    by: User,
    product: Product | None = None,
    seller: Seller | None = None,
) -> Snooze:
    """Mute a rule for a listing or a seller until a moment, at most 180 days from now; a former snooze ends.

    Raises `Refusal` without a reason, or for another moment, and ValueError unless it is for one of the two.
    """
    if (product is None) == (seller is None):
        raise ValueError("A rule is muted for a listing or for a seller.")
    now = timezone.now()
    if not reason.strip():
        raise Refusal(_("Say why the rule is to be silent."))
    if until <= now:
        raise Refusal(_("This moment has passed. Choose a later one."))
    if until > now + LONGEST:
        raise Refusal(
            _("A rule can be silent for %(days)s days at most. Change its text instead.") % {"days": LONGEST.days}
        )
    locked = locked_rule(rule.pk)
    for former in Snooze.objects.holding(now).filter(rule=locked, product=product, seller=seller):
        former.end(by)
    row = Snooze.objects.create(
        rule=locked, product=product, seller=seller, until=until, reason=reason.strip(), made_by=by, made_at=now
    )
    after = {"listing": product, "seller": seller, "until": until}
    record(by, "rule.snoozed", locked, after={name: value for name, value in after.items() if value}, reason=row.reason)
    _ask_again(row)
    return row


@transaction.atomic
def end_snooze(*, snooze: Snooze, by: User) -> None:
    """Let the rule speak again before the time. Raises `Refusal` when it does already."""
    if not snooze.end(by):
        raise Refusal(_("Nothing was changed: the rule speaks again already."))
    of = {"listing": snooze.product, "seller": snooze.seller}
    record(by, "rule.snooze-ended", snooze.rule, before={name: value for name, value in of.items() if value})
    _ask_again(snooze)


def _ask_again(row: Snooze) -> None:
    """Have the listing asked again that a snooze is of, or those of the seller on which the rule said something."""
    if row.product_id is not None:
        mark_due([row.product_id])
        return
    versions = list(RuleVersion.objects.filter(rule=row.rule_id).values_list("pk", flat=True))
    said = Q(fired__overlap=versions) | Q(watched__overlap=versions) | Q(errors__overlap=versions)
    mark_due(ListingFacts.objects.filter(said, product__seller=row.seller_id).values_list("product", flat=True))
