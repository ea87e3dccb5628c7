"""Deciding on what rules found: taking a listing down, clearing it, taking a slip back; and nobody gets round it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace

import pytest
from django.utils import translation

from catalog import decisions
from catalog.bulk import services
from catalog.bulk.kinds import Kind
from catalog.decisions import clear, undo
from catalog.holding import answer_appeal, make_appeal, place_hold, release_hold
from catalog.listings import Refusal, edit_listing, publish_listing, remove_listing, restore_listing, values_of
from catalog.models import Decision, Finding, Hold, Product, Seller, Strike, TakenDown
from catalog.screening.services import screen_due
from catalog.statements import IncompleteStatement
from shopadmin.accounts.audit.models import AuditEntry
from shopadmin.accounts.models import Notification, User
from shopadmin.accounts.roles import Role
from tests import factories

from . import imports
from .bulk_shop import applied, outcomes
from .decided import found, held, open_hold, rule, status, taken_down
from .import_fixtures import still as still
from .races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
State, Outcome, Status = Finding.State, Decision.Outcome, Product.Status


def standing(product: Product) -> list[str]:
    return list(Decision.objects.standing().restrictions().filter(product=product).values_list("outcome", flat=True))


def test_a_listing_that_is_taken_down_is_held_remembered_and_costs_its_seller_points(
    juice: Product, petra: User, mallory: User
) -> None:
    finding = found(juice, rule(severity=4))

    decision = taken_down(juice, petra, finding)

    finding.refresh_from_db()
    assert (status(juice), finding.state, finding.decided_by) == (Status.HELD, State.CONFIRMED, petra)
    assert (decision.hold, list(decision.findings.all())) == (open_hold(juice), [finding])
    assert (decision.strike.weight, decision.strike.brand) == (3, juice.brand)
    kept = TakenDown.objects.get(product=juice)
    assert (kept.words, kept.price_minor, kept.currency) == (" apple juice ", 499, "USD")
    told = Notification.objects.get(recipient=mallory)
    assert (told.kind, told.title) == ("decision.made", "Your listing “Apple juice” was taken down")
    entry = AuditEntry.objects.for_target("catalog.product", juice.pk).get()
    assert (entry.action, entry.reason, entry.tenant_key) == (
        "listing.decided",
        "The logo is mirrored.",
        juice.seller_id,
    )


def test_the_statement_says_what_was_seen_and_how_much_people_did(juice: Product, petra: User) -> None:
    statement = taken_down(juice, petra, found(juice, rule())).statement

    assert statement["illegal_content_explanation"] == "The logo is mirrored."
    assert statement["decision_facts"] == "What counted here: the listing’s title."
    assert statement["automated_detection"] == "Yes"
    assert statement["automated_decision"] == "AUTOMATED_DECISION_PARTIALLY"
    assert statement["source_type"] == "SOURCE_VOLUNTARY"


def test_the_seller_reads_it_in_their_language(juice: Product, petra: User, mallory: User) -> None:
    User.objects.filter(pk=mallory.pk).update(language="es")

    decision = taken_down(juice, petra)

    with translation.override("es"):
        assert (decision.language, decision.statement["content_language"]) == ("es", "ES")
    assert decision.statement["automated_decision"] == "AUTOMATED_DECISION_NOT_AUTOMATED"


@pytest.mark.parametrize("explanation", ["  ", "x" * 2001])
def test_without_reasons_nothing_is_taken_down(juice: Product, petra: User, explanation: str) -> None:
    with pytest.raises(IncompleteStatement, match="explanation"):
        taken_down(juice, petra, explanation=explanation)
    assert (status(juice), Hold.objects.count(), Strike.objects.count()) == (Status.LIVE, 0, 0)


def test_what_is_held_already_is_taken_down_under_the_same_hold_and_the_graver_decision_stands(
    juice: Product, petra: User
) -> None:
    hold = held(juice, rule()).hold
    assert standing(juice) == [Outcome.HELD]

    decision = taken_down(juice, petra, *Finding.objects.all())

    assert decision.hold == hold
    assert standing(juice) == [Outcome.TAKEN_DOWN]


def test_a_removed_listing_can_be_taken_down_so_that_it_is_not_restored(
    juice: Product, petra: User, paula: User, mallory: User
) -> None:
    remove_listing(product=juice, actor=mallory)

    decision = taken_down(juice, petra)

    with pytest.raises(Refusal, match="held back"):
        restore_listing(product=juice, actor=mallory, to=Status.LIVE)
    release_hold(hold=decision.hold, reason="An error.", actor=paula)
    assert status(juice) == Status.REMOVED


def test_twice_is_refused_and_so_are_findings_that_are_decided_or_of_another_listing(
    juice: Product, petra: User, paula: User
) -> None:
    finding, other = found(juice, rule()), found(factories.product("Other"), rule())
    with pytest.raises(Refusal, match="somebody else has just decided"):
        taken_down(juice, petra, other)
    taken_down(juice, petra, finding)

    with pytest.raises(Refusal, match="taken this listing down"):
        taken_down(juice, paula)
    with pytest.raises(Refusal, match="somebody else has just decided"):
        clear(findings=[finding], reason="Fine.", by=paula)


def test_clearing_all_that_holds_a_listing_releases_it(juice: Product, petra: User) -> None:
    finding = held(juice, rule())

    decision = clear(findings=[finding], reason="It is genuine.", by=petra)

    finding.refresh_from_db()
    assert (status(juice), finding.state, decision.outcome) == (Status.LIVE, State.CLEARED, Outcome.CLEARED)
    assert (decision.statement, standing(juice)) == ({}, [])


def test_a_seller_does_not_learn_what_was_looked_at_and_found_in_order(
    juice: Product, petra: User, mallory: User
) -> None:
    undo(decision=clear(findings=[found(juice, rule())], reason="Fine.", by=petra), by=petra)
    assert set(AuditEntry.objects.values_list("action", "tenant_key")) == {
        ("listing.decided", None),
        ("decision.annulled", None),
    }

    taken = taken_down(juice, petra)

    assert list(Decision.objects.for_user(mallory)) == [taken]
    assert Decision.objects.for_user(petra).count() == 2


def test_clearing_one_of_two_findings_releases_nothing(juice: Product, petra: User) -> None:
    first, _second = held(juice, rule()), held(juice, rule())

    decision = clear(findings=[first], reason="Fine.", by=petra)

    assert (status(juice), decision.hold, standing(juice)) == (Status.HELD, None, [Outcome.HELD])


def test_clearing_does_not_end_what_a_person_holds_or_has_taken_down(juice: Product, petra: User, paula: User) -> None:
    by_person = factories.product("By a person")
    place_hold(product=by_person, ground=Hold.Ground.OTHER, explanation="Odd.", remedy="", actor=paula)
    finding = held(juice, rule())
    taken_down(juice, paula)

    clear(findings=[finding], reason="Fine.", by=petra)
    clear(findings=[held(by_person, rule())], reason="Fine.", by=petra)

    assert (status(juice), status(by_person)) == (Status.HELD, Status.HELD)
    assert standing(juice) == [Outcome.TAKEN_DOWN]


@pytest.mark.usefixtures("still")
def test_a_merchant_cannot_get_round_it(juice: Product, petra: User, mallory: User) -> None:
    taken_down(juice, petra)
    juice.refresh_from_db()
    for verb in (publish_listing, remove_listing, restore_listing):
        with pytest.raises(Refusal, match="held back"):
            verb(product=juice, actor=mallory)
    values = replace(values_of(juice), title="Innocent juice")
    edit_listing(product=juice, values=values, actor=mallory)
    assert status(juice) == Status.HELD

    for kind in (Kind.PUBLISH, Kind.WITHDRAW, Kind.REMOVE, Kind.RESTORE):
        assert outcomes(applied(mallory, kind, [juice])) == {"Innocent juice": "held"}
    assert outcomes(applied(mallory, Kind.RELEASE, [juice])) == {"Innocent juice": "not-allowed"}

    batch = imports.applied(imports.csv_of(f"{juice.sku},Import juice,9,USD,US,3"), of=juice.seller)
    assert status(juice) == Status.HELD
    imports.undone(batch)
    assert (status(juice), standing(juice)) == (Status.HELD, [Outcome.TAKEN_DOWN])


def test_undoing_what_one_did_before_does_not_bring_it_back(juice: Product, petra: User, mallory: User) -> None:
    Product.objects.filter(pk=juice.pk).update(status=Status.LIVE)
    withdrawn = applied(mallory, Kind.WITHDRAW, [juice])
    taken_down(juice, petra)

    services.undo(action=withdrawn, user=mallory)

    assert status(juice) == Status.HELD


@pytest.mark.django_db(transaction=True)
def test_of_two_people_at_once_one_decides_and_the_other_is_told() -> None:
    factories.rows_of_migrations()
    merchant = factories.user("mallory", Role.MERCHANT)
    petra, paula = (factories.user(name, Role.POLICY) for name in ("petra", "paul"))
    item = factories.product(of=factories.seller("Mine", merchant))
    finding = found(item, rule())

    outcomes_of_both = at_once(
        [lambda: taken_down(item, petra, finding), lambda: clear(findings=[finding], reason="Fine.", by=paula)]
    )
    refused = [each for each in outcomes_of_both if isinstance(each, Refusal)]
    assert (len(refused), Decision.objects.standing().filter(findings=finding).count()) == (1, 1)

    other = factories.product("Other", of=item.seller)
    both = at_once([lambda: taken_down(other, petra), lambda: taken_down(other, paula)])
    assert sorted(type(each).__name__ for each in both) == ["Decision", "Refusal"]
    assert Strike.objects.filter(decision__product=other).count() == 1

    mine = Decision.objects.standing().get(product=other)
    undone = at_once([lambda: undo(decision=mine, by=mine.decided_by) or "done"] * 2)
    assert sorted(type(each).__name__ for each in undone) == ["Refusal", "str"]


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_on_the_listing_two_people_collide(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: without it the second one gets an error of the database instead of a word."""
    factories.rows_of_migrations()
    petra, paula = (factories.user(name, Role.POLICY) for name in ("petra", "paul"))
    monkeypatch.setattr(
        decisions, "_locked", lambda product: Product.objects.select_related("seller").get(pk=product.pk)
    )
    let_both_look_first(monkeypatch)
    item = factories.product()

    both = at_once([lambda: taken_down(item, petra), lambda: taken_down(item, paula)])

    assert sorted(type(each).__name__ for each in both) == ["Decision", "IntegrityError"]


