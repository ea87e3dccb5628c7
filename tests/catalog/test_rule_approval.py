"""Deciding on rules: two people, schedules, watching, retiring, demotion; and two who decide at once."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from catalog import rule_approval
from catalog.listings import Refusal
from catalog.models import LaneChoices, Rule, RuleVersion
from catalog.rule_approval import (
    AlreadyDecided,
    OwnVersion,
    approve,
    demote,
    refuse,
    restore,
    retire,
    start_and_end_rules,
    start_shadow,
    stop_shadow,
)
from shopadmin.accounts.models import AuditEntry, Notification, User
from shopadmin.accounts.roles import Role
from tests import factories

from .races import at_once
from .rule_shop import drafted, live, next_live, proposed

pytestmark = pytest.mark.django_db
State = RuleVersion.State


def test_a_second_person_lets_a_version_go_live_and_its_writer_is_told(paula: User, petra: User) -> None:
    version = live(paula, petra)

    assert (version.state, version.decided_by, version.decision_reason) == (State.LIVE, petra, "Looked at it.")
    assert version.live_since is not None
    assert [row.recipient for row in Notification.objects.filter(kind="rule.decided")] == [paula]
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"rule.approved", "rule.went-live"}


def test_nobody_decides_on_their_own_version(paula: User) -> None:
    version = proposed(paula)

    for decide in (approve, refuse):
        with pytest.raises(OwnVersion):
            decide(version=version, reason="Mine.", by=paula)
    with pytest.raises(IntegrityError, match="catalog_ruleversion_other_eyes"), transaction.atomic():
        RuleVersion.objects.filter(pk=version.pk).update(decided_by=paula)


def test_what_is_decided_or_not_proposed_is_not_decided(paula: User, petra: User) -> None:
    refused = refuse(version=proposed(paula), reason="Too wide.", by=petra)

    assert (refused.state, refused.decision_reason) == (State.REFUSED, "Too wide.")
    for version in (refused, drafted(paula, slug="draft")):
        with pytest.raises(AlreadyDecided):
            approve(version=version, reason="Fine.", by=petra)
    with pytest.raises(Refusal, match="Say why"):
        refuse(version=proposed(paula, slug="other"), reason=" ", by=petra)


def test_going_live_retires_the_older_version(paula: User, petra: User) -> None:
    older = live(paula, petra)
    newer = next_live(older, paula, petra, text="photo_count < 3")

    older.refresh_from_db()
    assert (older.state, newer.state, older.retired_at == newer.live_since) == (State.RETIRED, State.LIVE, True)


def test_a_version_of_the_future_waits_and_goes_live_by_itself(paula: User, petra: User) -> None:
    now = timezone.now()
    older = live(paula, petra)
    newer = next_live(older, paula, petra, text="photo_count < 3", starts_at=now + timedelta(days=1))
    assert newer.state == State.APPROVED

    assert start_and_end_rules(now + timedelta(hours=23)) == 0
    assert start_and_end_rules(now + timedelta(hours=25)) == 1

    older.refresh_from_db()
    newer.refresh_from_db()
    assert (older.state, newer.state) == (State.RETIRED, State.LIVE)
    assert AuditEntry.objects.filter(actor_name="schedule of rules", action="rule.went-live").count() == 1


def test_a_version_ends_by_itself(paula: User, petra: User) -> None:
    now = timezone.now()
    version = live(paula, petra, ends_at=now + timedelta(days=1))

    assert start_and_end_rules(now + timedelta(hours=23)) == 0
    assert start_and_end_rules(now + timedelta(days=1)) == 1

    version.refresh_from_db()
    assert version.state == State.RETIRED


def test_a_version_whose_list_is_gone_when_it_is_to_start_ends_and_its_owner_is_told(paula: User, petra: User) -> None:
    now = timezone.now()
    version = live(paula, petra, 'in_list(seller, "watched-sellers")', starts_at=now + timedelta(days=1))
    rule_approval.ValueList.objects.filter(name="watched-sellers").delete()

    assert start_and_end_rules(now + timedelta(days=2)) == 1

    version.refresh_from_db()
    assert version.state == State.RETIRED
    assert Notification.objects.get(key=f"rule-retired:{version.pk}").recipient == paula


def test_a_version_whose_end_has_come_is_not_approved(paula: User, petra: User) -> None:
    version = proposed(paula, ends_at=timezone.now() + timedelta(hours=1))
    RuleVersion.objects.update(ends_at=timezone.now() - timedelta(hours=1))

    with pytest.raises(Refusal, match="end has come"):
        approve(version=version, reason="Fine.", by=petra)


def test_anybody_stops_a_rule_at_once_with_what_waits_of_it(paula: User, petra: User) -> None:
    acting = live(paula, petra)
    waiting = next_live(acting, paula, petra, starts_at=timezone.now() + timedelta(days=1))

    assert retire(rule=acting.rule, reason="It holds everything.", by=petra) == acting

    acting.refresh_from_db()
    waiting.refresh_from_db()
    assert (acting.state, waiting.state) == (State.RETIRED, State.RETIRED)
    assert Notification.objects.get(key=f"rule-retired:{acting.pk}").recipient == paula
    with pytest.raises(Refusal, match="does not act"):
        retire(rule=acting.rule, reason="Again.", by=petra)


def test_one_version_of_a_rule_watches_without_approval(paula: User, petra: User) -> None:
    first = drafted(paula)
    second = proposed(paula, slug="other")
    RuleVersion.objects.filter(pk=second.pk).update(rule=first.rule, number=2)
    second.refresh_from_db()

    start_shadow(version=first, by=paula)
    start_shadow(version=second, by=paula)

    assert list(RuleVersion.objects.shadowing()) == [second]
    stop_shadow(version=second, by=petra)
    assert not RuleVersion.objects.shadowing().exists()
    with pytest.raises(Refusal, match="does not watch"):
        stop_shadow(version=second, by=petra)


def test_what_acts_does_not_watch_and_going_live_ends_watching(paula: User, petra: User) -> None:
    version = start_shadow(version=proposed(paula), by=paula)

    approve(version=version, reason="Fine.", by=petra)

    version.refresh_from_db()
    assert version.shadow_until is not None
    with pytest.raises(Refusal, match="acts, or did so"):
        start_shadow(version=version, by=paula)


def test_a_demoted_rule_reviews_and_its_owner_is_told_until_another_restores_it(paula: User, petra: User) -> None:
    version = live(paula, petra, lane=LaneChoices.BLOCK)

    version = demote(version=version, reason="Half of it is wrong.", by="rule health")

    assert version.acting_lane == LaneChoices.REVIEW
    assert Notification.objects.get(kind="rule.demoted").recipient == paula
    with pytest.raises(Refusal, match="Only a live rule"):
        demote(version=version, reason="Again.", by=petra)
    with pytest.raises(OwnVersion):
        restore(version=version, reason="It is fine.", by=paula)
    assert restore(version=version, reason="It is fine.", by=petra).acting_lane == LaneChoices.BLOCK
    with pytest.raises(Refusal, match="acts as it was written"):
        restore(version=version, reason="Again.", by=petra)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_comes_second(served) -> None:
    version, deciders = waiting_for_two()

    results = at_once([partial(approve, version=version, reason="Fine.", by=deciders[0]),
                       partial(refuse, version=version, reason="No.", by=deciders[1])])  # fmt: skip

    assert sorted(type(result).__name__ for result in results) == ["AlreadyDecided", "RuleVersion"]
    assert AuditEntry.objects.filter(action__in=["rule.approved", "rule.refused"]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_would_have_decided(served, monkeypatch) -> None:
    """The negative control of the test above: reading the rule without its lock lets both through."""
    monkeypatch.setattr(rule_approval, "locked_rule", lambda key: Rule.objects.select_related("owner").get(pk=key))
    check = rule_approval._decide
    both = threading.Barrier(2)

    def slowly(*args, **kwargs) -> None:
        both.wait(timeout=30)
        check(*args, **kwargs)

    monkeypatch.setattr(rule_approval, "_decide", slowly)
    version, deciders = waiting_for_two()

    at_once([partial(refuse, version=version, reason="No.", by=decider) for decider in deciders])

    assert AuditEntry.objects.filter(action="rule.refused").count() == 2


def waiting_for_two() -> tuple[RuleVersion, list[User]]:
    factories.rows_of_migrations()
    writer, *deciders = (factories.user(name, Role.POLICY) for name in ("paula", "petra", "pia"))
    return proposed(writer), deciders
