"""The tables of one import. They are made in the transaction that fills them and attached to their parents at its end,
so that a check that dies leaves nothing and a page never sees half of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection
from django.db.models import F
from psycopg import Copy

from ..models import ImportBatch, ImportChange, ImportIssue, ImportResult, ImportRow, Product
from .plan import Tables

NOT_VACUUMED = "WITH (autovacuum_enabled = off)"
"""They are written once; a worker that looked at them would hold up who replaces them."""
PARENTS = (ImportRow, ImportResult, ImportIssue)
# So many pages of rows are one entry of the index by number, which is small since rows come in order.
_PAGES_AN_ENTRY = 16


@dataclass(frozen=True, slots=True)
class Partitions:
    """The names of an import's tables for one check."""

    rows: str
    results: str
    issues: str
    words: str
    odd: str

    @classmethod
    def of(cls, batch: ImportBatch, check: str) -> Partitions:
        """Return the names for the check that `check` tells from others of the same import."""
        return cls(*(f"import_{batch.pk}_{check}_{name}" for name in ("rows", "results", "issues", "words", "odd")))

    def tables(self, *, have_odd: bool) -> Tables:
        """Return the tables that are compared; rows that must be judged may be listed in one."""
        return Tables(self.rows, self.results, self.words, self.odd if have_odd else "")


def execute(sql: str) -> int:
    """Run a statement that has no parameters; return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.rowcount)


def rows_of(sql: str) -> list[tuple[object, ...]]:
    """Run a query that has no parameters and few rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


@contextmanager
def copying(sql: str) -> Iterator[Copy]:
    """Run a COPY from this process; its errors are Django's, as those of all other statements."""
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(sql) as copy:
        yield copy


def copy_in(sql: str, pieces: Iterable[bytes]) -> int:
    """Run a COPY of ready bytes; return how many rows it brought."""
    with connection.cursor() as cursor:
        with connection.wrap_database_errors, cursor.copy(sql) as copy:
            for piece in pieces:
                copy.write(piece)
        return int(cursor.rowcount)


def create_rows(batch: ImportBatch, names: Partitions) -> None:
    """Create the table that staged rows are copied into, and that of their problems. Neither survives a crash."""
    for name, parent in ((names.rows, ImportRow), (names.issues, ImportIssue)):
        execute(f"CREATE UNLOGGED TABLE {name} (LIKE {parent._meta.db_table} INCLUDING DEFAULTS) {NOT_VACUUMED}")
        execute(f"ALTER TABLE {name} ALTER batch_id SET DEFAULT {batch.pk}")
        execute(f"ALTER TABLE {name} ADD CHECK (batch_id = {batch.pk})")


def publish(batch: ImportBatch, names: Partitions, counts: Mapping[str, int]) -> None:
    """Put the tables in the place of those of an earlier check, with their indexes.

    Pages walk the rows of one outcome by number. The most frequent one is met often enough on the way through all rows;
    the others have indexes of their own, which is cheaper than one over outcome and number.
    """
    execute(f"CREATE INDEX ON {names.rows} USING brin (number) WITH (pages_per_range = {_PAGES_AN_ENTRY})")
    execute(f"CREATE INDEX ON {names.results} (number)")
    outcomes = [name for name in ImportResult.Outcome.values if counts.get(name)]
    for name in sorted(outcomes, key=lambda name: counts[name])[:-1]:
        execute(f"CREATE INDEX ON {names.results} (number) WHERE outcome = '{name}'")
    execute(f"CREATE INDEX ON {names.issues} (number)")
    not_null = ", ".join(f"ALTER {name} SET NOT NULL" for name in ("batch_id", "number", "outcome"))
    execute(f"ALTER TABLE {names.results} {not_null}, ADD CHECK (batch_id = {batch.pk})")
    drop(batch)
    for name, parent in zip((names.rows, names.results, names.issues), PARENTS, strict=True):
        execute(f"ALTER TABLE {parent._meta.db_table} ATTACH PARTITION {name} FOR VALUES IN ({batch.pk})")


def drop(batch: ImportBatch) -> None:
    """Drop the tables that are attached for the import."""
    names = attached(batch)
    for name in () if names is None else (names.rows, names.results, names.issues):
        execute(f"DROP TABLE {name}")


def attached(batch: ImportBatch) -> Partitions | None:
    """Return the tables that are attached for the import; None when it has not been checked."""
    parents = ", ".join(f"'{parent._meta.db_table}'::regclass" for parent in PARENTS)
    found = rows_of(
        f"SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent IN ({parents})"
        f" AND pg_get_expr(relpartbound, inhrelid) = 'FOR VALUES IN (''{batch.pk}'')'"
        f" ORDER BY array_position(ARRAY[{parents}], inhparent::regclass)"
    )
    if len(found) != len(PARENTS):
        return None
    rows, results, issues = (str(name) for (name,) in found)
    return Partitions(rows, results, issues, "", "")


def has_returns(batch: ImportBatch) -> bool:
    """Whether the seller has listings that the undoing of an import removed: they come back when they are imported."""
    back = ImportChange.objects.filter(undo=ImportChange.Undo.REMOVED, product__seller=batch.seller_id)
    return back.filter(product__status=Product.Status.REMOVED, product__version=F("version") + 1).exists()
