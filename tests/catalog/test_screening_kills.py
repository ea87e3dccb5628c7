"""A worker that is killed while it screens loses nothing and does nothing twice; two at once neither."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import connection

from catalog.fact_finding import mark_due
from catalog.models import Finding, Hold, LaneChoices, ListingFacts, Product, Screening, ScreeningRequest
from catalog.screening import services
from catalog.screening.services import screen_due
from shopadmin.accounts.audit.models import AuditEntry
from shopadmin.accounts.models import Notification
from tests import factories

from .races import at_once
from .running_rules import live_rule

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("served")]
PLACES = ("claimed", "asked", "held", "written")


@pytest.fixture
def fakes(served: None) -> list[Product]:
    """Two listings that a rule will hold, one of them changed and one asked for, and one that is clean."""
    factories.rows_of_migrations()
    shop = factories.seller("Mine", factories.user("mallory", factories.Role.MERCHANT))
    live_rule('mentions(title, "replica")', LaneChoices.BLOCK)
    changed = factories.product("Replica watch", of=shop, screened_version=0)
    asked = factories.product("Replica bag", of=shop)
    factories.product("Watch", of=shop, screened_version=0)
    mark_due([asked.pk])
    return [changed, asked]


@pytest.mark.parametrize("place", PLACES)
def test_killed_anywhere_everything_is_still_due_and_is_then_done_once(fakes: list[Product], place: str) -> None:
    kill_at(place)

    assert effects() == (0, 0, 0, 0, 0)
    assert ScreeningRequest.objects.count() == 1
    wait_for(lambda: screen_due() == 3)
    assert screen_due() == 0
    assert effects() == (2, 2, 2, 2, 2)
    assert {product.status for product in Product.objects.filter(title__contains="Replica")} == {"held"}
    assert ListingFacts.objects.count() == 3
    assert not ScreeningRequest.objects.exists()


def test_without_its_transaction_a_killed_screening_leaves_a_hold_that_nobody_finds_the_reason_of(
    fakes: list[Product],
) -> None:
    kill_at("held", "unguarded")

    while screen_due():
        pass
    holds, findings, *_ = effects()
    assert (holds, findings) == (2, 0)


def test_several_workers_share_what_is_due(fakes: list[Product]) -> None:
    shop = fakes[0].seller
    for number in range(30):
        factories.product(f"Replica {number}", of=shop, photos=0, screened_version=0)

    def screen_all() -> int:
        count = 0
        while done := screen_due(limit=3):
            count += done
        return count

    counts = at_once([screen_all] * 4)

    assert sum(counts) + screen_due() == 33
    assert effects() == (32, 32, 32, 32, 32)


def test_what_is_edited_while_it_is_screened_waits_and_is_due_again(
    fakes: list[Product], monkeypatch: pytest.MonkeyPatch
) -> None:
    clean = Product.objects.get(title="Watch")
    editors: list[threading.Thread] = []
    write = services.write

    def edit() -> None:
        try:
            Product.objects.get(pk=clean.pk).change(title="Replica watch, again")
        finally:
            connection.close()

    def edited_meanwhile(*arguments: object) -> None:
        write(*arguments)  # type: ignore[arg-type]
        editors.append(threading.Thread(target=edit))
        editors[0].start()
        wait_for(has_waiting)

    monkeypatch.setattr(services, "write", edited_meanwhile)
    screen_due()
    editors[0].join()
    monkeypatch.undo()

    clean.refresh_from_db()
    assert (clean.status, clean.screened_version, clean.version) == ("live", 1, 2)
    assert screen_due() == 1
    clean.refresh_from_db()
    assert clean.status == "held"


def test_a_request_that_comes_in_while_it_is_screened_is_for_another_screening(
    fakes: list[Product], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What made it was committed after the facts were found out."""
    clean = Product.objects.get(title="Watch")
    find_facts = services.find_facts

    def ask() -> None:
        mark_due([clean.pk])
        connection.close()

    def asked_meanwhile(*arguments: object, **more: object) -> object:
        found = find_facts(*arguments, **more)  # type: ignore[arg-type]
        person = threading.Thread(target=ask)
        person.start()
        person.join()
        return found

    monkeypatch.setattr(services, "find_facts", asked_meanwhile)
    screen_due()
    monkeypatch.undo()

    assert ScreeningRequest.objects.get().product == clean
    assert screen_due() == 1


def test_a_database_that_goes_away_leaves_everything_due(fakes: list[Product], monkeypatch: pytest.MonkeyPatch) -> None:
    write = services.write

    def cut_off(*arguments: object) -> None:
        write(*arguments)  # type: ignore[arg-type]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(services, "write", cut_off)
    with pytest.raises(services.AWAY):
        screen_due()
    monkeypatch.undo()
    connection.close()

    assert effects() == (0, 0, 0, 0, 0)
    assert screen_due() == 3


def effects() -> tuple[int, int, int, int, int]:
    """How many holds, findings, screenings, notices and audited holds there are."""
    return (
        Hold.objects.count(),
        Finding.objects.count(),
        Screening.objects.count(),
        Notification.objects.filter(kind="listing.held").count(),
        AuditEntry.objects.filter(action="listing.held").count(),
    )


def kill_at(place: str, *more: str) -> None:
    """Let another process screen, and kill it at that place."""
    environment = {
        **os.environ,
        "TEST_DATABASE": str(connection.settings_dict["NAME"]),
        "TEST_MEDIA": "unused",
        "TEST_READER": "unused",
        "SHOPADMIN_VAR": str(settings.VAR_DIR),
    }
    command = [sys.executable, "-m", "tests.catalog.screening_worker", place, *more]
    worker = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, cwd=settings.BASE_DIR)
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "there\n"
    finally:
        worker.kill()
        worker.wait()
        worker.stdout.close()


def wait_for(is_so: Callable[[], bool]) -> None:
    """Wait until something is so, such as that the dead worker's transaction has ended."""
    give_up_at = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.05)


def has_waiting() -> bool:
    """Tell whether another connection waits for a lock of ours."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))")
        return bool(cursor.fetchone()[0])
