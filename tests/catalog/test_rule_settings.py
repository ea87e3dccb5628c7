"""What belongs to a rule and to none of its versions: who may change what, and what becomes of it."""

from __future__ import annotations

import pytest

from catalog.listings import Refusal
from catalog.models import Hold, LaneChoices, Rule
from catalog.rule_settings import OwnGuard, change_settings, why_not_lower
from shopadmin.accounts.models import AuditEntry, Notification, User
from shopadmin.accounts.roles import Role
from tests import factories

from . import rule_rows as rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def holding(paula: User, petra: User) -> Rule:
    """A rule that holds listings; paula wrote it."""
    return rows.live("Cheap", paula, petra, lane=LaneChoices.HOLD).rule


def lower(rule: Rule, by: User, to: float = 0.8) -> Rule:
    return change_settings(rule=rule, changed={"precision_floor": to}, reason="Few are judged.", by=by)


def test_a_change_is_kept_with_what_was_before_and_why(holding: Rule, petra: User) -> None:
    change_settings(
        rule=holding,
        changed={"title": "Far too cheap", "ground": Hold.Ground.MISLEADING, "precision_floor": 0.95},
        reason=" It says more. ",
        by=petra,
    )

    holding.refresh_from_db()
    assert (holding.title, holding.ground, holding.precision_floor) == ("Far too cheap", "misleading", 0.95)
    entry = AuditEntry.objects.get(action="rule.settings-changed")
    assert entry.before == {"title": "Cheap", "ground": "counterfeit", "precision_floor": "0.9"}
    assert entry.after == {"title": "Far too cheap", "ground": "misleading", "precision_floor": "0.95"}
    assert (entry.reason, entry.actor_name) == ("It says more.", str(petra))


def test_whoever_wrote_what_acts_may_raise_its_guard_and_not_lower_it(holding: Rule, paula: User, petra: User) -> None:
    assert change_settings(rule=holding, changed={"precision_floor": 0.95}, reason="Stricter.", by=paula)
    with pytest.raises(OwnGuard, match="You wrote version 1"):
        lower(holding, paula)

    assert lower(holding, petra).precision_floor == 0.8


@pytest.mark.parametrize("state", ["proposed", "approved", "live"])
def test_the_guard_of_what_waits_to_act_is_not_lowered_by_its_writer_either(
    paula: User, petra: User, state: str
) -> None:
    rule = rows.rule("Cheap", paula)
    rows.version(rule, paula, state, decided_by=petra, lane=LaneChoices.BLOCK)
    with pytest.raises(OwnGuard):
        lower(rule, paula)


@pytest.mark.parametrize(("state", "lane"), [("draft", "hold"), ("retired", "block"), ("live", "review")])
def test_where_nothing_blocks_or_holds_its_writer_lowers_it(paula: User, petra: User, state: str, lane: str) -> None:
    rule = rows.rule("Cheap", paula)
    rows.version(rule, paula, state, decided_by=petra, lane=lane)
    assert lower(rule, paula).precision_floor == 0.8


def test_only_those_who_approve_rules_lower_it(holding: Rule, bob: User, petra: User) -> None:
    assert "only those who approve" in why_not_lower(holding, bob)
    assert why_not_lower(holding, petra) == ""


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"title": "  "}, "needs a title"),
        ({"precision_floor": 0.49}, "between 50 and 99.9"),
        ({"precision_floor": 1.0}, "between 50 and 99.9"),
        ({"precision_floor": float("nan")}, "between 50 and 99.9"),
        ({"precision_floor": 0.9}, "so already"),
        ({}, "so already"),
    ],
)
def test_what_cannot_be_is_refused_with_words(holding: Rule, petra: User, changed, fault: str) -> None:
    with pytest.raises(Refusal, match=fault):
        change_settings(rule=holding, changed=changed, reason="Because.", by=petra)
    assert not AuditEntry.objects.filter(action="rule.settings-changed").exists()


def test_a_change_needs_a_reason(holding: Rule, petra: User) -> None:
    with pytest.raises(Refusal, match="Say why"):
        change_settings(rule=holding, changed={"title": "Dear"}, reason=" ", by=petra)


def test_a_new_owner_is_told_each_time(holding: Rule, paula: User, petra: User) -> None:
    for owner in (petra, paula, petra):
        change_settings(rule=holding, changed={"owner": owner}, reason="Paula is away.", by=paula)

    told = Notification.objects.filter(kind="rule.owned")
    assert [row.recipient for row in told] == [petra, petra]
    assert "Paula made you the owner of the rule “Cheap”" in told[0].title


def test_only_those_who_write_rules_own_one(holding: Rule, petra: User, bob: User) -> None:
    away = factories.user("perry", Role.POLICY)
    away.is_active = False
    for owner in (bob, away):
        with pytest.raises(Refusal, match="does not write rules"):
            change_settings(rule=holding, changed={"owner": owner}, reason="For a while.", by=petra)


def test_what_somebody_else_changed_meanwhile_stays(holding: Rule, petra: User) -> None:
    seen = Rule.objects.get(pk=holding.pk)
    change_settings(rule=holding, changed={"precision_floor": 0.95}, reason="Stricter.", by=petra)

    change_settings(rule=seen, changed={"title": "Dear"}, reason="Better.", by=petra)

    holding.refresh_from_db()
    assert (holding.title, holding.precision_floor) == ("Dear", 0.95)
