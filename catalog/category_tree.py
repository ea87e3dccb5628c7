"""PURE. The tree of categories: in which order it is shown, and where a category may be moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Leaf:
    """A category as the tree sees it: its key, its name, the key of the one above it, and what lies in it."""

    key: int
    name: str
    parent: int | None
    own: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """A category in its place: how deep it lies, and what lies in it (`own`) and in all below it too (`total`)."""

    key: int
    name: str
    depth: int
    own: int
    total: int


def laid_out(leaves: Iterable[Leaf]) -> list[Node]:
    """Return the tree from the top down, each category right before those below it, neighbours by name."""
    below: dict[int | None, list[Leaf]] = {}
    for leaf in sorted(leaves, key=lambda leaf: (leaf.name.casefold(), leaf.key)):
        below.setdefault(leaf.parent, []).append(leaf)
    nodes: list[Node] = []
    _lay_out(below, None, 0, nodes)
    return nodes


def _lay_out(below: Mapping[int | None, list[Leaf]], parent: int | None, depth: int, nodes: list[Node]) -> int:
    """Append what lies below `parent`, and return how much that is."""
    total = 0
    for leaf in below.get(parent, []):
        place = len(nodes)
        nodes.append(Node(leaf.key, leaf.name, depth, leaf.own, leaf.own))
        here = leaf.own + _lay_out(below, leaf.key, depth + 1, nodes)
        nodes[place] = Node(leaf.key, leaf.name, depth, leaf.own, here)
        total += here
    return total


def branch(parents: Mapping[int, int | None], key: int) -> set[int]:
    """Return the category and all below it: it can be moved below none of these."""
    below: dict[int | None, list[int]] = {}
    for child, parent in parents.items():
        below.setdefault(parent, []).append(child)
    found, ahead = {key}, [key]
    while ahead:
        ahead = [child for parent in ahead for child in below.get(parent, []) if child not in found]
        found.update(ahead)
    return found
