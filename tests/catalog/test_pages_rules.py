"""The list of rules and the page of each: in the order in which they are asked, with what became of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import ListingFacts, Product, RuleVersion, Snooze
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from tests import factories

from . import rule_rows as rows
from .bulk_buttons import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
LIST = "/catalog/rules/"


@pytest.fixture
def writer(client: Client, paula: User) -> Client:
    """Paula's browser; she writes rules."""
    client.force_login(paula)
    return client


@pytest.fixture
def reader(bob: User) -> Client:
    """Bob's browser; he reviews findings and only reads rules."""
    client = Client()
    client.force_login(bob)
    return client


def listed(client: Client, query: str = "") -> list[str]:
    """The titles in the list, from top to bottom."""
    context = client.get(LIST + query).context
    return [row.version.rule.title for lane in context["lanes"] for row in lane.rows]


def test_rules_stand_in_the_order_in_which_they_are_asked(writer: Client, paula: User, petra: User) -> None:
    rows.live("Reviews", paula, petra, lane="review", order=1)
    rows.live("Holds", paula, petra, lane="hold", order=5)
    rows.live("Holds first", paula, petra, lane="hold", order=2)
    rows.live("Blocks", paula, petra, lane="block", order=9)
    rows.live("Allows", paula, petra, lane="allow", order=99)

    assert listed(writer) == ["Allows", "Blocks", "Holds first", "Holds", "Reviews"]


def test_a_rule_stands_once_by_its_live_version_with_what_is_under_way(
    writer: Client, paula: User, petra: User
) -> None:
    live = rows.live("Cheap", paula, petra, lane="block")
    rows.version(live.rule, petra, "proposed", lane="review", shadow_since=timezone.now())

    text = text_of(writer.get(LIST))

    assert listed(writer) == ["Cheap"]
    assert "version 2: waiting for approval" in text
    assert "version 2 in shadow" in text
    assert "The listing is taken off at once" in text


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", {"Live", "Demoted", "Draft", "Proposed", "Watching"}),
        ("?state=live", {"Live", "Demoted"}),
        ("?state=waiting", {"Proposed"}),
        ("?state=shadow", {"Watching"}),
        ("?state=draft", {"Draft", "Watching"}),
        ("?state=demoted", {"Demoted"}),
        ("?state=retired", {"Retired"}),
        ("?lane=hold", {"Demoted"}),
        ("?q=watchI price", {"Watching"}),
        ("?q=seller_age", {"Draft"}),
        ("?q=nothing", set()),
        ("?state=odd&lane=odd&after=odd", {"Live", "Demoted", "Draft", "Proposed", "Watching"}),
    ],
)
def test_filters(writer: Client, paula: User, petra: User, query: str, titles: set[str]) -> None:
    rows.live("Live", paula, petra)
    rows.live("Demoted", paula, petra, lane="hold", demoted_at=timezone.now())
    rows.version(rows.rule("Draft", paula), paula, text="seller_age_days < 3")
    rows.version(rows.rule("Proposed", paula), paula, "proposed")
    rows.version(rows.rule("Watching", paula), paula, shadow_since=timezone.now())
    rows.version(rows.rule("Retired", paula), paula, "retired", decided_by=petra)

    assert set(listed(writer, query)) == titles


def test_findings_of_the_week_are_counted_by_day_and_verdicts_make_a_precision(
    writer: Client, paula: User, petra: User
) -> None:
    live = rows.live("Cheap", paula, petra)
    for number, state in enumerate(["confirmed", "confirmed", "confirmed", "cleared", "open"]):
        rows.found(live, factories.product(), state, days_ago=number)
    rows.found(live, factories.product(), "cleared", days_ago=91)
    rows.found(live, factories.product(), "open", is_error=True)

    (lane,) = writer.get(LIST).context["lanes"]
    (row,) = lane.rows

    assert [bar.number for bar in row.week.bars] == [0, 0, 1, 1, 1, 1, 1]
    assert (row.precision.right, row.precision.judged) == (3, 4)
    assert row.precision.interval.low < 0.75 < row.precision.interval.high
    assert "75 %" in text_of(writer.get(LIST))


