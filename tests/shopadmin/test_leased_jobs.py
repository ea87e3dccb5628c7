"""A kind of job that is not tagging, with a table of its own: what the shared machinery gives to any kind."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import isolate_apps
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from shopadmin.jobs import doorbell
from shopadmin.jobs.heartbeat import Heartbeat
from shopadmin.jobs.leased_job import JobFenced, LeasedJob, LeasedJobQuerySet
from shopadmin.jobs.running import cancel_job, end_job, run_leased
from shopadmin.jobs.sweeping import ring, ring_due

with isolate_apps("shopadmin"):

    class Dish(LeasedJob):
        """Washing one dish once."""

        result = models.CharField(max_length=20, blank=True)

        objects: ClassVar = LeasedJobQuerySet["Dish"].as_manager()

        class Meta(LeasedJob.Meta):
            app_label = "shopadmin"
            verbose_name = _("product")  # a noun that has a translation


class Broken(Exception):
    """Nobody will ever wash this dish."""


@pytest.fixture(autouse=True)
def table(db, monkeypatch):
    monkeypatch.setitem(apps.all_models["shopadmin"], "dish", Dish)  # a copied row looks its model up
    with connection.schema_editor() as editor:
        editor.create_model(Dish)


@pytest.fixture
def told() -> list[tuple[int, str]]:
    """The jobs of whose end `on_ended` was told, with the state that they had then."""
    return []


@pytest.fixture
def sent(monkeypatch) -> list[tuple[str, tuple[object, ...]]]:
    """The messages that the queue took."""
    messages: list[tuple[str, tuple[object, ...]]] = []
    monkeypatch.setattr(doorbell, "_send", lambda task, arguments: messages.append((task, arguments)))
    return messages


def run(job: Dish, work, told) -> Dish | None:
    return run_leased(
        Dish, job.pk, work=work, hopeless=Broken, on_ended=lambda ended: told.append((ended.pk, ended.state))
    )


def fresh(job: Dish) -> Dish:
    return Dish.objects.get(pk=job.pk)


def kill_worker_of(job: Dish) -> None:
    """As if the worker had died: it does not renew its lease."""
    Dish.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_work_that_ends_its_job_keeps_its_results_in_the_row(told):
    job = Dish.objects.create()

    def work(claimed: Dish, heartbeat: Heartbeat) -> None:
        heartbeat.enter("wash")
        assert (fresh(job).state, fresh(job).stage) == ("running", "wash")
        claimed.succeed(result="clean")

    ended = run(job, work, told)
    row = fresh(job)
    assert (row.state, row.stage, row.progress, row.result, row.attempts) == ("succeeded", "done", 100, "clean", 1)
    assert (ended.state, ended.stage, ended.result, told) == ("succeeded", "done", "clean", [])
    assert run(job, work, told) is None


def test_an_error_of_the_hopeless_kind_fails_the_job_for_good(told):
    job = Dish.objects.create()

    def work(claimed: Dish, heartbeat: Heartbeat) -> None:
        raise Broken("it is in two pieces")

    run(job, work, told)
    assert (fresh(job).state, fresh(job).error, told) == ("failed", "it is in two pieces", [(job.pk, "failed")])


def test_any_other_error_gives_the_job_back_and_parks_it_when_it_has_had_its_attempts(told, settings):
    job = Dish.objects.create()
    most = settings.SHOPADMIN["JOB_MAX_ATTEMPTS"]
    for attempt in range(1, most + 1):
        assert run(job, lambda claimed, heartbeat: 1 / 0, told) is not None
        assert fresh(job).attempts == attempt
        if attempt < most:
            assert (fresh(job).state, told) == ("pending", [])
            assert run(job, lambda claimed, heartbeat: 1 / 0, told) is None, "a job that waits for its time was claimed"
        Dish.objects.update(due_at=timezone.now())
    assert (fresh(job).state, told) == ("failed", [(job.pk, "failed")])
    assert fresh(job).error == f"Parked after {most} attempts; the last one said: ZeroDivisionError: division by zero"


def test_an_end_and_what_goes_with_it_are_written_together_or_not_at_all():
    job = Dish.objects.create()
    claimed = Dish.claim(job.pk)

    def refuse(ended: Dish) -> None:
        raise IntegrityError("the other row may not change")

    end_job(claimed, lambda: claimed.fail("broken"), on_ended=refuse)
    assert fresh(job).state == "running"


def test_a_job_that_was_cancelled_while_it_ran_ends_so_and_writes_nothing(told):
    job = Dish.objects.create()

    def work(claimed: Dish, heartbeat: Heartbeat) -> None:
        assert cancel_job(fresh(job), on_ended=lambda ended: pytest.fail("a job that runs ends with its worker"))
        claimed.succeed(result="clean")

    run(job, work, told)
    assert (fresh(job).state, fresh(job).result, told) == ("cancelled", "", [(job.pk, "cancelled")])


def test_a_job_that_waits_is_cancelled_at_once_and_an_ended_one_not_at_all(told):
    job = Dish.objects.create()
    assert cancel_job(job, on_ended=lambda ended: told.append((ended.pk, ended.state)))
    assert not cancel_job(job, on_ended=lambda ended: told.append((ended.pk, ended.state)))
    assert told == [(job.pk, "cancelled")]


def test_a_worker_that_lost_its_job_is_refused_and_nobody_is_told(told):
    job = Dish.objects.create()

    def work(claimed: Dish, heartbeat: Heartbeat) -> None:
        kill_worker_of(job)
        assert Dish.claim(job.pk).token != claimed.token
        claimed.succeed(result="clean")

    run(job, work, told)
    assert (fresh(job).state, fresh(job).attempts, fresh(job).result, told) == ("running", 2, "", [])


def test_the_sweeper_rings_once_for_each_due_job_with_the_task_of_its_kind(sent, told):
    first, second = Dish.objects.create(), Dish.objects.create()
    Dish.objects.create(due_at=timezone.now() + timedelta(hours=1))
    assert ring_due(Dish, "kitchen.wash", on_parked=told.append) == 2
    assert sent == [("kitchen.wash", (first.pk,)), ("kitchen.wash", (second.pk,))]
    assert ring_due(Dish, "kitchen.wash", on_parked=told.append) == 0


def test_the_sweeper_parks_a_job_that_killed_all_its_workers(sent, told, settings):
    job = Dish.objects.create()
    for _attempt in range(settings.SHOPADMIN["JOB_MAX_ATTEMPTS"]):
        assert Dish.claim(job.pk) is not None
        kill_worker_of(job)
    assert ring_due(Dish, "kitchen.wash", on_parked=lambda parked: told.append((parked.pk, parked.state))) == 0
    assert (fresh(job).state, told, sent) == ("failed", [(job.pk, "failed")], [])


def test_a_ring_is_noted_and_one_that_the_queue_does_not_take_is_not(sent, monkeypatch):
    job = Dish.objects.create()
    assert ring(Dish, "kitchen.wash", job.pk)
    assert fresh(job).rung_at is not None
    Dish.objects.update(rung_at=None)
    monkeypatch.setattr(doorbell, "_send", lambda task, arguments: 1 / 0)
    assert not ring(Dish, "kitchen.wash", job.pk)
    assert ring_due(Dish, "kitchen.wash", on_parked=lambda parked: None) == 0
    assert fresh(job).rung_at is None


def test_errors_call_a_job_by_its_kind_in_english_whatever_the_language():
    job = Dish.objects.create()
    with translation.override("es"):
        assert str(Dish._meta.verbose_name) == "producto"
        with pytest.raises(JobFenced, match=f"^Product {job.pk} is no longer this worker's"):
            job.renew("wash", 50)


def test_the_database_refuses_a_running_job_without_a_lease_under_a_name_of_its_kind():
    with pytest.raises(IntegrityError, match="shopadmin_dish_running_has_lease"), transaction.atomic():
        Dish.objects.create(state="running")
    assert {index.name for index in Dish._meta.indexes} == {"shopadmin_dish_due", "shopadmin_dish_lease"}
