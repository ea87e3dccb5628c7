"""The application of a checked import, in one transaction: listings made and changed, and how to take it back.

What was edited since the check is left alone and reported: the preview no longer said the truth about it.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection, transaction

from ..listeners import tell_images_changed
from ..models import Brand, ImportBatch, ImportChange, Product, ProductImage
from .checking import PLANNING, check
from .filling import Report
from .partitions import Partitions, attached, execute, has_returns, rows_of
from .plan import TEXTS, Plan, Price, Tables
from .problems import FileProblem
from .words import Words

ROWS_A_STEP = 100_000
ROWS_AT_ONCE = 2000


def apply(batch: ImportBatch, name: str, report: Report) -> dict[str, int]:
    """Write the import into the catalogue; return how many rows did what.

    Call it in a transaction, with a `name` that no other work on the import has. Raises `FileProblem` when the check's
    result was lost in a crash of the database and a new one says something else.
    """
    execute(PLANNING)
    names = _checked(batch, name, report)
    report("write", 0.0)
    execute(f"ANALYZE {names.rows}, {names.results}")
    tables = Tables(names.rows, names.results, f"import_{batch.pk}_{name}_words")
    plan = Plan(batch.column_mapping, batch.seller_id, tables, has_returns=has_returns(batch))
    words = Words(batch, plan)
    words.add(f"SELECT * FROM {names.rows}")
    _Application(batch, plan, names, words).run(report)
    execute(f"DROP TABLE {tables.words}")
    found = rows_of(f"SELECT outcome, count(*) FROM {names.results} GROUP BY outcome")
    none = dict.fromkeys(("create", "change", "same", "error", "conflict"), 0)
    before: dict[str, int] = batch.counts
    return before | none | {str(outcome): int(str(number)) for outcome, number in found}


def _checked(batch: ImportBatch, name: str, report: Report) -> Partitions:
    """Return the tables of the check; one that a crash has emptied is made again and must say the same."""
    names = attached(batch)
    expected = batch.counts["rows"] - batch.counts["blank"]
    if names is None or rows_of(f"SELECT count(*) FROM {names.rows}")[0][0] != expected:
        if check(batch, f"{name}r", report) != batch.counts:
            raise FileProblem("preview-lost")
        names = attached(batch)
    if names is None:
        raise FileProblem("preview-lost")
    return names


class _Application:
    """The statements of one application."""

    def __init__(self, batch: ImportBatch, plan: Plan, names: Partitions, words: Words) -> None:
        self._batch = batch
        self._plan = plan
        self._names = names
        self._words = words

    def run(self, report: Report) -> None:
        self._lock()
        self._set_conflicts_aside()
        self._make_brands()
        first, last = rows_of(f"SELECT min(number), max(number) FROM {self._names.rows}")[0]
        start, end = int(str(first)), int(str(last)) + 1
        for step in range(start, end, ROWS_A_STEP):
            self._write(f"s.number >= {step} AND s.number < {step + ROWS_A_STEP}")
            report("write", (min(end, step + ROWS_A_STEP) - start) / (end - start))
        self._say_what_came_in_between()
        transaction.on_commit(lambda: _tell_changed(self._batch.pk))

    def _lock(self) -> None:
        """Keep the listings that will change from being edited, always in the same order."""
        execute(
            f"SELECT count(*) FROM (SELECT FROM catalog_product p JOIN {self._names.results} r ON r.product_id = p.id"
            " WHERE r.outcome = 'change' ORDER BY p.id FOR UPDATE OF p) locked"
        )

    def _set_conflicts_aside(self) -> None:
        """Find rows whose listing was made, edited or taken away since the check, or whose words lost their meaning."""
        plan = self._plan
        execute(
            f"UPDATE {self._names.results} t SET outcome = now.outcome FROM (SELECT s.number,"
            f" CASE WHEN p.id IS NOT NULL AND {plan.needs()} AND NOT {plan.changes()} THEN 'same' ELSE 'conflict' END"
            f" AS outcome FROM {plan.sources()} JOIN {self._names.results} r ON r.number = s.number"
            " WHERE r.outcome IN ('create', 'change', 'same') AND (p.id IS DISTINCT FROM r.product_id"
            f" OR p.version IS DISTINCT FROM r.version OR NOT {plan.needs()})) now WHERE now.number = t.number"
        )

    def _make_brands(self) -> None:
        """Make the brands that accepted rows name and nobody has made yet."""
        if not self._words.new_brands:
            return
        words = self._plan.tables.words
        wanted = rows_of(
            f"SELECT DISTINCT w.key FROM {words} w JOIN {self._names.rows} s ON s.brand = w.word"
            f" JOIN {self._names.results} r ON r.number = s.number"
            " WHERE w.name = 'brand' AND w.key < 0 AND r.outcome IN ('create', 'change')"
        )
        keys = [int(str(key)) for (key,) in wanted]
        names = {key: self._words.new_brands[key] for key in keys}
        Brand.objects.bulk_create([Brand(name=name) for name in names.values()], ignore_conflicts=True)
        made = dict(Brand.objects.filter(name__in=names.values()).values_list("name", "pk"))
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {words} SET key = %s WHERE name = 'brand' AND key = %s",
                [(made[name], key) for key, name in names.items()],
            )

    def _write(self, some: str) -> None:
        """Write the rows for which the condition `some` holds."""
        self._keep_what_was(some)
        self._change(some)
        self._create(some)
        for price in self._plan.prices:
            self._write_offers(price, some)

    def _keep_what_was(self, some: str) -> None:
        execute(
            "INSERT INTO catalog_importchange (batch_id, product_id, sku, number, kind, before, after, version, undo)"
            f" SELECT {self._batch.pk}, p.id, p.sku, s.number, 'changed', {self._fields(is_before=True)},"
            f" {self._fields(is_before=False)}, p.version + 1, '' FROM {self._rows('change', some)}"
        )

    def _fields(self, *, is_before: bool) -> str:
        """Return the expression for the changed fields of a listing and its offers, before or after."""
        plan = self._plan
        pairs = [(f"{plan.text(name)} <> p.{name}", name, f"p.{name}", plan.text(name)) for name in plan.texts]
        for name in plan.references:
            is_changed = f"s.{name} IS NOT NULL AND w_{name}.key IS DISTINCT FROM p.{name}_id"
            pairs.append((is_changed, f"{name}_id", f"p.{name}_id", f"w_{name}.key"))
        if "condition" in plan.words:
            pairs.append(("w_condition.value <> p.condition", "condition", "p.condition", "w_condition.value"))
        pairs.append((plan.returns(), "status", "p.status", plan.first_status()))
        parts = [
            f"CASE WHEN {is_changed} THEN jsonb_build_object('{field}', {old if is_before else new}) ELSE '{{}}' END"
            for is_changed, field, old, new in pairs
        ]
        offers = [self._offer(price, is_before=is_before) for price in plan.prices]
        if offers:
            parts.append(f"(SELECT CASE o WHEN '{{}}' THEN o ELSE jsonb_build_object('offers', o) END"
                         f" FROM (SELECT {' || '.join(offers)} AS o) offers)")  # fmt: skip
        return " || ".join(parts)

    def _offer(self, price: Price, *, is_before: bool) -> str:
        o, plan = price.alias, self._plan
        is_changed = plan.price_differs(price)
        stock = f"coalesce({o}.stock, 0)"
        if plan.has_stock:
            is_changed = f"({is_changed}) OR coalesce({plan.stock_differs(price)}, false)"
            stock = f"coalesce(s.stock::int, {o}.stock, 0)"
        old = (
            f"CASE WHEN {o}.id IS NULL THEN 'null'::jsonb ELSE jsonb_build_object('price_minor', {o}.price_minor,"
            f" 'currency', {o}.currency, 'stock', {o}.stock, 'price_refreshed_at', {o}.price_refreshed_at) END"
        )
        new = (
            f"jsonb_build_object('price_minor', coalesce({price.minor}, {o}.price_minor), 'currency',"
            f" CASE WHEN {price.cell} IS NULL THEN {o}.currency ELSE {price.currency} END, 'stock', {stock})"
        )
        return (
            f"CASE WHEN {is_changed} THEN jsonb_build_object({price.market}, {old if is_before else new})"
            " ELSE '{}'::jsonb END"
        )

    def _change(self, some: str) -> None:
        plan = self._plan
        values = [(name, f"coalesce({plan.text(name)}, p.{name})") for name in plan.texts]
        values += [
            (f"{name}_id", f"CASE WHEN s.{name} IS NULL THEN p.{name}_id ELSE w_{name}.key END")
            for name in plan.references
        ]
        if "condition" in plan.words:
            values.append(("condition", "coalesce(w_condition.value, p.condition)"))
        values.append(("status", f"CASE WHEN {plan.returns()} THEN {plan.first_status()} ELSE p.status END"))
        execute(
            f"UPDATE catalog_product t SET {', '.join(f'{name} = new.{name}' for name, _ in values)},"
            f" version = t.version + 1, updated_at = now() FROM (SELECT p.id,"
            f" {', '.join(f'{value} AS {name}' for name, value in values)} FROM {self._rows('change', some)}) new"
            " WHERE new.id = t.id"
        )

    def _create(self, some: str) -> None:
        """Make new listings; one whose SKU somebody has taken a moment ago is left alone."""
        plan, seller = self._plan, self._batch.seller_id
        values = {name: f"coalesce({plan.text(name)}, '')" if name in plan.texts else "''" for name in TEXTS}
        values |= {f"{name}_id": f"w_{name}.key" for name in plan.references}
        values["condition"] = "coalesce(w_condition.value, 'new')" if "condition" in plan.words else "'new'"
        values |= {"status": plan.first_status(), "version": "1", "created_at": "now()", "updated_at": "now()"}
        execute(
            f"WITH made AS (INSERT INTO catalog_product (seller_id, sku, {', '.join(values)})"
            f" SELECT {seller}, s.sku, {', '.join(values.values())} FROM {self._rows('create', some)}"
            " ON CONFLICT (seller_id, sku) DO NOTHING RETURNING id, sku)"
            " INSERT INTO catalog_importchange (batch_id, product_id, sku, number, kind, before, after, version, undo)"
            f" SELECT {self._batch.pk}, made.id, made.sku, s.number, 'created', '{{}}', '{{}}', 1, ''"
            f" FROM made JOIN {self._names.rows} s ON s.sku = made.sku JOIN {self._names.results} r"
            f" ON r.number = s.number AND r.outcome = 'create' WHERE {some}"
        )
        execute(
            f"UPDATE {self._names.results} s SET outcome = 'conflict' WHERE s.outcome = 'create' AND {some}"
            " AND NOT EXISTS (SELECT FROM catalog_importchange c"
            f" WHERE c.batch_id = {self._batch.pk} AND c.number = s.number)"
        )

    def _write_offers(self, price: Price, some: str) -> None:
        """Write prices and stocks; every price that the file confirms counts as refreshed."""
        # OFFSET 0 keeps the planner from reading amounts of rows that were refused, which may be none.
        o, has_stock = price.alias, self._plan.has_stock
        stock = f"coalesce({'s.stock::int, ' if has_stock else ''}{o}.stock, 0)"
        execute(
            "INSERT INTO catalog_offer (product_id, market, price_minor, currency, stock, price_refreshed_at)"
            f" SELECT p.id, {price.market}, {price.minor}, {price.currency}, {stock}, now()"
            f" FROM {self._written(some)} WHERE {price.cell} IS NOT NULL ON CONFLICT (product_id, market) DO UPDATE"
            " SET price_minor = excluded.price_minor, currency = excluded.currency, stock = excluded.stock,"
            " price_refreshed_at = excluded.price_refreshed_at"
        )
        if has_stock:
            execute(
                f"UPDATE catalog_offer t SET stock = new.stock FROM (SELECT {o}.id, s.stock::int AS stock"
                f" FROM {self._written(some)} WHERE {price.cell} IS NULL AND s.stock IS NOT NULL OFFSET 0) new"
                " WHERE new.id = t.id AND new.stock <> t.stock"
            )
        # Unchanged listings are not locked: a price that somebody changes at this moment must not be called fresh.
        execute(
            f"UPDATE catalog_offer t SET price_refreshed_at = now() FROM (SELECT {o}.id, {price.minor} AS minor,"
            f" {price.currency} AS currency FROM {self._rows('same', some)}"
            f" WHERE {price.cell} IS NOT NULL OFFSET 0) new"
            " WHERE new.id = t.id AND new.minor = t.price_minor AND new.currency = t.currency"
        )

    def _rows(self, outcome: str, some: str) -> str:
        return (
            f"{self._plan.sources()} JOIN {self._names.results} r ON r.number = s.number AND r.outcome = '{outcome}'"
            f" AND {some}"
        )

    def _written(self, some: str) -> str:
        """The rows whose listing this application has made or changed."""
        return (
            f"{self._plan.sources()} JOIN {self._names.results} r ON r.number = s.number"
            f" AND r.outcome IN ('create', 'change') AND {some}"
        )

    def _say_what_came_in_between(self) -> None:
        """Report what was left alone, and let the results name the new listings."""
        results = self._names.results
        execute(
            f"UPDATE {results} r SET product_id = c.product_id, version = c.version FROM catalog_importchange c"
            f" WHERE c.batch_id = {self._batch.pk} AND c.number = r.number"
        )
        execute(
            f'INSERT INTO {self._names.issues} (number, position, "column", code, value, facts, is_warning)'
            f" SELECT number, 3000, '', 'edited-meanwhile', '', '{{}}', false FROM {results} WHERE outcome = 'conflict'"
        )


def photos_of(batch: ImportBatch) -> Iterator[tuple[int, list[str]]]:
    """Yield the listings of an applied import with the addresses of their photos, in constant memory."""
    names = attached(batch)
    if names is None or not batch.column_mapping.has("image_urls"):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "DECLARE photos_of_import NO SCROLL CURSOR FOR SELECT r.product_id, s.image_urls"
            f" FROM {names.rows} s JOIN {names.results} r ON r.number = s.number"
            " WHERE s.image_urls IS NOT NULL AND r.outcome IN ('create', 'change', 'same') ORDER BY s.number"
        )
        while True:
            cursor.execute(f"FETCH {ROWS_AT_ONCE} FROM photos_of_import")
            rows = cursor.fetchall()
            if not rows:
                cursor.execute("CLOSE photos_of_import")
                return
            yield from ((product, urls.split(" ")) for product, urls in rows)


def _tell_changed(batch_id: int) -> None:
    """Tell who wants to know of photos whose listing has another title or brand now."""
    changed = ImportChange.objects.filter(batch=batch_id, kind=ImportChange.Kind.CHANGED)
    products = Product.objects.filter(
        pk__in=changed.filter(after__has_any_keys=["title", "brand_id"]).values("product")
    )
    keys: list[int] = []
    for key in ProductImage.objects.filter(product__in=products).values_list("pk", flat=True).iterator(ROWS_AT_ONCE):
        keys.append(key)
        if len(keys) >= ROWS_AT_ONCE:
            tell_images_changed(keys)
            keys = []
    if keys:
        tell_images_changed(keys)
