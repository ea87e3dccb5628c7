"""A file's rows into their table. PostgreSQL reads the file where it reads it as we do; else we read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import BinaryIO

from django.db import DataError, transaction

from ..models import ImportBatch
from .cells import Places
from .direct import Irregular, direct_pieces, may_go_directly
from .opening import open_table
from .partitions import Partitions, copy_in, create_rows, execute
from .plan import literal
from .problems import FileProblem
from .screening import Screen
from .staging import RowCounts, Stager
from .tables import Table

_FIRST_ROW = 2

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
    """Take out blank rows that PostgreSQL has read, and count them; they are among those that are left to be judged."""
    if not counts.is_direct:
        return
    are_null = " AND ".join(f"s.{name} IS NULL" for name in _columns(batch.column_mapping.fields))
    counts.blank = execute(
        f"DELETE FROM {names.rows} s USING {names.results} r WHERE r.number = s.number AND r.outcome = 'judge'"
        f" AND {are_null}"
    )
    if counts.blank:
        execute(
            f"DELETE FROM {names.results} r WHERE r.outcome = 'judge'"
            f" AND NOT EXISTS (SELECT FROM {names.rows} s WHERE s.number = r.number)"
        )
    if counts.rows == counts.blank:
        raise FileProblem("no-rows")


def drop_other_columns(batch: ImportBatch, names: Partitions, counts: RowCounts) -> None:
    """Drop the columns of which nothing is made, into which PostgreSQL has read what the file has in them."""
    fields = batch.column_mapping.fields
    for other in set(_columns(fields)) - set(fields) if counts.is_direct else ():
        execute(f"ALTER TABLE {names.rows} DROP {other}")


def _columns(fields: Sequence[str]) -> list[str]:
    """Return the columns into which PostgreSQL reads a file: fields, and some for what no field is made of."""
    return [name or f"other_{at}" for at, name in enumerate(fields)]


def _stage_directly(file: BinaryIO, batch: ImportBatch, names: Partitions, report: Report) -> RowCounts:
    """Let PostgreSQL read the file. Raises `Irregular`, or Django's `DataError`, for one that it reads otherwise."""
    create_rows(batch, names)
    fields = batch.column_mapping.fields
    columns = _columns(fields)
    screen = Screen(fields, batch.table_format.delimiter)
    numbers = f"{names.rows}_numbers"
    for other in set(columns) - set(fields):
        execute(f"ALTER TABLE {names.rows} ADD {other} text")
    execute(f"CREATE SEQUENCE {numbers} START {_FIRST_ROW} CACHE 1000")
    execute(f"ALTER TABLE {names.rows} ALTER number SET DEFAULT nextval('{numbers}')")
    options = f"FORMAT csv, DELIMITER {literal(batch.table_format.delimiter, cast='')}, NULL '', FORCE_NULL *"
    pieces = _reported(_ahead(_screened(direct_pieces(file, batch.table_format), screen)), file, batch, report)
    rows = copy_in(f"COPY {names.rows} ({', '.join(columns)}) FROM STDIN ({options})", pieces)
    execute(f"ALTER TABLE {names.rows} ALTER number DROP DEFAULT")
    execute(f"DROP SEQUENCE {numbers}")
    if rows != screen.rows:
        raise Irregular
    odd = screen.odd() + _FIRST_ROW
    _keep_odd(names, odd)
    return RowCounts(rows, is_direct=True, odd=len(odd))


def _keep_odd(names: Partitions, numbers: Places) -> None:
    """Keep the numbers of the rows that must be judged cell by cell, if there are any."""
    if len(numbers):
        execute(f"CREATE UNLOGGED TABLE {names.odd} (number integer)")
        copy_in(f"COPY {names.odd} FROM STDIN", ("\n".join(map(str, numbers)).encode(),))
        execute(f"ANALYZE {names.odd}")


def _stage_blocks(table: Table, file: BinaryIO, batch: ImportBatch, names: Partitions, report: Report) -> RowCounts:
    create_rows(batch, names)
    stager = Stager(batch.column_mapping)
    into = f"COPY {names.rows} ({', '.join(stager.columns)}) FROM STDIN (DELIMITER E'\\x1f', NULL '')"
    copy_in(into, _reported(stager.pieces(table.blocks), file, batch, report))
    return stager.counts


def _screened(pieces: Iterator[bytes], screen: Screen) -> Iterator[bytes]:
    for piece in pieces:
        screen.look(piece)
        yield piece
    screen.end()


def _ahead(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Pass the pieces on; while one is sent, a thread looks at the next."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        following = thread.submit(next, pieces, b"")
        while piece := following.result():
            following = thread.submit(next, pieces, b"")
            yield piece


def _reported(pieces: Iterator[bytes], file: BinaryIO, batch: ImportBatch, report: Report) -> Iterator[bytes]:
    """Pass the pieces on, telling how far the file was read."""
    for piece in pieces:
        yield piece
        report("read", file.tell() / max(1, batch.byte_size))
