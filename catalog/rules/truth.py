"""PURE. Truth with errors: what a joint is worth of whose operands some could not be evaluated.

As in CEL, and as with NULL in SQL: one false operand decides `&&` and one true operand `||`, whatever the others are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from .tree import AllOf, AnyOf, Node, Not
from .unparsing import unparse

type Truth = bool | None
"""None for an error."""


def opposite(truth: Truth) -> Truth:
    """Return the other truth; an error stays one."""
    return None if truth is None else not truth


def all_true(truths: Collection[Truth]) -> Truth:
    """Return whether all are true."""
    return False if False in truths else None if None in truths else True


def any_true(truths: Collection[Truth]) -> Truth:
    """Return whether one is true."""
    return True if True in truths else None if None in truths else False


def truth_of(node: Node, truths: Mapping[str, Truth]) -> Truth:
    """Return the truth of a part of a rule from that of its clauses, which are given by their text."""
    match node:
        case AllOf():
            return all_true([truth_of(operand, truths) for operand in node.operands])
        case AnyOf():
            return any_true([truth_of(operand, truths) for operand in node.operands])
        case Not():
            return opposite(truth_of(node.operand, truths))
        case _:
            return truths.get(unparse(node))
