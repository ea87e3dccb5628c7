"""The chain shows every change that somebody makes to it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopadmin.accounts.audit.chain import (
    FIELDS,
    FIRST_HASH,
    MOST_FAULTS,
    FaultKind,
    Report,
    Verifier,
    chained,
    payload,
)

type Row = tuple[str, list[Any]]
TITLE = FIELDS.index("target_name")


def chain(length: int = 9) -> list[Row]:
    rows, previous = [], FIRST_HASH
    for position in range(1, length + 1):
        values = [
            position, "2026-03-01T12:30:00.000000+00:00", "user", 7, "Ana", "", "listing.edited", "catalog.product",
            str(position), f"Soap {position}", None, {}, {"title": f"Soap {position}"}, "", "",
        ]  # fmt: skip
        previous = chained(previous, payload(values))
        rows.append((previous, values))
    return rows


def checked(rows: list[Row], anchors: dict[int, str] | None = None) -> Report:
    verifier = Verifier(anchors or {})
    verifier.feed(rows)
    return verifier.finish()


def found(report: Report) -> list[tuple[FaultKind, int | None]]:
    return [(fault.kind, fault.position) for fault in report.faults]


def test_an_untouched_chain_is_sound() -> None:
    rows = chain()

    report = checked(rows, {3: rows[2][0], 9: rows[8][0]})

    assert found(report) == []
    assert (report.entries, report.position, report.hash) == (9, 9, rows[-1][0])


def test_no_entries_are_sound() -> None:
    assert checked([]) == Report(0, 0, FIRST_HASH, (), 0)


@given(st.integers(1, 9), st.sampled_from(range(1, len(FIELDS))))
def test_an_edit_of_any_field_names_its_entry(position: int, field: int) -> None:
    rows = chain()
    rows[position - 1][1][field] = "something else"

    assert found(checked(rows)) == [(FaultKind.CHANGED, position)]


def test_an_entry_that_was_changed_and_hashed_anew_breaks_the_next_one() -> None:
    rows = chain()
    rows[4][1][TITLE] = "Forged"
    rows[4] = (chained(rows[3][0], payload(rows[4][1])), rows[4][1])

    assert found(checked(rows)) == [(FaultKind.CHANGED, 6)]


@given(st.sets(st.integers(2, 8), min_size=1, max_size=6))
def test_deleted_entries_are_gaps(gone: set[int]) -> None:
    rows = [row for row in chain() if row[1][0] not in gone]

    report = checked(rows)

    named = {int(word) for fault in report.faults for word in fault.text.split(";")[0].split() if word.isdecimal()}
    assert all(fault.kind is FaultKind.MISSING for fault in report.faults)
    assert {min(gone), max(gone)} <= named


@given(st.integers(1, 9), st.integers(1, 9), st.booleans())
def test_two_entries_that_changed_places_are_both_named(one: int, other: int, with_hash: bool) -> None:
    if one == other:
        return
    rows = chain()
    (first_hash, first), (second_hash, second) = rows[one - 1], rows[other - 1]
    if with_hash:
        first_hash, second_hash = second_hash, first_hash
    rows[one - 1], rows[other - 1] = (second_hash, [one, *second[1:]]), (first_hash, [other, *first[1:]])

    report = checked(rows)

    assert sorted(found(report)) == sorted([(FaultKind.MOVED, one), (FaultKind.MOVED, other)])
    assert f"from position {other}" in next(fault.text for fault in report.faults if fault.position == one)


def test_a_row_that_was_put_between_others_breaks_what_follows() -> None:
    rows = chain()
    forged = [5, *rows[3][1][1:]]
    later = [(stored, [values[0] + 1, *values[1:]]) for stored, values in rows[4:]]

    report = checked([*rows[:4], ("f" * 64, forged), *later])

    assert (FaultKind.CHANGED, 5) in found(report)
    assert report.faults_count >= 5


@pytest.mark.parametrize("left", [0, 1, 8])
def test_a_cut_tail_is_seen_by_the_anchor_only(left: int) -> None:
    rows = chain()

    assert found(checked(rows[:left])) == []
    assert found(checked(rows[:left], {9: rows[8][0]})) == [(FaultKind.CUT, 9)]


def test_a_history_that_was_written_anew_is_seen_by_the_anchor_only() -> None:
    ours, theirs = chain(), []
    previous = FIRST_HASH
    for _stored, values in chain():
        values[TITLE] = "Forged"
        previous = chained(previous, payload(values))
        theirs.append((previous, values))

    assert found(checked(theirs)) == []
    assert found(checked(theirs, {5: ours[4][0]})) == [(FaultKind.REWRITTEN, 5)]


def test_a_report_names_the_first_faults_and_counts_all() -> None:
    rows = chain(MOST_FAULTS + 50)
    for _stored, values in rows:
        values[TITLE] = "Forged"

    report = checked(rows)

    assert len(report.faults) == MOST_FAULTS
    assert report.faults_count == MOST_FAULTS + 50


def test_the_payload_is_written_as_its_definition_says() -> None:
    nested = {"bb": True, "a": {"ż": 1, "zz": [{"y": 2, "x": 3}], "c": "\u2028"}}

    text = payload([1, None, 'Ä "x" \\ / \n \x7f', nested])

    assert text == (
        '[1, null, "Ä \\"x\\" \\\\ / \\n \x7f", {"a": {"c": "\u2028", "zz": [{"x": 3, "y": 2}], "ż": 1}, "bb": true}]'
    )
