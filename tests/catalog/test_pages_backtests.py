"""Pages of backtests: begun from the editor or a version, looked at while they run, and what they found."""

from __future__ import annotations

import pytest
from django.test import Client

from catalog.backtests.services import run_backtest
from catalog.models import Backtest, ListingFacts, Product, VerdictChoices
from shopadmin.accounts.models import User
from tests import factories

from . import rule_rows as rows
from .bulk_buttons import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
RULES = "/catalog/rules/"
TYPED = {"text": rows.CHEAP, "lane": "hold", "order": "10", "severity": "4", "rollout_percent": "100"}


@pytest.fixture
def writer(client: Client, paula: User) -> Client:
    client.force_login(paula)
    return client


def listing(title: str, **facts: object) -> Product:
    item = factories.product(title)
    rows.known(item, **facts)
    ListingFacts.objects.filter(product=item).update(verdict=VerdictChoices.CLEAN)
    return item


def ran(client: Client, sent: dict[str, str]) -> Backtest:
    client.post(f"{RULES}backtests/add", sent)
    test = Backtest.objects.latest("pk")
    run_backtest(test.pk)
    test.refresh_from_db()
    return test


def test_an_unsaved_text_is_asked_and_what_changes_is_shown(writer: Client) -> None:
    listing("Cheap shoe")
    listing("Dear shoe", price_quantile=0.6)

    test = ran(writer, TYPED)
    answer = writer.get(test.get_absolute_url())

    shown = answer.context["shown"]
    assert [(each.before, each.after, each.count) for each in shown.transitions] == [("clean", "hold", 1)]
    text = text_of(answer)
    assert "Cheap shoe" in text
    assert "Dear shoe" not in text
    assert "price_quantile = 0.03" in text
    assert "of all, cannot be asked 0" in text


def test_what_people_cleared_stands_first(writer: Client, paula: User, petra: User) -> None:
    cleared = listing("Cleared before")
    listing("Another")
    both = listing("Cleared, then confirmed")
    old = rows.live("Old rule", paula, petra)
    rows.found(old, cleared, "cleared")
    for state in ("cleared", "confirmed"):
        rows.found(old, both, state)

    answer = writer.get(ran(writer, TYPED).get_absolute_url())

    assert [row.product for row in answer.context["shown"].mistaken] == [cleared]
    assert "Held back, although people found them in order" in text_of(answer)


def test_errors_are_a_row_of_their_own(writer: Client) -> None:
    item = listing("Unknown")
    ListingFacts.objects.filter(product=item).update(price_quantile=None, has_price_quantile=None)

    answer = writer.get(
        ran(writer, {**TYPED, "text": "has_price_quantile && price_quantile < 0.05"}).get_absolute_url()
    )

    assert answer.context["shown"].result["errs"] == 1
    assert "of all, cannot be asked 1" in text_of(answer)


def test_a_text_with_an_error_says_where(writer: Client) -> None:
    answer = writer.post(f"{RULES}backtests/add", {**TYPED, "text": "pric_quantile < 0.05"})

    assert answer.status_code == 422
    assert "is not a fact" in text_of(answer)
    assert "^^^" in answer.content.decode()
    assert not Backtest.objects.exists()


def test_a_version_is_asked_from_its_page_and_stands_in_the_list(writer: Client, paula: User) -> None:
    draft = rows.version(rows.rule("Cheap", paula), paula)

    answer = writer.post(f"{RULES}cheap/{draft.number}/backtest", follow=True)

    assert "You can leave this page; it goes on." in text_of(answer)
    assert "version 1" in text_of(writer.get(f"{RULES}cheap/backtests/"))


def test_while_it_waits_it_can_be_cancelled(writer: Client) -> None:
    writer.post(f"{RULES}backtests/add", TYPED)
    test = Backtest.objects.get()
    assert "backtest-progress" in writer.get(f"{test.get_absolute_url()}progress").content.decode()

    answer = writer.post(f"{test.get_absolute_url()}cancel", follow=True)

    assert "Cancelled. Nothing was changed." in text_of(answer)
    assert writer.get(f"{test.get_absolute_url()}progress")["HX-Refresh"] == "true"


def test_reviewers_look_and_do_not_start(bob: User, writer: Client) -> None:
    test = ran(writer, TYPED)
    reader = Client()
    reader.force_login(bob)

    assert reader.get(test.get_absolute_url()).status_code == 200
    assert reader.post(f"{RULES}backtests/add", TYPED).status_code == 403