def let_both_look_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let both people look before either writes."""
    barrier, languages_of = threading.Barrier(2), decisions.languages_of

    def look(sellers: list[int]) -> Mapping[int, str]:
        barrier.wait(30)
        return languages_of(sellers)

    monkeypatch.setattr(decisions, "languages_of", look)


def test_what_a_rule_held_and_people_decided_on_is_not_held_again_by_it(
    shop: Seller, paula: User, petra: User, mallory: User
) -> None:
    rule('mentions(title, "replica")')
    watch = factories.product("Replica watch", of=shop, screened_version=0)
    screen_due()
    assert (status(watch), standing(watch)) == (Status.HELD, [Outcome.HELD])
    assert Decision.objects.get().automation == "AUTOMATED_DECISION_FULLY"

    decision = taken_down(watch, petra, *Finding.objects.open())
    appeal = make_appeal(hold=decision.hold, text="It says that it is none.", actor=mallory)
    answer_appeal(appeal=appeal, is_upheld=False, answer="True.", actor=paula)
    screen_due()

    assert (status(watch), standing(watch)) == (Status.LIVE, [])
    Product.objects.get(pk=watch.pk).change(title="Replica of a watch")
    screen_due()
    assert (status(watch), standing(watch)) == (Status.HELD, [Outcome.HELD])


def test_nobody_decides_on_findings_about_a_seller_for_whom_they_work(juice: Product, petra: User) -> None:
    finding = found(juice, rule())
    factories.seller(juice.seller.name, petra)

    with pytest.raises(Refusal, match="You work for this seller"):
        taken_down(juice, petra, finding)
    with pytest.raises(Refusal, match="You work for this seller"):
        clear(findings=[finding], reason="Fine.", by=petra)

    finding.refresh_from_db()
    assert (status(juice), finding.state) == ("live", "open")
