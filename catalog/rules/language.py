"""PURE. The rule language: from a text to a rule that can be asked, or to all that is wrong with it.

A rule is an expression of CEL over the facts of a listing, answered by yes (it *fires*) or no. See README.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .cel_messages import explained
from .checked_tree import TooDeep, decoded
from .clauses import clauses_of
from .fact_types import Fact
from .guards import unguarded
from .listing_facts import ListKind
from .problems import Problem, RuleRefused, cannot_hold, problem_at
from .reading import read
from .runtime import Expression, Refused
from .scanning import Shape, scan
from .tree import Node, facts_of, lists_of
from .wording import Phrase, Says

MOST_LETTERS = 4_000
"""A rule's longest text, in code points. A screen of text has about 2,000; what is longer is a list, or two rules."""

MOST_CLAUSES = 200
"""So many clauses can an explanation show on a page; a text of 4,000 has room for about 300 of the shortest."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A checked rule: its text, its tree, and what it asks."""

    text: str
    tree: Node
    facts: tuple[Fact, ...]
    lists: tuple[str, ...]
    expression: Expression = field(compare=False, repr=False)


def compile_rule(text: str, lists: Mapping[str, ListKind]) -> Rule:
    """Return the rule that a text is, if it may ask these lists. Raises `RuleRefused`."""
    expression = _checked(text, lists)
    try:
        part = decoded(expression.serialized())
    except TooDeep as error:
        raise _refused(text, 0, 1, Says.TOO_DEEP, Says.LESS_DEEP) from error
    tree, problems = read(text, part, lists)
    if tree is None or problems:
        raise RuleRefused(problems)
    if problems := [*_asks_nothing(text, tree), *_unguarded(text, tree), *_too_many_clauses(text, tree)]:
        raise RuleRefused(problems)
    return Rule(text, tree, facts_of(tree), lists_of(tree), expression)


def _checked(text: str, lists: Mapping[str, ListKind]) -> Expression:
    """Let CEL check a text that is fit for it, and that its answer is yes or no. Raises `RuleRefused`."""
    if (at := cannot_hold(text)) is not None:
        raise _refused(text.encode(errors="replace").decode(), at, 1, Says.HALF_LETTER)
    if len(text) > MOST_LETTERS:
        raise _refused(text, MOST_LETTERS, 1, Says.TOO_LONG, Says.USE_LIST, length=f"{len(text):,}",
                     most=f"{MOST_LETTERS:,}")  # fmt: skip
    if not text.strip():
        raise _refused(text, 0, 1, Says.EMPTY, Says.EXAMPLE)
    try:
        expression = Expression(text)
    except Refused as error:
        raise RuleRefused(explained(text, str(error), lists)) from error
    if expression.type_name != "BOOL":
        raise _refused(text, 0, len(text), Says.NOT_A_QUESTION, Says.EXAMPLE, kind=_kind(expression.type_name))
    return expression


def _kind(type_name: str) -> Phrase:
    kinds = {"INT": Phrase.WHOLE_NUMBER, "DOUBLE": Phrase.DECIMAL_NUMBER, "STRING": Phrase.TEXT}
    return kinds.get(type_name, Phrase.LIST if type_name.startswith("LIST") else Phrase.OTHER)


def _refused(text: str, at: int, length: int, says: Says, hint: Says | None = None, /, **values: str) -> RuleRefused:
    return RuleRefused([problem_at(text, at, length, says, hint, **values)])


def _asks_nothing(text: str, tree: Node) -> list[Problem]:
    """Refuse a rule that says the same of every listing: it would hold all of them, or none."""
    if facts_of(tree):
        return []
    pieces = [piece for piece in scan(text) if piece.shape != Shape.COMMENT]
    begin, end = pieces[0].start, pieces[-1].end
    return [problem_at(text, begin, end - begin, Says.ASKS_NOTHING, Says.ASK_A_FACT)]


def _unguarded(text: str, tree: Node) -> list[Problem]:
    found = {(part.at, part.fact.name): part.fact for part in unguarded(tree)}
    return [
        problem_at(text, text.find(name, at), len(name), Says.MAY_LACK, Says.ASK_FIRST, name=name, has=fact.has_name)
        for (at, name), fact in found.items()
    ]


def _too_many_clauses(text: str, tree: Node) -> list[Problem]:
    clauses = clauses_of(tree)
    if len(clauses) <= MOST_CLAUSES:
        return []
    values = {"count": str(len(clauses)), "most": str(MOST_CLAUSES)}
    return [problem_at(text, clauses[MOST_CLAUSES].at, 1, Says.TOO_MANY_CLAUSES, Says.USE_LIST, **values)]
