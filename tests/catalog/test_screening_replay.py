"""A decision can be asked again as of its day, whatever has changed since."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from catalog.models import LaneChoices, ListEntry, Product, Screening, Seller, ValueList
from catalog.rules.measuring.lanes import Outcome
from catalog.screening.replaying import replay
from catalog.screening.services import screen_due
from tests import factories

from .running_rules import live_rule, shadow_rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


def test_a_replay_says_what_was_decided_after_listing_and_lists_have_changed(shop: Seller) -> None:
    words = ValueList.objects.create(name="words", title="Words", kind="words")
    entry = ListEntry.objects.create(list=words, value="replica", key=" replica ")
    fired = live_rule('mentions_any(title, "words") && seller_age_days < 2', LaneChoices.REVIEW)
    watched = shadow_rule("price < 10.0 && has_price")
    failed = live_rule("1 / (photo_count - photo_count) == 1", LaneChoices.REVIEW, order=200)
    product = factories.product("Replica watch", of=shop, screened_version=0)
    screen_due()
    before = Screening.objects.get()
    assert (before.fired, before.watched, [*before.errors]) == ([fired.pk], [watched.pk], [str(failed.pk)])

    with time_machine.travel(timezone.now() + timedelta(days=30)):
        ListEntry.objects.filter(pk=entry.pk).update(removed_at=timezone.now())
        Product.objects.filter(pk=product.pk).update(title="Watch")
        product.offers.update(price_minor=100_000)
        again = {one.version.pk: one.outcome for one in replay(Screening.objects.get())}

    assert again == {fired.pk: Outcome.FIRES, watched.pk: Outcome.FIRES, failed.pk: Outcome.ERROR}


def test_with_the_facts_of_today_it_would_say_something_else(shop: Seller) -> None:
    """The control: what the replay keeps to are the stored facts."""
    live_rule('mentions(title, "replica")', LaneChoices.REVIEW)
    factories.product("Replica watch", of=shop, screened_version=0)
    screen_due()
    screening = Screening.objects.get()
    screening.facts["values"]["title"] = "Watch"

    assert [one.outcome for one in replay(screening)] == [Outcome.PASSES]
