"""Pages of a list by position instead of by number: no count, no offset, the same speed on every page.

The list has an order over a tuple of fields that ends with a unique one. The address holds the last (`after`) or first
(`before`) row's values, so that rows that come in meanwhile neither repeat nor go missing.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, F, Field, Func, Model, QuerySet, Value
from django.db.models.expressions import OrderBy
from django.http import QueryDict

from .walks import along, expected, steps_to_find

GLANCE = 10
"""A page is looked for among so many times its size first. In statistics from before an import, what most of the table
is now may still be rare, and would be collected and sorted; what is not there at all is not walked for further."""


@dataclass(frozen=True, slots=True)
class Page[M: Model]:
    """Some rows, and the query strings of the neighbouring pages (empty where there is none)."""

    rows: Sequence[M]
    newer: str
    older: str


def page[M: Model](
    rows: QuerySet[M],
    *,
    fields: Sequence[str],
    query: QueryDict,
    size: int = 25,
    among: QuerySet[M] | None = None,
    nearby: int = 0,
) -> Page[M]:
    """Return the page of `rows` that the address asks for.

    `fields` is the order, each with a leading `-` when it falls, all in the same direction; the last one is unique.
    A position that is not one of ours gives the first page. `rows` that are part of `among`, of which an index keeps
    the order, are looked for in the next `nearby` of it when many fit; when few fit, or those do not fill the page, by
    the filter's own index.
    """
    is_backward = "before" in query
    position = _decode(query.get("before" if is_backward else "after", ""), rows.model, fields)
    if position is None:
        is_backward = False
    order = [_reversed(field) for field in fields] if is_backward else list(fields)
    found = _found(rows, order, position, size + 1, among, nearby)
    has_more, found = len(found) > size, found[:size]
    if is_backward:
        found.reverse()
    has_newer = has_more if is_backward else position is not None
    has_older = position is not None if is_backward else has_more
    return Page(
        found,
        _address(query, "before", found[0], fields) if found and has_newer else "",
        _address(query, "after", found[-1], fields) if found and has_older else "",
    )


def _reversed(field: str) -> str:
    return field.removeprefix("-") if field.startswith("-") else f"-{field}"


def _found[M: Model](
    rows: QuerySet[M],
    order: Sequence[str],
    position: Sequence[object] | None,
    size: int,
    among: QuerySet[M] | None,
    nearby: int,
) -> list[M]:
    """Return the first `size` rows after the position."""
    wanted = rows.filter(_beyond(order, position)) if position is not None else rows
    if among is None:
        return list(wanted.order_by(*order)[:size])
    fitting = expected(rows)
    if not fitting:
        return []
    are_many = steps_to_find(size, fitting, among) > 0
    walk = (among.filter(_beyond(order, position)) if position is not None else among).order_by(*order)
    glance, found = min(nearby, GLANCE * size), []
    for steps in (glance, nearby) if are_many else (glance,):
        found = list(rows.model._default_manager.raw(*along(wanted.order_by(*order)[:size], walk[:steps])))
        if len(found) == size:
            return found
        if not found:  # conditions that are frequent each may exclude each other
            break
    if found and are_many and not walk[nearby : nearby + 1].exists():
        return found
    return list(wanted.order_by(*(_not_by_index(field) for field in order))[:size])


def _beyond(order: Sequence[str], position: Sequence[object]) -> Func:
    """Return the condition "comes after `position`", as a comparison of rows, for which an index can be entered."""
    names = [field.removeprefix("-") for field in order]
    sides = (Func(*names, function="ROW"), Func(*(Value(value) for value in position), function="ROW"))
    sign = "<" if order[0].startswith("-") else ">"
    return Func(*sides, template="%(expressions)s", arg_joiner=f" {sign} ", output_field=BooleanField())


def _not_by_index(field: str) -> OrderBy:
    """Return the field as an order that no index has, so that the rows are found by the filter's index and sorted."""
    plain = Func(F(field.removeprefix("-")), template="(SELECT %(expressions)s)")
    return plain.desc() if field.startswith("-") else plain.asc()


def _address(query: QueryDict, key: str, row: Model, fields: Sequence[str]) -> str:
    values = [getattr(row, field.removeprefix("-")) for field in fields]
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    kept = [(name, value) for name, value in query.items() if name not in {"after", "before"}]
    position = base64.urlsafe_b64encode(json.dumps(plain).encode()).decode()
    return f"?{urlencode([*kept, (key, position)])}"


def _decode(text: str, model: type[Model], fields: Sequence[str]) -> list[object] | None:
    """Return the values of a position, or None when it is not one of ours."""
    try:
        values = json.loads(base64.urlsafe_b64decode(text.encode()))
        if not isinstance(values, list) or len(values) != len(fields) or None in values:
            return None
        return [_field(model, name).to_python(value) for name, value in zip(fields, values, strict=True)]
    except (ValueError, TypeError, ValidationError, RecursionError):
        return None


def _field(model: type[Model], name: str) -> Field[Any, Any]:
    name = name.removeprefix("-")
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    if not isinstance(field, Field):
        raise TypeError(f"{name} is no field of {model.__name__} to order by.")
    return field
