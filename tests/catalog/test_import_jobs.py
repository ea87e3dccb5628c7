"""The work on imports: once, by whichever worker comes, or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.listing_import import checking, jobs, services
from catalog.listing_import.partitions import attached, execute, rows_of
from catalog.models import ImportBatch, ImportJob, Product
from catalog.tasks import ring_due_imports, run_import_job, sweep_imports
from shopadmin.accounts.notifications.models import Notification
from shopadmin.jobs import doorbell
from shopadmin.jobs.leased_job import JobFenced
from tests import factories
from tests.tagging.worker_process import keep_database_away, wait_for

from . import imports
from .import_fixtures import still as still
from .imports import csv_of
from .races import at_once

State = ImportBatch.State
FILE = csv_of("A,Mug,5,USD,US,1", "B,Jug,6,USD,US,2")


@pytest.fixture
def sent(monkeypatch) -> list[tuple[str, tuple[object, ...]]]:
    messages: list[tuple[str, tuple[object, ...]]] = []
    monkeypatch.setattr(doorbell, "_send", lambda task, arguments: messages.append((task, arguments)))
    return messages


@pytest.fixture
def committed(transactional_db: None, settings, tmp_path: Path, sent) -> None:
    """Rows are really committed, so that other processes and connections see them."""
    factories.rows_of_migrations()
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.usefixtures("still")
def test_each_step_is_done_by_a_worker_that_is_called_after_the_commit(sent, django_capture_on_commit_callbacks):
    batch = imports.received(FILE)
    for request, state in (
        (services.request_check, State.READY),
        (services.request_apply, State.APPLIED),
        (services.request_undo, State.UNDONE),
    ):
        with django_capture_on_commit_callbacks(execute=True):
            job = request(batch, None)
        assert sent[-1] == ("catalog.run_import_job", (job.pk,))
        run_import_job(job.pk)
        batch.refresh_from_db()
        assert batch.state == state
    assert [job.kind for job in batch.jobs.order_by("pk")] == ["check", "apply", "undo"]


@pytest.mark.usefixtures("still")
def test_a_job_that_is_rung_for_often_is_done_once(sent):
    batch = imports.checked(FILE)
    job = services.request_apply(batch, None)
    for _ in range(3):
        run_import_job(job.pk)
    assert set(Product.objects.values_list("version", flat=True)) == {1}
    assert batch.changes.count() == 2


@pytest.mark.usefixtures("still")
def test_while_one_import_of_a_seller_is_written_another_is_refused(sent):
    one, two = imports.checked(FILE), imports.checked(csv_of("C,Cup,5,USD,US,1"))
    other = imports.checked(FILE, of=factories.seller("Other"))
    services.request_apply(one, None)
    with pytest.raises(services.SellerBusy, match="Another import of Corner Shop is being written"):
        services.request_apply(two, None)
    two.refresh_from_db()
    assert two.state == State.READY
    services.request_apply(other, None)


def test_of_two_imports_that_are_applied_at_the_same_moment_one_is_refused(committed):
    batches = [imports.checked(FILE), imports.checked(csv_of("C,Cup,5,USD,US,1"))]
    results = at_once([lambda batch=batch: services.request_apply(batch, None) for batch in batches])
    assert sorted(type(result).__name__ for result in results) == ["ImportJob", "SellerBusy"]


def test_of_many_who_press_the_button_at_once_one_gets_the_job(committed):
    batch = imports.checked(FILE)
    results = at_once([lambda: services.request_apply(ImportBatch.objects.get(pk=batch.pk), None) for _ in range(5)])
    assert [type(result).__name__ for result in results].count("ImportJob") == 1
    assert ImportJob.objects.filter(kind="apply").count() == 1


@pytest.mark.usefixtures("still")
def test_a_job_that_waits_is_cancelled_at_once_and_nothing_has_changed(sent):
    batch = imports.checked(FILE)
    job = services.request_apply(batch, None)
    assert services.cancel(batch)
    assert batch.state == State.READY
    run_import_job(job.pk)
    assert not Product.objects.exists()
    imports.run(services.request_apply(batch, None))
    assert Product.objects.count() == 2


def test_a_job_that_runs_is_cancelled_at_its_next_step_and_is_rolled_back(committed, monkeypatch):
    batch = imports.checked(FILE)
    job = services.request_apply(batch, None)
    is_writing, goes_on = threading.Event(), threading.Event()
    write = jobs.apply

    def slow_apply(batch, name, report):
        counts = write(batch, name, report)
        is_writing.set()
        assert goes_on.wait(30)
        time.sleep(1.5)  # a beat finds that the job is to stop
        report("write", 1.0)
        return counts

    monkeypatch.setattr(jobs, "apply", slow_apply)
    worker = threading.Thread(target=lambda: (jobs.run_job(job.pk), connection.close()))
    worker.start()
    assert is_writing.wait(60)
    assert services.cancel(batch)
    goes_on.set()
    worker.join(60)
    batch.refresh_from_db()
    job.refresh_from_db()
    assert (job.state, batch.state, Product.objects.count()) == ("cancelled", State.READY, 0)


@pytest.mark.parametrize(
    ("place", "steps"),
    [
        ("staged", []),
        ("compared", []),
        ("locked", [services.request_check]),
        ("applied", [services.request_check]),
        ("restored", [services.request_check, services.request_apply]),
    ],
)
def test_a_worker_that_is_killed_leaves_nothing_half_done_and_the_next_does_it_once(committed, place, steps):
    batch = imports.received(FILE)
    for request in steps:
        batch = imports.run(request(batch, None))
    before = imports.catalogue(batch.seller)
    request = (services.request_check, services.request_apply, services.request_undo)[len(steps)]
    job = request(batch, None)
    _kill_at(job, place)
    assert imports.catalogue(batch.seller) == before
    assert batch.changes.filter(undo="").count() == (2 if len(steps) == 2 else 0)
    ImportJob.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    wait_for(lambda: jobs.run_job(job.pk) is not None, 20, "the dead worker's transaction to end")
    job.refresh_from_db()
    batch.refresh_from_db()
    assert (job.state, job.attempts) == ("succeeded", 2), job.error
    assert batch.state == (State.READY, State.APPLIED, State.UNDONE)[len(steps)]
    assert len(imports.catalogue(batch.seller)) == (0, 2, 0)[len(steps)]
    leftover = rows_of(f"SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'import\\_{batch.pk}\\_%'")
    assert len(leftover) == 3, leftover


def _kill_at(job: ImportJob, place: str) -> None:
    environment = {**os.environ, "TEST_DATABASE": str(connection.settings_dict["NAME"]), "TEST_READER": ""}
    environment |= {"TEST_MEDIA": str(_media()), "SHOPADMIN_VAR": os.environ.get("SHOPADMIN_VAR", "var")}
    command = [sys.executable, "-m", "tests.catalog.import_worker", str(job.pk), place]
    worker = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "there\n"
    finally:
        worker.kill()
        worker.wait()
        worker.stdout.close()


def _media() -> Path:
    from django.conf import settings

    return Path(settings.MEDIA_ROOT)


def test_a_worker_that_lost_its_job_cannot_write(committed, monkeypatch):
    """Its lease ran out and another worker did the job, before it came to its end."""
    batch = imports.checked(FILE)
    job = services.request_apply(batch, None)
    slow = ImportJob.claim(job.pk)
    ImportJob.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    jobs.run_job(job.pk)
    assert slow is not None
    with pytest.raises(JobFenced):
        jobs._apply(slow, lambda stage, share: None)
    assert batch.changes.count() == 2


def test_a_database_that_is_lost_in_the_middle_leaves_nothing_half_done(committed, monkeypatch):
    batch = imports.checked(FILE)
    job = services.request_apply(batch, None)
    write, crashes = jobs.apply, iter([True])

    def apply_and_crash(*arguments):
        counts = write(*arguments)
        if next(crashes, False):
            keep_database_away(seconds=1)
        return counts

    monkeypatch.setattr(jobs, "apply", apply_and_crash)
    jobs.run_job(job.pk)
    job.refresh_from_db()
    if job.state == ImportJob.State.PENDING:  # a slow machine was away for longer than a worker is patient
        assert not imports.catalogue(batch.seller)
        ImportJob.objects.update(due_at=timezone.now())
        jobs.run_job(job.pk)
        job.refresh_from_db()
    batch.refresh_from_db()
    assert (job.state, batch.state) == ("succeeded", State.APPLIED), job.error
    assert sorted(imports.catalogue(batch.seller)) == ["A", "B"]
    assert batch.changes.count() == 2


@pytest.mark.usefixtures("still")
def test_a_job_that_kills_each_of_its_workers_is_parked_and_said_so(sent, settings):
    batch = imports.received(FILE)
    job = services.request_check(batch, None)
    for _ in range(settings.SHOPADMIN["JOB_MAX_ATTEMPTS"]):
        assert ImportJob.claim(job.pk) is not None
        ImportJob.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    ring_due_imports()
    batch.refresh_from_db()
    assert batch.state == State.FAILED
    assert "last worker stopped without a word" in batch.job.error
    imports.run(services.request_check(batch, None))


@pytest.mark.usefixtures("still", "served")
def test_merchants_read_nothing_of_errors_that_only_we_understand(sent, settings, monkeypatch, login, mallory):
    batch = imports.checked(FILE, of=factories.seller("Corner Shop", mallory))
    job = services.request_apply(batch, mallory)
    monkeypatch.setattr(jobs, "apply", lambda *arguments: {}["price"])
    me, pages = login(mallory), []
    for _ in range(settings.SHOPADMIN["JOB_MAX_ATTEMPTS"]):
        ImportJob.objects.update(due_at=timezone.now())
        run_import_job(job.pk)
        pages.append(me.get(batch.get_absolute_url()).content.decode())
    job.refresh_from_db()
    assert job.error == "Parked after 5 attempts; the last one said: KeyError: 'price'"
    assert "An error on our side has interrupted this. Nothing is lost: it is tried again by itself." in pages[0]
    assert "An error on our side has stopped this." in pages[-1]
    assert "Nothing was changed by this try." in pages[-1]
    [news] = Notification.objects.filter(recipient=mallory, title__contains="has failed")
    assert "An error on our side has stopped this." in news.body
    api = me.get(f"/api/catalog/imports/{batch.pk}/").json()["problem"]
    assert not any("KeyError" in said or "Parked" in said for said in [*pages, news.body, api])


@pytest.mark.usefixtures("still")
def test_a_file_that_the_storage_has_lost_says_so(sent):
    batch = imports.received(FILE)
    job = services.request_check(batch, None)
    batch.file.storage.delete(batch.file.name)
    run_import_job(job.pk)
    job.refresh_from_db()
    assert job.error == "The file is no longer stored; upload it again."


@pytest.mark.usefixtures("still")
def test_the_number_of_statements_does_not_grow_with_the_rows(sent):
    def statements(rows: int) -> list[int]:
        content = csv_of(*(f"S{n},Thing {n},{n}.00,USD,US,{n}" for n in range(1, rows)), ",bad,x,XQZ,,")
        batch = imports.received(content, of=factories.seller(f"Shop {rows}"))
        counted = []
        for request in (services.request_check, services.request_apply, services.request_undo):
            job = request(batch, None)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                run_import_job(job.pk)
            batch.refresh_from_db()
            counted.append(len(queries))
        return counted

    assert statements(10) == statements(1500)


@pytest.mark.usefixtures("still")
def test_old_imports_lose_their_file_and_rows_but_can_be_undone(sent):
    batch = imports.applied(FILE)
    name, storage = batch.file.name, batch.file.storage
    ImportBatch.objects.update(created_at=timezone.now() - timedelta(days=91))
    sweep_imports()
    batch.refresh_from_db()
    assert (attached(batch), storage.exists(name), batch.file.name) == (None, False, "")
    assert imports.undone(batch).undo_counts["deleted"] == 2


@pytest.mark.usefixtures("still")
def test_a_check_that_fails_leaves_the_earlier_one_s_result(sent, monkeypatch):
    batch = imports.checked(FILE)
    names = attached(batch)
    monkeypatch.setattr(checking, "publish", lambda *_: 1 / 0)
    jobs.run_job(services.request_check(batch, None).pk)
    with transaction.atomic():
        assert attached(batch) == names
        assert execute(f"SELECT FROM {names.rows}") == 2
