"""PURE. Why a rule fired or did not: the truth of each clause, and what would have let the listing pass.

There are two explanations. Staff see clauses, values and thresholds. A seller learns which of the own facts counted,
and nothing that says how far they were from passing, or who and what else they were compared with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from .counterfactuals import Counterfactual, counterfactuals
from .fact_values import FactValues, fact_values
from .language import Rule
from .listing_facts import ListingFacts, RuleList
from .online import Outcome, Verdict, evaluate, value_of
from .runtime import Expression
from .seller_words import SELLER_WORDS
from .tree import AllOf, AnyOf, Node, Not, facts_of
from .truth import Truth, all_true, any_true, opposite
from .unparsing import unparse
from .wording import Says, Sentence

EXPRESSIONS_KEPT = 2_000
"""Of how many parts of rules the checked expression is remembered: each takes 25 µs to check and some kB to keep."""


class Join(StrEnum):
    """How a clause is made of others."""

    ALL = "all"
    ANY = "any"
    NOT = "not"
    NONE = ""
    """It is not: it asks something."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a rule with its truth for a listing.

    `truth` is None for an error, and `reason` says which. `values` are those of the facts in it that are known, by
    name, days as a number; only clauses that ask something have them.
    """

    node: Node
    text: str
    join: Join
    truth: Truth
    parts: tuple[Clause, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    reason: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a rule said of a listing what it said; `counterfactuals` only where it fired, the smallest first."""

    outcome: Outcome
    clause: Clause
    counterfactuals: tuple[Counterfactual, ...] = ()

    def for_staff(self) -> tuple[Sentence, ...]:
        """Return what would let the listing pass, or why there is no answer."""
        if self.outcome.verdict == Verdict.ERROR:
            return (self.outcome.reason,) if self.outcome.reason else ()
        if self.outcome.verdict == Verdict.PASSES:
            return ()
        if not self.counterfactuals:
            return (Sentence(Says.NOTHING_KNOWN),)
        changes = "; or ".join(" and ".join(map(str, each.changes)) for each in self.counterfactuals)
        return (Sentence(Says.WOULD_PASS, {"changes": changes}),)

    def for_seller(self) -> SellerExplanation | None:
        """Return what the seller may be told; None where the rule did not count against the listing."""
        if self.outcome.verdict == Verdict.PASSES:
            return None
        told = {
            fact.name: None
            for counterfactual in self.counterfactuals
            if all(fact.seller_sees for fact in counterfactual.facts)
            for fact in counterfactual.facts
        }
        return SellerExplanation(tuple(told))


@dataclass(frozen=True, slots=True)
class SellerExplanation:
    """The facts that counted, of those that a seller may be told; none of their values and none of the rule."""

    facts: tuple[str, ...]

    @property
    def sentence(self) -> Sentence:
        """What the seller reads."""
        if not self.facts:
            return Sentence(Says.SELLER_NOTHING)
        return Sentence(Says.SELLER_COULD, {"facts": "; ".join(SELLER_WORDS[name] for name in self.facts)})


def explain(rule: Rule, facts: ListingFacts, lists: Mapping[str, RuleList]) -> Explanation:
    """Return why a rule says of a listing what it says."""
    (outcome,) = evaluate([rule], facts, lists)
    asked = Asked(fact_values(facts), lists)
    clause = _clause(rule.tree, asked)
    if outcome.verdict != Verdict.FIRES:
        return Explanation(outcome, clause)
    truths = {part.text: part.truth for part in asking_clauses(clause)}
    return Explanation(outcome, clause, counterfactuals(rule.tree, truths, asked.value))


@dataclass(frozen=True, slots=True)
class Asked:
    """One listing, of which parts of a rule are asked."""

    values: FactValues
    lists: Mapping[str, RuleList]

    def value(self, node: Node) -> Any | Sentence:
        """Return the value of a part of a rule, or why it has none."""
        return value_of(_expression(unparse(node)), self.values, self.lists)


def asking_clauses(clause: Clause) -> list[Clause]:
    """Return the clauses that ask something, in order."""
    if clause.join == Join.NONE:
        return [clause]
    return [asking for part in clause.parts for asking in asking_clauses(part)]


def _clause(node: Node, asked: Asked) -> Clause:
    match node:
        case AllOf():
            parts = tuple(_clause(operand, asked) for operand in node.operands)
            return Clause(node, unparse(node), Join.ALL, all_true([part.truth for part in parts]), parts)
        case AnyOf():
            parts = tuple(_clause(operand, asked) for operand in node.operands)
            return Clause(node, unparse(node), Join.ANY, any_true([part.truth for part in parts]), parts)
        case Not():
            part = _clause(node.operand, asked)
            return Clause(node, unparse(node), Join.NOT, opposite(part.truth), (part,))
        case _:
            value = asked.value(node)
            known = {fact.name: asked.values.asked[fact.name] for fact in facts_of(node)
                     if fact.name in asked.values.asked}  # fmt: skip
            truth = value if isinstance(value, bool) else None
            reason = value if isinstance(value, Sentence) else None
            return Clause(node, unparse(node), Join.NONE, truth, values=known, reason=reason)


@lru_cache(maxsize=EXPRESSIONS_KEPT)
def _expression(text: str) -> Expression:
    return Expression(text)
