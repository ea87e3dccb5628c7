"""Writing rules on the page: what is refused comes back with its place, and what is typed is tried on listings."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Product, RuleVersion, ValueList
from shopadmin.accounts.models import User
from tests import factories

from . import rule_rows as rows
from .bulk_buttons import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
ADD, CHECK, COMPLETIONS = "/catalog/rules/add", "/catalog/rules/check", "/catalog/rules/completions"
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def writer(client: Client, paula: User) -> Client:
    """Paula's browser; she writes rules."""
    client.force_login(paula)
    return client


def sent(**fields: Any) -> dict[str, Any]:
    """What the form sends for a rule without a fault."""
    return {"title": "Far too cheap", "ground": "counterfeit", "text": rows.CHEAP, "lane": "hold", "order": "7",
            "severity": "4", "rollout_percent": "25", "floor_percent": "95", **fields}  # fmt: skip


def test_a_rule_is_saved_as_a_draft(writer: Client, paula: User) -> None:
    answer = writer.post(ADD, sent(text=rows.CHEAP.replace(" && ", " &&\r\n"), remedy="Send an invoice."), follow=True)

    version = RuleVersion.objects.get()
    assert "The draft is saved." in text_of(answer)
    assert (version.rule.slug, version.rule.owner, version.written_by) == ("far-too-cheap", paula, paula)
    assert (version.state, version.lane, version.order, version.severity) == ("draft", "hold", 7, 4)
    assert version.text == rows.CHEAP.replace(" && ", " &&\n")
    assert (version.rollout_percent, version.remedy) == (25, "Send an invoice.")
    assert version.rule.precision_floor == 0.95


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": ""}, "A rule needs a title."),
        ({"title": "Rolex"}, "“rolex” is taken. Choose another short name."),
        ({"slug": "check"}, "“check” is taken. Choose another short name."),
        ({"title": "假货"}, "Write a short name of letters from a to z"),
        ({"lane": "destroy"}, "Select a valid choice"),
        ({"floor_percent": "49.9"}, "greater than or equal to 50.0"),
        ({"floor_percent": ""}, "This field is required"),
        ({"rollout_percent": "101"}, "less than or equal to 100"),
        ({"starts_at": "2030-01-02T10:00", "ends_at": "2030-01-01T10:00"}, "It cannot end before it starts."),
        ({"text": ""}, "This is no rule yet"),
        ({"text": "pric_quantile < 0.05"}, "Did you mean price_quantile ?"),
        ({"text": "price > 3"}, "has_price"),
        ({"text": 'in_list(seller, "nowhere")'}, "There is no list “nowhere”."),
    ],
)
def test_what_cannot_be_saved_comes_back_with_the_reason(
    writer: Client, petra: User, fields: dict[str, str], words: str
) -> None:
    rows.version(rows.rule("Rolex", petra), petra)

    answer = writer.post(ADD, sent(**fields))

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert RuleVersion.objects.count() == 1


def test_an_error_shows_its_line_with_a_mark_below_its_place(writer: Client) -> None:
    page = writer.post(ADD, sent(text="photo_count > 3 &&\n  pric < 5")).content.decode()

    assert 'data-line="2" data-column="3" data-length="4"' in page
    assert "  pric &lt; 5\n  ^^^^</pre>" in page
    assert 'aria-invalid="true"' in page


def test_the_next_version_is_written_from_the_one_that_is_shown(writer: Client, paula: User, petra: User) -> None:
    live = rows.live("Cheap", petra, paula, text="photo_count > 3", lane="block", seller_message="Too cheap.")
    address = f"/catalog/rules/{live.rule.slug}/edit?version=1"

    page = writer.get(address).content.decode()
    assert "photo_count &gt; 3" in page
    assert "Write the next version, from version 1" in page
    assert "Too cheap." in page

    refused = writer.post(address, sent(text="photo_count > 4"))
    assert refused.status_code == 422
    assert "Say what you changed, and why" in text_of(refused)

    writer.post(address, sent(text="photo_count > 4", note="Three are usual."))
    written = live.rule.versions.get(number=2)
    assert (written.text, written.written_by, written.note) == ("photo_count > 4", paula, "Three are usual.")
    live.refresh_from_db()
    assert live.text == "photo_count > 3"


def test_ones_own_draft_is_edited_in_place(writer: Client, paula: User) -> None:
    draft = rows.version(rows.rule("Cheap", paula), paula)

    assert "Edit draft 1" in text_of(writer.get("/catalog/rules/cheap/edit"))
    writer.post("/catalog/rules/cheap/edit", sent(text="photo_count > 4", note="Simpler."))

    draft.refresh_from_db()
    assert draft.text == "photo_count > 4"
    assert draft.rule.versions.count() == 1


def test_what_is_typed_is_tried_on_the_chosen_listings(writer: Client) -> None:
    cheap, fair = factories.product("Cheap mug"), factories.product("Fair mug")
    rows.known(cheap, price_quantile=0.03)
    rows.known(fair, price_quantile=0.4)

    answer = writer.post(CHECK, {"text": rows.CHEAP, "listing": [cheap.pk, fair.pk]}, **HTMX)

    text = text_of(answer)
    trial = answer.context["trial"]
    assert [row.explanation and row.explanation.outcome.verdict for row in trial.rows] == ["fires", "passes"]
    assert "Says yes to 1 of 2." in text
    assert "price_quantile = 0.03" in text
    assert "an authorisation existed" in text
    assert "price_quantile ≥ 0.05" in text
    assert "The seller would be told:" in text
    assert "<html" not in answer.content.decode()


