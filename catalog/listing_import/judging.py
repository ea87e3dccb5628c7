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

    They are looked at in a table of their own. Some only have words that were not looked up yet; the others are judged
    cell by cell, and the accepted ones come back into the table of rows in canonical form.
    """
    left = f"{names.rows}_left"
    execute(
        f"CREATE UNLOGGED TABLE {left} AS SELECT s.* FROM {names.rows} s JOIN {names.results} r"
        " ON r.number = s.number AND r.outcome = 'judge'"
    )
    mark = _judge(names, plan.of_rows(left), words, report)
    execute(f"DROP TABLE {left}")
    return mark


def _judge(names: Partitions, plan: Plan, words: Words, report: Report) -> str:
    left = plan.tables.rows
    execute(f"ANALYZE {left}")
    if words.add(f"SELECT * FROM {left}"):
        _compare_again(plan, plan.outcome())
        execute(f"DELETE FROM {left} s USING {names.results} r WHERE r.number = s.number AND r.outcome <> 'judge'")
        if not rows_of(f"SELECT FROM {left} LIMIT 1"):
            return ""
    _cut_long_cells(left, plan.mapping)
    mark = plan.mapping.decimal_mark or _decimal_mark(names, plan.mapping)
    judged = f"{names.rows}_judged"
    execute(f"CREATE UNLOGGED TABLE {judged} (LIKE {names.rows})")
    _judge_cells(plan, judged, names.issues, Terms(plan.mapping, mark, words.meanings), report)
    values = ", ".join(f"{name} = j.{name}" for name in ["mark", *_written_fields(plan.mapping)])
    for rows in (left, names.rows):
        execute(f"UPDATE {rows} s SET {values} FROM {judged} j WHERE j.number = s.number AND j.mark = '{CLEAN}'")
    _compare_again(plan, f"CASE s.mark WHEN '{CLEAN}' THEN {plan.outcome()} ELSE 'error' END")
    execute(f"DROP TABLE {judged}")
    return mark


def _compare_again(plan: Plan, outcome: str) -> None:
    execute(
        f"UPDATE {plan.tables.results} t SET outcome = again.outcome, product_id = again.id, version = again.version"
        f" FROM (SELECT s.number, {outcome} AS outcome, p.id, p.version FROM {plan.sources()}) again"
        " WHERE again.number = t.number"
    )


def _cut_long_cells(left: str, mapping: ColumnMapping) -> None:
    """Cut endless cells, saying how long they were: many at once must not fill the memory."""
    for name in _fields(mapping):
        most = getattr(BY_NAME[name], "longest", LONGEST_CELL)
        execute(
            f"UPDATE {left} SET {name} = left({name}, {LONGEST_CELL}), fault = jsonb_build_object('code', 'too-long',"
            f" 'column', '{name}', 'value', left({name}, {LONGEST_SHOWN}), 'facts', jsonb_build_object('length',"
            f" length({name}), 'most', {most})) WHERE octet_length({name}) > {LONGEST_CELL}"
        )


def _judge_cells(plan: Plan, judged: str, issues: str, terms: Terms, report: Report) -> None:
    """Judge the rows cell by cell, some at once, in constant memory."""
    total = int(str(rows_of(f"SELECT count(*) FROM {plan.tables.rows}")[0][0]))
    done = 0
    for some in _rows_to_judge(plan):
        results = [(number, judge_row(cells, standing, terms), fault) for number, cells, standing, fault in some]
        _write_judged(judged, issues, results, terms.mapping)
        done += len(some)
        report("compare", done / total)


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


def _rows_to_judge(plan: Plan) -> Iterator[list[RowToJudge]]:
    """Yield rows as they are in the file, some at once."""
    mapping = plan.mapping
    fields = _fields(mapping)
    priced = " OR ".join(f"{price.alias}.id IS NOT NULL" for price in plan.prices) or "false"
    stays = plan.stays("brand") if mapping.has("brand") else "false"
    query = (
        f"SELECT s.number, s.fault, p.id IS NOT NULL, {priced}, coalesce({stays}, false), s.market_prices,"
        f" {', '.join(f's.{name}' for name in fields)} FROM {plan.sources(cleaned_sku('s.sku'))}"
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
