"""What counts against a seller, and what follows: restricted from 8 points on, admins told from 16 on."""

from __future__ import annotations

import pytest
from django.utils import timezone

from catalog.decisions import undo
from catalog.fact_finding import find_facts
from catalog.models import Brand, Product, Seller, Strike
from catalog.standings import strikes_of
from catalog.strikes import LASTS, Standing
from shopadmin.accounts.models import Notification, User
from shopadmin.accounts.roles import Role
from tests import factories

from .decided import found, rule, taken_down
from .races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


def listing(shop: Seller, brand: str) -> Product:
    return factories.product(brand, of=shop, brand=brand)


def grave(product: Product, by: User) -> Strike:
    """Take down what a rule of severity 5 found: 4 points."""
    return taken_down(product, by, found(product, rule(severity=5))).strike


def test_points_add_up_and_a_second_one_of_the_brand_weighs_double(shop: Seller, paula: User, petra: User) -> None:
    weights = [grave(listing(shop, brand), petra).weight for brand in ("Luxor", "Luxor", "Other")]

    assert weights == [4, 8, 4]
    found_now = strikes_of(shop)
    assert (found_now.points, found_now.standing, len(found_now.strikes)) == (16, Standing.SUSPENDED, 3)


def test_what_a_person_sees_is_of_middle_severity(juice: Product, petra: User) -> None:
    assert taken_down(juice, petra).strike.weight == 2


def test_expired_and_annulled_strikes_do_not_count(shop: Seller, paula: User, petra: User) -> None:
    old, slip = grave(listing(shop, "Luxor"), petra), listing(shop, "Other")
    Strike.objects.filter(pk=old.pk).update(given_at=timezone.now() - LASTS, expires_at=timezone.now())
    undo(decision=grave(slip, petra).decision, by=petra)

    assert (strikes_of(shop).points, strikes_of(shop).standing) == (0, Standing.GOOD)


def test_from_eight_points_on_a_seller_is_restricted(shop: Seller, paula: User, petra: User) -> None:
    other = factories.seller("Other")
    grave(listing(shop, "Alpha"), petra)
    grave(listing(other, "Alpha"), petra)
    assert strikes_of(shop).standing == Standing.WARNED

    grave(listing(shop, "Beta"), petra)

    assert (strikes_of(shop).standing, strikes_of(other).standing) == (Standing.RESTRICTED, Standing.WARNED)


def test_admins_are_told_once_when_a_seller_is_to_be_suspended(
    shop: Seller, paula: User, petra: User, alice: User
) -> None:
    for brand in ("Alpha", "Beta", "Gamma"):
        grave(listing(shop, brand), petra)
    assert not Notification.objects.filter(kind="seller.suspended").exists()

    grave(listing(shop, "Delta"), petra)
    grave(listing(shop, "Omega"), petra)

    told = Notification.objects.get(kind="seller.suspended")
    assert (told.recipient, told.title) == (alice, "Mine has 16 points and is to be suspended")


@pytest.mark.django_db(transaction=True)
def test_two_decisions_at_once_about_a_brand_count_each_other() -> None:
    factories.rows_of_migrations()
    people = [factories.user(name, Role.POLICY) for name in ("pete", "paul")]
    shop, brand = factories.seller(), Brand.objects.create(name="Luxor")
    items = [factories.product(title, of=shop, brand=brand.name) for title in ("One", "Two")]

    at_once([lambda: taken_down(items[0], people[0]), lambda: taken_down(items[1], people[1])])

    assert sorted(Strike.objects.values_list("weight", flat=True)) == [2, 4]


def test_rules_can_ask_for_the_points_of_the_seller(shop: Seller, paula: User, petra: User) -> None:
    grave(listing(shop, "Luxor"), petra)
    undo(decision=grave(listing(shop, "Other"), petra).decision, by=petra)
    item = listing(shop, "New")

    facts = find_facts([item.pk], now=timezone.now())[item.pk].facts

    assert facts.values["seller_strikes"] == 4
