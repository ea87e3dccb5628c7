"""`verify_audit` finds what somebody with all rights did to the log, and names it."""

from __future__ import annotations

import json
import tracemalloc
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from shopadmin.accounts.audit import verification
from shopadmin.accounts.audit.chain import FaultKind
from shopadmin.accounts.audit.checks import log_is_kept
from shopadmin.accounts.audit.models import AuditEntry
from shopadmin.accounts.audit.recording import Target, record
from shopadmin.accounts.audit.verification import verify
from tests.shopadmin.audit_rows import entries, seal, sql, unguarded

pytestmark = pytest.mark.django_db
TABLE = AuditEntry._meta.db_table


@pytest.fixture(autouse=True)
def not_to_be_emptied(db: None) -> None:
    """The test database may be emptied; these tests look at one that may not."""
    sql("SET LOCAL shopadmin.audit_may_be_emptied = 'off'")


def found() -> list[tuple[FaultKind, int | None]]:
    return [(fault.kind, fault.position) for fault in verify().faults]


def test_an_untouched_log_is_sound() -> None:
    entries(5)
    entries(3)

    assert found() == []
    assert verify().entries == 8


@pytest.mark.parametrize(
    "change",
    [
        "reason = 'another'", "actor_key = 1", "actor_kind = 'user'", "actor_name = 'x'", "token_name = 'x'",
        "at = at - interval '1 day'", "action = 'listing.held'", "tenant_key = 3", "before = '{}'", "request_id = 'x'",
        """after = after || '{"stock": 4}'""", "target_label = 'x'", "target_key = 'x'", "target_name = 'x'",
        "hash = repeat('a', 64)",
    ],
)  # fmt: skip
def test_an_edit_is_found(change: str) -> None:
    entries(5)
    with unguarded():
        sql(f"UPDATE {TABLE} SET {change} WHERE position = 3")

    assert (FaultKind.CHANGED, 3) in found()
    assert len(found()) <= 2


def test_a_deleted_entry_is_found() -> None:
    entries(5)
    with unguarded():
        sql(f"DELETE FROM {TABLE} WHERE position = 3")

    assert found() == [(FaultKind.MISSING, 3)]


def test_a_deleted_entry_whose_gap_was_closed_is_found() -> None:
    entries(5)
    with unguarded():
        sql(f"DELETE FROM {TABLE} WHERE position = 3")
        sql(f"UPDATE {TABLE} SET position = position - 1 WHERE position = 4")
        sql(f"UPDATE {TABLE} SET position = position - 1 WHERE position = 5")

    assert [position for _kind, position in found()] == [3, 4]


def test_two_entries_that_changed_places_are_found() -> None:
    entries(5)
    with unguarded():
        sql(f"UPDATE {TABLE} SET position = 99 WHERE position = 2")
        sql(f"UPDATE {TABLE} SET position = 2 WHERE position = 4")
        sql(f"UPDATE {TABLE} SET position = 4 WHERE position = 99")

    assert found() == [(FaultKind.MOVED, 2), (FaultKind.MOVED, 4)]


def test_a_forged_entry_is_found() -> None:
    entries(5)
    columns = ", ".join(field.column for field in AuditEntry._meta.fields if not field.primary_key)
    with unguarded():
        values = columns.replace("position", "6", 1)
        sql(f"INSERT INTO {TABLE} ({columns}) SELECT {values} FROM {TABLE} WHERE position = 5")

    assert found() == [(FaultKind.CHANGED, 6)]


def test_the_log_is_read_in_pieces_however_long_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def most_rows_at_once(count: int) -> int:
        entries(count)
        tracemalloc.start()
        verify()
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    monkeypatch.setattr(verification, "ROWS_A_FETCH", 50)
    short, long = most_rows_at_once(200), most_rows_at_once(3800)

    assert verify().entries == 4000
    assert long < 1.5 * short


def test_the_database_keeps_the_rows_that_are_not_read_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "ROWS_A_FETCH", 2)
    entries(9)

    rows = verification.sealed_rows(AuditEntry.objects.order_by("position"))
    next(rows)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_cursors WHERE name <> ''")
        assert cursor.fetchone() == (1,)
    assert len(list(rows)) == 8


