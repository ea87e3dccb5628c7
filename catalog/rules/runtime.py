"""PURE. The only module that touches Google's CEL runtime (`cel_expr_python`, pinned).

It reports run-time errors as values, and a few as exceptions; here both become a `Failure`, which is never a bool. Its
own limits stand: depth 32, 10,000 iterations of all quantors of an evaluation together, and patterns by RE2.

Lists reach our functions by a context variable, not as values: making an environment for each set of lists takes 0.4
ms, and converting 10,000 entries for each listing more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cel_expr_python import cel

from . import asking
from .fact_types import FactType
from .facts import ASSUMED, FACTS
from .listing_facts import RuleList

_BOOL, _INT, _TEXT = cel.Type.BOOL, cel.Type.INT, cel.Type.STRING
_TEXTS, _INTS = cel.Type.List(cel.Type.STRING), cel.Type.List(cel.Type.INT)
_TYPES = {
    FactType.BOOL: _BOOL,
    FactType.INT: _INT,
    FactType.DAYS: _INT,
    FactType.DOUBLE: cel.Type.DOUBLE,
    FactType.TEXT: _TEXT,
    FactType.TEXTS: _TEXTS,
    FactType.INTS: _INTS,
}

_lists: ContextVar[Mapping[str, RuleList]] = ContextVar("lists")


class Refused(Exception):
    """CEL refuses the text; the message is its own, of one or more problems."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An evaluation that has no value, and what CEL says of it."""

    message: str


class Activation:
    """The values of one listing, converted once for many rules."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.native = _environment().Activation(dict(values))


class Expression:
    """A text that CEL has checked; can be evaluated by many threads. Raises `Refused`."""

    def __init__(self, text: str) -> None:
        try:
            self._native = _environment().compile(text)
        except (RuntimeError, TypeError) as error:
            raise Refused(str(error)) from error

    @property
    def type_name(self) -> str:
        """CEL's name of the type: "BOOL", "INT", "LIST<STRING>"."""
        return str(self._native.return_type().name())

    def serialized(self) -> bytes:
        """Return the checked expression, for `checked_tree.decoded`."""
        return bytes(self._native.serialize())

    def evaluate(self, activation: Activation) -> Any:
        """Return the value, or a `Failure`. Lists that it asks must stand open by `asking_lists`."""
        try:
            value = self._native.eval(activation.native)
        except RuntimeError as error:
            return Failure(str(error))
        held = value.value()
        if held is True or held is False:  # Most answers; an error's value is a text.
            return held
        if value.type() in (cel.Type.ERROR, cel.Type.UNKNOWN):
            return Failure(str(held))
        return value.plain_value()


@contextmanager
def asking_lists(lists: Mapping[str, RuleList]) -> Iterator[None]:
    """Let the functions that ask lists find these while the context is open."""
    token = _lists.set(lists)
    try:
        yield
    finally:
        _lists.reset(token)


@lru_cache(maxsize=1)
def _environment() -> cel.Env:
    variables = {fact.name: _TYPES[fact.type] for fact in FACTS.values()} | dict.fromkeys(ASSUMED, _BOOL)
    return cel.NewEnv(
        variables=variables,
        functions=[
            _declared("in_list", _with_list(asking.in_list), _TEXT, _TEXT),
            _declared("any_in_list", _with_list(asking.any_in_list), _TEXTS, _TEXT),
            _declared("mentions", asking.mentions, _TEXT, _TEXT),
            _declared("mentions_any", _with_list(asking.mentions_any), _TEXT, _TEXT),
            _declared("imitates", asking.imitates, _TEXT, _TEXT),
            _declared("photo_in_list", _with_list(asking.photo_in_list), _INTS, _TEXT, _INT),
        ],
    )


def _declared(name: str, does: Callable[..., bool], *parameters: cel.Type) -> cel.FunctionDecl:
    overload = cel.Overload(f"{name}_declared", return_type=_BOOL, parameters=parameters, impl=does)
    return cel.FunctionDecl(name, [overload])


def _with_list(does: Callable[..., bool]) -> Callable[..., bool]:
    """Return the function with its second argument, a list's name, replaced by the list."""

    def asks(value: Any, name: str, *more: Any) -> bool:
        lists = _lists.get({})
        if name not in lists:
            raise LookupError(f"missing list {name}")
        return does(value, lists[name], *more)

    return asks
