"""Applying an import, and taking it back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.listing_import import applying, jobs, services
from catalog.listing_import.partitions import attached, execute
from catalog.models import Brand, ImportBatch, Offer, PhotoFetch, Product
from shopadmin.accounts.audit.models import AuditEntry
from shopadmin.accounts.notifications.models import Notification
from tests import factories

from . import imports
from .import_fixtures import still as still
from .imports import csv_of

pytestmark = pytest.mark.usefixtures("still")

FULL = (
    "sku,title,description,brand,category,gtin,condition,variant_group,variant_name,price,currency,market,stock,"
    "image_urls"
)


def test_new_listings_come_in_with_all_their_fields():
    imports.category("Home > Kitchen")
    batch = imports.applied(
        csv_of(
            "A,Mug,Big,Bravo,Home > Kitchen,4006381333931,used,mugs,red,4.99,EUR,ES,7,https://x.example/a.jpg",
            header=FULL,
        )
    )
    assert imports.counts(batch) == {"rows": 1, "create": 1, "photos": 1}
    assert imports.catalogue(batch.seller) == {
        "A": {
            "title": "Mug",
            "description": "Big",
            "gtin": "4006381333931",
            "condition": "used",
            "variant_group": "mugs",
            "variant_name": "red",
            "status": "live",
            "brand": "Bravo",
            "category": "Home > Kitchen",
            "offers": {"ES": (499, "EUR", 7)},
        }
    }


def test_empty_cells_leave_fields_as_they_are_and_the_mark_clears_them():
    product = factories.product(description="Sweet", variant_name="red", photos=0)
    content = f"sku,title,description,brand,variant_name\n{product.sku},Pear juice,,[clear],[CLEAR]\n".encode()
    batch = imports.applied(content, of=product.seller)
    product.refresh_from_db()
    assert (product.title, product.description, product.brand, product.variant_name) == (
        "Pear juice",
        "Sweet",
        None,
        "",
    )
    assert product.version == 2
    change = batch.changes.get()
    assert change.before == {"title": "Apple juice", "brand_id": Brand.objects.get().pk, "variant_name": "red"}
    assert change.after == {"title": "Pear juice", "brand_id": None, "variant_name": ""}


def test_products_that_are_not_in_the_file_are_left_alone():
    product = factories.product(photos=0)
    before = imports.catalogue(product.seller)
    imports.applied(csv_of("NEW,Mug,5,USD,US,1"), of=product.seller)
    assert before.items() <= imports.catalogue(product.seller).items()


def test_a_row_only_ever_finds_its_own_seller_s_listings():
    other = factories.product(of=factories.seller("Other"), photos=0)
    before = imports.catalogue(other.seller)
    batch = imports.applied(csv_of(f"{other.sku},Mine,1,USD,US,1"), of=factories.seller("Mine"))
    assert imports.catalogue(other.seller) == before
    assert batch.counts["create"] == 1


def test_every_price_in_the_file_counts_as_refreshed():
    product = factories.product(photos=0)
    Offer.objects.update(price_refreshed_at=timezone.now() - timedelta(days=9))
    batch = imports.applied(csv_of(f"{product.sku},Apple juice,4.99,USD,US,10"), of=product.seller)
    assert imports.counts(batch) == {"rows": 1, "same": 1}
    assert Offer.objects.get().is_fresh
    product.refresh_from_db()
    assert product.version == 1


def test_prices_for_several_markets_have_columns_of_their_own():
    content = b'sku,title,price_MX,price_ES,stock\nA,Mug,"1,234.50",,3\nB,Jug,5,"4,99",\n'
    batch = imports.applied(content)
    assert {sku: row["offers"] for sku, row in imports.catalogue(batch.seller).items()} == {
        "A": {"MX": (123450, "MXN", 3)},
        "B": {"MX": (500, "MXN", 0), "ES": (499, "EUR", 0)},
    }


def test_new_listings_go_live_when_they_are_complete():
    content = b"sku,title,price,image_urls\nA,Mug,5,https://x.example/a.jpg\nB,Jug,5,\nC,Cup,,https://x.example/c.jpg\n"
    batch = imports.applied(content)
    assert {sku: row["status"] for sku, row in imports.catalogue(batch.seller).items()} == {
        "A": "live",
        "B": "draft",
        "C": "draft",
    }
    cautious = imports.applied(content, of=factories.seller("Cautious"), goes_live=False)
    assert {row["status"] for row in imports.catalogue(cautious.seller).values()} == {"draft"}


def test_new_brands_are_made_once_and_only_for_rows_that_come_in():
    factories.product(brand="Bravo", photos=0)
    content = "sku,title,brand\nA,Mug,BRAVO\nB,Jug,Növa\nC,Cup,nova\nD,,Wrong\n".encode()
    imports.applied(content)
    assert set(Brand.objects.values_list("name", flat=True)) == {"Bravo", "Növa"}


def test_rows_with_errors_stay_out_and_keep_no_others_out():
    product = factories.product(photos=0)
    content = csv_of(
        f"{product.sku},Apple juice,4.99,USD,US,10", "N,Bowl,3,USD,US,1", "E,Bowl,x,USD,US,many", "F,Bowl,12.5O,USD,US,"
    )
    batch = imports.applied(content, of=product.seller)
    assert imports.counts(batch) == {"rows": 4, "create": 1, "same": 1, "error": 2}
    assert set(imports.catalogue(product.seller)) == {product.sku, "N"}


def test_applying_the_same_file_again_changes_nothing():
    content = csv_of("A,Mug,5,USD,US,1", "B,Jug,6,EUR,ES,2")
    first = imports.applied(content)
    before = imports.catalogue(first.seller)
    again = imports.received(content)
    assert ImportBatch.objects.same_file(again).get() == first
    second = imports.applied(content)
    assert imports.counts(second) == {"rows": 2, "same": 2}
    assert imports.catalogue(first.seller) == before
    assert set(Product.objects.values_list("version", flat=True)) == {1}


def test_a_listing_that_was_edited_since_the_check_is_left_alone():
    one, two = (factories.product(photos=0) for _ in range(2))
    batch = imports.checked(
        csv_of(f"{one.sku},New one,,,,", f"{two.sku},New two,,,,", "X,Mug,5,USD,US,1"), of=one.seller
    )
    Product.objects.filter(pk=one.pk).update(title="Edited", version=2)
    factories.product(photos=0, of=one.seller)
    Product.objects.filter(pk=Product.objects.order_by("-pk")[0].pk).update(sku="X")
    batch = imports.run(services.request_apply(batch, None))
    assert imports.counts(batch) == {"rows": 3, "change": 1, "conflict": 2}
    assert imports.outcomes(batch) == {2: "conflict", 3: "change", 4: "conflict"}
    assert "edited since the check" in imports.sentences(batch)[0]
    assert set(Product.objects.values_list("title", flat=True)) == {"Edited", "New two", "Apple juice"}


def test_a_check_that_a_crash_has_emptied_is_made_again():
    batch = imports.checked(csv_of("A,Mug,5,USD,US,1"))
    names = attached(batch)
    execute(f"TRUNCATE {names.rows}, {names.results}, {names.issues}")
    assert imports.counts(imports.run(services.request_apply(batch, None))) == {"rows": 1, "create": 1}


def test_a_preview_that_was_lost_and_would_be_another_now_is_not_applied():
    batch = imports.checked(csv_of("A,Mug,5,USD,US,1"))
    execute(f"TRUNCATE {attached(batch).rows}")
    factories.product(photos=0, of=batch.seller)
    Product.objects.update(sku="A")
    job = services.request_apply(batch, None)
    jobs.run_job(job.pk)
    batch.refresh_from_db()
    assert batch.state == ImportBatch.State.READY
    assert "check again" in batch.job.error


def test_tagging_is_told_of_photos_whose_listing_has_another_title(monkeypatch, django_capture_on_commit_callbacks):
    told: list[int] = []
    monkeypatch.setattr(applying, "tell_images_changed", told.extend)
    changed, same = (factories.product(photos=1) for _ in range(2))
    batch = imports.checked(
        csv_of(f"{changed.sku},Pear juice,,,,", f"{same.sku},Apple juice,6,USD,US,"), of=changed.seller
    )
    with django_capture_on_commit_callbacks(execute=True):
        imports.run(services.request_apply(batch, None))
    assert told == [changed.images.get().pk]


def test_what_was_done_is_in_the_audit_log(alice):
    product = factories.product(photos=0)
    batch = imports.checked(csv_of(f"{product.sku},Pear juice,,,,", "NEW,Mug,,,,"), of=product.seller)
    batch = imports.run(services.request_apply(batch, alice))
    new = Product.objects.get(sku="NEW")
    entries = AuditEntry.objects.exclude(action="import.received").order_by("pk")
    assert [(entry.action, entry.target_key, entry.reason) for entry in entries] == [
        ("import.applied", str(batch.pk), ""),
        ("listing.edited", str(product.pk), "listings.csv"),
        ("listing.added", str(new.pk), "listings.csv"),
    ]
    edited = entries.get(action="listing.edited")
    assert (edited.before, edited.after) == ({"title": "Apple juice"}, {"title": "Pear juice"})


def test_photos_are_wanted_in_the_order_of_their_addresses():
    product = factories.product(photos=0)
    content = f"sku,image_urls\n{product.sku},https://x.example/b.jpg https://x.example/a.jpg\n".encode()
    batch = imports.applied(content, of=product.seller)
    assert imports.counts(batch) == {"rows": 1, "same": 1, "photos": 2}
    fetches = PhotoFetch.objects.filter(product=product, import_batch_id=batch.pk).order_by("position")
    assert [fetch.url[-5:] for fetch in fetches] == ["b.jpg", "a.jpg"]
    imports.undone(batch)
    assert set(PhotoFetch.objects.values_list("state", flat=True)) == {"cancelled"}


def test_who_asked_is_told_when_it_is_ready(alice):
    batch = imports.received(csv_of("A,Mug,5,USD,US,1"))
    imports.run(services.request_check(batch, alice))
    assert Notification.objects.get(recipient=alice).title == "listings.csv is checked and ready to apply"


def test_the_example_in_the_readme_is_true():
    product = factories.product(photos=0)
    Product.objects.update(sku="A")
    content = (
        "SKU;Título;Precio;Existencias\nA;Apple juice;5,49;\n;;;\nB;Año nuevo;12,5O;3\nC;Camión;1.234;1\nA2;;7,00;1\n"
    )
    batch = imports.applied(content.encode("cp1252"), of=product.seller)
    assert (batch.format["encoding"], batch.format["delimiter"], batch.decimal_mark) == ("cp1252", ";", ",")
    assert imports.counts(batch) == {"rows": 5, "create": 1, "change": 1, "error": 2, "blank": 1}
    assert imports.sentences(batch) == [
        "row 4, price: “12,5O” is not an amount in USD; did you mean 12,50?",
        "row 6, title: is missing, and there is no listing with this SKU yet",
    ]
    after = imports.catalogue(product.seller)
    assert (after["A"]["offers"], after["C"]["offers"]) == ({"US": (549, "USD", 10)}, {"US": (123400, "USD", 1)})
