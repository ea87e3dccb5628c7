"""A decision that was a slip is taken back by whoever made it, within ten minutes, and all is as before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog import decisions
from catalog.decisions import clear, undo
from catalog.holding import answer_appeal, make_appeal, place_hold, release_hold
from catalog.listings import Refusal
from catalog.models import Decision, Finding, Hold, Product, Strike, TakenDown
from shopadmin.accounts.audit.models import AuditEntry
from shopadmin.accounts.models import User
from tests import factories

from .decided import found, held, open_hold, rule, status, taken_down
from .import_fixtures import still as still

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
State, Outcome, Status = Finding.State, Decision.Outcome, Product.Status


def standing(product: Product) -> list[str]:
    return list(Decision.objects.standing().restrictions().filter(product=product).values_list("outcome", flat=True))


@pytest.mark.parametrize("is_held", [False, True])
def test_a_slip_is_taken_back_as_if_it_had_not_been(juice: Product, petra: User, is_held: bool) -> None:
    finding = held(juice, rule()) if is_held else found(juice, rule())
    before = (status(juice), finding.state, finding.hold, standing(juice))
    decision = taken_down(juice, petra, finding)

    undo(decision=decision, by=petra)

    finding.refresh_from_db()
    assert (status(juice), finding.state, finding.hold, standing(juice)) == before
    assert not Strike.objects.counting(timezone.now()).exists()
    assert TakenDown.objects.get().restored_at is not None
    assert "decision.annulled" in AuditEntry.objects.values_list("action", flat=True)


def test_a_listing_that_a_slip_cleared_is_held_again(juice: Product, petra: User) -> None:
    finding = held(juice, rule())
    decision = clear(findings=[finding], reason="Fine.", by=petra)

    undo(decision=decision, by=petra)

    finding.refresh_from_db()
    assert (status(juice), finding.state, finding.hold) == (Status.HELD, State.OPEN, open_hold(juice))
    assert (standing(juice), open_hold(juice).placed_by) == ([Outcome.HELD], None)


def test_what_somebody_else_released_stays_so_when_a_clearing_is_taken_back(
    juice: Product, petra: User, paula: User
) -> None:
    hold = place_hold(product=juice, ground=Hold.Ground.OTHER, explanation="Odd.", remedy="", actor=paula)
    decision = clear(findings=[found(juice, rule())], reason="Fine.", by=petra)
    release_hold(hold=hold, reason="Not odd at all.", actor=paula)

    undo(decision=decision, by=petra)

    assert status(juice) == Status.LIVE


def test_what_a_rule_found_anew_meanwhile_waits_instead_of_the_old_finding(juice: Product, petra: User) -> None:
    version = rule()
    decision = clear(findings=[found(juice, version)], reason="Fine.", by=petra)
    anew = found(juice, version)

    undo(decision=decision, by=petra)

    assert list(Finding.objects.open()) == [anew]


def test_only_ones_own_decision_of_the_last_ten_minutes_is_taken_back_and_once(
    juice: Product, petra: User, paula: User
) -> None:
    decision = taken_down(juice, petra)
    with pytest.raises(Refusal, match="Only whoever decided"):
        undo(decision=decision, by=paula)
    undo(decision=decision, by=petra)
    with pytest.raises(Refusal, match="taken back or replaced already"):
        undo(decision=decision, by=petra)

    late = taken_down(juice, petra)
    late.decided_at = timezone.now() - decisions.UNDO_FOR - timedelta(seconds=1)
    with pytest.raises(Refusal, match="ten minutes"):
        undo(decision=late, by=petra)
    assert status(juice) == Status.HELD


def test_a_decision_on_whose_appeal_somebody_has_answered_stays(
    juice: Product, petra: User, paula: User, mallory: User
) -> None:
    decision = taken_down(juice, petra)
    appeal = make_appeal(hold=decision.hold, text="No.", actor=mallory)
    answer_appeal(appeal=appeal, is_upheld=True, answer="Yes.", actor=paula)

    with pytest.raises(Refusal, match="answered an appeal"):
        undo(decision=decision, by=petra)


def test_a_hold_that_was_a_slip_is_taken_back_unless_somebody_has_taken_the_listing_down_since(
    juice: Product, petra: User, paula: User
) -> None:
    def hold(product: Product) -> Decision:
        placed = place_hold(product=product, ground=Hold.Ground.OTHER, explanation="Odd.", remedy="", actor=petra)
        return placed.decisions.get()

    undo(decision=hold(juice), by=petra)
    assert status(juice) == Status.LIVE
    other = factories.product("Other")
    slip = hold(other)
    taken_down(other, paula)

    with pytest.raises(Refusal, match="replaced already"):
        undo(decision=slip, by=petra)
    assert standing(other) == [Outcome.TAKEN_DOWN]
