"""Statements of reasons for the public database: each at least once, and no slips."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from catalog.decisions import clear, undo
from catalog.holding import release_hold
from catalog.models import Decision, Product
from catalog.statement_export import export_statements
from shopadmin.accounts.models import User
from tests import factories

from .decided import automatic_hold, found, rule, taken_down

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


def make_older(minutes: int = 30) -> None:
    for decision in Decision.objects.all():
        Decision.objects.filter(pk=decision.pk).update(decided_at=decision.decided_at - timedelta(minutes=minutes))


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_each_restriction_is_written_once(juice: Product, petra: User, tmp_path: Path) -> None:
    other = factories.product("Zumo de piña")
    automatic_hold(other)
    decision = taken_down(juice, petra, explanation="El logotipo está copiado.")
    clear(findings=[found(factories.product("Fine"), rule())], reason="Fine.", by=petra)
    make_older()

    assert export_statements(tmp_path / "a.jsonl") == 2

    written = lines(tmp_path / "a.jsonl")
    assert {each["puid"] for each in written} == {
        str(key) for key in Decision.objects.restrictions().values_list("key", flat=True)
    }
    assert decision.statement in written
    assert "está" in (tmp_path / "a.jsonl").read_text()
    assert export_statements(tmp_path / "b.jsonl") == 0
    assert [path.name for path in tmp_path.glob("*.jsonl*")] == ["a.jsonl"]


def test_slips_and_what_may_be_one_are_not_told_but_what_was_overturned_is(
    juice: Product, petra: User, paula: User, tmp_path: Path
) -> None:
    slip, wrong = factories.product("Slip"), factories.product("Wrong")
    undo(decision=taken_down(slip, petra), by=petra)
    overturned = taken_down(wrong, petra)
    make_older()
    release_hold(hold=overturned.hold, reason="Genuine.", actor=paula)
    Decision.objects.filter(product=slip).update(annulled_at=timezone.now() - timedelta(minutes=29))
    taken_down(juice, petra)

    export_statements(tmp_path / "a.jsonl")

    assert [each["puid"] for each in lines(tmp_path / "a.jsonl")] == [str(overturned.key)]


def test_only_decisions_since_a_day_and_never_over_an_earlier_file(juice: Product, petra: User, tmp_path: Path) -> None:
    taken_down(juice, petra)
    make_older()
    out = tmp_path / "a.jsonl"
    call_command("export_statements", "--since", "2999-01-01", "--out", str(out))
    assert not out.exists()

    call_command("export_statements", "--since", "2020-01-01", "--out", str(out))

    assert len(lines(out)) == 1
    with pytest.raises(CommandError, match="is there already"):
        call_command("export_statements", "--out", str(out))
    with pytest.raises(CommandError, match="Nothing counts as exported"):
        call_command("export_statements", "--out", str(tmp_path / "no" / "folder.jsonl"))


def test_what_was_written_and_not_marked_is_written_again(juice: Product, petra: User, tmp_path: Path) -> None:
    taken_down(juice, petra)
    make_older()
    with transaction.atomic():
        export_statements(tmp_path / "a.jsonl")
        transaction.set_rollback(True)

    assert export_statements(tmp_path / "b.jsonl") == 1
    assert (tmp_path / "a.jsonl").read_text() == (tmp_path / "b.jsonl").read_text()
