"""The pages of a rule's settings and of the share of listings on which it acts; what it finds, as pages show it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import BlindSample, Brand, RecallEstimate, RuleVersion
from catalog.overlap_page import keep_overlaps
from catalog.recall_counting import keep_recalls
from catalog.rollout_page import reach
from catalog.rules.measuring.intervals import Interval, Recall
from catalog.templatetags.rules import likeliest
from shopadmin.accounts.models import User
from tests import factories

from . import rule_rows as rows
from .bulk_buttons import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
RULE = "/catalog/rules/cheap/"
SETTINGS, ROLLOUT = f"{RULE}settings", f"{RULE}rollout"
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def writer(client: Client, paula: User) -> Client:
    """Paula's browser; she writes the rules here."""
    client.force_login(paula)
    return client


@pytest.fixture
def approver(petra: User) -> Client:
    client = Client()
    client.force_login(petra)
    return client


@pytest.fixture
def cheap(paula: User, petra: User) -> RuleVersion:
    """A rule that holds a quarter of the listings on which it fires."""
    return rows.live("Cheap", paula, petra, lane="hold", rollout_percent=Decimal(25))


def sent(of: RuleVersion, **fields: Any) -> dict[str, Any]:
    """What the form of settings sends, with what it began with."""
    begun = {"title": of.rule.title, "ground": of.rule.ground, "floor_percent": "90.0", "owner": of.rule.owner_id}
    hidden = {f"initial-{name}": value for name, value in begun.items()}
    return {**begun, **hidden, "reason": "Because.", **fields}


def test_settings_are_changed_on_their_page(writer: Client, cheap: RuleVersion, petra: User) -> None:
    page = writer.get(SETTINGS)
    assert page.context["form"]["floor_percent"].value() == Decimal("90.0")

    done = writer.post(SETTINGS, sent(cheap, title="Dear", floor_percent="92.5", owner=petra.pk), follow=True)

    cheap.rule.refresh_from_db()
    assert "The settings are saved." in text_of(done)
    assert (cheap.rule.title, cheap.rule.precision_floor, cheap.rule.owner) == ("Dear", 0.925, petra)


def test_only_what_was_changed_on_the_page_is_written(writer: Client, cheap: RuleVersion) -> None:
    form = sent(cheap, title="Dear")
    cheap.rule.precision_floor = 0.95
    cheap.rule.save()

    writer.post(SETTINGS, form)

    cheap.rule.refresh_from_db()
    assert (cheap.rule.title, cheap.rule.precision_floor) == ("Dear", 0.95)


def test_the_writer_is_told_why_not_and_another_lowers_the_guard(
    writer: Client, approver: Client, cheap: RuleVersion
) -> None:
    assert "You wrote version 1, so somebody else may lower it" in text_of(writer.get(SETTINGS))
    refused = writer.post(SETTINGS, sent(cheap, floor_percent="80"))
    assert refused.status_code == 422
    assert "You wrote version 1" in text_of(refused)

    assert "You wrote version" not in text_of(approver.get(SETTINGS))
    approver.post(SETTINGS, sent(cheap, floor_percent="80"))

    cheap.rule.refresh_from_db()
    assert cheap.rule.precision_floor == 0.8


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": ""}, "A rule needs a title."),
        ({"floor_percent": "100"}, "less than or equal to 99.9"),
        ({"owner": "0"}, "not one of the available choices"),
        ({"reason": ""}, "Say why: it stays in the history."),
        ({}, "Nothing was changed"),
    ],
)
def test_a_fault_of_the_settings_is_named(writer: Client, cheap: RuleVersion, fields: Any, words: str) -> None:
    answer = writer.post(SETTINGS, sent(cheap, **fields))
    assert answer.status_code == 422
    assert words in text_of(answer)


def test_readers_do_not_change_settings_or_shares(client: Client, cheap: RuleVersion, bob: User) -> None:
    client.force_login(bob)
    assert "Settings of the rule" not in text_of(client.get(RULE))
    assert "Widen or narrow" not in text_of(client.get(RULE))
    assert {client.get(address).status_code for address in (SETTINGS, ROLLOUT)} == {403}


def test_a_wider_share_is_proposed_and_another_approves_it(
    writer: Client, approver: Client, cheap: RuleVersion
) -> None:
    assert "Widen or narrow it" in text_of(writer.get(RULE))

    told = text_of(writer.post(ROLLOUT, {"rollout_percent": "50", "reason": "It is right."}, follow=True))

    wider = RuleVersion.objects.get(number=2)
    assert "Proposed as version 2." in told
    assert (wider.state, wider.rollout_percent, wider.note) == ("proposed", 50, "It is right.")
    assert "You wrote this version" in text_of(writer.post(f"{RULE}2/decide", {"verdict": "approve"}, follow=True))
    approver.post(f"{RULE}2/decide", {"verdict": "approve"})
    wider.refresh_from_db()
    assert wider.state == "live"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"rollout_percent": "101"}, "less than or equal to 100"),
        ({"rollout_percent": ""}, "Write a share from 0 to 100 percent."),
        ({"rollout_percent": "25"}, "it acts on this share of listings already"),
        ({"reason": ""}, "Say why: it stays in the history."),
    ],
)
def test_a_fault_of_the_share_is_named(writer: Client, cheap: RuleVersion, fields: Any, words: str) -> None:
    answer = writer.post(ROLLOUT, {"rollout_percent": "50", "reason": "It is right.", **fields})
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert not RuleVersion.objects.filter(number=2).exists()


