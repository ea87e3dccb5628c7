"""The page of models: which version acts, what waits with what it would change, and deciding on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.model_releases import note_offers, refuse_release
from catalog.models import Backtest, LaneChoices, ModelRelease, Product, Seller
from catalog.photo_signals import READER
from catalog.screening.services import screen_due
from shopadmin.accounts.models import Notification, User
from tests import factories

from .bulk_buttons import text_of
from .models_of_photos import Reader, reading
from .running_rules import live_rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
PAGE, RULES = "/catalog/rules/models/", "/catalog/rules/"
State = ModelRelease.State


@pytest.fixture
def reader() -> Iterator[Reader]:
    with reading() as reader:
        note_offers()
        yield reader


@pytest.fixture
def waiting(reader: Reader, petra: User) -> ModelRelease:
    return reader.offer("reader@2")


@pytest.fixture
def policy(client: Client, petra: User) -> Client:
    """Petra's browser; she writes and approves rules."""
    client.force_login(petra)
    return client


def test_the_page_names_each_maker_with_the_version_that_acts(policy: Client, reader: Reader) -> None:
    shown = text_of(policy.get(PAGE))
    assert "Words in photos (text reader)" in shown
    assert "reader@1" in shown
    assert "there from the start" in shown
    assert "waits" not in shown


def test_before_the_first_screening_it_says_that_nothing_is_noted(policy: Client) -> None:
    assert "noted at the next screening" in text_of(policy.get(PAGE))


def test_what_waits_is_marked_told_and_shown_with_what_is_held_for_it(
    policy: Client, reader: Reader, shop: Seller, petra: User
) -> None:
    live_rule('has_photo_text && photo_text.contains("fake")', LaneChoices.REVIEW)
    factories.product("Cup", of=shop, screened_version=0)
    reader.lost.add("reader@1")
    reader.offer("reader@2")
    screen_due()
    shown = text_of(policy.get(PAGE))
    assert "a new version waits" in shown
    assert "1 listing is held" in shown
    assert "another one is installed" in shown
    assert 'Models <span class="badge number">1</span>' in policy.get(RULES).content.decode()
    told = Notification.objects.get(kind="model.proposed", recipient=petra)
    assert told.url.startswith(PAGE)


def test_approving_lets_it_act_and_says_so(policy: Client, waiting: ModelRelease, petra: User) -> None:
    answer = policy.post(f"{PAGE}{waiting.pk}/decide", {"verdict": "approve", "reason": "Reads better."}, follow=True)
    assert "Approved. Listings are asked again." in text_of(answer)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by, waiting.decision_reason) == (State.LIVE, petra, "Reads better.")


def test_refusing_needs_a_reason_and_keeps_what_was_sent(policy: Client, waiting: ModelRelease) -> None:
    answer = policy.post(f"{PAGE}{waiting.pk}/decide", {"verdict": "refuse", "reason": ""})
    assert answer.status_code == 422
    assert "Say what is to be mended" in text_of(answer)
    policy.post(f"{PAGE}{waiting.pk}/decide", {"verdict": "refuse", "reason": "Misreads."})
    waiting.refresh_from_db()
    assert waiting.state == State.REFUSED


def test_what_was_refused_can_be_asked_for_again_but_not_be_decided_on_by_the_same(
    policy: Client, waiting: ModelRelease, paula: User
) -> None:
    refuse_release(release=waiting, reason="Misreads.", by=paula)
    assert "Ask for another decision" in text_of(policy.get(PAGE))
    policy.post(f"{PAGE}{waiting.pk}/propose", {"reason": " "})
    assert not ModelRelease.objects.waiting().exists()
    policy.post(f"{PAGE}{waiting.pk}/propose", {"reason": "It was the photo."})
    again = ModelRelease.objects.waiting().get()
    shown = text_of(policy.get(PAGE))
    assert "You asked for this version" in shown
    assert "It was the photo." in shown
    assert "Ask for another decision" not in shown
    answer = policy.post(f"{PAGE}{again.pk}/decide", {"verdict": "approve", "reason": ""}, follow=True)
    assert "somebody else decides" in text_of(answer)


def test_a_backtest_is_started_from_the_page_and_shown_on_it(
    policy: Client, waiting: ModelRelease, petra: User
) -> None:
    answer = policy.post(f"{PAGE}{waiting.pk}/backtest")
    test = Backtest.objects.get(release=waiting, requested_by=petra)
    assert answer["Location"] == test.get_absolute_url()
    assert "What the new version of the model would change" in text_of(policy.get(test.get_absolute_url()))
    assert "What it would change" in text_of(policy.get(PAGE))


def test_a_version_that_is_gone_is_neither_asked_nor_approved(
    policy: Client, waiting: ModelRelease, reader: Reader
) -> None:
    reader.offer("reader@3")
    for verb, sent in (("backtest", {}), ("decide", {"verdict": "approve"})):
        answer = policy.post(f"{PAGE}{waiting.pk}/{verb}", sent, follow=True)
        assert "not installed any more" in text_of(answer)
    waiting.refresh_from_db()
    assert waiting.state == State.PROPOSED


def test_who_only_reads_rules_sees_no_buttons(waiting: ModelRelease, bob: User, client: Client) -> None:
    client.force_login(bob)
    shown = client.get(PAGE).content.decode()
    assert "reader@2" in shown
    assert f"{PAGE}{waiting.pk}/" not in shown


def test_earlier_decisions_do_not_make_the_page_slower(policy: Client, waiting: ModelRelease, paula: User) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            policy.get(PAGE)
        return len(asked)

    refuse_release(release=waiting, reason="Misreads.", by=paula)
    policy.get(PAGE)
    few = statements()
    decided = {"decided_by": paula, "decided_at": waiting.written_at, "decision_reason": "No."}
    ModelRelease.objects.bulk_create(
        ModelRelease(maker=READER, version=f"reader@{number}", state=State.REFUSED, **decided)
        for number in range(10, 40)
    )
    assert statements() == few
    assert Product.objects.count() == 0
