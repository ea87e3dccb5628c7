"""The check of an import: stage the file, judge its rows, compare them with the catalogue. Nothing else is written.

Most rows are decided in one pass of SQL. Only those that it cannot accept as they stand are read into Python, judged
cell by cell, written back in canonical form and compared like the others.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, BinaryIO, cast

from django.db import DataError, connection, transaction
from psycopg.types.json import Jsonb

from ..models import ImportBatch
from .amounts import decimal_mark
from .columns import BY_NAME, COLUMNS, cleaned_sku
from .direct import Irregular, direct_pieces, may_go_directly
from .headers import PRICE_IN, ColumnMapping
from .opening import open_table
from .partitions import Partitions, copying, create_rows, execute, publish, rows_of
from .plan import JUMP, Plan, literal
from .problems import LONGEST_SHOWN, FileProblem, Problem
from .rows import Judged, Standing, Terms, judge_row
from .staging import CLEAN, LONGEST_CELL, LOOK, RowCounts, Stager
from .tables import Table
from .words import Words

type Report = Callable[[str, float], None]
"""Is told the stage and how much of it is done, 0..1; may raise to stop the work."""

ROWS_AT_ONCE = 2000
MOST_NEW_BRANDS = 2000
# Looking into these rows finds nearly all words of a file; the others are looked up when rows with them are left.
ROWS_WITH_MOST_WORDS = 20_000
# The planner thinks too highly of what parallel workers cost to send rows; memory is for the hash joins.
PARALLEL = "SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL work_mem = '64MB'"


def check(batch: ImportBatch, name: str, report: Report) -> dict[str, int]:
    """Check the import's file and put the result in the place of an earlier one's; return the counts.

    Call it in a transaction, with a `name` (letters and digits) that no other check of the import has. Raises
    `FileProblem` when the file cannot be read to its end.
    """
    mapping = batch.column_mapping
    names = Partitions.of(batch, name)
    plan = Plan(mapping, batch.seller_id, names.tables)
    execute(PARALLEL)
    create_rows(batch, names)
    report("read", 0.0)
    with batch.file.open("rb") as file:
        counts = stage(cast(BinaryIO, file), batch, names, report)
    report("check", 0.0)
    words = Words(batch, plan)
    words.add(f"SELECT * FROM {names.rows} LIMIT {ROWS_WITH_MOST_WORDS}")
    execute(
        f"CREATE UNLOGGED TABLE {names.results} AS SELECT {batch.pk}::bigint AS batch_id, s.number,"
        f" {plan.outcome()} AS outcome, p.id AS product_id, p.version FROM {plan.sources()}"
    )
    report("compare", 0.0)
    batch.decimal_mark = _judge_rest(names, plan, words, report)
    if len(words.new_brands) > MOST_NEW_BRANDS:
        raise FileProblem("too-many-brands", count=len(words.new_brands), most=MOST_NEW_BRANDS)
    _refuse_repeated(names)
    _warn_of_jumps(names)
    execute(f"DROP TABLE {names.words}")
    found = _counts(names, counts)
    publish(batch, names, found)
    return found


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


def _stage_directly(file: BinaryIO, batch: ImportBatch, names: Partitions, report: Report) -> RowCounts:
    """Let PostgreSQL read the file. Raises `Irregular`, or the database's own error, for one that it reads otherwise."""
    fields = batch.column_mapping.fields
    others = [f"other_{at}" for at, name in enumerate(fields) if not name]
    columns = [name or f"other_{at}" for at, name in enumerate(fields)]
    numbers = f"{names.rows}_numbers"
    for other in others:
        execute(f"ALTER TABLE {names.rows} ADD {other} text")
    execute(f"CREATE SEQUENCE {numbers} START 2 CACHE 1000")
    execute(f"ALTER TABLE {names.rows} ALTER number SET DEFAULT nextval('{numbers}')")
    options = f"FORMAT csv, DELIMITER {literal(batch.table_format.delimiter, cast='')}, NULL '', FORCE_NULL *"
    with copying(f"COPY {names.rows} ({', '.join(columns)}) FROM STDIN ({options})") as copy:
        for piece in direct_pieces(file, batch.table_format):
            copy.write(piece)
            report("read", file.tell() / max(1, batch.byte_size))
    is_blank = " AND ".join(f"{name} IS NULL" for name in columns)
    rows, blank = rows_of(f"SELECT count(*), count(*) FILTER (WHERE {is_blank}) FROM {names.rows}")[0]
    if blank:
        execute(f"DELETE FROM {names.rows} WHERE {is_blank}")
    execute(f"ALTER TABLE {names.rows} ALTER number DROP DEFAULT")
    execute(f"DROP SEQUENCE {numbers}")
    for other in others:
        execute(f"ALTER TABLE {names.rows} DROP {other}")
    return RowCounts(int(str(rows)), int(str(blank)))


