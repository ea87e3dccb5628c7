"""Taking a whole import back."""

from __future__ import annotations

import pytest

from catalog.fact_finding import mark_due
from catalog.listing_import import services
from catalog.models import ImportBatch, Offer, Product
from catalog.screening.services import screen_due
from tests import factories

from . import imports
from .import_fixtures import still as still
from .imports import csv_of

pytestmark = pytest.mark.usefixtures("still")


def test_undoing_gives_back_what_was():
    seller = factories.seller()
    product = factories.product(of=seller, photos=0)
    before = imports.catalogue(seller)
    batch = imports.applied(
        csv_of(f"{product.sku},Pear juice,5.49,USD,US,3", "NEW,Plum juice,1.00,USD,US,1"), of=seller
    )
    assert imports.counts(batch) == {"rows": 2, "change": 1, "create": 1}
    assert imports.catalogue(seller) != before
    undone = imports.undone(batch)
    assert undone.undo_counts == {"restored": 1, "deleted": 1, "removed": 0, "kept": 0}
    assert imports.catalogue(seller) == before
    assert not Product.objects.filter(sku="NEW").exists()


def test_what_was_edited_later_is_left_alone_and_listed():
    seller = factories.seller()
    one, two = (factories.product(of=seller, photos=0) for _ in range(2))
    content = csv_of(
        f"{one.sku},New one,9,USD,US,", f"{two.sku},New two,9,USD,US,", "X,Mug,1,USD,US,1", "Y,Jug,1,USD,US,1"
    )
    batch = imports.applied(content, of=seller)
    Product.objects.filter(sku__in=[one.sku, "X"]).update(title="Edited", version=7)
    assert services.undo_preview(batch) == {"restored": 1, "deleted": 1, "removed": 0, "kept": 2}
    batch = imports.undone(batch)
    assert batch.undo_counts == {"restored": 1, "deleted": 1, "removed": 0, "kept": 2}
    assert set(Product.objects.values_list("title", flat=True)) == {"Edited", "Apple juice"}
    assert [change.sku for change in batch.changes.filter(undo="kept")] == [one.sku, "X"]
    assert Offer.objects.get(product=two).price_minor == 499


def test_a_new_listing_that_something_refers_to_is_removed_and_comes_back_with_the_next_import():
    content = csv_of("X,Mug,1,USD,US,1")
    batch = imports.applied(content)
    product = Product.objects.get()
    image = factories.product(photos=1).images.get()
    image.product = product
    image.save()
    batch = imports.undone(batch)
    product.refresh_from_db()
    assert (batch.undo_counts["removed"], product.status) == (1, "removed")
    again = imports.applied(content)
    product.refresh_from_db()
    assert (imports.counts(again), product.status) == ({"rows": 1, "change": 1}, "draft")
    imports.undone(again)
    product.refresh_from_db()
    assert product.status == "removed"


def test_what_was_found_out_about_a_listing_goes_with_it():
    batch = imports.applied(csv_of("X,Mug,1,USD,US,1"))
    Product.objects.update(status="live")
    assert screen_due() == 1
    mark_due([Product.objects.get().pk])
    batch = imports.undone(batch)
    assert batch.undo_counts["deleted"] == 1
    assert not Product.objects.exists()


def test_a_listing_that_its_merchant_removed_does_not_come_back():
    content = csv_of("X,Mug,1,USD,US,1")
    batch = imports.applied(content)
    Product.objects.update(status="removed", version=2)
    assert imports.counts(imports.applied(content)) == {"rows": 1, "same": 1}
    assert batch.changes.count() == 1


def test_the_price_of_a_market_that_the_import_added_goes_again():
    product = factories.product(photos=0)
    before = imports.catalogue(product.seller)
    imports.undone(imports.applied(csv_of(f"{product.sku},,9,EUR,ES,4"), of=product.seller))
    assert imports.catalogue(product.seller) == before


def test_an_import_is_undone_once():
    batch = imports.undone(imports.applied(csv_of("X,Mug,1,USD,US,1")))
    assert batch.state == ImportBatch.State.UNDONE
    with pytest.raises(services.ImportRefused, match="undone"):
        services.request_undo(batch, None)
