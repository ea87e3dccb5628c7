"""Each restriction has one decision with its statement of reasons, however the listing came to be held."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.bulk import services
from catalog.bulk.kinds import Kind
from catalog.holding import answer_appeal, make_appeal, place_hold, release_hold
from catalog.models import Appeal, Decision, Hold, Product, Seller, Strike, TakenDown
from shopadmin.accounts.models import User
from tests import factories

from .bulk_shop import applied, many
from .decided import automatic_hold, status, taken_down

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
HOLD = {"ground": "misleading", "explanation": "The price is a lure.", "remedy": "Show the real one."}


def standing() -> list[tuple[str, str]]:
    found = Decision.objects.standing().restrictions().order_by("product__title")
    return list(found.values_list("product__title", "outcome"))


def test_a_hold_has_its_statement_by_a_rule_alone_or_by_a_person(juice: Product, petra: User) -> None:
    other = factories.product("Pear juice")
    automatic_hold(juice)
    place_hold(product=other, actor=petra, **{**HOLD, "ground": Hold.Ground.MISLEADING})

    by_rule, by_person = Decision.objects.order_by("pk")
    assert (by_rule.automation, by_rule.decided_by) == ("AUTOMATED_DECISION_FULLY", None)
    assert (by_person.automation, by_person.decided_by) == ("AUTOMATED_DECISION_NOT_AUTOMATED", petra)
    assert by_person.statement["illegal_content_explanation"] == "The price is a lure."
    assert by_person.statement["territorial_scope"] == []
    assert by_rule.statement["category"] == "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS"


@pytest.mark.parametrize("words", ["x" * 9000, " "])
def test_words_that_the_public_database_does_not_take_keep_nothing_from_being_held(juice: Product, words: str) -> None:
    place_hold(product=juice, ground=Hold.Ground.UNSAFE, explanation=words, remedy="", actor=None)

    statement = Decision.objects.get().statement
    facts = 5000 if words.strip() else len("This listing offers a product that is unsafe or was recalled.")
    assert (status(juice), len(statement["decision_facts"])) == ("held", facts)
    assert 0 < len(statement["illegal_content_explanation"]) <= 2000


def test_markets_of_the_union_are_named(juice: Product) -> None:
    juice.offers.create(market="FR", price_minor=499, currency="EUR", stock=1)
    juice.offers.create(market="ES", price_minor=499, currency="EUR", stock=1)

    automatic_hold(juice)

    assert Decision.objects.get().statement["territorial_scope"] == ["ES", "FR"]


def test_releasing_annuls_all_that_was_decided_about_the_hold(juice: Product, petra: User, paula: User) -> None:
    hold = automatic_hold(juice)
    decision = taken_down(juice, petra)

    release_hold(hold=hold, reason="It is genuine.", actor=paula)

    assert not Decision.objects.filter(annulled_at=None).exists()
    decision.refresh_from_db()
    assert (decision.annulled_by, decision.annulled_because) == (paula, "It is genuine.")
    assert Strike.objects.get().annulled_at is not None
    assert TakenDown.objects.get().restored_at is not None


@pytest.mark.parametrize("count", [3, 30])
def test_a_bulk_hold_states_each_in_a_constant_number_of_statements(shop: Seller, petra: User, count: int) -> None:
    items = many(shop, count, status="live")
    action = services.choose(user=petra, kind=Kind.HOLD, keys=[item.pk for item in items])
    action = services.preview(action=action, user=petra, parameters=HOLD)

    with CaptureQueriesContext(connection) as queries:
        services.apply(action=action, user=petra, reason="Lures.")

    assert len([query for query in queries if '"catalog_decision"' in query["sql"]]) == 1
    assert [outcome for _title, outcome in standing()] == ["held"] * count
    assert {decision.decided_by for decision in Decision.objects.all()} == {petra}


def test_releasing_in_bulk_annuls_set_wise_and_undoing_it_states_anew(
    shop: Seller, petra: User, paula: User, mallory: User
) -> None:
    items = many(shop, 3, status="live")
    applied(petra, Kind.HOLD, items[:2], **HOLD)
    taken_down(items[2], petra)
    appeals = [make_appeal(hold=item.holds.get(), text="No.", actor=mallory) for item in (items[0], items[2])]

    with CaptureQueriesContext(connection) as queries:
        action = applied(petra, Kind.RELEASE, items)

    assert len([query for query in queries if query["sql"].startswith('UPDATE "catalog_decision"')]) == 1
    assert (standing(), Strike.objects.filter(annulled_at=None).count()) == ([], 0)
    assert [Appeal.objects.get(pk=appeal.pk).answered_by for appeal in appeals] == [None, None]

    services.undo(action=action, user=petra)

    assert [outcome for _title, outcome in standing()] == ["held"] * 3


def test_undoing_a_bulk_hold_annuls_its_decisions(shop: Seller, petra: User) -> None:
    action = applied(petra, Kind.HOLD, many(shop, 2, status="live"), **HOLD)

    services.undo(action=action, user=petra)

    assert standing() == []
    assert set(Product.objects.values_list("status", flat=True)) == {"live"}


def test_a_listing_that_was_removed_before_is_removed_again_when_it_is_released_in_bulk(
    juice: Product, petra: User
) -> None:
    Product.objects.filter(pk=juice.pk).update(status="removed")
    taken_down(juice, petra)

    applied(petra, Kind.RELEASE, [juice])

    assert status(juice) == "removed"


def test_an_upheld_appeal_leaves_the_decision_as_it_is(juice: Product, petra: User, paula: User, mallory: User) -> None:
    decision = taken_down(juice, petra)
    appeal = make_appeal(hold=decision.hold, text="No.", actor=mallory)

    answer_appeal(appeal=appeal, is_upheld=True, answer="Yes.", actor=paula)

    assert standing() == [("Apple juice", "taken down")]
    assert status(juice) == "held"
