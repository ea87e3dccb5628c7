"""The check of an import: stage the file, judge its rows, compare them with the catalogue. Nothing else is written.

Most rows are decided in one pass of SQL. Only those that it cannot accept as they stand are read into Python, judged
cell by cell, written back in canonical form and compared like the others.
"""

from __future__ import annotations

from contextlib import suppress
from typing import BinaryIO, cast

from django.db import IntegrityError, transaction

from ..models import ImportBatch
from .filling import Report, drop_other_columns, stage, take_blank_rows_out
from .judging import judge_rest
from .partitions import NOT_VACUUMED, Partitions, execute, has_returns, publish, rows_of
from .plan import JUMP, Plan
from .problems import FileProblem
from .staging import RowCounts
from .words import Words

MOST_NEW_BRANDS = 2000
# Looking into these rows finds nearly all words of a file; the others are looked up when rows with them are left.
ROWS_WITH_MOST_WORDS = 40_000
# The planner thinks too highly of what parallel workers cost to send rows. Memory is for the hash joins: as much as the
# server gives to its own maintenance. A short look at rows tells how wide they are, so that the narrow side is hashed.
PLANNING = (
    "SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL hash_mem_multiplier = 1;"
    " SELECT set_config('work_mem', current_setting('maintenance_work_mem'), true);"
    " SET LOCAL default_statistics_target = 10"
)


def check(batch: ImportBatch, name: str, report: Report) -> dict[str, int]:
    """Check the import's file and put the result in the place of an earlier one's; return the counts.

    Call it in a transaction, with a `name` (letters and digits) that no other check of the import has. Raises
    `FileProblem` when the file cannot be read to its end.
    """
    mapping = batch.column_mapping
    names = Partitions.of(batch, name)
    execute(PLANNING)
    report("read", 0.0)
    with batch.file.open("rb") as file:
        counts = stage(cast(BinaryIO, file), batch, names, report)
    report("check", 0.0)
    execute(f"ANALYZE {names.rows}")
    plan = Plan(mapping, batch.seller_id, names.tables(have_odd=counts.odd > 0), has_returns=has_returns(batch))
    words = Words(batch, plan)
    words.add(f"SELECT * FROM {names.rows} LIMIT {ROWS_WITH_MOST_WORDS}")
    execute(
        f"CREATE UNLOGGED TABLE {names.results} {NOT_VACUUMED} AS SELECT {batch.pk}::bigint AS batch_id, s.number,"
        f" {plan.outcome()} AS outcome, p.id AS product_id, p.version FROM {plan.sources()}"
    )
    report("compare", 0.0)
    batch.decimal_mark = ""
    if rows_of(f"SELECT FROM {names.results} WHERE outcome = 'judge' LIMIT 1"):
        take_blank_rows_out(batch, names, counts)
        batch.decimal_mark = judge_rest(names, plan, words, report)
    drop_other_columns(batch, names, counts)
    if len(words.new_brands) > MOST_NEW_BRANDS:
        raise FileProblem("too-many-brands", count=len(words.new_brands), most=MOST_NEW_BRANDS)
    _refuse_repeated(names)
    execute(f"DROP TABLE IF EXISTS {names.words}, {names.odd}")
    found = _counts(names, counts)
    publish(batch, names, found)
    return found


def _refuse_repeated(names: Partitions) -> None:
    """Refuse all rows whose SKU another row has too, naming the first other one."""
    if _is_unique(names):
        return
    repeated = f"{names.rows}_repeated"
    execute(
        f"CREATE UNLOGGED TABLE {repeated} AS SELECT sku, min(number) AS first, max(number) AS last"
        f" FROM {names.rows} WHERE sku IS NOT NULL GROUP BY sku HAVING count(*) > 1"
    )
    execute(
        f'INSERT INTO {names.issues} (number, position, "column", code, value, facts, is_warning)'
        f" SELECT s.number, 1000, 'sku', 'repeated-sku', left(s.sku, 60),"
        f" jsonb_build_object('other', CASE s.number WHEN t.first THEN t.last ELSE t.first END), false"
        f" FROM {names.rows} s JOIN {repeated} t ON t.sku = s.sku"
    )
    execute(
        f"UPDATE {names.results} r SET outcome = 'error' FROM {names.rows} s JOIN {repeated} t ON t.sku = s.sku"
        " WHERE r.number = s.number AND r.outcome <> 'error'"
    )
    execute(f"DROP TABLE {repeated}")


def _warn_of_jumps(names: Partitions, found: dict[str, int]) -> None:
    """Turn the outcome "jump" into a change with a warning."""
    if not found["jump"]:
        return
    execute(
        f'INSERT INTO {names.issues} (number, position, "column", code, value, facts, is_warning)'
        f" SELECT number, 2000, 'price', 'price-jump', '', jsonb_build_object('times', {JUMP}), true"
        f" FROM {names.results} WHERE outcome = 'jump'"
    )
    execute(f"UPDATE {names.results} SET outcome = 'change' WHERE outcome = 'jump'")
    found["change"] += found["jump"]


def _is_unique(names: Partitions) -> bool:
    """Whether no two rows have the same SKU. Building an index of hashes is the quickest way to see that."""
    with suppress(IntegrityError), transaction.atomic():
        execute(f"CREATE UNIQUE INDEX {names.rows}_hashed ON {names.rows} (hashtextextended(sku, 0))")
        execute(f"DROP INDEX {names.rows}_hashed")
        return True
    return False


def _counts(names: Partitions, read: RowCounts) -> dict[str, int]:
    """Return how many rows there are with each outcome. Rows read are all of these and the blank ones."""
    found = dict.fromkeys(("create", "change", "same", "error", "jump"), 0)
    outcomes = rows_of(f"SELECT outcome, count(*) FROM {names.results} GROUP BY outcome")
    found |= {str(outcome): int(str(number)) for outcome, number in outcomes}
    _warn_of_jumps(names, found)
    warnings = found.pop("jump")
    return {"rows": read.rows, "blank": read.blank, **found, "warnings": warnings}