def test_what_a_share_means_is_said_while_it_is_typed(writer: Client, cheap: RuleVersion) -> None:
    for number in range(8):
        rows.known(factories.product(f"Bag {number}", photos=0), fired=[cheap.pk] if number < 2 else [])
    factories.product("Not yet", photos=0, status="draft")
    keep_overlaps(timezone.now())

    def said(percent: str) -> str:
        answer = writer.get(ROLLOUT, {"rollout_percent": percent}, **HTMX)
        assert "<html" not in answer.content.decode()
        return text_of(answer)

    assert "At 50 % it acts on about 4 of 8 live listings. The 2 of now stay among them" in said("50")
    assert "It fires on 2 of them now; about 4 are to be expected." in said("50")
    assert "At 12.50 % it acts on about 1 of 8 live listings. They are among the 2 of now" in said("12.5")
    assert "That is the share of now." in said("25")
    for nonsense in ("101", "-1", "x", "1e9", "nan", "0.001", "9" * 99):
        assert "Write a share from 0 to 100 percent, with at most two decimals." in said(nonsense)


def test_nothing_is_expected_where_it_acts_on_nothing_now(cheap: RuleVersion) -> None:
    cheap.rollout_percent = Decimal(0)
    rows.known(factories.product(photos=0))
    keep_overlaps(timezone.now())
    found = reach(cheap, Decimal(50))
    assert (found.hits, found.expected_hits) == (0, None)


def test_a_rule_that_is_not_live_has_no_share_to_widen(writer: Client, paula: User) -> None:
    rows.version(rows.rule("Cheap", paula), paula)
    assert "Widen or narrow" not in text_of(writer.get(RULE))
    assert "No version of this rule is live." in text_of(writer.get(ROLLOUT, follow=True))


def measured(cheap: RuleVersion, petra: User) -> Brand:
    """Of Luxor's counterfeits one was found; one of two that were judged in the sample is one, too."""
    luxor = Brand.objects.create(name="Luxor")
    rows.found(cheap, factories.product("Luxor bag", photos=0, brand="Luxor"), "confirmed", brand=luxor)
    for verdict in ("counterfeit", "fine"):
        product = factories.product(photos=0, brand="Luxor")
        rows.known(product)
        fake = luxor if verdict == "counterfeit" else None
        BlindSample.objects.create(
            product=product, stratum="branded", population=2, brand=luxor, verdict=verdict, copies=fake,
            decided_by=petra, decided_at=timezone.now(),
        )  # fmt: skip
    keep_recalls(timezone.now())
    return luxor


def test_what_a_rule_finds_stands_on_its_page_in_the_list_and_on_the_brands_page(
    writer: Client, cheap: RuleVersion, petra: User, client: Client, mallory: User
) -> None:
    assert "It finds" not in text_of(writer.get(RULE))
    luxor = measured(cheap, petra)

    page = text_of(writer.get(RULE))
    assert "It finds 50 % of the counterfeits of its brands" in page
    assert "1 of 1 known ones; of 2 judged in the sample, 1 counterfeit." in page
    assert "It has been live for 3 days of these, so the shares are too low." in page
    assert "Finds" in text_of(writer.get("/catalog/rules/"))
    assert [row.recall.share for lane in writer.get("/catalog/rules/").context["lanes"] for row in lane.rows] == [0.5]
    signs = writer.get("/catalog/rules/signs/")
    assert "Luxor 50 %" in text_of(signs)
    assert signs.context["shown"].recall.recall.point == 0.5
    assert {each.label: each.judged for each in signs.context["shown"].strata}["another brand"] == 2
    address = f"/catalog/brands/{luxor.pk}/"
    assert "The rules find 50 % of its counterfeits" in text_of(writer.get(address))
    client.force_login(mallory)
    assert "What the rules find" not in text_of(client.get(address))


def test_what_is_not_known_yet_is_said_so(writer: Client, cheap: RuleVersion) -> None:
    rows.known(factories.product(photos=0))
    keep_recalls(timezone.now())

    page = text_of(writer.get(RULE))

    assert "Which share of its brands’ counterfeits it finds is not known yet." in page
    assert "Nobody has confirmed one of its findings yet." in page
    assert RecallEstimate.objects.filter(share__isnull=False).count() == 0


def test_the_list_takes_as_many_statements_for_many_rules_as_for_one(
    writer: Client, cheap: RuleVersion, paula: User, petra: User
) -> None:
    measured(cheap, petra)

    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert writer.get("/catalog/rules/").status_code == 200
        return len(queries)

    before = statements()
    for number in range(4):
        rows.live(f"Other {number}", paula, petra)
    keep_recalls(timezone.now())
    assert statements() == before


@pytest.mark.parametrize(
    ("recall", "said"),
    [
        (Recall(0.45, Interval(0.17, 0.69)), "45 %"),
        (Recall(1.0, Interval(0.23, 1.0)), "at least 23 %"),
        (Recall(0.0, Interval(0.0, 0.12)), "at most 12 %"),
        (Recall(1.0, Interval(1.0, 1.0)), "100 %"),
        (Recall(0.0, Interval(0.0, 0.0)), "0 %"),
        (Recall(None, Interval(0.0, 1.0)), ""),
    ],
)
def test_nothing_that_was_sampled_is_said_to_be_all_or_nothing(recall: Recall, said: str) -> None:
    assert likeliest(recall) == said