def test_the_list_takes_as_many_statements_for_many_rules_as_for_one(writer: Client, paula: User, petra: User) -> None:
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert writer.get(LIST).status_code == 200
        return len(queries)

    item = factories.product()
    rows.found(rows.live("One", paula, petra), item)
    before = statements()
    for number in range(5):
        version = rows.live(f"Rule {number}", factories.user(f"owner{number}", Role.POLICY), petra)
        rows.version(version.rule, paula, "proposed")
        rows.found(version, item)

    assert statements() == before


def test_long_lists_have_pages(writer: Client, paula: User, petra: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.views.rules.RULES_ON_A_PAGE", 2)
    for number in range(5):
        rows.live(f"Rule {number}", paula, petra, order=number)

    seen, query = [], ""
    while True:
        response = writer.get(LIST + query)
        seen += [row.version.rule.title for lane in response.context["lanes"] for row in lane.rows]
        query = response.context["page"].older
        if not query:
            break

    assert seen == [f"Rule {number}" for number in range(5)]


def test_the_empty_list_teaches_the_first_step(writer: Client, reader: Client) -> None:
    assert "Write one and try it on listings at once." in text_of(writer.get(LIST))
    assert 'href="/catalog/rules/add"' in writer.get(LIST).content.decode()
    assert 'href="/catalog/rules/add"' not in reader.get(LIST).content.decode()


def test_a_rules_text_is_escaped(writer: Client, paula: User) -> None:
    version = rows.version(rows.rule("Odd", paula), paula, text='mentions(title, "<b>&")')

    for address in (LIST, version.get_absolute_url()):
        page = writer.get(address).content.decode()
        assert "&lt;b&gt;&amp;" in page
        assert "<b>&" not in page


def test_the_page_shows_the_live_version_and_on_request_another(writer: Client, paula: User, petra: User) -> None:
    live = rows.live("Cheap", paula, petra, text="price_peers > 3")
    newer = rows.version(live.rule, petra, "proposed", text="price_peers > 4", note="One more.")

    assert writer.get(live.rule.get_absolute_url()).context["version"] == live
    assert writer.get(newer.get_absolute_url()).context["version"] == newer
    assert writer.get(live.rule.get_absolute_url() + "?version=9").status_code == 404
    assert writer.get(live.rule.get_absolute_url() + "?compare=x").status_code == 404


def test_two_versions_are_compared_word_by_word_and_field_by_field(writer: Client, paula: User, petra: User) -> None:
    live = rows.live("Cheap", paula, petra, text="price_peers > 3", lane="hold")
    newer = rows.version(live.rule, petra, "proposed", text="price_peers > 40", lane="block", rollout_percent=5)

    page = writer.get(newer.get_absolute_url()).content.decode()
    assert "<del>3</del><ins>40</ins>" in page
    assert "From version 1 to 2" in page
    assert "100 %" in text_of(writer.get(newer.get_absolute_url()))

    split = writer.get(newer.get_absolute_url() + "&compare=1&as=split").content.decode()
    assert "price_peers &gt; <del>3</del></code>" in split


@pytest.mark.parametrize(
    ("who", "words", "offered"),
    [
        ("paula", "You wrote this version, so somebody else decides about it.", False),
        ("bob", "Policy staff decide about rules; your role only reads them.", False),
        ("petra", "Decide", True),
    ],
)
def test_why_one_cannot_approve_is_said_in_words(
    client: Client, paula: User, petra: User, bob: User, who: str, words: str, offered: bool
) -> None:
    version = rows.version(rows.rule("Cheap", paula), paula, "proposed")
    client.force_login({"paula": paula, "petra": petra, "bob": bob}[who])

    response = client.get(version.get_absolute_url())

    assert words in text_of(response)
    assert ('id="decide"' in response.content.decode()) is offered


def test_another_persons_draft_says_who_proposes_it(writer: Client, petra: User) -> None:
    version = rows.version(rows.rule("Cheap", petra), petra)

    text = text_of(writer.get(version.get_absolute_url()))

    assert "Petra wrote this draft and proposes it. Edit it to make a version of your own." in text
    assert "Propose it" not in text


def test_readers_are_offered_nothing_to_change(reader: Client, paula: User, petra: User) -> None:
    live = rows.live("Cheap", paula, petra)
    rows.version(live.rule, paula, "draft")

    page = reader.get(live.get_absolute_url()).content.decode()

    assert 'action="/catalog/rules/' not in page
    assert "/edit" not in page


def test_findings_and_what_was_watched_are_shown(writer: Client, paula: User, petra: User) -> None:
    live = rows.live("Cheap", paula, petra)
    rows.found(live, factories.product("Found mug"), "confirmed")
    watching = rows.version(live.rule, paula, shadow_since=timezone.now())
    rows.known(factories.product("Watched cup"), watched=[watching.pk])
    rows.known(factories.product("Other cup"))

    text = text_of(writer.get(watching.get_absolute_url()))

    assert "Found mug" in text
    assert "It would have fired on 1 listing as it is now." in text
    assert "Stop watching" in text
    assert ListingFacts.objects.count() == 2


def test_a_listings_page_tells_staff_what_rules_found_and_where_to_mute_them(
    writer: Client, reader: Client, mallory: User, juice: Product, paula: User, petra: User
) -> None:
    live = rows.live("Cheap", paula, petra)
    rows.found(live, juice, "cleared")
    mute = f"/catalog/rules/cheap/snooze?listing={juice.pk}"

    def shown_to(client: Client, person: User) -> tuple[bool, bool]:
        client.force_login(person)
        page = client.get(juice.get_absolute_url()).content.decode()
        return "What rules found" in page, mute in page

    assert shown_to(writer, paula) == (True, True)
    assert shown_to(reader, User.objects.get(email="bob@example.com")) == (True, False)
    assert shown_to(Client(), mallory) == (False, False)


def test_snoozes_that_hold_are_listed_and_can_be_ended(writer: Client, paula: User, petra: User) -> None:
    live = rows.live("Cheap", paula, petra)
    later = timezone.now() + timedelta(days=3)
    muted = factories.product("Muted mug")
    row = Snooze.objects.create(rule=live.rule, product=muted, until=later, reason="An invoice came.", made_by=petra)
    Snooze.objects.create(
        rule=live.rule, product=factories.product("Past mug"), until=timezone.now(), reason="x", made_by=petra
    )

    text = text_of(writer.get(live.rule.get_absolute_url()))
    assert "Muted mug" in text
    assert "An invoice came." in text
    assert "Past mug" not in text

    answer = writer.post(f"/catalog/snoozes/{row.pk}/end", follow=True)
    assert "The rule speaks again for Muted mug." in text_of(answer)
    row.refresh_from_db()
    assert row.ended_by == paula


def test_the_page_takes_as_many_statements_for_many_versions_and_findings_as_for_one(
    writer: Client, paula: User, petra: User
) -> None:
    live = rows.live("Cheap", paula, petra)
    rows.found(live, factories.product(), "confirmed")

    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert writer.get(live.rule.get_absolute_url()).status_code == 200
        return len(queries)

    before = statements()
    for number in range(4):
        rows.version(live.rule, factories.user(f"writer{number}", Role.POLICY), "refused", decided_by=petra)
        rows.found(live, factories.product(f"Mug {number}", of=factories.seller(f"Shop {number}")), "confirmed")

    assert statements() == before
    assert RuleVersion.objects.count() == 5
