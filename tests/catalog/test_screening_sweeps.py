"""When a rule or a list changes, the listings on which that changes something are asked again, and no others."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from catalog.authorizations import withdraw
from catalog.models import (
    Brand,
    BrandAuthorization,
    LaneChoices,
    ListEntry,
    ListingFacts,
    Product,
    RuleVersion,
    ScreeningRequest,
    Seller,
    SellerDay,
    Snooze,
    ValueList,
)
from catalog.screening import services
from catalog.screening.asking_again import ask_again_daily
from catalog.screening.going_through import sweep_due
from catalog.screening.services import screen_due, screen_until_done
from catalog.screening.sweeping import ask_again_where, ask_again_where_list
from tests import factories

from .running_rules import live_rule, shadow_rule, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


@pytest.fixture
def shelf(shop: Seller) -> dict[str, Product]:
    """Three listings that were screened when there were no rules."""
    products = {title: factories.product(title, of=shop, screened_version=0) for title in ("Cup", "Replica", "Plate")}
    screen_due()
    return products


def asked_for() -> set[str]:
    return set(ScreeningRequest.objects.values_list("product__title", flat=True))


def test_a_rule_that_goes_live_is_asked_of_those_on_which_it_fires(shelf: dict[str, Product]) -> None:
    ask_again_where(live_rule('mentions(title, "replica")', LaneChoices.BLOCK))

    assert sweep_due() == 1
    assert asked_for() == {"Replica"}
    assert sweep_due() == 0
    screen_due()
    assert set(Product.objects.filter(status="held")) == {shelf["Replica"]}


def test_one_that_fails_on_some_is_asked_of_those(shelf: dict[str, Product]) -> None:
    ListingFacts.objects.filter(product=shelf["Cup"]).update(photo_count=None)
    ask_again_where(live_rule("photo_count > 100"))
    sweep_due()

    assert asked_for() == {"Cup"}


def test_one_that_the_database_cannot_be_asked_is_asked_of_all(shelf: dict[str, Product]) -> None:
    ask_again_where(live_rule('in_list(seller, "a-list-that-is-gone")'))
    sweep_due()

    assert asked_for() == shelf.keys()


@pytest.mark.parametrize("change", ["retired", "demoted"])
def test_a_rule_that_stops_or_gets_milder_is_asked_where_it_fired(shelf: dict[str, Product], change: str) -> None:
    rule = live_rule('mentions(title, "replica")', LaneChoices.REVIEW)
    ask_again_where(rule)
    sweep_due()
    screen_due()
    fields = {"state": RuleVersion.State.RETIRED} if change == "retired" else {"demoted_at": timezone.now()}
    RuleVersion.objects.filter(pk=rule.pk).update(**fields)
    ask_again_where(rule)
    sweep_due()

    assert asked_for() == {"Replica"}


def test_a_new_version_is_asked_where_the_older_one_fired(shelf: dict[str, Product]) -> None:
    old = live_rule('mentions(title, "replica")', LaneChoices.REVIEW, slug="words")
    ask_again_where(old)
    sweep_due()
    screen_due()
    RuleVersion.objects.filter(pk=old.pk).update(state=RuleVersion.State.RETIRED)
    ask_again_where(live_rule('mentions(title, "cup")', LaneChoices.REVIEW, slug="words"))
    sweep_due()

    assert asked_for() == {"Replica", "Cup"}


def test_a_shadow_is_asked_too(shelf: dict[str, Product]) -> None:
    shadow = shadow_rule('mentions(title, "replica")')
    ask_again_where(shadow)
    screen_until_done(linger_s=0)

    assert shelf["Replica"].screenings.get().watched == [shadow.pk]


def test_a_list_that_changes_is_asked_by_all_rules_that_ask_it(shelf: dict[str, Product]) -> None:
    words = ValueList.objects.create(name="words", title="Words", kind="words")
    live_rule('mentions_any(title, "words")', LaneChoices.REVIEW)
    live_rule('mentions(title, "cup")', LaneChoices.REVIEW)
    ListEntry.objects.create(list=words, value="replica", key=" replica ")
    ask_again_where_list("words")
    sweep_due()

    assert asked_for() == {"Replica"}


def test_listings_that_are_not_live_are_not_asked_for(shelf: dict[str, Product]) -> None:
    Product.objects.filter(title="Replica").update(status="draft")
    ask_again_where(live_rule('mentions(title, "replica")'))

    assert sweep_due() == 0


@pytest.mark.django_db(transaction=True)
def test_a_listing_that_is_screened_by_the_rules_of_before_is_asked_again(
    served: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its facts are not yet to be seen when the rule goes live, so the sweep waits for it."""
    factories.rows_of_migrations()
    late = factories.product("Replica", screened_version=0)
    write, threads = services.write, []

    def go_live() -> None:
        try:
            sweep_due()
        finally:
            connection.close()

    def rule_goes_live_meanwhile(*arguments: object) -> None:
        write(*arguments)  # type: ignore[arg-type]
        rule_is_live.start()
        rule_is_live.join()
        threads.append(threading.Thread(target=go_live))
        threads[0].start()
        threads[0].join(timeout=0.5)
        assert threads[0].is_alive()

    def live() -> None:
        ask_again_where(live_rule('mentions(title, "replica")', LaneChoices.BLOCK))
        connection.close()

    rule_is_live = threading.Thread(target=live)
    monkeypatch.setattr(services, "write", rule_goes_live_meanwhile)
    screen_due()
    threads[0].join()
    monkeypatch.undo()

    assert screen_due() == 1
    late.refresh_from_db()
    assert late.status == "held"


