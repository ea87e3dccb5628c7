"""Muting a rule for one listing or seller, for a while."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.listings import Refusal
from catalog.models import Product, ScreeningRequest, Seller, Snooze
from catalog.snoozing import end_snooze, snooze
from shopadmin.accounts.models import AuditEntry, User
from tests import factories

from .rule_shop import drafted, facts, live, screened

pytestmark = pytest.mark.django_db
SOON = timedelta(days=30)


def test_a_rule_is_muted_for_a_listing_which_is_asked_again(paula: User, juice: Product) -> None:
    rule = drafted(paula).rule
    until = timezone.now() + SOON

    row = snooze(rule=rule, product=juice, until=until, reason="It is genuine.", by=paula)

    assert list(Snooze.objects.holding(timezone.now())) == [row]
    assert list(ScreeningRequest.objects.values_list("product", flat=True)) == [juice.pk]
    entry = AuditEntry.objects.get(action="rule.snoozed")
    assert (entry.after["until"], entry.reason) == (until.isoformat(), "It is genuine.")


def test_of_a_seller_only_listings_on_which_the_rule_said_something_are_asked_again(
    paula: User, petra: User, shop: Seller
) -> None:
    version = live(paula, petra)
    found = screened(facts(), fired=[version], product=factories.product(of=shop, photos=0))
    screened(facts(), product=factories.product(of=shop, photos=0))
    screened(facts(), fired=[version], product=factories.product(of=factories.seller("Other"), photos=0))

    snooze(rule=version.rule, seller=shop, until=timezone.now() + SOON, reason="Known.", by=paula)

    assert list(ScreeningRequest.objects.values_list("product", flat=True)) == [found.pk]


@pytest.mark.parametrize(("days", "reason", "fault"), [
    (181, "Known.", "180 days at most"), (-1, "Known.", "has passed"), (30, " ", "Say why"),
])  # fmt: skip
def test_a_snooze_has_a_reason_and_an_end_within_half_a_year(
    paula: User, juice: Product, days: int, reason: str, fault: str
) -> None:
    with pytest.raises(Refusal, match=fault):
        snooze(
            rule=drafted(paula).rule,
            product=juice,
            until=timezone.now() + timedelta(days=days),
            reason=reason,
            by=paula,
        )


def test_a_snooze_is_of_a_listing_or_a_seller(paula: User, juice: Product) -> None:
    with pytest.raises(ValueError, match="for a listing or for a seller"):
        snooze(
            rule=drafted(paula).rule,
            product=juice,
            seller=juice.seller,
            until=timezone.now() + SOON,
            reason="Known.",
            by=paula,
        )


def test_a_new_snooze_takes_the_place_of_the_former_one(paula: User, petra: User, juice: Product) -> None:
    rule = drafted(paula).rule
    former = snooze(rule=rule, product=juice, until=timezone.now() + SOON, reason="Known.", by=paula)

    row = snooze(rule=rule, product=juice, until=timezone.now() + 2 * SOON, reason="Still.", by=petra)

    former.refresh_from_db()
    assert (list(Snooze.objects.holding(timezone.now())), former.ended_by) == ([row], petra)


def test_a_snooze_ends_once_before_its_time(paula: User, petra: User, juice: Product) -> None:
    row = snooze(rule=drafted(paula).rule, product=juice, until=timezone.now() + SOON, reason="Known.", by=paula)

    end_snooze(snooze=row, by=petra)

    assert not Snooze.objects.holding(timezone.now()).exists()
    assert AuditEntry.objects.filter(action="rule.snooze-ended").count() == 1
    with pytest.raises(Refusal, match="speaks again already"):
        end_snooze(snooze=row, by=petra)
