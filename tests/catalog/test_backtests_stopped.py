"""Backtests that are killed, overtaken or cancelled on the way, and listings that change while they are asked."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from catalog.backtests import asking, services
from catalog.models import Backtest, LaneChoices, ListingFacts, Product
from catalog.rule_writing import Wording
from catalog.tasks import ring_due_backtests, run_backtest
from shopadmin.accounts.models import User
from shopadmin.jobs.heartbeat import Heartbeat
from shopadmin.jobs.leased_job import JobFenced, LeasedJob
from tests import factories

from .rule_shop import FEW_PHOTOS, facts, screened

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("served")]
State = Backtest.State
FIRES = 25


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[object, ...]]]:
    messages: list[tuple[str, tuple[object, ...]]] = []
    monkeypatch.setattr("shopadmin.jobs.doorbell._send", lambda task, arguments: messages.append((task, arguments)))
    return messages


@pytest.fixture(autouse=True)
def small_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PAGES_AT_ONCE", 1)


@pytest.fixture
def by(served: None) -> User:
    """Somebody who writes rules, in a shop whose facts fill several pages; the rule fires on some listings."""
    factories.rows_of_migrations()
    for number in range(2 * FIRES):
        screened(facts(photo_count=number % 2 * 5, category="Fashion > " * 40))
    with connection.cursor() as cursor:
        cursor.execute(asking._PAGES, ["catalog_listingfacts"])
        assert cursor.fetchone()[0] > 3
    return factories.user("paula", factories.Role.POLICY)


def started(by: User) -> Backtest:
    return services.start_backtest(wording=Wording(text=FEW_PHOTOS, lane=LaneChoices.HOLD), by=by)


def fresh(backtest: Backtest) -> Backtest:
    return Backtest.objects.get(pk=backtest.pk)


def found(backtest: Backtest) -> dict[str, object]:
    """What a backtest came to, but for when."""
    assert backtest.result is not None
    return {name: value for name, value in backtest.result.items() if name != "as_of"}


@pytest.mark.parametrize("place", ["asking", "asked", "resolved", "counted"])
def test_one_whose_worker_is_killed_is_taken_up_again_and_ends_with_the_same(by: User, sent, place: str) -> None:
    undisturbed = started(by)
    run_backtest(undisturbed.pk)
    killed = started(by)

    kill_at(killed, place)

    assert (fresh(killed).state, fresh(killed).result) == (State.RUNNING, None)
    long_ago = timezone.now() - timedelta(minutes=5)
    Backtest.objects.filter(pk=killed.pk).update(lease_until=long_ago, rung_at=long_ago)
    sent.clear()
    ring_due_backtests()
    assert sent == [("catalog.run_backtest", (killed.pk,))]
    for _ in range(2):
        run_backtest(killed.pk)
    assert (fresh(killed).state, fresh(killed).attempts) == (State.SUCCEEDED, 2)
    assert found(fresh(killed)) == found(fresh(undisturbed))
    assert Backtest.objects.count() == 2


def overtaken(backtest: Backtest) -> Backtest:
    """The backtest as a worker has it that was silent for so long that another one did it."""
    late = Backtest.claim(backtest.pk)
    assert late is not None
    Backtest.objects.filter(pk=late.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    run_backtest(late.pk)
    assert fresh(late).state == State.SUCCEEDED
    return late


def test_a_worker_that_was_given_up_can_no_longer_write_its_result(by: User) -> None:
    late = overtaken(started(by))

    with pytest.raises(JobFenced):
        late.succeed(result={"of": "a worker that was given up"})
    assert found(fresh(late))["changed"] == FIRES


def test_without_its_token_it_could(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control of the test above."""
    late = overtaken(started(by))
    monkeypatch.setattr(LeasedJob, "_write", lambda job, **values: job.rows().filter(pk=job.pk).update(**values))

    late.succeed(result={"of": "a worker that was given up"})

    assert fresh(late).result == {"of": "a worker that was given up"}


def screened_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the first set, let the listings in it be written anew, as screening does: they move behind the others."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT product_id FROM catalog_listingfacts WHERE ctid < '(1,0)'")
        first = [key for (key,) in cursor.fetchall()]
    waiting = [True]

    def screen() -> None:
        ListingFacts.objects.filter(pk__in=first).update(as_of=timezone.now(), category="Watches > " * 40)
        Product.objects.filter(pk__in=first).update(status=Product.Status.HELD)
        connection.close()

    def meanwhile(heartbeat: Heartbeat):
        def report(_share: float) -> None:
            if waiting:
                waiting.clear()
                thread = threading.Thread(target=screen)
                thread.start()
                thread.join()

        return report

    monkeypatch.setattr(services, "_in_time", meanwhile)


def test_each_listing_is_asked_once_whatever_is_screened_meanwhile(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    screened_meanwhile(monkeypatch)
    backtest = started(by)

    run_backtest(backtest.pk)

    result = found(fresh(backtest))
    assert (result["asked"], result["fires"], result["changed"]) == (2 * FIRES, FIRES, FIRES)


def test_without_one_snapshot_some_would_be_asked_twice(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control of the test above."""
    screened_meanwhile(monkeypatch)
    monkeypatch.setattr(services, "one_snapshot", transaction.atomic)
    backtest = started(by)

    run_backtest(backtest.pk)

    assert found(fresh(backtest))["fires"] != FIRES


def test_how_much_has_been_asked_is_told_after_each_set(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    shares: list[float] = []
    monkeypatch.setattr(services, "_in_time", lambda heartbeat: shares.append)

    run_backtest(started(by).pk)

    assert len(shares) > 3
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def cancelled_in_a_long_statement(backtest: Backtest, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done of a backtest that somebody cancels while it waits for one long statement."""
    done: list[str] = []

    def cancel() -> None:
        services.cancel(backtest=fresh(backtest))
        connection.close()

    def counted_slowly(_question: object) -> None:
        somebody = threading.Thread(target=cancel)
        somebody.start()
        somebody.join()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(8)")
        done.append("waited to its end")

    monkeypatch.setattr(services, "resolve_rows", counted_slowly)
    run_backtest(backtest.pk)
    return done


def test_a_cancel_ends_the_statement_that_runs(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    backtest = started(by)

    assert cancelled_in_a_long_statement(backtest, monkeypatch) == []
    assert (fresh(backtest).state, fresh(backtest).result) == (State.CANCELLED, None)


def test_otherwise_it_would_wait_for_it(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control of the test above."""
    monkeypatch.setattr(Heartbeat, "ending_statements", lambda self: nullcontext())
    backtest = started(by)

    assert cancelled_in_a_long_statement(backtest, monkeypatch) == ["waited to its end"]
    assert fresh(backtest).state == State.CANCELLED


def kill_at(backtest: Backtest, place: str) -> None:
    """Let another process do the backtest, and kill it at that place."""
    environment = {
        **os.environ,
        "TEST_DATABASE": str(connection.settings_dict["NAME"]),
        "TEST_MEDIA": "unused",
        "TEST_READER": "unused",
        "SHOPADMIN_VAR": str(settings.VAR_DIR),
    }
    command = [sys.executable, "-m", "tests.catalog.backtest_worker", str(backtest.pk), place]
    worker = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, cwd=settings.BASE_DIR)
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "there\n"
    finally:
        worker.kill()
        worker.wait()
        worker.stdout.close()
