"""Backtests as jobs: called for, given up for a newer one, stopped, done once whatever happens to workers, erased."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from catalog.backtests import services
from catalog.models import Backtest
from catalog.rule_writing import Wording
from catalog.tasks import erase_old_backtests, ring_due_backtests, run_backtest
from shopadmin.accounts.models import User
from shopadmin.jobs import doorbell

from .rule_shop import FEW_PHOTOS, drafted, facts, screened

pytestmark = pytest.mark.django_db
State = Backtest.State


@pytest.fixture(autouse=True)
def sent(monkeypatch) -> list[tuple[str, tuple[object, ...]]]:
    messages: list[tuple[str, tuple[object, ...]]] = []
    monkeypatch.setattr(doorbell, "_send", lambda task, arguments: messages.append((task, arguments)))
    return messages


def started(by: User, text: str = FEW_PHOTOS, **fields) -> Backtest:
    return services.start_backtest(wording=Wording(text=text), by=by, **fields)


def test_a_worker_is_called_to_it_and_does_it_once(paula: User, sent, django_capture_on_commit_callbacks) -> None:
    screened(facts(photo_count=1))
    with django_capture_on_commit_callbacks(execute=True):
        backtest = started(paula)
    assert sent == [("catalog.run_backtest", (backtest.pk,))]

    for _ in range(3):
        run_backtest(backtest.pk)

    backtest.refresh_from_db()
    assert (backtest.state, backtest.attempts, backtest.result["changed"]) == (State.SUCCEEDED, 1, 1)


def test_a_newer_one_about_the_same_takes_the_place_of_one_that_waits(paula: User, petra: User) -> None:
    rule = drafted(paula).rule
    former, others, new_rule = started(paula, rule=rule), started(petra, rule=rule), started(paula)

    newer = started(paula, rule=rule)

    assert set(Backtest.objects.unfinished()) == {others, new_rule, newer}
    former.refresh_from_db()
    assert former.state == State.CANCELLED


def test_one_that_waits_is_cancelled_at_once_and_one_that_ended_is_not(paula: User) -> None:
    waiting, done = started(paula, rule=drafted(paula).rule), started(paula)
    run_backtest(done.pk)
    done.refresh_from_db()

    assert services.cancel(backtest=waiting)
    assert not services.cancel(backtest=done)
    run_backtest(waiting.pk)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.result) == (State.CANCELLED, None)


def test_one_whose_worker_died_is_done_by_the_next(paula: User, sent) -> None:
    backtest = started(paula)
    assert Backtest.claim(backtest.pk) is not None
    Backtest.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    ring_due_backtests()
    assert ("catalog.run_backtest", (backtest.pk,)) in sent
    run_backtest(backtest.pk)

    backtest.refresh_from_db()
    assert (backtest.state, backtest.attempts) == (State.SUCCEEDED, 2)


def test_one_that_takes_too_long_ends_with_words(paula: User, monkeypatch) -> None:
    def slow(_question, _report) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(20)")

    monkeypatch.setattr(services, "ask", slow)
    monkeypatch.setattr(services, "LONGEST_S", 0.05)
    backtest = started(paula)

    run_backtest(backtest.pk)

    backtest.refresh_from_db()
    assert (backtest.state, backtest.error) == (
        State.FAILED, "Asking all listings takes longer than 0.05 seconds. Make the rule simpler."
    )  # fmt: skip


def test_a_list_that_goes_meanwhile_ends_it_with_what_is_wrong(paula: User) -> None:
    backtest = started(paula, 'in_list(seller, "watched-sellers")')
    services.ValueList.objects.filter(name="watched-sellers").delete()

    run_backtest(backtest.pk)

    backtest.refresh_from_db()
    assert backtest.state == State.FAILED
    assert "watched-sellers" in backtest.error


def test_those_of_long_ago_are_erased(paula: User) -> None:
    old, waiting, fresh = started(paula), started(paula, rule=drafted(paula).rule), started(paula)
    Backtest.objects.filter(pk=fresh.pk).update(state=State.FAILED)
    Backtest.objects.exclude(pk=fresh.pk).update(created_at=timezone.now() - timedelta(days=31))

    erase_old_backtests()

    assert set(Backtest.objects.all()) == {waiting, fresh}
    assert old.pk is not None