def test_each_day_those_are_asked_whose_authorisation_began_or_ended(shelf: dict[str, Product]) -> None:
    today = timezone.localdate()
    brand = Brand.objects.create(name="Nike", is_protected=True)
    Product.objects.filter(title="Cup").update(brand=brand)
    grant(shelf["Cup"].seller, brand, today - timedelta(days=90), today - timedelta(days=1))

    assert ask_again_daily() == 1
    assert asked_for() == {"Cup"}


def test_an_authorisation_that_is_taken_back_is_asked_about_at_once(shelf: dict[str, Product]) -> None:
    brand = Brand.objects.create(name="Nike", is_protected=True)
    Product.objects.filter(title="Cup").update(brand=brand)
    granted = grant(shelf["Cup"].seller, brand, timezone.localdate(), None)
    withdraw(authorization=granted, reason="Forged.", by=staff("petra"))

    assert asked_for() == {"Cup"}


def test_each_day_those_are_asked_whose_sellers_record_has_moved(shelf: dict[str, Product]) -> None:
    day = SellerDay.objects.create(
        seller=shelf["Cup"].seller, day=timezone.localdate() - timedelta(days=1), orders=100, refunds=5
    )
    assert ask_again_daily() == 3
    screen_due()
    assert ask_again_daily() == 0
    day.refunds = 6
    day.save()
    assert ask_again_daily() == 0
    day.refunds = 9
    day.save()
    assert ask_again_daily() == 3


def test_each_day_those_are_asked_whose_snooze_or_rule_has_ended(shelf: dict[str, Product]) -> None:
    now = timezone.now()
    rule = live_rule('mentions(title, "plate")', LaneChoices.REVIEW, starts_at=now - timedelta(hours=1))
    Snooze.objects.create(
        rule=rule.rule, product=shelf["Cup"], until=now - timedelta(hours=2), reason="x", made_by=staff("paula")
    )
    assert ask_again_daily() == 1
    sweep_due()

    assert asked_for() == {"Cup", "Plate"}


def grant(seller: Seller, brand: Brand, start: object, end: object) -> BrandAuthorization:
    return BrandAuthorization.objects.create(
        seller=seller,
        brand=brand,
        valid_from=start,
        valid_until=end,
        state=BrandAuthorization.State.GRANTED,
        asked_by=staff("paula"),
        decided_by=staff("petra"),
        decided_at=timezone.now(),
    )
