"""Many who write at once make one chain, and nobody waits for a row while holding it up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import OperationalError, connection, transaction

from shopadmin.accounts.audit.models import AuditEntry
from shopadmin.accounts.audit.recording import Happening, Target, record, record_many
from shopadmin.accounts.audit.verification import verify
from shopadmin.accounts.models import NotificationPreference, User
from tests import factories
from tests.shopadmin.audit_rows import sql

pytestmark = pytest.mark.django_db(transaction=True)
SOAP = Target("catalog.product", "1", "Soap")


@pytest.fixture(autouse=True)
def rows_of_migrations(transactional_db: None) -> Iterator[None]:
    yield
    factories.rows_of_migrations()


def at_once(*works: Callable[[], None]) -> list[Exception]:
    """Do all in threads with connections of their own, and return what they raised."""
    raised: list[Exception] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test looks at it
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return raised


def test_the_chain_has_no_gap_and_no_fork_when_many_write_at_once() -> None:
    def write() -> None:
        for number in range(30):
            try:
                with transaction.atomic():
                    record_many("nightly", "listing.edited", [Happening(target=SOAP)] * (number % 4 + 1))
                    if number % 5 == 4:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                pass

    assert at_once(*[write] * 6) == []

    written = 6 * sum(number % 4 + 1 for number in range(30) if number % 5 != 4)
    report = verify()
    assert [fault for fault in report.faults if fault.position is not None] == []
    assert report.entries == report.position == written == AuditEntry.objects.count()


def wait_until(is_so: Callable[[], bool]) -> None:
    for _ in range(500):
        if is_so():
            return
        time.sleep(0.02)
    raise AssertionError("It never came to that.")


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone() != (0,)


def meet_over_a_row(person: User) -> list[Exception]:
    """One commits an entry and a reference to a row that the other has locked; then the other commits an entry, too."""
    is_locked, is_referenced = threading.Event(), threading.Event()

    def refer() -> None:
        with transaction.atomic():
            record("refers", "listing.edited", SOAP)
            NotificationPreference.objects.create(user=person, kind="import.finished")
            is_referenced.set()
            assert is_locked.wait(30)

    def lock() -> None:
        with transaction.atomic():
            assert is_referenced.wait(30)
            User.objects.select_for_update().get(pk=person.pk)
            is_locked.set()
            wait_until(somebody_waits_for_a_lock)
            record("locks", "listing.edited", SOAP)

    return at_once(refer, lock)


def test_sealing_comes_after_all_waiting_for_rows() -> None:
    assert meet_over_a_row(factories.user("alice")) == []
    assert verify().entries == 2


def test_sealing_in_the_order_of_the_triggers_would_deadlock() -> None:
    """The control: without the second trigger, the lock is held while foreign keys wait."""
    sql("ALTER TABLE accounts_auditentry DISABLE TRIGGER accounts_audit_touch")
    sql(
        "CREATE CONSTRAINT TRIGGER control AFTER INSERT ON accounts_auditentry "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION accounts_audit_seal()"
    )
    try:
        raised = meet_over_a_row(factories.user("alice"))
    finally:
        sql("DROP TRIGGER control ON accounts_auditentry")
        sql("ALTER TABLE accounts_auditentry ENABLE TRIGGER accounts_audit_touch")

    assert [type(error) for error in raised] == [OperationalError]
    assert "deadlock" in str(raised[0])
