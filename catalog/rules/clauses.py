"""PURE. The clauses of a rule: its largest parts that are not themselves joined or negated."""

from __future__ import annotations

from .tree import AllOf, AnyOf, Node, Not


def clauses_of(node: Node) -> list[Node]:
    """Return the clauses of a rule, in order."""
    match node:
        case AllOf() | AnyOf():
            return [clause for operand in node.operands for clause in clauses_of(operand)]
        case Not():
            return clauses_of(node.operand)
        case _:
            return [node]
