"""PURE. From a tree back to a rule's text: the canonical form, with no more brackets than it needs."""

from __future__ import annotations

from .function_calls import quoted
from .tree import (
    AllOf,
    AnyOf,
    AskText,
    Calculate,
    Choice,
    Compare,
    FactValue,
    Imitates,
    IsKnown,
    Item,
    ListLiteral,
    ListTest,
    Literal,
    Mentions,
    Negative,
    Node,
    Not,
    PhotoTest,
    Quantified,
    Sign,
    Size,
    ValueType,
    Within,
)

# How tightly CEL's signs bind, from the loosest.
_CHOICE, _ANY, _ALL, _RELATION, _SUM, _PRODUCT, _UNARY, _MEMBER = range(8)


def unparse(node: Node) -> str:
    """Return a text that compiles to an equal tree."""
    return _text(node, _CHOICE)


def _text(node: Node, within: int) -> str:
    """Return the text of a part, in brackets if it binds less tightly than its place asks."""
    text, binds = _part(node)
    return text if binds >= within else f"({text})"


def _part(node: Node) -> tuple[str, int]:
    match node:
        case AnyOf():
            return " || ".join(_text(operand, _ALL) for operand in node.operands), _ANY
        case AllOf():
            return " && ".join(_text(operand, _RELATION) for operand in node.operands), _ALL
        case Choice():
            condition, then = _text(node.condition, _ANY), _text(node.then, _ANY)
            return f"{condition} ? {then} : {_text(node.otherwise, _CHOICE)}", _CHOICE
        case Compare():
            return f"{_text(node.left, _RELATION)} {node.how.value} {_text(node.right, _SUM)}", _RELATION
        case Within():
            return f"{_text(node.item, _RELATION)} in {_text(node.items, _SUM)}", _RELATION
        case Calculate():
            own = _SUM if node.how in (Sign.PLUS, Sign.MINUS) else _PRODUCT
            return f"{_text(node.left, own)} {node.how.value} {_text(node.right, own + 1)}", own
        case Not() | Negative():
            return _with_sign(node), _UNARY
        case _:
            return _single(node)


def _with_sign(node: Not | Negative) -> str:
    """Two signs in a row cancel each other in CEL's grammar, and a minus before a number is part of the number."""
    inner = _text(node.operand, _MEMBER)
    if isinstance(node.operand, Literal) and not inner.startswith("("):
        inner = f"({inner})"
    return f"{'!' if isinstance(node, Not) else '-'}{inner}"


def _single(node: Node) -> tuple[str, int]:
    match node:
        case Literal():
            text = value_text(node.value)
            return text, _UNARY if text.startswith("-") else _MEMBER
        case ListLiteral():
            return f"[{', '.join(value_text(item) for item in node.items)}]", _MEMBER
        case FactValue():
            return node.fact.name, _MEMBER
        case IsKnown():
            return node.fact.has_name, _MEMBER
        case Item():
            return node.name, _MEMBER
        case Size():
            return f"size({unparse(node.operand)})", _MEMBER
        case AskText():
            return f"{_text(node.text, _MEMBER)}.{node.test.value}({unparse(node.wanted)})", _MEMBER
        case Quantified():
            condition = unparse(node.condition)
            return f"{_text(node.items, _MEMBER)}.{node.quantor.value}({node.name}, {condition})", _MEMBER
        case _:
            return _function(node), _MEMBER


def _function(node: Node) -> str:
    match node:
        case ListTest():
            name = "any_in_list" if node.value.type == ValueType.TEXTS else "in_list"
            return f"{name}({unparse(node.value)}, {quoted(node.list_name)})"
        case Mentions() if node.list_name:
            return f"mentions_any({node.fact.name}, {quoted(node.list_name)})"
        case Mentions():
            return f"mentions({node.fact.name}, {quoted(node.words)})"
        case Imitates():
            return f"imitates({node.fact.name}, {quoted(node.word)})"
        case PhotoTest():
            return f"photo_in_list({unparse(node.hashes)}, {quoted(node.list_name)}, {node.bits})"
        case _:
            raise TypeError(f"a rule's tree has no {type(node).__name__}")


def value_text(value: bool | int | float | str) -> str:
    """Return a value as it is written in a rule."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return quoted(value)
        case _:
            return repr(value)
