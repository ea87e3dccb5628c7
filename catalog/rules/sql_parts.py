"""PURE. Pieces of SQL with their parameters, and what PostgreSQL writes differently from rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .tree import ValueType

SQL_TYPES = {
    ValueType.BOOL: "boolean",
    ValueType.INT: "bigint",
    ValueType.DOUBLE: "double precision",
    ValueType.TEXT: "text",
    ValueType.TEXTS: "text[]",
    ValueType.INTS: "bigint[]",
    ValueType.DOUBLES: "double precision[]",
}


class NotTranslatable(ValueError):
    """The rule cannot be asked of the database; the message says why, `at` is the place in the rule's text."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


@dataclass(frozen=True, slots=True)
class Sql:
    """An expression with its parameters in the order of their `%s`.

    `is_plain` says that it is a column or a value, which may be written several times at no cost.
    """

    text: str
    parameters: tuple[Any, ...] = ()
    is_plain: bool = False


def sql(template: str, *parts: Sql) -> Sql:
    """Return the template with the parts in place of its `{}`, in brackets wherever the template has none."""
    pieces = template.split("{}")
    text = pieces[0] + "".join(part.text + piece for part, piece in zip(parts, pieces[1:], strict=True))
    return Sql(text, tuple(parameter for part in parts for parameter in part.parameters))


def joined(parts: list[Sql], by: str) -> Sql:
    """Return the parts joined by an operator, in brackets."""
    return sql(f"({by.join(['{}'] * len(parts))})", *parts)


def value(content: Any, type: ValueType) -> Sql:
    """Return a value as a parameter; doubles as text, since a number in SQL has no minus zero.

    Raises ValueError for a text that PostgreSQL cannot hold: one with a NUL.
    """
    texts = content if isinstance(content, list) else [content]
    if any(isinstance(text, str) and "\0" in text for text in texts):
        raise ValueError("a text with a NUL is in no listing")
    if isinstance(content, float):
        content = repr(content)
    return Sql(f"CAST(%s AS {SQL_TYPES[type]})", (content,), is_plain=True)


def null(type: ValueType) -> Sql:
    """Return the error of a type."""
    return Sql(f"CAST(NULL AS {SQL_TYPES[type]})", is_plain=True)


def pair(body: str, left: Sql, right: Sql) -> Sql:
    """Return `body` with `p.l` and `p.r` for two values, each of which is calculated once.

    OFFSET keeps the planner from putting the values into the body, where it would also calculate with constants
    before it knows whether they are asked for.
    """
    return sql(f"(SELECT {body} FROM (SELECT {{}} AS l, {{}} AS r OFFSET 0) AS p)", left, right)
