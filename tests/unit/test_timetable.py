"""Which worker does what: nothing that goes through the whole catalogue waits before what people wait for."""

from __future__ import annotations

import pytest

from shopadmin import celery_app
from shopadmin.processes import THREADS
from shopadmin.timetable import SCHEDULE

SERVED = {*THREADS, "tagging"}


def queue_of(task: str) -> str:
    return str(celery_app.amqp.router.route({}, task)["queue"].name)


def own_tasks() -> list[str]:
    celery_app.autodiscover_tasks(force=True)
    return sorted(name for name in celery_app.tasks if not name.startswith("celery."))


def test_each_task_waits_in_a_queue_that_a_worker_serves() -> None:
    assert len(own_tasks()) > 20
    assert {queue_of(task) for task in own_tasks()} <= SERVED


def test_no_worker_waits_for_a_queue_in_which_nothing_is_put() -> None:
    assert {queue_of(task) for task in own_tasks()} >= SERVED


def test_what_is_done_again_and_again_exists() -> None:
    assert {entry["task"] for entry in SCHEDULE.values()} <= set(own_tasks())


@pytest.mark.parametrize("task", ["run_backtest", "watch_evasion", "draw_blind_sample", "learn_words"])
def test_what_goes_through_the_whole_catalogue_is_done_apart(task: str) -> None:
    assert queue_of(f"catalog.{task}") == "long"


@pytest.mark.parametrize("task", ["ring_due_backtests", "ring_due_imports", "run_import_job", "run_bulk_job"])
def test_bells_and_what_people_wait_for_do_not_wait_behind_it(task: str) -> None:
    assert queue_of(f"catalog.{task}") == "quick"
