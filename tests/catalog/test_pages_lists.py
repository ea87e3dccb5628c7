"""Pages of lists: what stands in them and why, who asks, and what a change would do before it is made."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from catalog.backtests.services import run_backtest
from catalog.list_writing import add_entries, add_list
from catalog.models import Backtest, ListEntry, ListingFacts, ValueList, VerdictChoices
from catalog.rules.listing_facts import ListKind
from shopadmin.accounts.models import User
from tests import factories

from . import rule_rows as rows
from .bulk_buttons import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
LISTS = "/catalog/rules/lists/"
PHRASES = f"{LISTS}phrases/"


@pytest.fixture
def writer(client: Client, paula: User) -> Client:
    client.force_login(paula)
    return client


@pytest.fixture
def phrases(paula: User) -> ValueList:
    return add_list(name="phrases", title="Phrases", kind=ListKind.WORDS, by=paula)


def test_a_list_is_added_and_an_odd_or_taken_name_is_refused(writer: Client) -> None:
    answer = writer.post(f"{LISTS}add", {"title": "Bad shops", "name": "bad-shops", "kind": "sellers"}, follow=True)
    assert "Nothing stands in it." in text_of(answer)

    again = writer.post(f"{LISTS}add", {"title": "Bad shops", "name": "bad-shops", "kind": "sellers"})
    assert again.status_code == 422
    assert "Another list has the name" in text_of(again)
    assert writer.post(f"{LISTS}add", {"title": "Add", "name": "add", "kind": "words"}).status_code == 422


def test_entries_come_in_bulk_with_why_and_until_when(writer: Client, phrases: ValueList, paula: User) -> None:
    add_entries(to=phrases, values=["replica"], by=paula)
    until = timezone.localdate() + timedelta(days=30)

    sent = {"values": "Mirror quality\n\nREPLICA\n1:1", "note": "Seen in May.", "until": until.isoformat()}
    text = text_of(writer.post(f"{PHRASES}entries/add", sent, follow=True))

    assert "2 entries were added." in text
    assert "1 stood there already." in text
    assert "Seen in May." in text
    assert "Paula" in text


def test_what_does_not_fit_comes_back_with_the_reason(writer: Client, phrases: ValueList) -> None:
    answer = writer.post(f"{PHRASES}entries/add", {"values": "replica\n!!!", "note": "Why not."})

    assert answer.status_code == 422
    assert "There are no letters or digits in this." in text_of(answer)
    assert ListEntry.objects.filter(list=phrases).count() == 1


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"values": "", "note": "x"}, "Write at least one entry."),
        ({"values": "replica", "note": ""}, "Say why: others read it later."),
        ({"values": "replica", "note": "x", "until": "2020-01-01"}, "would expire in the past"),
    ],
)
def test_what_is_missing_is_said(writer: Client, phrases: ValueList, sent: dict[str, str], said: str) -> None:
    answer = writer.post(f"{PHRASES}entries/add", sent)

    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not phrases.entries.exists()


def test_a_preview_asks_all_listings_and_changes_nothing(
    writer: Client, phrases: ValueList, paula: User, petra: User
) -> None:
    rows.live("Evasive", paula, petra, text='mentions_any(title, "phrases")')

    answer = writer.post(f"{PHRASES}entries/add", {"values": "replica", "note": "x", "preview": "1"})

    test = Backtest.objects.get()
    assert answer["Location"] == test.get_absolute_url()
    assert test.added == [" replica "]
    assert not phrases.entries.exists()
    assert "replica" in text_of(writer.get(test.get_absolute_url()))


def test_what_a_change_of_a_list_would_do_names_the_listings(
    writer: Client, phrases: ValueList, paula: User, petra: User
) -> None:
    rows.live("Evasive", paula, petra, lane="hold", text='mentions_any(title, "phrases")')
    rows.known(factories.product("Replica watch"), title_folded=" replica watch ")
    ListingFacts.objects.update(verdict=VerdictChoices.CLEAN)

    writer.post(f"{PHRASES}entries/add", {"values": "replica", "note": "x", "preview": "1"})
    test = Backtest.objects.get()
    run_backtest(test.pk)

    assert "Replica watch" in text_of(writer.get(test.get_absolute_url()))


def test_entries_are_taken_off_with_a_reason_and_stand_apart(writer: Client, phrases: ValueList, paula: User) -> None:
    add_entries(to=phrases, values=["replica", "mirror"], by=paula)
    entry = phrases.entries.get(value="replica")

    assert writer.post(f"{PHRASES}entries/remove", {"entry": entry.pk, "reason": ""}).status_code == 422
    assert "Tick the entries" in text_of(writer.post(f"{PHRASES}entries/remove", {"reason": "x"}, follow=True))
    answer = writer.post(f"{PHRASES}entries/remove", {"entry": entry.pk, "reason": "Too wide."}, follow=True)

    assert "1 entry was taken off." in text_of(answer)
    assert [each.value for each in answer.context["shown"].entries.rows] == ["mirror"]
    assert [each.value for each in answer.context["shown"].gone] == ["replica"]


def test_expired_entries_stand_apart(writer: Client, phrases: ValueList, paula: User) -> None:
    add_entries(to=phrases, values=["replica"], by=paula)
    phrases.entries.update(added_at=timezone.now() - timedelta(days=9), expires_at=timezone.now() - timedelta(days=1))

    shown = writer.get(PHRASES).context["shown"]

    assert (len(shown.entries.rows), len(shown.gone)) == (0, 1)
    (row,) = [row for row in writer.get(LISTS).context["rows"] if row.list == phrases]
    assert (row.standing, row.expired) == (0, 1)


def test_rules_that_ask_are_named_and_keep_the_list(
    writer: Client, phrases: ValueList, paula: User, petra: User
) -> None:
    rows.live("Evasive", paula, petra, text='mentions_any(title, "phrases")')

    assert "Evasive" in text_of(writer.get(LISTS))
    assert "asked by Evasive" in text_of(writer.get(PHRASES))
    answer = writer.post(f"{PHRASES}delete", follow=True)
    assert "Rules ask this list" in text_of(answer)
    assert ValueList.objects.filter(pk=phrases.pk).exists()


def test_a_list_that_no_rule_asks_is_deleted(writer: Client, phrases: ValueList) -> None:
    assert "The list is deleted." in text_of(writer.post(f"{PHRASES}delete", follow=True))
    assert not ValueList.objects.filter(pk=phrases.pk).exists()


def test_the_search_narrows_the_entries(writer: Client, phrases: ValueList, paula: User) -> None:
    add_entries(to=phrases, values=["replica", "mirror"], by=paula)

    answer = writer.get(PHRASES, {"q": "mir"}, headers={"HX-Request": "true"})

    assert [each.value for each in answer.context["shown"].entries.rows] == ["mirror"]
    assert "<html" not in answer.content.decode()
