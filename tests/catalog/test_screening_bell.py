"""Whatever changes a live listing calls the workers once it is committed; what has no bell is found anyway."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import transaction

from catalog.bulk.kinds import Kind
from catalog.fact_finding import mark_due
from catalog.listings import publish_listing, withdraw_listing
from catalog.models import Product
from catalog.screening import bell
from catalog.screening.services import screen_until_done
from catalog.screening.sweeping import ask_again_where
from catalog.tasks import screen_due
from shopadmin.accounts.models import User
from shopadmin.jobs import doorbell
from shopadmin.timetable import ROUTES, SCHEDULE
from tests import factories

from .bulk_shop import applied, many
from .running_rules import live_rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
type Committing = Callable[..., AbstractContextManager[Any]]
RUNG = (bell.SCREEN_DUE, ())


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[object, ...]]]:
    """The messages that the queue took."""
    messages: list[tuple[str, tuple[object, ...]]] = []
    monkeypatch.setattr(doorbell, "_send", lambda task, arguments: messages.append((task, arguments)))
    monkeypatch.setattr(bell, "_rung_at", -bell.APART_S)
    return messages


def test_an_edit_of_a_live_listing_rings_once_for_each_transaction(
    juice: Product, sent: list[object], django_capture_on_commit_callbacks: Committing
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        juice.change(title="Pear juice")
        juice.change(title="Plum juice")
        assert sent == []

    assert sent == [RUNG]


def test_publishing_rings_and_withdrawing_does_not(
    mallory: User, sent: list[object], django_capture_on_commit_callbacks: Committing
) -> None:
    draft = factories.product(status="draft")
    with django_capture_on_commit_callbacks(execute=True):
        publish_listing(product=draft, actor=mallory)
    assert sent == [RUNG]
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_listing(product=draft, actor=mallory)
    assert sent == [RUNG]


def test_bulk_actions_requests_and_rules_ring(
    shop: Any,
    mallory: User,
    sent: list[object],
    django_capture_on_commit_callbacks: Committing,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for change in (
        lambda: applied(mallory, Kind.PUBLISH, many(shop, 2)),
        lambda: ask_again_where(live_rule("photo_count >= 0")),
    ):
        monkeypatch.setattr(bell, "_rung_at", -bell.APART_S)
        sent.clear()
        with django_capture_on_commit_callbacks(execute=True):
            change()
        assert RUNG in sent


def test_one_process_does_not_ring_all_the_time(
    juice: Product, sent: list[object], django_capture_on_commit_callbacks: Committing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "APART_S", 60.0)
    for number in range(5):
        with django_capture_on_commit_callbacks(execute=True):
            juice.change(title=f"Juice {number}")

    assert sent == [RUNG]


def test_nothing_rings_for_what_is_rolled_back(
    juice: Product, sent: list[object], django_capture_on_commit_callbacks: Committing
) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        juice.change(title="Pear juice")
        transaction.set_rollback(True)

    assert sent == []


def test_who_answers_a_bell_goes_on_looking_for_longer_than_no_other_one_is_rung(
    juice: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    from catalog.screening import services

    assert services.LINGER_S > bell.APART_S
    changes = iter([True])

    def change_once(_seconds: float) -> None:
        if next(changes, False):
            Product.objects.get(pk=juice.pk).change(title="Pear juice")

    monkeypatch.setattr(services.time, "sleep", change_once)
    mark_due([juice.pk])
    assert screen_until_done() == 2


def test_the_task_has_a_queue_of_its_own_and_is_looked_for_every_second(juice: Product) -> None:
    assert ROUTES["catalog.screen_due"]["queue"] == "screening"
    assert (SCHEDULE["screen-due"]["schedule"], SCHEDULE["screen-due"]["options"]) == (1.0, {"expires": 5})
    Product.objects.update(screened_version=0)

    screen_due()

    assert Product.objects.get(pk=juice.pk).screened_version == 1
