"""Versions of models are noted once, decided on once, and an approval amid a screening is followed by another one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

import pytest
from django.db import transaction

from catalog import model_releases
from catalog.model_releases import approve_release, note_offers, refuse_release
from catalog.models import LaneChoices, ListingFacts, ModelRelease, ScreeningRequest
from catalog.photo_signals import READER
from catalog.screening import services
from catalog.screening.going_through import sweep_due
from catalog.screening.services import screen_due
from shopadmin.accounts.models import AuditEntry, Notification
from tests import factories

from .models_of_photos import Reader, reading
from .races import at_once
from .running_rules import live_rule, staff

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("served")]


@pytest.fixture
def reader(served: None) -> Iterator[Reader]:
    factories.rows_of_migrations()
    with reading() as reader:
        yield reader


def noted() -> dict[str, str]:
    with transaction.atomic():
        return note_offers()


def test_a_first_start_of_many_processes_notes_each_version_once(reader: Reader) -> None:
    results = at_once([noted] * 4)
    assert results == [results[0]] * 4
    first = ModelRelease.objects.count()
    assert AuditEntry.objects.filter(action="model.first-seen").count() == first == len(noted())


def test_a_new_version_that_many_processes_offer_is_proposed_and_told_once(reader: Reader) -> None:
    noted()
    petra = staff("petra")
    reader.offered = "reader@2"
    at_once([noted] * 4)
    assert ModelRelease.objects.waiting().count() == 1
    assert Notification.objects.filter(recipient=petra).count() == 1


def test_without_the_lock_it_would_be_written_twice_and_one_process_would_fail(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: it is the lock that lets the second process see what the first one wrote."""
    both, write = threading.Barrier(2), model_releases._write

    def slowly(rows: list[ModelRelease]) -> None:
        both.wait(timeout=30)
        write(rows)

    monkeypatch.setattr(model_releases, "_lock", lambda: None)
    monkeypatch.setattr(model_releases, "_write", slowly)
    results = at_once([noted] * 2)
    assert sorted(type(result).__name__ for result in results) == ["IntegrityError", "dict"]


def test_of_two_who_decide_at_once_one_comes_second(reader: Reader) -> None:
    noted()
    with transaction.atomic():
        waiting = reader.offer("reader@2")
    results = at_once([
        partial(approve_release, release=waiting, reason="Fine.", by=staff("petra")),
        partial(refuse_release, release=waiting, reason="No.", by=staff("paula")),
    ])  # fmt: skip
    assert sorted(type(result).__name__ for result in results) == ["AlreadyDecided", "ModelRelease"]


def test_what_is_screened_while_somebody_approves_is_asked_again_with_the_new_facts(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_rule('has_photo_text && photo_text.contains("replica")', LaneChoices.BLOCK)
    cup = factories.product("Cup", screened_version=0)
    noted()
    with transaction.atomic():
        waiting = reader.offer("reader@2")
    petra, find_facts = staff("petra"), services.find_facts

    def approved_meanwhile(*arguments: object, **more: object) -> object:
        [approved] = at_once([partial(approve_release, release=waiting, reason="Reads better.", by=petra)])
        assert isinstance(approved, ModelRelease)
        return find_facts(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(services, "find_facts", approved_meanwhile)
    screen_due()
    monkeypatch.undo()
    assert ModelRelease.objects.live().get(maker=READER).version == "reader@2"
    assert ListingFacts.objects.get(product=cup).texts.made_by[READER] == "reader@1"

    sweep_due()
    assert ScreeningRequest.objects.get().product == cup
    screen_due()
    cup.refresh_from_db()
    assert (cup.status, ListingFacts.objects.get(product=cup).texts.made_by[READER]) == ("held", "reader@2")
