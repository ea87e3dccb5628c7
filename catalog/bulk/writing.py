"""The statements that write: each one for all listings of an action, however many they are.

What is put together here are queries that Django wrote and names of our own; values go beside the statements.
"""
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, Exists, F, OuterRef, QuerySet, Value, When
from django.utils import timezone

from shopadmin.accounts.audit.recording import ROWS_A_STATEMENT
from shopadmin.accounts.models import User

from ..models import Appeal, BulkAction, BulkChange, Decision, Hold
from ..models.bulk import BulkChangeQuerySet
from ..models.products import ProductQuerySet
from ..stating import annul, findings_behind, state_holds

type Side = Literal["before", "after"]

_CHANGES = BulkChange._meta.db_table


def add_changes(action: BulkAction, products: ProductQuerySet) -> int:
    """Keep which listings were chosen, and in which version; return how many."""
    try:
        query, values = products.order_by().values_list("pk", "version").query.sql_with_params()
    except EmptyResultSet:
        return 0
    return _write(
        f"INSERT INTO {_CHANGES} (action_id, product_id, version) SELECT %s, chosen.* FROM ({query}) AS chosen",
        [action.pk, *values],
    )


def write_annotations(changes: BulkChangeQuerySet, columns: Mapping[str, str]) -> int:
    """Write annotations of the query into columns of its own rows."""
    query, values = changes.order_by().values_list("action", "product", *columns.values()).query.sql_with_params()
    names = ", ".join(f'"{name}"' for name in columns)
    sources = ", ".join(f'planned."{name}"' for name in columns)
    return _write(
        f"UPDATE {_CHANGES} AS c SET ({names}) = ROW({sources}) FROM ({query}) AS planned(action, product, {names})"
        " WHERE c.action_id = planned.action AND c.product_id = planned.product",
        values,
    )


def lock(changes: BulkChangeQuerySet) -> None:
    """Lock the listings and their offers, always in the same order, so that two actions at once do not block."""
    query, values = changes.order_by().values_list("product").query.sql_with_params()
    for table, key in (("catalog_product", "id"), ("catalog_offer", "product_id")):
        rows = f"SELECT FROM {table} WHERE {key} IN ({query}) ORDER BY id FOR NO KEY UPDATE"
        _write(f"SELECT count(*) FROM ({rows}) AS locked", values)


def write_products(changes: BulkChangeQuerySet, *, to: Side) -> int:
    """Give listings the status, brand and category of one side of their changes, and count their versions up."""
    query, values = _sides(changes, to)
    return _write(
        f"""
        UPDATE catalog_product AS p SET
            status = coalesce(goal->>'status', p.status),
            brand_id = CASE WHEN goal ? 'brand_id' THEN (goal->>'brand_id')::bigint ELSE p.brand_id END,
            category_id = CASE WHEN goal ? 'category_id' THEN (goal->>'category_id')::bigint ELSE p.category_id END,
            version = p.version + 1,
            updated_at = %s
        FROM ({query}) AS c(product, origin, goal) WHERE p.id = c.product
        """,
        [timezone.now(), *values],
    )


def write_offers(changes: BulkChangeQuerySet, *, to: Side) -> int:
    """Give offers the values of one side of their changes, wherever they still have those of the other side."""
    query, values = _sides(changes, to)
    return _write(
        f"""
        UPDATE catalog_offer AS o SET
            price_minor = CASE o.price_minor WHEN (origin->>'price_minor')::bigint
                THEN (goal->>'price_minor')::bigint ELSE o.price_minor END,
            stock = CASE o.stock WHEN (origin->>'stock')::integer
                THEN (goal->>'stock')::integer ELSE o.stock END,
            price_refreshed_at = CASE o.price_refreshed_at WHEN origin_confirmed::timestamptz
                THEN goal_confirmed::timestamptz ELSE o.price_refreshed_at END
        FROM (
            SELECT c.product, market, c.origin->'offers'->market, offer, c.origin->'confirmed'->>market,
                c.goal->'confirmed'->>market
            FROM ({query}) AS c(product, origin, goal), jsonb_each(c.goal->'offers') AS each(market, offer)
        ) AS c(product, market, origin, goal, origin_confirmed, goal_confirmed)
        WHERE o.product_id = c.product AND o.market = c.market
        """,
        values,
    )


def place_holds(changes: BulkChangeQuerySet, *, by: User, parameters: Mapping[str, Any]) -> int:
    """Write a hold for each listing, and state why; its status is written elsewhere."""
    query, values = changes.order_by().values_list("product", "before__status").query.sql_with_params()
    texts = [parameters["ground"], parameters["explanation"], parameters["remedy"]]
    placed = _write(
        "INSERT INTO catalog_hold"
        " (product_id, status_before, ground, explanation, remedy, placed_by_id, placed_at, release_reason)"
        f" SELECT product, status #>> '{{}}', %s, %s, %s, %s, %s, '' FROM ({query}) AS c(product, status)",
        [*texts, by.pk, timezone.now(), *values],
    )
    _state_holds(changes)
    return placed


def place_holds_again(changes: BulkChangeQuerySet, *, by: User) -> int:
    """Write for each listing a hold like the one that was released last, and state why.

    What had been taken down is only held by that: a strike is not given twice for one look.
    """
    query, values = changes.order_by().values_list("product").query.sql_with_params()
    placed = _write(
        "INSERT INTO catalog_hold"
        " (product_id, status_before, ground, explanation, remedy, placed_by_id, placed_at, release_reason)"
        " SELECT DISTINCT ON (product_id) product_id, status_before, ground, explanation, remedy, %s, %s, ''"
        f" FROM catalog_hold WHERE product_id IN ({query}) ORDER BY product_id, released_at DESC, id DESC",
        [by.pk, timezone.now(), *values],
    )
    _state_holds(changes)
    return placed


def release_holds(changes: BulkChangeQuerySet, *, by: User, reason: str) -> None:
    """End the open holds of the listings; appeals that wait and findings are closed in the merchants' favour.

    What was decided is annulled, also that a listing was taken down.
    """
    now = timezone.now()
    holds = Hold.objects.open().filter(product__in=changes.values("product"))
    restrictions = Decision.objects.standing().restrictions()
    own = Exists(Hold.objects.filter(pk=OuterRef("hold"), placed_by=by)) | Exists(
        restrictions.filter(hold=OuterRef("hold"), decided_by=by)
    )
    Appeal.objects.waiting().filter(hold__in=holds).update(
        state=Appeal.State.OVERTURNED,
        answer=reason,
        answered_at=now,
        answered_by=Case(When(own, then=None), default=Value(by.pk)),
    )
    findings_behind(holds).clear(by=by)
    annul(Decision.objects.restrictions().filter(hold__in=holds), by=by, reason=reason)
    holds.update(released_by=by, released_at=now, release_reason=reason)


def _state_holds(changes: BulkChangeQuerySet) -> None:
    holds = Hold.objects.open().filter(product__in=changes.order_by().values("product")).select_related("product")
    state_holds(holds.iterator(chunk_size=ROWS_A_STATEMENT))


def _sides(changes: BulkChangeQuerySet, to: Side) -> tuple[str, tuple[Any, ...]]:
    origin = "before" if to == "after" else "after"
    query: QuerySet[BulkChange, Any] = changes.order_by().values_list("product", F(origin), F(to))
    return query.query.sql_with_params()


def _write(statement: str, values: list[Any] | tuple[Any, ...]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
