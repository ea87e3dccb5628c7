"""PURE. Asking many rules of one listing, in the CEL runtime."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .fact_values import FactValues, fact_values
from .language import Rule
from .listing_facts import ListingFacts, RuleList
from .runtime import Activation, Expression, Failure, asking_lists
from .wording import Says, Sentence


class Verdict(StrEnum):
    """What a rule says of a listing."""

    FIRES = "fires"
    PASSES = "passes"
    ERROR = "error"
    """It could not be evaluated, which never counts as passing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule says of a listing, and for an error why."""

    verdict: Verdict
    reason: Sentence | None = None


FIRES, PASSES = Outcome(Verdict.FIRES), Outcome(Verdict.PASSES)


def evaluate(rules: Iterable[Rule], facts: ListingFacts, lists: Mapping[str, RuleList]) -> list[Outcome]:
    """Return what each rule says of a listing, in their order; never raises for values or lists."""
    values = fact_values(facts)
    activation = Activation(values.asked)
    with asking_lists(lists):
        return [_outcome(rule.expression.evaluate(activation), values) for rule in rules]


def value_of(expression: Expression, values: FactValues, lists: Mapping[str, RuleList]) -> Any | Sentence:
    """Return the value of any expression for a listing, or why it has none."""
    with asking_lists(lists):
        value = expression.evaluate(Activation(values.asked))
    return reason_of(value, values) if isinstance(value, Failure) else value


def _outcome(value: Any, values: FactValues) -> Outcome:
    if value is True:
        return FIRES
    if value is False:
        return PASSES
    if isinstance(value, Failure):
        return Outcome(Verdict.ERROR, reason_of(value, values))
    return Outcome(Verdict.ERROR, Sentence(Says.NOT_BOOLEAN))


def reason_of(failure: Failure, values: FactValues) -> Sentence:
    """Return in plain words why an evaluation has no value."""
    message = failure.message
    if match := re.search(r'No value with name "(\w+)" found', message):
        name = match[1]
        return values.failed.get(name.removeprefix("has_")) or Sentence(Says.FACT_MISSING, {"name": name})
    if match := re.search(r"missing list (.*?)'?$", message, re.DOTALL):
        return Sentence(Says.LIST_MISSING, {"name": match[1]})
    if "divide by zero" in message or "modulus by zero" in message:
        return Sentence(Says.DIVIDED_BY_ZERO)
    if "overflow" in message:
        return Sentence(Says.OVERFLOW)
    if "budget exceeded" in message:
        return Sentence(Says.BUDGET_EXCEEDED)
    return Sentence(Says.FAILED, {"reason": message})
