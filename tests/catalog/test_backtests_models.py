"""What another version of a model would change: its facts are found out first, then all live rules are asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from catalog.backtests import finding, services
from catalog.fact_finding.brand_names import LETTERS
from catalog.listings import Refusal
from catalog.model_releases import note_offers
from catalog.models import Backtest, LaneChoices, ListingFacts, ModelRelease, Product, Seller
from catalog.screening.services import screen_due
from shopadmin.accounts.models import User
from tests import factories

from .models_of_photos import Reader, reading
from .running_rules import live_rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


@pytest.fixture
def reader() -> Iterator[Reader]:
    with reading() as reader:
        note_offers()
        yield reader


@pytest.fixture
def cups(shop: Seller, petra: User) -> list[Product]:
    """Three listings that are clean by what the version in force reads."""
    live_rule('has_photo_text && photo_text.contains("replica")', LaneChoices.HOLD)
    live_rule('mentions(title, "replica")', LaneChoices.BLOCK)
    return [factories.product(f"Cup {number}", of=shop, screened_version=0) for number in range(3)]


def run(release: ModelRelease, by: User) -> Backtest:
    backtest = services.start_release_backtest(release=release, by=by)
    services.run_backtest(backtest.pk)
    backtest.refresh_from_db()
    return backtest


def test_the_rules_that_ask_its_facts_are_asked_with_them_in_the_place_of_the_old(
    reader: Reader, cups: list[Product], petra: User
) -> None:
    screen_due()
    before = ListingFacts.objects.values_list("product", "texts__photo_text", "texts__made_by").order_by("product")
    as_before = list(before)
    backtest = run(reader.offer("reader@2"), petra)

    assert backtest.state == Backtest.State.SUCCEEDED, backtest.error
    result = backtest.result or {}
    assert (result["asked"], result["changed"], result["fires"], result["errs"]) == (3, 3, 3, 0)
    [transition] = result["transitions"]
    assert (transition["from"], transition["to"], transition["count"]) == ("clean", "hold", 3)
    assert set(transition["sample"]) == {cup.pk for cup in cups}
    assert list(before) == as_before
    assert {cup.status for cup in Product.objects.all()} == {"live"}


def test_what_it_cannot_look_at_errs(reader: Reader, cups: list[Product], petra: User) -> None:
    screen_due()
    waiting = reader.offer("reader@2")
    reader.reads["reader@2"] = "\0" * 3
    result = run(waiting, petra).result or {}
    assert (result["errs"], result["changed"]) == (3, 3)
    assert [transition["to"] for transition in result["transitions"]] == ["error"]


def test_listings_held_for_want_of_approval_would_be_let_go(reader: Reader, cups: list[Product], petra: User) -> None:
    reader.reads["reader@2"] = "a cup"
    reader.lost.add("reader@1")
    waiting = reader.offer("reader@2")
    screen_due()
    assert {cup.status for cup in Product.objects.all()} == {"held"}
    [transition] = (run(waiting, petra).result or {})["transitions"]
    assert (transition["from"], transition["to"], transition["count"]) == ("error", "clean", 3)


def test_a_sample_is_drawn_from_many_and_is_the_same_each_time(
    reader: Reader, cups: list[Product], petra: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen_due()
    monkeypatch.setattr(finding, "MOST_SAMPLED", 2)
    waiting = reader.offer("reader@2")
    first, second = (run(waiting, petra).result or {} for _ in range(2))
    assert first["asked"] == 2
    assert first["transitions"] == second["transitions"]


def test_nothing_is_left_behind(reader: Reader, cups: list[Product], petra: User) -> None:
    screen_due()
    run(reader.offer("reader@2"), petra)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [finding.FOUND.facts])
        assert cursor.fetchone() == (None,)


def test_rules_that_compare_looks_are_asked_with_new_tables_of_letters(
    cups: list[Product], petra: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_rule('imitates(title, "cup")', LaneChoices.REVIEW)
    screen_due()
    monkeypatch.setattr("catalog.fact_finding.names.letters_version", lambda: "glyphguard 99")
    monkeypatch.setattr(finding, "skeleton_words", lambda text: " a plate ")
    note_offers()
    [transition] = (run(ModelRelease.objects.waiting().get(maker=LETTERS), petra).result or {})["transitions"]
    assert (transition["from"], transition["to"], transition["count"]) == ("review", "clean", 3)


def test_a_maker_that_no_live_rule_asks_ends_with_words(
    reader: Reader, cups: list[Product], petra: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog.fact_finding.names.letters_version", lambda: "glyphguard 99")
    note_offers()
    backtest = run(ModelRelease.objects.waiting().get(maker=LETTERS), petra)
    assert (backtest.state, backtest.error) == ("failed", "No live rule asks this, so nothing would change.")


def test_what_is_not_installed_is_not_asked(reader: Reader, petra: User) -> None:
    waiting = reader.offer("reader@2")
    reader.offer("reader@3")
    with pytest.raises(Refusal, match="not installed"):
        services.start_release_backtest(release=waiting, by=petra)
