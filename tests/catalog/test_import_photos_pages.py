"""Photos of imports: from addresses, with what failed and trying again; and from archives."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from catalog.listing_import import services
from catalog.membership import MemberRole
from catalog.models import PhotoArchive, PhotoFetch, Product, Seller
from catalog.photos.archive_services import read_archive
from shopadmin.accounts.models import User
from tests import factories

from . import imports
from .import_fixtures import me as me
from .import_fixtures import still as still

pytestmark = pytest.mark.usefixtures("still", "served")

PHOTOS = b"sku,title,price,image_urls\nA,Mug,5,https://x.example/a.jpg https://x.example/b.jpg\nB,Jug,6,https://10.0.0.1/c.jpg\n"
ADD = "/catalog/imports/photos/add"


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_applying_has_the_photos_fetched_and_the_page_tells_how_far_that_is(me: Client, shop: Seller) -> None:
    batch = imports.applied(PHOTOS, of=shop)
    fetches = PhotoFetch.objects.of_import(batch.pk)
    assert fetches.counts() == {"pending": 2, "failed": 1}
    fetches.filter(url__endswith="a.jpg").update(state="succeeded")

    page = text_of(me.get(batch.get_absolute_url()))
    assert "1 of 3 fetched · 1 on their way · 1 failed" in page
    assert "https://10.0.0.1/c.jpg" in page
    address = f"{batch.get_absolute_url()}photos"
    part = text_of(me.get(address, headers={"HX-Request": "true"}))
    assert part.startswith('<section class="card stack" id="import-photos"')
    assert "every 2s" in part
    assert me.get(address).headers["Location"] == batch.get_absolute_url()


def test_photos_that_failed_are_tried_again(me: Client, shop: Seller) -> None:
    batch = imports.applied(PHOTOS, of=shop)
    PhotoFetch.objects.update(state="failed", error="The server does not answer.")
    assert "3 photos are fetched again." in text_of(me.post(f"{batch.get_absolute_url()}photos", follow=True))
    assert PhotoFetch.objects.of_import(batch.pk).counts() == {"pending": 3}


def test_undoing_takes_the_wanted_photos_of_new_listings_along(shop: Seller) -> None:
    imports.undone(imports.applied(PHOTOS, of=shop))
    assert not Product.objects.exists()
    assert not PhotoFetch.objects.exists()


def test_importing_again_fetches_no_photo_twice(shop: Seller) -> None:
    imports.applied(PHOTOS, of=shop)
    PhotoFetch.objects.filter(url__startswith="https://x").update(state="succeeded")
    imports.applied(PHOTOS + b"C,Cup,7,\n", of=shop)
    assert PhotoFetch.objects.filter(state="pending").count() == 0


def archive(*skus: str) -> SimpleUploadedFile:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for number, sku in enumerate(skus):
            file.writestr(f"{sku}.jpg", factories.jpeg(400, 300, seed=number))
    return SimpleUploadedFile("photos.zip", out.getvalue(), "application/zip")


def test_an_archive_is_sent_and_its_page_tells_what_came_of_it(me: Client, shop: Seller) -> None:
    product = factories.product(of=shop, photos=0)
    response = me.post(ADD, {"seller": shop.slug, "file": archive(product.sku, "UNKNOWN")})
    row = PhotoArchive.objects.get()
    assert response.headers["Location"] == row.get_absolute_url()
    assert "every 1s" in text_of(me.get(row.get_absolute_url()))
    assert "Waiting for a worker." in text_of(me.get(f"{row.get_absolute_url()}progress"))
    assert "photos.zip" in text_of(me.get("/catalog/imports/"))

    read_archive(row.pk)

    assert me.get(f"{row.get_absolute_url()}progress").headers["HX-Redirect"] == row.get_absolute_url()
    page = text_of(me.get(row.get_absolute_url()))
    assert "1 product got photos." in page
    assert "There is no product with the SKU UNKNOWN." in page
    assert product.images.count() == 1


def test_a_product_whose_photos_were_all_refused_got_none(me: Client, shop: Seller) -> None:
    product = factories.product(of=shop, photos=0)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(f"{product.sku}.jpg", b"<svg/>")
    me.post(ADD, {"seller": shop.slug, "file": SimpleUploadedFile("photos.zip", out.getvalue())})
    row = PhotoArchive.objects.get()
    read_archive(row.pk)

    page = text_of(me.get(row.get_absolute_url()))

    assert "0 products got photos." in page
    assert "This is an SVG drawing" in page


def test_an_archive_with_nothing_in_it_is_refused(me: Client, shop: Seller) -> None:
    sent = {"seller": shop.slug, "file": archive()}
    assert "The archive is empty." in text_of(me.post(ADD, sent, follow=True))
    assert not PhotoArchive.objects.exists()


@pytest.mark.parametrize(
    ("state", "error", "said"),
    [
        ("pending", "OperationalError: gone", "An error on our side has interrupted this."),
        (
            "failed",
            "Parked after 5 attempts; the last one said: KeyError: 'x'",
            "An error on our side has stopped this.",
        ),
        ("failed", "The file is not a readable ZIP archive.", "The file is not a readable ZIP archive."),
    ],
)
def test_the_page_of_an_archive_says_nothing_that_only_we_understand(
    me: Client, shop: Seller, mallory: User, state: str, error: str, said: str
) -> None:
    row = PhotoArchive.objects.create(seller=shop, requested_by=mallory, name="x.zip", state=state, error=error)
    page = text_of(me.get(row.get_absolute_url()))
    assert said in page
    assert "Error: " not in page


def test_what_is_no_archive_is_refused_with_a_reason(me: Client, shop: Seller) -> None:
    sent = {"seller": shop.slug, "file": SimpleUploadedFile("photos.zip", b"nothing")}
    assert me.post(ADD, sent, headers={"Accept": "application/json"}).status_code == 422
    assert 'data-tone="bad"' in text_of(me.post(ADD, {"seller": shop.slug}, follow=True))
    assert not PhotoArchive.objects.exists()


def test_a_waiting_archive_is_cancelled(me: Client, shop: Seller) -> None:
    me.post(ADD, {"seller": shop.slug, "file": archive("A")})
    row = PhotoArchive.objects.get()
    assert "Cancelled." in text_of(me.post(f"{row.get_absolute_url()}cancel", follow=True))


def test_archives_of_others_do_not_exist_and_viewers_send_none(login, mallory: User) -> None:
    theirs = factories.seller("Theirs", factories.user("olive"))
    row = PhotoArchive.objects.create(seller=theirs, requested_by=mallory, name="x.zip")
    mine = factories.seller("Mine", mallory, MemberRole.VIEWER)
    me = login(mallory)
    assert me.get(row.get_absolute_url()).status_code == 404
    assert me.post(f"{row.get_absolute_url()}cancel").status_code == 404
    assert me.post(ADD, {"seller": "theirs", "file": archive("A")}).status_code == 404
    assert me.post(ADD, {"seller": mine.slug, "file": archive("A")}).status_code == 403
    batch = imports.applied(PHOTOS, of=mine)
    assert me.post(f"{batch.get_absolute_url()}photos").status_code == 403
    assert services.preview(batch).create == 2
