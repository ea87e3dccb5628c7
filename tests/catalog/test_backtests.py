"""What a rule or a list would change, asked of all listings; and that this is what asking them one by one says."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from catalog.backtests import asking, services
from catalog.fact_finding import facts_from_row, to_json
from catalog.list_writing import add_entries
from catalog.listings import Refusal
from catalog.models import (
    Backtest,
    Finding,
    LaneChoices,
    ListingFacts,
    ListingTexts,
    Product,
    RuleVersion,
    Screening,
    Seller,
    ValueList,
)
from catalog.rule_writing import Wording
from catalog.rules.language import RuleRefused, compile_rule
from catalog.rules.measuring.lanes import Answer, Lane, Outcome, resolve
from catalog.rules.measuring.rollout import is_in
from catalog.rules.online import evaluate
from catalog.rules.sql import SqlRule
from catalog.screening.deciding import VERDICTS
from catalog.screening.fingerprints import what_it_saw
from catalog.snoozing import snooze
from catalog.value_lists import lists_as_rules_see_them
from shopadmin.accounts.models import User
from tests import factories

from .rule_shop import FEW_PHOTOS, drafted, facts, live, screened

pytestmark = pytest.mark.django_db
CHEAP = "has_price && price < 10.0"


@pytest.fixture(autouse=True)
def silent(monkeypatch) -> None:
    monkeypatch.setattr("shopadmin.jobs.doorbell._send", lambda task, arguments: None)


def backtested(by: User, text: str, *, version: RuleVersion | None = None, days: int = 0, **fields) -> dict:
    """The result of testing a text, as another version of the rule of `version` or as a new rule."""
    wording = Wording(text=text, **fields)
    rule = version.rule if version else None
    return result_of(services.start_backtest(wording=wording, by=by, rule=rule, days=days))


def result_of(backtest: Backtest) -> dict:
    services.run_backtest(backtest.pk)
    backtest.refresh_from_db()
    assert backtest.state == Backtest.State.SUCCEEDED, backtest.error
    return backtest.result


def transitions(result: dict) -> dict[tuple[str, str], int]:
    return {(each["from"], each["to"]): each["count"] for each in result["transitions"]}


def test_it_tells_which_listings_a_new_rule_would_hold_and_of_whom(paula: User, shop: Seller) -> None:
    found = screened(facts(price=5.0), product=factories.product(of=shop, photos=0))
    screened(facts(price=50.0), product=factories.product(of=shop, photos=0))
    screened(facts())

    result = backtested(paula, CHEAP, lane=LaneChoices.HOLD)

    assert result["transitions"] == [{"from": "clean", "to": "hold", "count": 1, "sample": [found.pk]}]
    assert {name: result[name] for name in ("asked", "fires", "errs", "unchanged", "changed")} == {
        "asked": 3, "fires": 1, "errs": 0, "unchanged": 2, "changed": 1
    }  # fmt: skip
    assert result["sellers"] == [{"key": shop.pk, "name": "Mine", "changed": 1, "transitions": {"clean → hold": 1}}]
    assert [brand["name"] for brand in result["brands"]] == ["Bravo"]
    assert result["stock_held"] == {"USD": 4990}
    assert result["stock_released"] == {}
    assert result["work"] == {"review": 0, "hold": 1, "minutes": 4}


def test_a_listing_of_which_it_cannot_be_asked_would_be_held(paula: User) -> None:
    screened(facts(failed=["photo_count"]))

    result = backtested(paula, FEW_PHOTOS, lane=LaneChoices.REVIEW)

    assert (result["fires"], result["errs"], transitions(result)) == (0, 1, {("clean", "error"): 1})


def test_a_listing_whose_texts_are_gone_cannot_be_asked_for_words_but_for_numbers(paula: User) -> None:
    screened(facts(photo_count=1))
    ListingTexts.objects.all().delete()

    assert backtested(paula, 'mentions(title, "replica")', lane=LaneChoices.REVIEW)["errs"] == 1
    assert backtested(paula, FEW_PHOTOS, lane=LaneChoices.REVIEW)["fires"] == 1


def test_a_milder_version_releases_what_only_the_live_one_held(paula: User, petra: User) -> None:
    version = live(paula, petra, FEW_PHOTOS, lane=LaneChoices.BLOCK)
    other = live(paula, petra, 'title == "Same"', slug="other", lane=LaneChoices.HOLD)
    screened(facts(photo_count=1), verdict="block", fired=[version])
    screened(facts(photo_count=1, title="Same"), verdict="block", fired=[version, other])
    screened(facts(photo_count=0), verdict="block", fired=[version])

    result = backtested(paula, "photo_count < 1", version=version, lane=LaneChoices.BLOCK)

    assert transitions(result) == {("block", "clean"): 1, ("block", "hold"): 1}
    assert result["stock_released"] == {"USD": 4990}
    assert result["work"] == {"review": 0, "hold": 0, "minutes": 0}


def test_removed_listings_and_drafts_are_not_asked(paula: User) -> None:
    for status in ("removed", "draft"):
        screened(facts(), product=factories.product(photos=0, status=status))

    assert backtested(paula, "true || photo_count < 2")["asked"] == 0


def test_it_acts_on_its_share_of_listings_only(paula: User, petra: User) -> None:
    version = live(paula, petra)
    products = [screened(facts(photo_count=1), fired=[version], verdict="review") for _ in range(40)]

    result = backtested(paula, FEW_PHOTOS, version=version, rollout_percent=Decimal(30))

    inside = sum(is_in("few-photos", product.pk, Decimal(30)) for product in products)
    assert 0 < inside < 40
    assert (result["fires"], transitions(result)) == (inside, {("review", "clean"): 40 - inside})


def test_snoozed_listings_and_sellers_are_left_alone(paula: User, petra: User, shop: Seller) -> None:
    version = live(paula, petra, "photo_count < 1")
    products = [screened(facts(photo_count=1)) for _ in range(2)]
    screened(facts(photo_count=1), product=factories.product(of=shop, photos=0))
    soon = timezone.now() + timedelta(days=1)
    snooze(rule=version.rule, product=products[0], until=soon, reason="Known.", by=paula)
    snooze(rule=version.rule, seller=shop, until=soon, reason="Known.", by=paula)

    result = backtested(paula, FEW_PHOTOS, version=version)

    assert [each["sample"] for each in result["transitions"]] == [[products[1].pk]]


def test_what_people_said_is_wrong_stays_so_as_long_as_the_rule_sees_the_same(paula: User, petra: User) -> None:
    version = live(paula, petra, "photo_count < 1", lane=LaneChoices.HOLD)
    known = facts(photo_count=1)
    product = screened(known)
    decided(product, version, Finding.State.CLEARED, saw=what_it_saw(compile_rule(FEW_PHOTOS, {}).facts, known))

    assert transitions(backtested(paula, FEW_PHOTOS, version=version, lane=LaneChoices.HOLD)) == {}
    other = backtested(paula, f"{FEW_PHOTOS} && title != 'x'", version=version, lane=LaneChoices.HOLD)
    assert transitions(other) == {("clean", "hold"): 1}


def test_precision_is_what_people_said_of_the_listings_on_which_it_fires(paula: User, petra: User) -> None:
    version = live(paula, petra, 'title == "x"')
    for number, state in enumerate(["confirmed"] * 3 + ["cleared"]):
        decided(screened(facts(photo_count=1)), version, state, saw=str(number))
    decided(screened(facts(photo_count=9)), version, "cleared", saw="9")
    screened(facts(photo_count=1))

    verdicts = backtested(paula, FEW_PHOTOS)["verdicts"]

    assert (verdicts["confirmed"], verdicts["cleared"], verdicts["precision"]) == (3, 1, 0.75)
    assert (round(verdicts["low"], 3), round(verdicts["high"], 3)) == (0.301, 0.954)


def test_listings_that_people_found_in_order_are_told_of_outside_the_samples_too(
    paula: User, petra: User, monkeypatch
) -> None:
    monkeypatch.setattr("catalog.backtests.results.MOST_SAMPLED", 1)
    version = live(paula, petra, 'title == "x"')
    listings = [screened(facts(photo_count=1)) for _ in range(6)]
    held = screened(facts(photo_count=1), verdict="hold")
    for product, states in zip(
        [*listings, held],
        (["cleared"], ["cleared", "cleared"], ["cleared", "confirmed"], ["open"], [], ["cleared"], ["cleared"]),
        strict=True,
    ):
        for number, state in enumerate(states):
            decided(product, version, state, saw=str(number))

    mistaken = backtested(paula, FEW_PHOTOS, lane=LaneChoices.HOLD)["mistaken"]

    assert mistaken["count"] == 3
    assert len(mistaken["sample"]) == 1
    assert mistaken["sample"][0] in {listings[0].pk, listings[1].pk, listings[5].pk}


def test_what_an_allow_rule_kept_from_being_asked_is_asked_when_it_is_replaced(paula: User, petra: User) -> None:
    """The stored answers end at the allow rule: without asking the others, its end would seem to change nothing."""
    allow = live(paula, petra, 'title == "Fine"', slug="fine", lane=LaneChoices.ALLOW, order=1)
    live(paula, petra, FEW_PHOTOS, lane=LaneChoices.BLOCK)
    screened(facts(title="Fine", photo_count=1), verdict="allowed", fired=[allow])
    screened(facts(title="Fine", photo_count=9), verdict="allowed", fired=[allow])

    result = backtested(paula, 'title == "Other"', version=allow, lane=LaneChoices.ALLOW, order=1)

    assert transitions(result) == {("allowed", "block"): 1, ("allowed", "clean"): 1}


def test_a_changed_list_changes_what_each_rule_that_asks_it_does(paula: User, petra: User, shop: Seller) -> None:
    text = 'in_list(seller, "watched-sellers")'
    of = ValueList.objects.get(name="watched-sellers")
    other = factories.seller("Other")
    add_entries(to=of, values=[other.slug], by=paula)
    hold = live(paula, petra, text, lane=LaneChoices.HOLD)
    review = live(paula, petra, f"{text} && {FEW_PHOTOS}", slug="both")
    screened(facts(seller="mine", photo_count=1))
    screened(facts(seller="other", photo_count=1), verdict="hold", fired=[hold, review])
    screened(facts(seller="other", photo_count=9), verdict="hold", fired=[hold])

    backtest = services.start_list_backtest(
        of=of, added=["mine"], removed=of.entries.values_list("pk", flat=True), by=paula
    )

    assert transitions(result_of(backtest)) == {("hold", "clean"): 2, ("clean", "hold"): 1}
    assert of.entries.get().value == "other"


def test_a_list_that_no_live_rule_asks_ends_with_words(paula: User, shop: Seller) -> None:
    of = ValueList.objects.get(name="watched-sellers")
    with pytest.raises(Refusal, match="Nothing would change"):
        services.start_list_backtest(of=of, by=paula)
    with pytest.raises(Refusal, match="cannot stand in this list"):
        services.start_list_backtest(of=of, added=["nobody"], by=paula)

    backtest = services.start_list_backtest(of=of, added=["mine"], by=paula)
    services.run_backtest(backtest.pk)

    backtest.refresh_from_db()
    assert (backtest.state, backtest.error) == ("failed", "No live rule asks this, so nothing would change.")


def test_samples_are_drawn_stably_and_small(paula: User, monkeypatch) -> None:
    for _ in range(30):
        screened(facts(photo_count=1))
    monkeypatch.setattr("catalog.backtests.results.MOST_SAMPLED", 10)

    one, other = (backtested(paula, FEW_PHOTOS)["transitions"][0]["sample"] for _ in range(2))

    assert one == other
    assert len(one) == 10


def test_screenings_of_the_last_days_are_asked_with_the_facts_of_their_day(paula: User) -> None:
    now = timezone.now()
    product = screened(facts(photo_count=9))
    for days, known in ((1, facts(photo_count=1)), (2, facts(failed=["photo_count"])), (3, facts()), (40, facts())):
        at = now - timedelta(days=days)
        Screening.objects.create(product=product, product_version=1, at=at, verdict="review", facts=to_json(known))

    result = backtested(paula, FEW_PHOTOS, days=30)

    assert result["as_they_were"] == {"days": 30, "asked": 3, "fires": 1, "errs": 1, "clean": None}
    assert result["fires"] == 0


def test_a_text_that_is_no_rule_is_not_tested(paula: User) -> None:
    with pytest.raises(RuleRefused):
        services.start_backtest(wording=Wording(text="photo_cuont < 2"), by=paula)


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


def decided(product: Product, version: RuleVersion, state: str, saw: str = "", is_error: bool = False) -> Finding:
    screening = Screening.objects.create(product=product, product_version=1, verdict="review", facts={})
    return Finding.objects.create(
        product=product, seller=product.seller, rule=version.rule, version=version, screening=screening,
        lane=version.lane, severity=3, saw=saw, state=state, is_error=is_error,
        decided_at=None if state == "open" else timezone.now(),
    )  # fmt: skip


def test_a_draft_that_was_kept_is_tested_as_a_version_of_its_rule(paula: User) -> None:
    version = drafted(paula)
    screened(facts(photo_count=1))

    backtest = services.start_backtest(wording=Wording.of(version), by=paula, version=version)

    assert (backtest.rule, backtest.version) == (version.rule, version)
    assert transitions(result_of(backtest)) == {("clean", "review"): 1}
