"""Actions on more listings than fit into a request: a worker does them, once, or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.bulk import services
from catalog.bulk.kinds import Kind
from catalog.models import BulkAction, BulkChange, BulkJob, Product
from catalog.tasks import ring_due_bulk_jobs, run_bulk_job, tidy_bulk_actions
from shopadmin.accounts.audit.models import AuditEntry
from shopadmin.accounts.models import User
from shopadmin.jobs import doorbell
from tests import factories

from .bulk_shop import applied, many, previewed

pytestmark = pytest.mark.django_db
State = BulkAction.State


@pytest.fixture(autouse=True)
def small(monkeypatch) -> None:
    monkeypatch.setattr(services, "AT_ONCE", 2)


@pytest.fixture
def sent(monkeypatch) -> list[tuple[str, tuple[object, ...]]]:
    messages: list[tuple[str, tuple[object, ...]]] = []
    monkeypatch.setattr(doorbell, "_send", lambda task, arguments: messages.append((task, arguments)))
    return messages


def test_a_large_action_is_done_by_a_worker_and_undone_by_one(
    shop, mallory: User, sent, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        action = applied(mallory, Kind.PUBLISH, many(shop, 3))
    job = action.jobs.get()
    assert (action.state, job.state) == (State.APPLYING, BulkJob.State.PENDING)
    assert sent == [("catalog.run_bulk_job", (job.pk,))]
    assert not Product.objects.filter(status="live").exists()

    run_bulk_job(job.pk)
    action.refresh_from_db()
    assert (action.state, action.counts, Product.objects.filter(status="live").count()) == (
        State.APPLIED, {"change": 3}, 3
    )  # fmt: skip
    services.undo(action=action, user=mallory)
    assert Product.objects.filter(status="live").count() == 3
    run_bulk_job(action.jobs.get(is_undo=True).pk)

    action.refresh_from_db()
    assert (action.state, action.undone_by, Product.objects.filter(status="live").count()) == (
        State.UNDONE, mallory, 0
    )  # fmt: skip


def test_a_job_that_is_rung_for_often_is_done_once(shop, mallory: User, sent) -> None:
    action = applied(mallory, Kind.PRICE, many(shop, 3), market="US", how="raise-percent", value="10", currency="")
    for _ in range(3):
        run_bulk_job(action.jobs.get().pk)

    assert set(Product.objects.values_list("offers__price_minor", "version")) == {(1100, 2)}
    assert AuditEntry.objects.filter(action="listing.edited").count() == 3


def test_asked_for_twice_there_is_one_job(shop, mallory: User, sent) -> None:
    action = previewed(mallory, Kind.PUBLISH, many(shop, 3))
    for _ in range(3):
        services.apply(action=action, user=mallory)

    assert BulkJob.objects.count() == 1


def test_a_job_that_waits_is_cancelled_and_can_be_applied_again(shop, mallory: User, sent) -> None:
    action = applied(mallory, Kind.PUBLISH, many(shop, 3))

    assert services.cancel(action=action)
    run_bulk_job(action.jobs.get().pk)

    action.refresh_from_db()
    assert (action.state, Product.objects.filter(status="live").count()) == (State.READY, 0)
    services.apply(action=action, user=mallory, reason="now")
    run_bulk_job(action.jobs.filter(state="pending").get().pk)
    assert Product.objects.filter(status="live").count() == 3
    assert not services.cancel(action=action)


def test_an_undo_whose_workers_all_die_is_back_where_it_was(shop, mallory: User, sent) -> None:
    action = applied(mallory, Kind.PUBLISH, many(shop, 3))
    run_bulk_job(action.jobs.get().pk)
    action.refresh_from_db()
    services.undo(action=action, user=mallory)
    job = action.jobs.get(is_undo=True)
    for _ in range(settings.SHOPADMIN["JOB_MAX_ATTEMPTS"]):
        assert BulkJob.claim(job.pk) is not None
        BulkJob.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))

    ring_due_bulk_jobs()

    action.refresh_from_db()
    job.refresh_from_db()
    assert (action.state, job.state) == (State.APPLIED, BulkJob.State.FAILED)
    assert "last worker stopped without a word" in job.error


def test_a_brand_that_is_gone_ends_the_job_with_words(shop, mallory: User, sent) -> None:
    items = many(shop, 3)
    brand = factories.Brand.objects.create(name="Nike")
    action = applied(mallory, Kind.BRAND, items, brand=brand.pk)
    brand.delete()

    run_bulk_job(action.jobs.get().pk)

    action.refresh_from_db()
    assert (action.state, action.jobs.get().error) == (
        State.READY, "The brand or category that was chosen is gone. Choose another one."
    )  # fmt: skip


def test_only_the_audit_log_takes_more_statements_for_more_listings(shop, alice: User, monkeypatch) -> None:
    """One more for each two thousand entries; everything else is one statement for all."""
    monkeypatch.setattr(services, "AT_ONCE", 10_000)
    used = []
    for count in (10, 4001):
        action = previewed(alice, Kind.PUBLISH, many(shop, count))
        with CaptureQueriesContext(connection) as queries:
            services.apply(action=action, user=alice, reason="why")
        logged = sum("accounts_auditentry" in query["sql"] for query in queries)
        used.append((logged, len(queries) - logged))

    assert used[0] == (2, used[1][1])
    assert used[1][0] == 4


def test_previews_nobody_applied_and_changes_of_long_ago_are_erased(shop, mallory: User, sent) -> None:
    items = [factories.product(of=shop)]
    forgotten, old, fresh = (previewed(mallory, Kind.WITHDRAW, items) for _ in range(3))
    services.apply(action=old, user=mallory)
    BulkAction.objects.filter(pk=forgotten.pk).update(created_at=timezone.now() - timedelta(hours=25))
    BulkAction.objects.filter(pk=old.pk).update(applied_at=timezone.now() - timedelta(days=91))

    tidy_bulk_actions()

    assert set(BulkAction.objects.all()) == {old, fresh}
    assert set(BulkChange.objects.values_list("action", flat=True)) == {fresh.pk}


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_do_it_once(served, monkeypatch) -> None:
    monkeypatch.setattr(services, "AT_ONCE", 100)
    factories.rows_of_migrations()
    alice = factories.user("alice", factories.Role.ADMIN)
    item = factories.product()
    action = previewed(alice, Kind.PRICE, [item], market="US", how="raise-percent", value="10", currency="")
    failures: list[BaseException] = []

    def press() -> None:
        try:
            services.apply(action=action, user=User.objects.get(pk=alice.pk), reason="sale")
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test is to see it
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert (item.offers.get().price_minor, Product.objects.get().version) == (549, 2)
    assert AuditEntry.objects.filter(action="bulk-action.applied").count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_edit_that_commits_while_the_action_waits_for_it_is_kept(served, monkeypatch) -> None:
    """The action looks again under its locks: without that it would overwrite what it has not seen."""
    monkeypatch.setattr(services, "AT_ONCE", 100)
    factories.rows_of_migrations()
    alice = factories.user("alice", factories.Role.ADMIN)
    item = factories.product()
    action = previewed(alice, Kind.STOCK, [item], market="US", stock=99)

    def press() -> None:
        try:
            services.apply(action=action, user=User.objects.get(pk=alice.pk), reason="sale")
        finally:
            connection.close()

    thread = threading.Thread(target=press)
    with transaction.atomic():
        Product.objects.get(pk=item.pk).change()
        item.offers.update(stock=3)
        thread.start()
        wait_until_blocked()
    thread.join()

    action.refresh_from_db()
    assert (action.counts, item.offers.get().stock) == ({"edited": 1}, 3)


@pytest.mark.django_db(transaction=True)
def test_a_job_cancelled_while_it_writes_leaves_nothing_written(served, sent, monkeypatch) -> None:
    factories.rows_of_migrations()
    alice = factories.user("alice", factories.Role.ADMIN)
    action = applied(alice, Kind.PUBLISH, many(factories.seller(), 3))
    answers: list[bool] = []

    def cancel() -> None:
        answers.append(services.cancel(action=action))
        connection.close()

    def cancelled_here(changes, to):
        written = write(changes, to=to)
        person = threading.Thread(target=cancel)
        person.start()
        person.join()
        return written

    write = services.write_products
    monkeypatch.setattr(services, "write_products", cancelled_here)
    run_bulk_job(action.jobs.get().pk)

    action.refresh_from_db()
    assert answers == [True]
    assert (action.state, action.jobs.get().state) == (State.READY, BulkJob.State.CANCELLED)
    assert not Product.objects.filter(status="live").exists()
    assert not AuditEntry.objects.filter(action="listing.published").exists()


def wait_until_blocked() -> None:
    """Wait until another connection waits for a lock of ours."""
    give_up_at = time.monotonic() + 30
    while time.monotonic() < give_up_at:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits for us")


@pytest.mark.parametrize("is_undo", [False, True])
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_with_everything_written_but_the_commit_loses_and_doubles_nothing(
    served, sent, is_undo: bool
) -> None:
    factories.rows_of_migrations()
    alice = factories.user("alice", factories.Role.ADMIN)
    items = many(factories.seller(), 3)
    action = applied(alice, Kind.PRICE, items, market="US", how="raise-percent", value="10", currency="")
    if is_undo:
        run_bulk_job(action.jobs.get().pk)
        action = services.undo(action=action, user=alice)
    job = action.jobs.get(is_undo=is_undo)
    before = prices()

    kill_after_writing(job)

    assert prices() == before
    BulkJob.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    ring_due_bulk_jobs()
    for _ in range(2):
        run_bulk_job(job.pk)
    assert prices() == ({(1000, 3)} if is_undo else {(1100, 2)})
    job.refresh_from_db()
    assert (job.state, job.attempts) == (BulkJob.State.SUCCEEDED, 2)
    assert AuditEntry.objects.filter(action="listing.edited").count() == (6 if is_undo else 3)


def prices() -> set[tuple[int, int]]:
    return set(Product.objects.values_list("offers__price_minor", "version"))


def kill_after_writing(job: BulkJob) -> None:
    """Let another process do the job, and kill it in the moment before it commits."""
    environment = {
        **os.environ,
        "TEST_DATABASE": str(connection.settings_dict["NAME"]),
        "TEST_MEDIA": "unused",
        "TEST_READER": "unused",
        "SHOPADMIN_VAR": str(settings.VAR_DIR),
    }
    command = [sys.executable, "-m", "tests.catalog.bulk_worker", str(job.pk)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, cwd=settings.BASE_DIR)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
