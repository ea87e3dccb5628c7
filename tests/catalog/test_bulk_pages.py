"""The pages of bulk actions: from the ticked rows to the undo, without JavaScript."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog.bulk import services
from catalog.bulk.kinds import Kind
from catalog.models import Brand, BulkAction, Category, Offer, Product
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from shopadmin.jobs import doorbell
from tests import factories

from .bulk_buttons import BULK, LIST, choose, press, text_of
from .bulk_shop import applied, many, previewed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


def test_from_ticked_rows_to_the_preview_the_result_and_the_undo(merchant: Client, shop) -> None:
    items = [factories.product("Pan", of=shop), factories.product("Mug", of=shop), factories.product("Cup", of=shop)]
    factories.product("Foreign", of=factories.seller("Foreign"))
    Product.objects.filter(title="Cup").update(status="held")
    assert 'form="selection"' in merchant.get(LIST).content.decode()

    preview = choose(merchant, "remove", *items)
    assert "2 listings change" in preview
    assert "Held back" in preview
    assert "Remove 2 listings" in preview
    assert "Foreign" not in preview
    assert Product.objects.filter(status="live").count() == 3

    result = press(merchant, "apply", reason="season is over")
    assert "2 listings were changed." in result
    assert "season is over" in result
    assert set(Product.objects.filter(status="removed").values_list("title", flat=True)) == {"Pan", "Mug"}
    assert "Remove: 2 listings" in text_of(merchant.get(BULK))

    undone = press(merchant, "undo")
    assert "Undone." in undone
    assert not Product.objects.filter(status="removed").exists()


def test_all_that_fit_the_filter_are_chosen(merchant: Client, shop) -> None:
    factories.product("Pan", of=shop)
    factories.product("Draft", of=shop, status="draft")
    factories.product("Foreign", of=factories.seller("Foreign"))

    preview = choose(merchant, "withdraw", all="on", filter="status=live&sort=title")

    assert "1 listing changes" in preview
    action = BulkAction.objects.get()
    assert (action.rows, action.query) == (1, "status=live&sort=title")


def test_a_price_is_asked_for_previewed_and_changed(merchant: Client, shop) -> None:
    item = factories.product("Pan", of=shop)
    Offer.objects.create(product=item, market="DE", price_minor=1000, currency="EUR", stock=1)

    form = choose(merchant, "price", item)
    assert "Germany (EUR): 1 listing" in form
    assert "Apply" not in form

    preview = press(merchant, "preview", offers="DE EUR", how="raise-percent", value="12.5")
    assert "€10.00 becomes €11.25" in preview
    assert "12.5 % more in Germany" in preview
    press(merchant, "apply")

    assert dict(item.offers.values_list("market", "price_minor")) == {"DE": 1125, "US": 499}


@pytest.mark.parametrize(
    ("how", "value", "words"),
    [
        ("raise-percent", "many", "“many” is no percentage above 0 and up to 1000"),
        ("raise-percent", "1001", "“1001” is no percentage"),
        ("raise-percent", "1.234", "“1.234” is no percentage"),
        ("raise-percent", "NaN", "“NaN” is no percentage"),
        ("raise-percent", "1e400", "“1e400” is no percentage"),
        ("lower-percent", "100", "“100” is no percentage above 0 and below 100"),
        ("set", "0", "Type an amount above zero."),
        ("set", "12,5O", "“12,5O” is not an amount in USD. Did you mean 12.50?"),
        ("lower-amount", "-3", "A price cannot be below zero."),
        ("set", "€5", "names another currency than USD"),
        ("set", "", "Type a number."),
        ("double", "5", "Select a valid choice."),
    ],
)
def test_a_number_that_is_none_is_explained(merchant: Client, shop, how: str, value: str, words: str) -> None:
    choose(merchant, "price", factories.product(of=shop))
    address = BulkAction.objects.get().get_absolute_url()

    response = merchant.post(f"{address}preview", {"offers": "US USD", "how": how, "value": value})

    assert response.status_code == 422
    assert words in text_of(response)
    assert BulkAction.objects.get().state == BulkAction.State.CHOSEN


def test_brand_category_and_stock_are_asked_for(merchant: Client, shop) -> None:
    item = factories.product("Pan", of=shop)
    Brand.objects.create(name="Nike").aliases.create(name="Swoosh")
    Category.objects.create(name="Kitchen")

    choose(merchant, "brand", item)
    assert "There is no brand “Nikke”." in press(merchant, "preview", brand="Nikke")
    assert "Bravo becomes Nike" in press(merchant, "preview", brand="swoosh")
    press(merchant, "apply")
    choose(merchant, "category", item)
    assert "Did you mean Kitchen?" in press(merchant, "preview", category="Kitchn")
    press(merchant, "preview", category="kitchen")
    press(merchant, "apply")
    choose(merchant, "stock", item)
    assert "Type a number; 0 means sold out." in press(merchant, "preview", market="", stock="")
    assert "10 becomes 0" in press(merchant, "preview", market="", stock="0")
    press(merchant, "apply")
    choose(merchant, "confirm", item)
    press(merchant, "preview", market="US")
    press(merchant, "apply")

    item.refresh_from_db()
    assert (item.brand.name, item.category.name, item.offers.get().stock) == ("Nike", "Kitchen", 0)


def test_staff_holds_with_words_and_a_reason(client: Client, shop) -> None:
    client.force_login(factories.user("petra", Role.POLICY))
    item = factories.product("Pan", of=shop)

    choose(client, "hold", item)
    press(client, "preview", ground="unsafe", explanation="It burns.", remedy="Take it back.")
    refused = client.post(f"{BulkAction.objects.get().get_absolute_url()}apply", {"reason": " "})
    assert refused.status_code == 422
    assert "This field is required." in text_of(refused)
    press(client, "apply", reason="case 12")

    item.refresh_from_db()
    assert (item.status, item.holds.get().explanation) == ("held", "It burns.")
    assert "unsafe or recalled" in text_of(client.get(BULK))


def test_nothing_ticked_is_said_on_the_list(merchant: Client, shop) -> None:
    factories.product(of=shop)

    assert "No listing was chosen." in choose(merchant, "remove", next=LIST)
    assert not BulkAction.objects.exists()


def test_nothing_to_change_offers_no_button(merchant: Client, shop) -> None:
    page = choose(merchant, "publish", factories.product(of=shop))

    assert "Nothing would change" in page
    assert "Already like that" in page
    assert 'id="apply"' not in page


def test_a_preview_changed_in_another_window_is_not_applied_unseen(merchant: Client, shop) -> None:
    item = factories.product(of=shop)
    choose(merchant, "price", item)
    press(merchant, "preview", offers="US USD", how="raise-percent", value="10")
    seen = BulkAction.objects.get().fingerprint
    press(merchant, "preview", offers="US USD", how="raise-percent", value="90")

    page = press(merchant, "apply", seen=seen)

    assert "The preview has changed meanwhile" in page
    assert item.offers.get().price_minor == 499
    press(merchant, "apply", seen=BulkAction.objects.get().fingerprint)
    assert item.offers.get().price_minor == 948


def test_a_double_click_does_it_once(merchant: Client, shop) -> None:
    item = factories.product(of=shop)
    choose(merchant, "price", item)
    press(merchant, "preview", offers="US USD", how="raise-percent", value="10")

    assert "1 listing was changed." in press(merchant, "apply")
    assert "1 listing was changed." in press(merchant, "apply")
    assert item.offers.get().price_minor == 549
    press(merchant, "undo")
    press(merchant, "undo")
    assert item.offers.get().price_minor == 499


def test_a_large_action_shows_its_progress_and_can_be_left(merchant: Client, shop, monkeypatch) -> None:
    monkeypatch.setattr(services, "AT_ONCE", 2)
    monkeypatch.setattr(doorbell, "_send", lambda task, arguments: None)
    choose(merchant, "publish", *many(shop, 3))

    page = press(merchant, "apply")
    assert "Waiting for a worker." in page
    address = BulkAction.objects.get().get_absolute_url()
    assert merchant.get(f"{address}progress").status_code == 200
    services.run_job(BulkAction.objects.get().jobs.get().pk)

    ended = merchant.get(f"{address}progress")
    assert (ended.status_code, ended["HX-Refresh"]) == (286, "true")
    assert "3 listings were changed." in text_of(merchant.get(address))


def test_a_cancelled_action_says_so_and_can_be_applied_again(merchant: Client, shop, monkeypatch) -> None:
    monkeypatch.setattr(services, "AT_ONCE", 2)
    monkeypatch.setattr(doorbell, "_send", lambda task, arguments: None)
    choose(merchant, "publish", *many(shop, 3))
    press(merchant, "apply")

    page = press(merchant, "cancel")

    assert "Cancelled. Nothing was changed." in page
    assert "Publish 3 listings" in page
    assert "It had already ended" in press(merchant, "cancel")


def test_after_a_day_the_undo_is_gone(merchant: Client, shop, mallory: User) -> None:
    action = applied(mallory, Kind.REMOVE, [factories.product(of=shop)])
    assert 'id="undo"' in merchant.get(action.get_absolute_url()).content.decode()
    BulkAction.objects.update(applied_at=timezone.now() - timedelta(days=1, seconds=1))

    assert 'id="undo"' not in merchant.get(action.get_absolute_url()).content.decode()
    assert "can be undone for 24 hours" in press(merchant, "undo")
    assert Product.objects.get().status == "removed"


@pytest.mark.parametrize("is_applied", [False, True])
def test_the_page_asks_as_often_for_forty_listings_as_for_four(
    merchant: Client, shop, mallory: User, is_applied: bool, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    asked = []
    for count in (4, 40):
        items = [*many(shop, count), *many(shop, count, status="live")]
        action = previewed(mallory, Kind.PUBLISH, items)
        if is_applied:
            services.apply(action=action, user=mallory)
        merchant.get(action.get_absolute_url())
        with django_assert_max_num_queries(26) as queries:
            merchant.get(action.get_absolute_url())
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_the_list_of_actions_asks_as_often_for_twenty_as_for_two(
    merchant: Client, shop, mallory: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    asked = []
    for more in (2, 18):
        for item in many(shop, more):
            applied(mallory, Kind.PUBLISH, [item])
        merchant.get(BULK)
        with django_assert_max_num_queries(14) as queries:
            merchant.get(BULK)
        asked.append(len(queries))

    assert asked[0] == asked[1]
