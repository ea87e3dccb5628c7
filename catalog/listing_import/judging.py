"""The rows that SQL did not accept as they stand: judged cell by cell in Python, written back, compared again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from .amounts import decimal_mark
from .column_kinds import cleaned_sku
from .columns import BY_NAME, COLUMNS
from .filling import Report
from .headers import PRICE_IN, ColumnMapping
from .partitions import Partitions, copying, execute, rows_of
from .plan import Plan
from .problems import LONGEST_SHOWN, Problem
from .rows import Judged, Standing, Terms, judge_row
from .staging import CLEAN, LONGEST_CELL, LOOK
from .words import Words

ROWS_AT_ONCE = 2000


def judge_rest(names: Partitions, plan: Plan, words: Words, report: Report) -> str:
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
            f"UPDATE {names.rows} SET {name} = left({name}, {LONGEST_CELL}), fault = jsonb_build_object("
            f"'code', 'too-long', 'column', '{name}', 'value', left({name}, {LONGEST_SHOWN}), 'facts',"
            f" jsonb_build_object('length', length({name}), 'most', {most}))"
            f" WHERE octet_length({name}) > {LONGEST_CELL} AND number IN ({left})"
        )


def _compare_again(names: Partitions, plan: Plan, left: str, outcome: str) -> None:
    execute(
        f"UPDATE {names.results} t SET outcome = again.outcome, product_id = again.id, version = again.version"
        f" FROM (SELECT s.number, {outcome} AS outcome, p.id, p.version FROM {plan.sources()}"
        f" WHERE s.number IN ({left})) again WHERE again.number = t.number"
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
    """Write the canonical cells of accepted rows and the problems of the others; a fault of the row outdoes all."""
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
