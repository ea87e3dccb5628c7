"""What is done with rules on their pages: proposed by one, decided by another, watched, retired, rolled back, muted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import RuleVersion, Snooze
from shopadmin.accounts.models import User
from tests import factories

from . import rule_rows as rows
from .bulk_buttons import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
RULE = "/catalog/rules/cheap/"


@pytest.fixture
def writer(client: Client, paula: User) -> Client:
    """Paula's browser; she writes the rules here."""
    client.force_login(paula)
    return client


@pytest.fixture
def approver(petra: User) -> Client:
    """Petra's browser; she decides."""
    client = Client()
    client.force_login(petra)
    return client


def state_of(version: RuleVersion) -> str:
    version.refresh_from_db()
    return version.state


def test_one_proposes_and_another_approves(writer: Client, approver: Client, paula: User, petra: User) -> None:
    draft = rows.version(rows.rule("Cheap", paula), paula)

    assert "Proposed." in text_of(writer.post(f"{RULE}1/propose", follow=True))
    own = writer.post(f"{RULE}1/decide", {"verdict": "approve"}, follow=True)
    assert "You wrote this version" in text_of(own)
    assert state_of(draft) == "proposed"

    assert "Approved." in text_of(approver.post(f"{RULE}1/decide", {"verdict": "approve"}, follow=True))
    assert state_of(draft) == "live"
    assert draft.decided_by == petra


def test_refusing_needs_a_reason(approver: Client, paula: User) -> None:
    version = rows.version(rows.rule("Cheap", paula), paula, "proposed")

    answer = approver.post(f"{RULE}1/decide", {"verdict": "refuse", "reason": " "})
    assert answer.status_code == 422
    assert "Say what is to be mended: the writer reads it." in text_of(answer)
    assert approver.post(f"{RULE}1/decide", {}).status_code == 422

    approver.post(f"{RULE}1/decide", {"verdict": "refuse", "reason": "Too wide."})
    assert state_of(version) == "refused"
    assert version.decision_reason == "Too wide."


def test_whoever_comes_second_reads_that_it_is_decided(approver: Client, paula: User, petra: User) -> None:
    version = rows.version(rows.rule("Cheap", paula), paula, "refused", decided_by=petra)

    answer = approver.post(f"{RULE}1/decide", {"verdict": "approve"}, follow=True)

    assert "does not wait for a decision any more" in text_of(answer)
    assert state_of(version) == "refused"


def test_a_version_watches_and_stops(writer: Client, paula: User) -> None:
    version = rows.version(rows.rule("Cheap", paula), paula)

    assert "It watches now" in text_of(writer.post(f"{RULE}1/shadow", {"to": "on"}, follow=True))
    version.refresh_from_db()
    assert version.shadow_since is not None

    assert "It watches no longer." in text_of(writer.post(f"{RULE}1/shadow", {"to": "off"}, follow=True))
    version.refresh_from_db()
    assert version.shadow_until is not None


def test_retiring_needs_a_reason_and_acts_at_once(writer: Client, paula: User, petra: User) -> None:
    live = rows.live("Cheap", paula, petra)

    assert writer.post(f"{RULE}retire", {"reason": ""}).status_code == 422
    assert state_of(live) == "live"

    assert "The rule is retired." in text_of(writer.post(f"{RULE}retire", {"reason": "Wrong."}, follow=True))
    assert state_of(live) == "retired"


def test_going_back_proposes_the_earlier_text_again(writer: Client, paula: User, petra: User) -> None:
    old = rows.version(rows.rule("Cheap", paula), paula, "retired", decided_by=petra, text="photo_count > 3")
    rows.version(old.rule, paula, "live", decided_by=petra)

    assert writer.post(f"{RULE}1/roll-back", {"reason": ""}).status_code == 422
    answer = writer.post(f"{RULE}1/roll-back", {"reason": "It was better."}, follow=True)

    assert "Version 1 is proposed again." in text_of(answer)
    again = old.rule.versions.get(number=3)
    assert (again.text, again.state, again.note) == ("photo_count > 3", "proposed", "It was better.")


def test_a_demoted_rule_acts_again_by_another_than_its_writer(
    writer: Client, approver: Client, paula: User, petra: User
) -> None:
    live = rows.live("Cheap", paula, petra, lane="hold", demoted_at=timezone.now())

    assert "It only reviews for now" in text_of(writer.get(RULE))
    assert "Let it act fully again" not in text_of(writer.get(RULE))
    assert approver.post(f"{RULE}1/restore", {"reason": ""}).status_code == 422
    approver.post(f"{RULE}1/restore", {"reason": "The verdicts were mistaken."})

    live.refresh_from_db()
    assert live.demoted_at is None


def test_a_rule_is_muted_for_a_listing_by_its_article_number(writer: Client, paula: User, petra: User) -> None:
    rows.live("Cheap", paula, petra)
    item = factories.product("Mug")

    answer = writer.post(
        f"{RULE}snooze", {"of": "listing", "name": item.sku, "days": "30", "reason": "An invoice came."}, follow=True
    )

    row = Snooze.objects.get()
    assert "The rule is mute for Mug until" in text_of(answer)
    assert (row.product, row.seller, row.reason, row.made_by) == (item, None, "An invoice came.", paula)
    assert timedelta(days=29) < row.until - timezone.now() <= timedelta(days=30)


def test_a_rule_is_muted_for_a_seller_until_a_date_from_the_dialog(writer: Client, paula: User, petra: User) -> None:
    rows.live("Cheap", paula, petra)
    seller = factories.seller("Corner Shop")
    until = timezone.localdate() + timedelta(days=180)

    answer = writer.post(
        f"{RULE}snooze",
        {"of": "seller", "name": "corner-shop", "days": "", "until_date": until.isoformat(), "reason": "Known."},
        HTTP_HX_REQUEST="true",
    )

    assert answer.headers["HX-Redirect"] == RULE
    assert Snooze.objects.get().seller == seller


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": ""}, "Say why"),
        ({"name": "nothing"}, "No listing has this number."),
        ({"of": "seller", "name": "nobody"}, "No seller has this short name."),
        ({"name": "TWICE"}, "Several sellers use this article number."),
        ({"days": ""}, "Choose until when"),
        ({"days": "", "until_date": "2020-01-01"}, "Choose a day from tomorrow on"),
        ({"days": "", "until_date": "2999-01-01"}, "at most 180 days from today"),
        ({"days": "31"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_with_muting_is_said_in_the_dialog(
    writer: Client, paula: User, petra: User, fields: dict[str, str], words: str
) -> None:
    rows.live("Cheap", paula, petra)
    item = factories.product()
    for name in ("One", "Two"):
        factories.product(of=factories.seller(name)).change(sku="TWICE")

    sent = {"of": "listing", "name": str(item.pk), "days": "7", "reason": "Known.", **fields}
    answer = writer.post(f"{RULE}snooze", sent, HTTP_HX_REQUEST="true")

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert "<html" not in answer.content.decode()
    assert not Snooze.objects.exists()


def test_the_dialog_knows_the_listing_that_it_was_opened_from(writer: Client, paula: User, petra: User) -> None:
    rows.live("Cheap", paula, petra)

    assert 'value="17"' in writer.get(f"{RULE}snooze?listing=17").content.decode()