def test_a_listing_that_was_not_screened_since_its_last_change_is_asked_as_it_is_now(writer: Client) -> None:
    unseen, changed = factories.product("New mug"), factories.product("Old mug")
    rows.known(changed)
    assert changed.change(title="New mug")

    answer = writer.post(CHECK, {"text": 'title == "New mug"', "listing": [unseen.pk, changed.pk]}, **HTMX)

    assert "Says yes to 2 of 2." in text_of(answer)


def test_trying_takes_as_many_statements_for_many_listings_as_for_one(writer: Client) -> None:
    def statements(count: int) -> int:
        items = [factories.product(of=factories.seller(f"Shop {number}")) for number in range(2 * count)]
        for item in items[:count]:
            rows.known(item)
        with CaptureQueriesContext(connection) as queries:
            answer = writer.post(CHECK, {"text": rows.CHEAP, "listing": [item.pk for item in items]}, **HTMX)
        assert len(answer.context["trial"].rows) == 2 * count
        return len(queries)

    statements(1)  # what is kept between requests is read
    assert statements(1) == statements(4)


def test_the_sellers_words_are_those_of_the_form(writer: Client) -> None:
    item = factories.product()
    rows.known(item)

    answer = writer.post(CHECK, {"text": rows.CHEAP, "listing": item.pk, "seller_message": "Ask us <first>."}, **HTMX)

    assert "Ask us &lt;first&gt;." in answer.content.decode()


def test_a_rule_that_cannot_be_asked_of_a_listing_says_why(writer: Client) -> None:
    item = factories.product()
    rows.known(item, failed={"photo_count": "the photos could not be read"})

    answer = writer.post(CHECK, {"text": "1 / size(sku) > 0", "listing": item.pk}, **HTMX)

    assert "1 could not be asked." in text_of(answer)
    assert answer.context["trial"].errors == 1


def test_errors_come_beside_the_field_while_one_types(writer: Client) -> None:
    page = writer.post(CHECK, {"text": "pric > 3"}, **HTMX).content.decode()

    assert 'hx-swap-oob="innerHTML:#rule-problems"' in page
    assert 'data-line="1" data-column="1" data-length="4"' in page
    assert "Once it is a rule" in page


def test_listings_are_found_added_and_taken_away(writer: Client) -> None:
    mug, cup = factories.product("Blue mug"), factories.product("Red cup")

    found = writer.post(CHECK, {"text": "", "find": "mug"}, **HTMX)
    assert [product.pk for product in found.context["offered"]] == [mug.pk]

    added = writer.post(CHECK, {"text": "", "find": "mug", "listing": cup.pk, "try_add": mug.pk}, **HTMX)
    assert [row.product for row in added.context["trial"].rows] == [cup, mug]
    assert added.context["offered"] == []

    less = writer.post(CHECK, {"text": "", "listing": [cup.pk, mug.pk], "try_drop": cup.pk}, **HTMX)
    assert [row.product for row in less.context["trial"].rows] == [mug]


def test_without_scripts_trying_brings_the_page_again_with_what_was_typed(writer: Client) -> None:
    item = factories.product()
    rows.known(item)

    answer = writer.post(ADD, sent(title="", note="Why not", listing=item.pk, **{"try": "1"}))

    assert answer.status_code == 200
    assert "Says yes to 1 of 1." in text_of(answer)
    assert "Why not" in answer.content.decode()
    assert not RuleVersion.objects.exists()


def test_listings_are_suggested_where_rules_fired_lately(writer: Client, paula: User, petra: User) -> None:
    item = factories.product("Found mug")
    rows.found(rows.live("Cheap", paula, petra), item)

    assert [row.product for row in writer.get(ADD).context["trial"].rows] == [item]


def test_what_a_rule_holds_is_suggested_before_what_others_found_later(
    writer: Client, paula: User, petra: User
) -> None:
    held, later = factories.product("Held mug", status=Product.Status.HELD), factories.product("Later mug")
    version = rows.live("Cheap", paula, petra)
    rows.found(version, held)
    rows.found(rows.live("Cheaper", paula, petra), later)

    address = reverse("catalog:rule-edit", args=[version.rule.slug])
    assert [row.product for row in writer.get(address).context["trial"].rows] == [held, later]


@pytest.mark.parametrize(
    ("text", "first"),
    [("pri", "price"), ("has_price_q", "has_price_quantile"), ("photo_count > 1 &&\r\nsel", "seller")],
)
def test_names_are_completed_at_the_cursor(writer: Client, text: str, first: str) -> None:
    page = writer.post(COMPLETIONS, {"text": text, "cursor": len(text.replace("\r\n", "\n"))}).content.decode()

    assert page.index(f'data-text="{first}"') == page.index("data-text=")
    assert 'role="option"' in page


def test_names_of_lists_are_completed_in_their_quotation_marks(writer: Client) -> None:
    ValueList.objects.create(name="watched", title="Watched", kind="sellers")
    ValueList.objects.create(name="words", title="Words", kind="words")

    page = writer.post(COMPLETIONS, {"text": 'mentions_any(title, "w', "cursor": "x"}).content.decode()

    assert 'data-text="words"' in page
    assert 'data-text="watched"' not in page


def test_the_panel_names_every_fact_with_its_type_unit_and_example(writer: Client) -> None:
    text = text_of(writer.get(ADD))

    assert "number with decimals, share, 0 to 1 · e.g. 0.03" in text
    assert "Not known for every listing: ask has_price first." in text