def test_an_entry_that_was_put_in_past_the_triggers_is_found() -> None:
    entries(2)
    with unguarded():
        record("nobody", "listing.edited", Target("catalog.product", "1"))
    entries(2)

    assert found() == [(FaultKind.UNSEALED, None)]


@pytest.mark.parametrize("trigger", ["guard", "guard_truncate", "touch", "seal"])
def test_a_guard_that_is_off_is_found(trigger: str) -> None:
    sql(f"ALTER TABLE {TABLE} DISABLE TRIGGER accounts_audit_{trigger}")

    assert found() == [(FaultKind.UNGUARDED, None)]


def test_a_log_that_may_be_emptied_is_found() -> None:
    sql("SET LOCAL shopadmin.audit_may_be_emptied = 'on'")

    assert found() == [(FaultKind.UNGUARDED, None)]


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("verify_audit", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_says_what_it_verified(tmp_path: Path) -> None:
    last = entries(5)[-1]

    assert f"up to 5 {last.hash}" in run()
    assert json.loads(run("--json"))["is_sound"] is True


def test_the_command_fails_and_names_the_entry() -> None:
    entries(5)
    with unguarded():
        sql(f"UPDATE {TABLE} SET reason = 'another' WHERE position = 3")
    out = StringIO()

    with pytest.raises(CommandError) as error:
        call_command("verify_audit", "--json", stdout=out)

    assert error.value.returncode == 1
    report = json.loads(out.getvalue())
    assert report["is_sound"] is False
    assert report["faults"][0]["kind"] == "changed"
    assert report["faults"][0]["position"] == 3
    assert "listing.edited on catalog.product 3 by nightly" in report["faults"][0]["text"]


def test_the_anchor_finds_a_cut_tail_and_grows_with_each_sound_run(tmp_path: Path) -> None:
    anchor = tmp_path / "anchor"
    first = entries(3)[-1]
    run("--anchor", str(anchor))
    run("--anchor", str(anchor))
    second = entries(2)[-1]
    run("--anchor", str(anchor))
    assert anchor.read_text() == f"3 {first.hash}\n5 {second.hash}\n"

    with unguarded():
        sql(f"DELETE FROM {TABLE} WHERE position > 3")

    assert "Traceback" not in run()  # the chain alone does not see it
    with pytest.raises(CommandError):
        run("--anchor", str(anchor))
    entries(4)  # nor when the chain has grown over it
    with pytest.raises(CommandError):
        run("--anchor", str(anchor))
    assert anchor.read_text() == f"3 {first.hash}\n5 {second.hash}\n"


def test_the_anchor_finds_that_all_was_removed(tmp_path: Path) -> None:
    anchor = tmp_path / "anchor"
    entries(3)
    run("--anchor", str(anchor))
    sql("SET LOCAL shopadmin.audit_may_be_emptied = 'on'")
    sql(f"TRUNCATE {TABLE}")
    sql("SET LOCAL shopadmin.audit_may_be_emptied = 'off'")

    assert "0 entries" in run()
    with pytest.raises(CommandError):
        run("--anchor", str(anchor))


@pytest.mark.parametrize("content", ["hello", "3 abc", f"3 {'a' * 64}\n3 {'b' * 64}", "\udcff"])
def test_an_anchor_that_cannot_be_read_never_counts_as_sound(tmp_path: Path, content: str) -> None:
    anchor = tmp_path / "anchor"
    anchor.write_bytes(content.encode(errors="surrogateescape"))

    with pytest.raises(CommandError, match="Not verified") as error:
        run("--anchor", str(anchor))

    assert error.value.returncode == 2


def test_the_chain_goes_on_behind_what_was_sealed_before() -> None:
    entries(2)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        record("nightly", "listing.edited", Target("catalog.product", "1"))
        record("nightly", "listing.edited", Target("catalog.product", "1"))
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    record("nightly", "listing.edited", Target("catalog.product", "1"))
    seal()

    assert found() == []
    assert verify().position == 5


def test_only_a_tests_database_may_let_the_log_be_emptied() -> None:
    assert log_is_kept(None, databases=["default"]) == []

    sql("SET LOCAL shopadmin.audit_may_be_emptied = 'on'")

    assert [message.id for message in log_is_kept(None, databases=["default"])] == ["shopadmin.E008"]
    assert log_is_kept(None, databases=None) == []
