"""What is exported of the audit log can be verified elsewhere, and harms no spreadsheet."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from shopadmin.accounts.audit.exporting import NotAnExport, verify_export
from shopadmin.accounts.audit.recording import Target, record
from shopadmin.accounts.models import User
from tests.shopadmin.audit_files import LIST, exported, table
from tests.shopadmin.audit_rows import entries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


def test_json_lines_can_be_verified_elsewhere(login, alice: User) -> None:
    entries(9)
    client = login(alice)

    everything = exported(client, "jsonl").splitlines()
    some = exported(client, "jsonl", "?q=soap").splitlines()[3:6]

    assert len(everything) == 9
    assert verify_export(everything, {}).faults == ()
    assert verify_export(some, {6: json.loads(some[-1])["hash"]}).faults == ()
    assert verify_export(everything, {}).entries == 9


@pytest.mark.parametrize("field", ["reason", "target_name", "at", "previous_hash", "hash", "before", "tenant_key"])
def test_a_changed_file_does_not_verify(login, alice: User, field: str) -> None:
    entries(5)
    lines = exported(login(alice), "jsonl").splitlines()
    lines[2] = json.dumps({**json.loads(lines[2]), field: "something else"})

    assert 3 in {fault.position for fault in verify_export(lines, {}).faults}


def test_a_file_in_another_order_or_with_a_foreign_entry_does_not_verify(login, alice: User) -> None:
    entries(5)
    lines = exported(login(alice), "jsonl").splitlines()

    assert {fault.kind for fault in verify_export([lines[1], lines[0]], {}).faults} == {"moved"}
    assert [fault.position for fault in verify_export([*lines, lines[4]], {}).faults] == [5]
    assert [fault.kind for fault in verify_export(lines, {4: "a" * 64}).faults] == ["rewritten"]
    for broken in ("{}", "[]", "no json", '{"position": 1}'):
        with pytest.raises(NotAnExport, match="Line 1"):
            verify_export([broken], {})


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_no_cell_is_a_formula(login, alice: User, start: str) -> None:
    record(alice, "listing.edited", Target("catalog.product", "1", f'{start}HYPERLINK("evil")'), reason=f"{start}1")

    (cells,) = table(exported(login(alice), "csv"))

    assert cells["target_name"] == f'\'{start}HYPERLINK("evil")'
    assert cells["reason"] == f"'{start}1"


def test_exports_hold_what_the_filters_find(login, alice: User) -> None:
    entries(3)

    assert "Soap 2" in exported(login(alice), "csv", "?target=catalog.product:2")
    assert "Soap 1" not in exported(login(alice), "csv", "?target=catalog.product:2")
    assert login(alice).get(f"{LIST}export.csv?first=x").status_code == 422


def test_the_command_verifies_an_exported_file(login, alice: User, tmp_path: Path) -> None:
    entries(3)
    file = tmp_path / "audit.jsonl"
    text = exported(login(alice), "jsonl")
    file.write_text(text)
    out = StringIO()

    call_command("verify_audit", "--file", str(file), stdout=out)
    assert "3 entries" in out.getvalue()

    file.write_text(text.replace("Soap 2", "Soap 7"))
    with pytest.raises(CommandError) as wrong:
        call_command("verify_audit", "--file", str(file), stdout=out)
    assert wrong.value.returncode == 1
    assert "Line 2: entry 2 is not as it was sealed" in out.getvalue()

    file.write_text("nothing")
    with pytest.raises(CommandError) as unreadable:
        call_command("verify_audit", "--file", str(file), stdout=out)
    assert unreadable.value.returncode == 2
