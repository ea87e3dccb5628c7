"""The rules that run, ready to be asked. A text is compiled once in each process, for the lists that there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from ..models import RuleVersion
from ..rules.language import Rule, compile_rule
from ..rules.listing_facts import ListingFacts, ListKind, RuleList
from ..rules.measuring.lanes import Outcome
from ..rules.online import Outcome as Answer
from ..rules.online import evaluate
from ..rules.problems import RuleRefused
from ..rules.tree import Imitates, walk
from ..value_lists import lists_as_rules_see_them

TEXTS_KEPT = 5_000
"""Of how many texts what was compiled is remembered: ten times as many as a shop's rules."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of asking a version about a listing; an error has its reason."""

    version: RuleVersion
    rule: Rule | None
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RunningRules:
    """Versions in the order in which they are asked, what their texts became, and the lists that they ask.

    Where a stored text compiles no longer (a fact or a list is gone), `problems` has the reason by the version's key:
    such a version is an error on each listing, never passed over.
    """

    versions: Sequence[RuleVersion]
    rules: Mapping[int, Rule]
    problems: Mapping[int, str]
    lists: Mapping[str, RuleList]

    def without_looks(self, reason: str) -> RunningRules:
        """Return the rules where those that ask for what looks alike cannot be asked, for this reason."""
        asking = {key: reason for key, rule in self.rules.items() if asks_for_looks(rule)}
        left = {key: rule for key, rule in self.rules.items() if key not in asking}
        return replace(self, rules=left, problems={**self.problems, **asking})

    def ask(self, facts: ListingFacts) -> list[Asked]:
        """Ask all versions about a listing."""
        ready = [version for version in self.versions if version.pk in self.rules]
        answers = evaluate([self.rules[version.pk] for version in ready], facts, self.lists)
        by_key = dict(zip((version.pk for version in ready), answers, strict=True))
        return [self._asked(version, by_key) for version in self.versions]

    def _asked(self, version: RuleVersion, answers: Mapping[int, Answer]) -> Asked:
        if version.pk not in answers:
            return Asked(version, None, Outcome.ERROR, self.problems[version.pk])
        answer = answers[version.pk]
        reason = str(answer.reason) if answer.reason else ""
        return Asked(version, self.rules[version.pk], Outcome(answer.verdict), reason)


def asks_for_looks(rule: Rule) -> bool:
    """Tell whether a rule compares letters by what they look like, as `imitates` does."""
    return any(isinstance(part, Imitates) for part in walk(rule.tree))


def running_rules(now: datetime) -> RunningRules:
    """Return the versions that act or watch now; asks for them and for what became of the lists."""
    return ready_to_ask(RuleVersion.objects.running().select_related("rule"), now)


def ready_to_ask(versions: Iterable[RuleVersion], at: datetime) -> RunningRules:
    """Return these versions with the lists as they stood at a moment."""
    lists = lists_as_rules_see_them(at)
    kinds = tuple(sorted((each.name, each.kind) for each in lists.values()))
    rules: dict[int, Rule] = {}
    problems: dict[int, str] = {}
    found = tuple(versions)
    for version in found:
        compiled = _compiled(version.text, kinds)
        if isinstance(compiled, str):
            problems[version.pk] = compiled
        else:
            rules[version.pk] = compiled
    return RunningRules(found, rules, problems, lists)


@lru_cache(maxsize=TEXTS_KEPT)
def _compiled(text: str, kinds: tuple[tuple[str, ListKind], ...]) -> Rule | str:
    """Return the rule, or why there is none any more."""
    try:
        return compile_rule(text, dict(kinds))
    except RuleRefused as error:
        return f"The rule can no longer be understood. {error}"