def _stage_blocks(table: Table, file: BinaryIO, batch: ImportBatch, names: Partitions, report: Report) -> RowCounts:
    stager = Stager(batch.column_mapping)
    into = f"COPY {names.rows} ({', '.join(stager.columns)}) FROM STDIN (DELIMITER E'\\x1f', NULL '')"
    with copying(into) as copy:
        for piece in stager.pieces(table.blocks):
            copy.write(piece)
            report("read", file.tell() / max(1, batch.byte_size))
    return stager.counts


def _judge_rest(names: Partitions, plan: Plan, words: Words, report: Report) -> str:
    """Decide the rows that the first comparison did not accept; return the file's decimal mark, if that mattered.

    Some only have words that were not looked up yet. The others are judged cell by cell.
    """
    left = f"SELECT number FROM {names.results} WHERE outcome = 'judge'"
    if rows_of(f"{left} LIMIT 1") and words.add(f"SELECT s.* FROM {names.rows} s WHERE s.number IN ({left})"):
        _compare_again(names, plan, left, plan.outcome())
    total = int(str(rows_of(f"SELECT count(*) FROM ({left}) rest")[0][0]))
    if not total:
        return ""
    _cut_long_cells(names, plan.mapping, left)
    mark = plan.mapping.decimal_mark or _decimal_mark(names, plan.mapping)
    terms = Terms(plan.mapping, mark, words.meanings)
    judged = f"{names.rows}_judged"
    execute(f"CREATE UNLOGGED TABLE {judged} (LIKE {names.rows})")
    done = 0
    for some in _rows_to_judge(names, plan):
        results = [(number, judge_row(cells, standing, terms), fault) for number, cells, standing, fault in some]
        _write_judged(judged, names.issues, results, plan.mapping)
        done += len(some)
        report("compare", done / total)
    values = ", ".join(f"{name} = j.{name}" for name in ["mark", *_written_fields(plan.mapping)])
    execute(f"UPDATE {names.rows} s SET {values} FROM {judged} j WHERE j.number = s.number AND j.mark = '{CLEAN}'")
    _compare_again(names, plan, left, f"CASE s.mark WHEN '{CLEAN}' THEN {plan.outcome()} ELSE 'error' END")
    execute(f"DROP TABLE {judged}")
    return mark


def _cut_long_cells(names: Partitions, mapping: ColumnMapping, left: str) -> None:
    """Cut endless cells of rows that are judged, saying how long they were: many at once must not fill the memory."""
    for name in _fields(mapping):
        most = getattr(BY_NAME[name], "longest", LONGEST_CELL)
        execute(
            f"UPDATE {names.rows} SET {name} = left({name}, {LONGEST_CELL}), fault = jsonb_build_object('code', 'too-long',"
            f" 'column', '{name}', 'value', left({name}, {LONGEST_SHOWN}), 'facts', jsonb_build_object('length',"
            f" length({name}), 'most', {most})) WHERE octet_length({name}) > {LONGEST_CELL} AND number IN ({left})"
        )


def _compare_again(names: Partitions, plan: Plan, left: str, outcome: str) -> None:
    execute(
        f"UPDATE {names.results} t SET outcome = again.outcome, product_id = again.id, version = again.version"
        f" FROM (SELECT s.number, {outcome} AS outcome, p.id, p.version FROM {plan.sources()} WHERE s.number IN ({left})) again WHERE again.number = t.number"
    )


def _decimal_mark(names: Partitions, mapping: ColumnMapping) -> str:
    """Return the decimal mark that the file's prices show."""
    cells = ["price"] if mapping.has("price") else []
    cells += [f"market_prices[{place}]" for place, _ in enumerate(mapping.price_markets, 1)]
    points = commas = 0
    for cell in cells:
        counted = rows_of(
            f"SELECT count(*) FILTER (WHERE {cell} ~ '[0-9]\\.[0-9][0-9]?[^0-9]*$'),"
            f" count(*) FILTER (WHERE {cell} ~ '[0-9],[0-9][0-9]?[^0-9]*$') FROM {names.rows}"
        )[0]
        points, commas = points + int(str(counted[0])), commas + int(str(counted[1]))
    return decimal_mark(points, commas)


type RowToJudge = tuple[int, dict[str, str], Standing, Problem | None]


