"""What is suggested for one kind of problem can stand for the cells of all rows that have it, and need not."""

from __future__ import annotations

import pytest
from django.test import Client

from catalog.listing_import import services
from catalog.models import ImportRow, Offer, Product, Seller

from . import imports
from .import_fixtures import me as me
from .import_fixtures import still as still
from .import_forms import text_of
from .imports import csv_of, work

pytestmark = pytest.mark.usefixtures("still", "served")

HEADER = "sku,title,price,currency,market,stock,condition,gtin"
ROWS = (
    "A,Mug,'12,5O',EUR,ES,1,new,".replace("'", '"'),
    'B,Cup,"7,l0",EUR,ES,1,new,',
    "C,Jug,many,EUR,ES,1,new,",
    "D,Pot,5.00,EUE,ES,1,neww,4006381333930",
    "E,Pan,6.00,USD,US,1,new,",
)


def took(seller: Seller, *kinds: str) -> imports.ImportBatch:
    batch = imports.checked(csv_of(*ROWS, header=HEADER), of=seller)
    for kind in kinds:
        batch = imports.run(services.take_suggestions(batch, None, kind))
    return batch


def test_all_rows_of_a_kind_take_what_is_suggested_and_the_others_stay_wrong(shop: Seller) -> None:
    assert imports.outcomes(took(shop)) == {2: "error", 3: "error", 4: "error", 5: "error", 6: "create"}
    batch = took(shop, "price:no-amount")
    assert imports.outcomes(batch) == {2: "create", 3: "create", 4: "error", 5: "error", 6: "create"}
    assert imports.sentences(batch) == [
        text for text in imports.sentences(took(shop)) if not text.startswith(("row 2", "row 3"))
    ]


def test_words_and_numbers_are_taken_as_well_and_applied_as_they_are_meant(shop: Seller) -> None:
    batch = took(shop, "currency:unknown-currency", "condition:unknown-condition", "gtin:gtin-check-digit")
    assert imports.outcomes(batch)[5] == "create"
    row = ImportRow.objects.get(batch=batch, number=5)
    assert (row.currency, row.condition, row.gtin) == ("EUR", "new", "4006381333931")
    imports.run(services.request_apply(batch, None))
    pot = Product.objects.get(sku="D")
    assert (pot.condition, pot.gtin) == ("new", "4006381333931")
    assert list(Offer.objects.filter(product=pot).values_list("currency", "price_minor")) == [("EUR", 500)]


def test_suggestions_that_were_taken_can_be_left_again(shop: Seller) -> None:
    batch = took(shop, "price:no-amount")
    before = imports.sentences(took(shop))
    again = imports.run(services.leave_suggestions(batch, None))
    assert imports.sentences(again) == before
    assert imports.outcomes(again)[2] == "error"


@pytest.mark.parametrize("kind", ["price:zero", "", "price", "title:no-amount", "price:no-amount\0"])
def test_where_nothing_is_suggested_nothing_is_taken(shop: Seller, kind: str) -> None:
    batch = imports.checked(csv_of("A,Mug,0,EUR,ES,1"), of=shop)
    with pytest.raises(services.ImportRefused, match="Nothing is suggested"):
        services.take_suggestions(batch, None, kind)
    assert batch.jobs.count() == 1


def test_an_import_that_was_applied_takes_nothing_any_more(shop: Seller) -> None:
    batch = imports.run(services.request_apply(took(shop), None))
    with pytest.raises(services.ImportRefused, match="This import is applied"):
        services.take_suggestions(batch, None, "price:no-amount")
    assert not batch.column_mapping.taken


def test_another_file_of_the_same_form_begins_without_suggestions(shop: Seller) -> None:
    took(shop, "price:no-amount")
    assert imports.received(csv_of(ROWS[0], header=HEADER), of=shop).column_mapping.taken == ()


def test_the_page_offers_takes_and_leaves_them(me: Client, shop: Seller) -> None:
    batch = took(shop)
    page = text_of(me.get(batch.get_absolute_url()))
    assert "Use the suggestions in 2 rows" in page

    me.post(f"{batch.get_absolute_url()}suggestions", {"kind": "price:no-amount"})
    work(batch)
    page = text_of(me.get(batch.get_absolute_url()))
    assert "Suggestions are used in these columns: price." in page
    assert "Use the suggestions in 2 rows" not in page

    me.post(f"{batch.get_absolute_url()}suggestions")
    work(batch)
    assert "Use the suggestions in 2 rows" in text_of(me.get(batch.get_absolute_url()))
    refused = me.post(f"{batch.get_absolute_url()}suggestions", {"kind": "title:zero"}, follow=True)
    assert "Nothing is suggested for such rows." in text_of(refused)
