"""What a backtest says of all listings is what asking them one by one says."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from catalog.backtests import asking, services
from catalog.fact_finding import facts_from_row
from catalog.models import (
    LaneChoices,
    ListingFacts,
    Product,
    RuleVersion,
)
from catalog.rule_writing import Wording
from catalog.rules.language import compile_rule
from catalog.rules.measuring.lanes import Answer, Lane, Outcome, resolve
from catalog.rules.online import evaluate
from catalog.rules.sql import SqlRule
from catalog.screening.deciding import VERDICTS
from catalog.value_lists import lists_as_rules_see_them
from shopadmin.accounts.models import User

from .backtested import backtested, decided, result_of, transitions
from .backtested import silent as silent
from .rule_shop import CHEAP, FEW_PHOTOS, facts, live, screened

pytestmark = pytest.mark.django_db


def test_it_is_as_if_each_listing_were_asked_online(paula: User, petra: User) -> None:
    """Random listings and rules in all lanes: SQL over all listings says what asking them one by one says."""
    rng = random.Random(7)
    lanes = list(LaneChoices)
    rules = [
        live(paula, petra, f"photo_count < {number + 2} && {extra}", slug=f"rule-{number}",
             lane=lanes[number % 4], order=rng.randint(1, 9), severity=rng.randint(1, 5))
        for number, extra in enumerate(["seller_orders > 3", "true", CHEAP, 'title == "a"', "photo_count > 0", "true"])
    ]  # fmt: skip
    for _ in range(80):
        screen_online(random_facts(rng), rules)
    replaced = [*rules, None]
    for version in replaced:
        wording = Wording(text=f"{CHEAP} || photo_count == 1", lane=rng.choice(lanes), order=rng.randint(1, 9))
        rule = version.rule if version else None

        result = result_of(services.start_backtest(wording=wording, by=paula, rule=rule))

        assert transitions(result) == asked_one_by_one(wording, version, rules)


def test_a_wrong_operator_in_sql_would_be_found_by_that(paula: User, petra: User, monkeypatch) -> None:
    """The negative control of the test above."""
    compiled = asking.compile_sql

    def wrong(*args: Any, **kwargs: Any) -> SqlRule:
        rule = compiled(*args, **kwargs)
        return replace(rule, expression=rule.expression.replace("<", "<="), speaks=rule.speaks.replace("<", "<="))

    monkeypatch.setattr(asking, "compile_sql", wrong)
    screened(facts(photo_count=2))
    wording = Wording(text=FEW_PHOTOS)

    assert transitions(backtested(paula, FEW_PHOTOS)) != asked_one_by_one(wording, None, [])


def random_facts(rng: random.Random):
    values = {"photo_count": rng.randint(0, 6), "title": rng.choice("ab"), "seller_orders": rng.randint(0, 6)}
    if rng.random() < 0.6:
        values["price"] = rng.choice([5.0, 9.99, 10.0, 20.0])
    return facts(failed=[name for name in ("photo_count", "price") if rng.random() < 0.1], **values)


def answers_of(known, rules: list[RuleVersion]) -> list[Answer]:
    compiled = [compile_rule(version.text, {}) for version in rules]
    said = evaluate(compiled, known, lists_as_rules_see_them(timezone.now()))
    return [
        Answer(version.pk, Lane(version.lane), version.order, version.severity, Outcome(answer.verdict))
        for version, answer in zip(rules, said, strict=True)
    ]


def screen_online(known, rules: list[RuleVersion]) -> Product:
    """A listing as screening leaves it: what fired and counted, all that failed, and findings of what counted."""
    answers = answers_of(known, rules)
    found = resolve(answers)
    by_key = {version.pk: version for version in rules}
    fires = {answer.key for answer in answers if answer.outcome == Outcome.FIRES}
    fired = [key for key in (found.reason, *found.contributing) if key in fires]
    failed = [answer.key for answer in answers if answer.outcome == Outcome.ERROR]
    product = screened(
        known,
        verdict=VERDICTS[found.verdict],
        fired=[by_key[key] for key in fired],
        errors=[by_key[key] for key in failed],
    )
    for key in found.errors:
        decided(product, by_key[key], "open", is_error=True)
    return product


def asked_one_by_one(wording: Wording, instead_of: RuleVersion | None, rules: list[RuleVersion]) -> dict:
    """The changes of verdict, by asking each listing all rules online."""
    stay = [version for version in rules if version != instead_of]
    candidate = compile_rule(wording.text, {})
    changes: Counter[tuple[str, str]] = Counter()
    for row in ListingFacts.objects.all():
        known = facts_from_row(row)
        said = evaluate([candidate], known, {})[0].verdict
        answer = Answer(-1, Lane(wording.lane), wording.order, wording.severity, Outcome(said))
        becomes = VERDICTS[resolve([*answers_of(known, stay), answer]).verdict]
        changes[row.verdict, becomes] += row.verdict != becomes
    return dict(+changes)
