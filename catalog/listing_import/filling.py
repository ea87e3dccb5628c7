"""A file's rows into their table. PostgreSQL reads the file where it reads it as we do; else we read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import BinaryIO

from django.db import DataError, transaction

from ..models import ImportBatch
from .direct import Irregular, direct_pieces, may_go_directly
from .opening import open_table
from .partitions import Partitions, copy_in, execute, rows_of
from .plan import literal
from .problems import FileProblem
from .staging import RowCounts, Stager
from .tables import Table

type Report = Callable[[str, float], None]
"""Is told the stage and how much of it is done, 0..1; may raise to stop the work."""


def stage(file: BinaryIO, batch: ImportBatch, names: Partitions, report: Report) -> RowCounts:
    """Copy the file's rows into their table; return how many there were."""
    table = open_table(file, batch.table_format)
    mapping = batch.column_mapping
    if len(table.header) != len(mapping.fields):
        raise FileProblem("other-columns", columns=len(table.header), mapped=len(mapping.fields))
    counts = None
    if may_go_directly(batch.table_format, table.header, table.header_number) and not mapping.price_markets:
        with suppress(Irregular, DataError), transaction.atomic():
            counts = _stage_directly(file, batch, names, report)
    if counts is None:
        counts = _stage_blocks(open_table(file, batch.table_format), file, batch, names, report)
    if counts.rows == counts.blank:
        raise FileProblem("no-rows")
    return counts


def take_blank_rows_out(batch: ImportBatch, names: Partitions, counts: RowCounts) -> None:
    """Take out blank rows that PostgreSQL has read, and the columns that nothing is made of, and count these rows.

    Blank rows are among those that the first comparison did not accept, so that mostly nothing is looked at.
    """
    fields = batch.column_mapping.fields
    columns, others = _columns(fields), [name for name in _columns(fields) if name not in fields]
    if counts.is_direct and rows_of(f"SELECT FROM {names.results} WHERE outcome = 'judge' LIMIT 1"):
        counts.blank = execute(
            f"DELETE FROM {names.rows} s USING {names.results} r WHERE r.number = s.number AND r.outcome = 'judge'"
            f" AND {' AND '.join(f's.{name} IS NULL' for name in columns)}"
        )
    if counts.blank and counts.is_direct:
        execute(
            f"DELETE FROM {names.results} r WHERE r.outcome = 'judge'"
            f" AND NOT EXISTS (SELECT FROM {names.rows} s WHERE s.number = r.number)"
        )
    if counts.rows == counts.blank:
        raise FileProblem("no-rows")
    for other in others if counts.is_direct else ():
        execute(f"ALTER TABLE {names.rows} DROP {other}")


def _columns(fields: Sequence[str]) -> list[str]:
    """Return the columns into which PostgreSQL reads a file: fields, and some for what no field is made of."""
    return [name or f"other_{at}" for at, name in enumerate(fields)]


def _stage_directly(file: BinaryIO, batch: ImportBatch, names: Partitions, report: Report) -> RowCounts:
    """Let PostgreSQL read the file. Raises `Irregular`, or Django's `DataError`, for one that it reads otherwise."""
    fields = batch.column_mapping.fields
    columns = _columns(fields)
    numbers = f"{names.rows}_numbers"
    for other in set(columns) - set(fields):
        execute(f"ALTER TABLE {names.rows} ADD {other} text")
    execute(f"CREATE SEQUENCE {numbers} START 2 CACHE 1000")
    execute(f"ALTER TABLE {names.rows} ALTER number SET DEFAULT nextval('{numbers}')")
    options = f"FORMAT csv, DELIMITER {literal(batch.table_format.delimiter, cast='')}, NULL '', FORCE_NULL *"
    pieces = _reported(direct_pieces(file, batch.table_format), file, batch, report)
    rows = copy_in(f"COPY {names.rows} ({', '.join(columns)}) FROM STDIN ({options})", pieces)
    execute(f"ALTER TABLE {names.rows} ALTER number DROP DEFAULT")
    execute(f"DROP SEQUENCE {numbers}")
    return RowCounts(rows, is_direct=True)


def _stage_blocks(table: Table, file: BinaryIO, batch: ImportBatch, names: Partitions, report: Report) -> RowCounts:
    stager = Stager(batch.column_mapping)
    into = f"COPY {names.rows} ({', '.join(stager.columns)}) FROM STDIN (DELIMITER E'\\x1f', NULL '')"
    copy_in(into, _reported(stager.pieces(table.blocks), file, batch, report))
    return stager.counts


def _reported(pieces: Iterator[bytes], file: BinaryIO, batch: ImportBatch, report: Report) -> Iterator[bytes]:
    """Pass the pieces on, telling how far the file was read."""
    for piece in pieces:
        yield piece
        report("read", file.tell() / max(1, batch.byte_size))
