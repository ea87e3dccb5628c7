"""The rules that a backtest asks: what would act, instead of which version, and on which listings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone

from ..fact_finding import facts_from_row
from ..fact_finding.brand_names import LETTERS
from ..fact_finding.makers import MAKERS
from ..fact_finding.rows import STORED, FactTables, kept_rows
from ..models import Backtest, Finding, RuleVersion, Snooze, ValueList
from ..rules.language import Rule as CheckedRule
from ..rules.language import compile_rule
from ..rules.listing_facts import ListKind, RuleList
from ..rules.measuring.lanes import Lane
from ..rules.measuring.rollout import buckets_of
from ..rules.problems import RuleRefused
from ..screening.fingerprints import what_it_saw
from ..screening.running_rules import asks_for_looks
from ..value_lists import Lists, as_rules_see_it, lists_as_rules_see_them


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule as it would act. `key` stands for it among the keys of versions; it is below zero, so none of them.

    It acts where the listing's bucket for `salt` is below `buckets` (of 10,000) and neither listing nor seller is
    muted. `replaces` is the live version in whose place it would act.
    """

    key: int
    rule: CheckedRule
    lists: Mapping[str, RuleList]
    lane: Lane
    order: int
    severity: int
    salt: str
    buckets: int
    replaces: RuleVersion | None = None
    muted_products: tuple[int, ...] = ()
    muted_sellers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked as of a moment: the candidates, and the live versions that stay, by key, with their rules.

    `tables` have what is known of listings.
    """

    as_of: datetime
    candidates: tuple[Candidate, ...]
    others: Mapping[int, RuleVersion]
    rules_of_others: Mapping[int, CheckedRule | None]
    lists: Lists
    tables: FactTables = STORED

    @property
    def replaced(self) -> list[int]:
        """The keys of the versions that would not act any more."""
        return [each.replaces.pk for each in self.candidates if each.replaces is not None]


def question_of(backtest: Backtest, now: datetime, tables: FactTables = STORED) -> Question:
    """Return what a backtest asks of tables of facts. Raises `RuleRefused` when its text compiles no longer."""
    lists = lists_as_rules_see_them(now)
    kinds = {name: each.kind for name, each in lists.items()}
    live = {version.pk: version for version in RuleVersion.objects.live().select_related("rule")}
    if backtest.text:
        found = [_of_text(backtest, compile_rule(backtest.text, kinds), lists, live)]
    else:
        changed = _with_change(lists, backtest.list, backtest) if backtest.list else lists
        compiled = [(version, _compiled(version.text, kinds)) for version in live.values()]
        using = [(version, rule) for version, rule in compiled if rule and _is_about(backtest, rule)]
        found = [_of_live(-number, *each, changed) for number, each in enumerate(using, start=1)]
    candidates = tuple(_muted(each, _rule_of(each, backtest), now, tables) for each in found)
    gone = {each.replaces.pk for each in candidates if each.replaces is not None}
    others = {key: version for key, version in live.items() if key not in gone}
    ends_asking = any(each.replaces is not None and each.replaces.acting_lane == Lane.ALLOW for each in candidates)
    rules = {key: _compiled(each.text, kinds) for key, each in others.items()} if ends_asking else {}
    return Question(now, candidates, others, rules, lists, tables)


def _is_about(backtest: Backtest, rule: CheckedRule) -> bool:
    """Tell whether a live rule asks the list, or a fact of the maker, of which something would change."""
    if backtest.list:
        return backtest.list.name in rule.lists
    if backtest.release is None:
        return False
    made = MAKERS[backtest.release.maker].facts
    return any(fact.name in made for fact in rule.facts) or (backtest.release.maker == LETTERS and asks_for_looks(rule))


def _of_text(
    backtest: Backtest, rule: CheckedRule, lists: Mapping[str, RuleList], live: Mapping[int, RuleVersion]
) -> Candidate:
    replaces = next((version for version in live.values() if version.rule_id == backtest.rule_id), None)
    return Candidate(
        key=-1,
        rule=rule,
        lists=lists,
        lane=Lane(backtest.lane),
        order=backtest.order,
        severity=backtest.severity,
        salt=backtest.rule.slug if backtest.rule else "",
        buckets=buckets_of(backtest.rollout_percent),
        replaces=replaces,
    )


def _of_live(key: int, version: RuleVersion, rule: CheckedRule, lists: Mapping[str, RuleList]) -> Candidate:
    """Return a live version as it is, with other lists."""
    return Candidate(
        key=key,
        rule=rule,
        lists=lists,
        lane=Lane(version.acting_lane),
        order=version.order,
        severity=version.severity,
        salt=version.rule.slug,
        buckets=buckets_of(version.rollout_percent),
        replaces=version,
    )


def _compiled(text: str, kinds: Mapping[str, ListKind]) -> CheckedRule | None:
    """Return the rule, or None for a stored text that compiles no longer: it is an error on each listing already."""
    try:
        return compile_rule(text, kinds)
    except RuleRefused:
        return None


def _with_change(lists: Lists, of: ValueList, backtest: Backtest) -> dict[str, RuleList]:
    """Return the lists as they would be with the backtest's entries added and removed."""
    name, kind = of.name, ListKind(of.kind)
    standing = set(of.entries.standing(timezone.now()).values_list("key", flat=True))
    keys = (standing - set(backtest.removed)) | set(backtest.added)
    return {**lists, name: as_rules_see_it(name, kind, keys)}


def _muted(candidate: Candidate, rule_id: int | None, now: datetime, tables: FactTables) -> Candidate:
    """Return the candidate with what its rule is muted for: snoozes, and what people said it is wrong about.

    The latter counts where the candidate would see of the listing what the rule saw then.
    """
    if rule_id is None:
        return candidate
    snoozes = list(Snooze.objects.holding(now).filter(rule=rule_id).values_list("product", "seller"))
    products = {product for product, _seller in snoozes if product is not None} | _cleared(candidate, rule_id, tables)
    sellers = {seller for _product, seller in snoozes if seller is not None}
    return replace(candidate, muted_products=tuple(sorted(products)), muted_sellers=tuple(sorted(sellers)))


def _cleared(candidate: Candidate, rule_id: int, tables: FactTables) -> set[int]:
    """Return the listings about which people said that the rule is wrong, and of which it would see the same."""
    seen: dict[int, set[str]] = {}
    findings = Finding.objects.filter(rule=rule_id, state=Finding.State.CLEARED)
    for product, saw in findings.values_list("product", "saw"):
        seen.setdefault(product, set()).add(saw)
    return {
        row.product_id
        for row in kept_rows(seen, tables)
        if what_it_saw(candidate.rule.facts, facts_from_row(row)) in seen[row.product_id]
    }


def _rule_of(candidate: Candidate, backtest: Backtest) -> int | None:
    return candidate.replaces.rule_id if candidate.replaces is not None else backtest.rule_id
