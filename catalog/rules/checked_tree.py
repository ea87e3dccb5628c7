"""PURE. CEL's checked expression, decoded: what its checker made of a rule's text, with types and places.

It comes as a protocol buffer, `cel.expr.CheckedExpr` of the CEL specification (`cel/expr/checked.proto` and
`syntax.proto`), wrapped in an `Any`. No package carries its classes, so the messages are declared here, with the
fields that are read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.any_pb2 import Any as Wrapped
from google.protobuf.message import DecodeError


class TooDeep(Exception):
    """The expression is nested deeper than protocol buffers are decoded (100 messages)."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the expression; `at` is its place as CEL counts it, `type` as CEL writes it ("list(string)")."""

    at: int
    type: str


@dataclass(frozen=True, slots=True)
class Constant(Part):
    """A value in the text; `value` is None for the kinds that rules don't use."""

    value: bool | int | float | str | None


@dataclass(frozen=True, slots=True)
class Name(Part):
    """A name."""

    name: str


@dataclass(frozen=True, slots=True)
class Select(Part):
    """`operand.field`; with `is_test` it was `has(operand.field)`."""

    field: str
    is_test: bool


@dataclass(frozen=True, slots=True)
class Call(Part):
    """A function or operator; of a method, the object is the first argument and `is_method` is true."""

    function: str
    arguments: tuple[Part, ...]
    is_method: bool


@dataclass(frozen=True, slots=True)
class Listed(Part):
    """A list of values in the text."""

    items: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Struct(Part):
    """A map or message in the text."""


@dataclass(frozen=True, slots=True)
class Fold(Part):
    """What a macro over a list expands to: `result` after `step` was done for each item of `items`, from `begin` on."""

    name: str
    items: Part
    begin: Part
    step: Part
    result: Part


_INT, _BOOL, _DOUBLE, _STRING, _BYTES, _UINT = (
    getattr(descriptor_pb2.FieldDescriptorProto, f"TYPE_{name}")
    for name in ("INT64", "BOOL", "DOUBLE", "STRING", "BYTES", "UINT64")
)
_MANY = True
# Message → field → number, type (a message by its name), whether repeated. A map repeats a message of key and value.
_FIELDS: dict[str, dict[str, tuple[int, int | str, bool]]] = {
    "CheckedExpr": {
        "type_map": (3, "TypeEntry", _MANY),
        "source_info": (5, "SourceInfo", False),
        "expr": (4, "Expr", False),
    },
    "TypeEntry": {"key": (1, _INT, False), "value": (2, "Type", False)},
    "SourceInfo": {"positions": (4, "PositionEntry", _MANY)},
    "PositionEntry": {"key": (1, _INT, False), "value": (2, _INT, False)},
    "Type": {"primitive": (3, _INT, False), "list_type": (6, "ListType", False), "map_type": (7, _BYTES, False)},
    "ListType": {"elem_type": (1, "Type", False)},
    "Expr": {
        "id": (2, _INT, False),
        "const_expr": (3, "Constant", False),
        "ident_expr": (4, "Ident", False),
        "select_expr": (5, "Select", False),
        "call_expr": (6, "Call", False),
        "list_expr": (7, "CreateList", False),
        "struct_expr": (8, _BYTES, False),
        "comprehension_expr": (9, "Comprehension", False),
    },
    "Constant": {
        "null_value": (1, _INT, False),
        "bool_value": (2, _BOOL, False),
        "int64_value": (3, _INT, False),
        "uint64_value": (4, _UINT, False),
        "double_value": (5, _DOUBLE, False),
        "string_value": (6, _STRING, False),
        "bytes_value": (7, _BYTES, False),
    },
    "Ident": {"name": (1, _STRING, False)},
    "Select": {"operand": (1, "Expr", False), "field": (2, _STRING, False), "test_only": (3, _BOOL, False)},
    "Call": {"target": (1, "Expr", False), "function": (2, _STRING, False), "args": (3, "Expr", _MANY)},
    "CreateList": {"elements": (1, "Expr", _MANY)},
    "Comprehension": {
        "iter_var": (1, _STRING, False),
        "iter_range": (2, "Expr", False),
        "accu_init": (4, "Expr", False),
        "loop_step": (6, "Expr", False),
        "result": (7, "Expr", False),
    },
}
_PACKAGE = "shopadmin.cel"
_PRIMITIVES = {1: "bool", 2: "int", 3: "uint", 4: "double", 5: "string", 6: "bytes"}
_READ = ("bool_value", "int64_value", "double_value", "string_value")


def _message_class() -> Any:
    """Return the class of `CheckedExpr`, from a pool of its own so that no other package's classes clash with it."""
    file = descriptor_pb2.FileDescriptorProto(name="shopadmin_cel.proto", package=_PACKAGE, syntax="proto3")
    for message, fields in _FIELDS.items():
        described = file.message_type.add(name=message)
        one_of = message in {"Expr", "Constant"}
        if one_of:
            described.oneof_decl.add(name="kind")
        for field, (number, kind, is_many) in fields.items():
            added = described.field.add(name=field, number=number, label=3 if is_many else 1)
            if isinstance(kind, str):
                added.type, added.type_name = added.TYPE_MESSAGE, f".{_PACKAGE}.{kind}"
            else:
                added.type = kind
            if one_of and field != "id":
                added.oneof_index = 0
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.CheckedExpr"))


_CheckedExpr = _message_class()


def decoded(serialized: bytes) -> Part:
    """Return the expression that CEL's checker gave. Raises `TooDeep`."""
    wrapped = Wrapped.FromString(serialized)
    try:
        checked = _CheckedExpr.FromString(wrapped.value)
    except DecodeError as error:
        raise TooDeep from error
    places = {entry.key: entry.value for entry in checked.source_info.positions}
    types = {entry.key: _type(entry.value) for entry in checked.type_map}
    return _Decoder(places, types).part(checked.expr)


def _type(message: Any) -> str:
    if message.HasField("list_type"):
        return f"list({_type(message.list_type.elem_type)})"
    return _PRIMITIVES.get(message.primitive, "other")


class _Decoder:
    def __init__(self, places: dict[int, int], types: dict[int, str]) -> None:
        self.places, self.types = places, types

    def part(self, expr: Any) -> Part:
        at, kind = self.places.get(expr.id, 0), self.types.get(expr.id, "other")
        match expr.WhichOneof("kind"):
            case "const_expr":
                held = expr.const_expr.WhichOneof("kind")
                return Constant(at, kind, getattr(expr.const_expr, held) if held in _READ else None)
            case "ident_expr":
                return Name(at, kind, expr.ident_expr.name)
            case "select_expr":
                return Select(at, kind, expr.select_expr.field, expr.select_expr.test_only)
            case "call_expr":
                call = expr.call_expr
                is_method = call.HasField("target")
                arguments = [call.target, *call.args] if is_method else call.args
                return Call(at, kind, call.function, tuple(map(self.part, arguments)), is_method)
            case "list_expr":
                return Listed(at, kind, tuple(map(self.part, expr.list_expr.elements)))
            case "comprehension_expr":
                fold = expr.comprehension_expr
                parts = map(self.part, (fold.iter_range, fold.accu_init, fold.loop_step, fold.result))
                return Fold(at, kind, fold.iter_var, *parts)
            case _:
                return Struct(at, kind)
