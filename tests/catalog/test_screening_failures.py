"""A listing that cannot be screened is held back and says why; its neighbours are screened as ever."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from catalog.fact_finding import FoundFacts
from catalog.holding import release_hold
from catalog.models import Finding, Hold, LaneChoices, ListingFacts, Product, Screening, Seller
from catalog.rules.facts import FACTS
from catalog.screening import services
from catalog.screening.services import screen_due
from tests import factories

from .running_rules import live_rule, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


@pytest.fixture
def poisonous(shop: Seller, monkeypatch: pytest.MonkeyPatch) -> Product:
    """A listing whose facts cannot be found out, between two others."""
    products = [factories.product(title, of=shop, screened_version=0) for title in ("Cup", "Poison", "Replica")]
    find_facts = services.find_facts

    def find(product_ids: Sequence[int], **more: Any) -> Mapping[int, FoundFacts]:
        if products[1].pk in product_ids:
            raise ZeroDivisionError("nothing can be said of it")
        return find_facts(product_ids, **more)

    monkeypatch.setattr(services, "find_facts", find)
    live_rule('mentions(title, "replica")', LaneChoices.BLOCK)
    return products[1]


def test_it_is_held_with_the_reason_and_its_neighbours_are_screened(poisonous: Product) -> None:
    assert screen_due() == 3

    assert dict(Product.objects.values_list("title", "status")) == {"Cup": "live", "Poison": "held", "Replica": "held"}
    hold, finding = poisonous.holds.get(), poisonous.findings.get()
    assert (hold.ground, hold.placed_by) == ("other", None)
    assert "could not be checked" in hold.explanation
    assert (finding.is_error, finding.rule, finding.version, finding.hold) == (True, None, None, hold)
    assert finding.explanation == {"reason": "ZeroDivisionError: nothing can be said of it"}
    assert finding.screening.verdict == "error"


def test_all_its_facts_count_as_failed(poisonous: Product) -> None:
    screen_due()

    facts = ListingFacts.objects.get(product=poisonous)
    assert (facts.verdict, facts.texts.failed.keys(), facts.texts.title, facts.has_price) == (
        "error",
        FACTS.keys(),
        None,
        None,
    )


def test_it_is_held_too_where_there_are_no_rules(poisonous: Product) -> None:
    from catalog.models import RuleVersion

    RuleVersion.objects.all().delete()
    screen_due()

    assert Hold.objects.get().product == poisonous


def test_what_people_have_vouched_for_stays_live_until_it_is_edited(poisonous: Product) -> None:
    screen_due()
    release_hold(hold=poisonous.holds.get(), reason="We looked at it.", actor=staff("petra"))

    assert screen_due() == 1
    poisonous.refresh_from_db()
    assert (poisonous.status, poisonous.findings.get().state) == ("live", "cleared")
    assert Screening.objects.filter(product=poisonous).first().verdict == "error"
    poisonous.change(title="Something else")
    assert screen_due() == 1
    poisonous.refresh_from_db()
    assert poisonous.status == "held"


def test_it_comes_back_by_itself_to_nobody_but_is_screened_as_ever_once_it_can_be(
    poisonous: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen_due()
    release_hold(hold=poisonous.holds.get(), reason="We looked at it.", actor=staff("petra"))
    monkeypatch.undo()
    screen_due()

    poisonous.refresh_from_db()
    assert (poisonous.status, ListingFacts.objects.get(product=poisonous).verdict) == ("live", "clean")


def test_a_hold_that_cannot_be_placed_leaves_the_listing_due(shop: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written, so it is tried again; better late than live and unchecked."""
    product = factories.product("Cup", of=shop, screened_version=0)

    def fail(*arguments: object, **more: object) -> Callable[[], None]:
        raise RuntimeError("out of order")

    monkeypatch.setattr(services, "find_facts", fail)
    monkeypatch.setattr(services, "hold_failed", fail)
    with pytest.raises(RuntimeError):
        screen_due()

    product.refresh_from_db()
    assert (product.screened_version, Finding.objects.count()) == (0, 0)