def _rows_to_judge(names: Partitions, plan: Plan) -> Iterator[list[RowToJudge]]:
    """Yield rows as they are in the file, some at once, in constant memory."""
    mapping = plan.mapping
    fields = _fields(mapping)
    priced = " OR ".join(f"{price.alias}.id IS NOT NULL" for price in plan.prices) or "false"
    stays = plan.stays("brand") if mapping.has("brand") else "false"
    query = (
        f"SELECT s.number, s.fault, p.id IS NOT NULL, {priced}, coalesce({stays}, false), s.market_prices,"
        f" {', '.join(f's.{name}' for name in fields)} FROM {plan.sources(cleaned_sku('s.sku'))} JOIN {names.results} r"
        f" ON r.number = s.number AND r.outcome = 'judge'"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"DECLARE rows_to_judge NO SCROLL CURSOR FOR {query}")
        while True:
            cursor.execute(f"FETCH {ROWS_AT_ONCE} FROM rows_to_judge")
            rows = cursor.fetchall()
            if not rows:
                cursor.execute("CLOSE rows_to_judge")
                return
            yield [_row_to_judge(row, fields, mapping) for row in rows]


def _row_to_judge(row: Sequence[Any], fields: Sequence[str], mapping: ColumnMapping) -> RowToJudge:
    number, fault, exists, is_priced, keeps_brand, prices, *texts = row
    cells = {name: text for name, text in zip(fields, texts, strict=True) if text is not None}
    for market, text in zip(mapping.price_markets, prices or [], strict=False):
        if text is not None:
            cells[PRICE_IN + market] = text
    return (
        number,
        cells,
        Standing(exists, is_priced, keeps_brand),
        None if fault is None else Problem(**json.loads(fault)),
    )


def _write_judged(
    judged: str, issues: str, results: Sequence[tuple[int, Judged, Problem | None]], mapping: ColumnMapping
) -> None:
    """Write the canonical cells of accepted rows and the problems of the others. A fault of the row comes before all."""
    fields = [name for name in _written_fields(mapping) if name != "market_prices"]
    with copying(f"COPY {judged} (batch_id, number, mark, market_prices, {', '.join(fields)}) FROM STDIN") as copy:
        for number, row, fault in results:
            is_clean = fault is None and row.is_accepted
            prices = [row.cells.get(PRICE_IN + market) for market in mapping.price_markets] or None
            cells = [row.cells.get(name) for name in fields]
            copy.write_row((0, number, CLEAN if is_clean else LOOK, prices, *cells))
    with copying(f'COPY {issues} (number, position, "column", code, value, facts, is_warning) FROM STDIN') as copy:
        for number, row, fault in results:
            for position, wrong in enumerate([fault] if fault is not None else row.problems):
                copy.write_row((number, position, *_issue(wrong)))


def _issue(wrong: Problem) -> tuple[object, ...]:
    return wrong.column, wrong.code, wrong.value, Jsonb(dict(wrong.facts)), wrong.is_warning


def _fields(mapping: ColumnMapping) -> list[str]:
    return [column.name for column in COLUMNS if mapping.has(column.name)]


def _written_fields(mapping: ColumnMapping) -> list[str]:
    """The columns that judging writes: those of the file, and a currency that stood beside a price."""
    return list(dict.fromkeys([*_fields(mapping), "currency", "market_prices"]))


def _refuse_repeated(names: Partitions) -> None:
    """Refuse all rows whose SKU another row has too, naming the first other one."""
    # Sorting hashes is quicker than grouping by SKU; parallel workers would only divide and join again.
    execute("SET LOCAL max_parallel_workers_per_gather = 0")
    hashed = "hashtextextended(sku, 0)"
    skus, different = rows_of(f"SELECT count({hashed}), count(DISTINCT {hashed}) FROM {names.rows}")[0]
    execute("SET LOCAL max_parallel_workers_per_gather TO DEFAULT")
    if skus == different:
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


def _warn_of_jumps(names: Partitions) -> None:
    """Turn the outcome "jump" into a change with a warning."""
    execute(
        f'INSERT INTO {names.issues} (number, position, "column", code, value, facts, is_warning)'
        f" SELECT number, 2000, 'price', 'price-jump', '', jsonb_build_object('times', {JUMP}), true"
        f" FROM {names.results} WHERE outcome = 'jump'"
    )
    execute(f"UPDATE {names.results} SET outcome = 'change' WHERE outcome = 'jump'")


def _counts(names: Partitions, read: RowCounts) -> dict[str, int]:
    """Return how many rows there are with each outcome. Rows read are all of these and the blank ones."""
    found = dict.fromkeys(("create", "change", "same", "error"), 0)
    found |= {str(outcome): int(str(n)) for outcome, n in rows_of(
        f"SELECT outcome, count(*) FROM {names.results} GROUP BY outcome"
    )}  # fmt: skip
    warnings = rows_of(f"SELECT count(DISTINCT number) FROM {names.issues} WHERE is_warning")[0][0]
    return {"rows": read.rows, "blank": read.blank, **found, "warnings": int(str(warnings))}
