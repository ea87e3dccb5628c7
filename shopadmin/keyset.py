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
from django.db.models import Field, Model, Q, QuerySet
from django.http import QueryDict


@dataclass(frozen=True, slots=True)
class Page[M: Model]:
    """Some rows, and the query strings of the neighbouring pages (empty where there is none)."""

    rows: Sequence[M]
    newer: str
    older: str


def page[M: Model](rows: QuerySet[M], *, fields: Sequence[str], query: QueryDict, size: int = 25) -> Page[M]:
    """Return the page of `rows` that the address asks for.

    `fields` is the order, each with a leading `-` when it falls, all in the same direction; the last one is unique.
    A position that is not one of ours gives the first page.
    """
    is_backward = "before" in query
    position = _decode(query.get("before" if is_backward else "after", ""), rows.model, fields)
    if position is None:
        is_backward = False
    order = [_reversed(field) for field in fields] if is_backward else list(fields)
    wanted = rows.order_by(*order)
    if position is not None:
        wanted = wanted.filter(_beyond(order, position))
    found = list(wanted[: size + 1])
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


def _beyond(order: Sequence[str], position: Sequence[object]) -> Q:
    """Return the condition "comes after `position`" for a lexicographic order."""
    condition, equal_so_far = Q(), Q()
    for field, value in zip(order, position, strict=True):
        name = field.removeprefix("-")
        condition |= equal_so_far & Q(**{f"{name}__{'lt' if field.startswith('-') else 'gt'}": value})
        equal_so_far &= Q(**{name: value})
    return condition


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
