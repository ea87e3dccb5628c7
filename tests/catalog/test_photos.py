"""A product's photos: added and moved, by many at once, always numbered without gaps."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from catalog.models import Product, ProductImage
from catalog.photos import services
from catalog.photos.cleaning import Photo, UnreadablePhoto, clean_photo
from catalog.photos.services import (
    MOST_PHOTOS,
    TooManyPhotos,
    add_cleaned,
    add_photos,
    move_photo,
    remove_photo,
    restore_photo,
)
from shopadmin.accounts.audit.models import AuditEntry
from tests import factories
from tests.catalog.photo_rows import order, photo, stored, with_photos
from tests.catalog.photo_rows import told as told
from tests.catalog.pictures import encoded, scene

pytestmark = pytest.mark.django_db


def test_photos_come_after_those_that_the_product_has() -> None:
    product = with_photos(2)
    before = order(product)

    added = add_photos(product=product, sources=[photo(7), photo(8)])

    assert order(product) == [*before, *(image.pk for image in added.images)]
    assert all(image.perceptual_hash is not None and image.width == 640 for image in added.images)


def test_one_bad_photo_keeps_the_others_from_being_saved_and_is_named() -> None:
    product = factories.product(photos=0)

    with pytest.raises(UnreadablePhoto) as caught:
        add_photos(product=product, sources=[photo(), io.BytesIO(b"no photo")])

    assert caught.value.number == 1
    assert not ProductImage.objects.exists()


def test_the_same_photo_twice_is_kept_once_and_said() -> None:
    product = factories.product(photos=0)

    once = add_photos(product=product, sources=[photo(), photo()])
    again = add_photos(product=product, sources=[photo()])

    assert product.images.count() == 1
    assert [(note.number, note.message) for note in once.warnings] == [(1, "The product has this photo already.")]
    assert (again.images, len(again.warnings)) == ([], 1)


def test_a_photo_that_looks_like_another_one_is_taken_with_a_warning() -> None:
    product = factories.product(photos=0)
    add_photos(product=product, sources=[io.BytesIO(encoded(scene(1), "PNG")), io.BytesIO(encoded(scene(2), "PNG"))])

    added = add_photos(product=product, sources=[io.BytesIO(encoded(scene(2), "JPEG", quality=50))])

    assert len(added.images) == 1
    assert [note.message for note in added.warnings] == ["It looks the same as photo 2 of this product."]


def test_a_small_photo_is_taken_with_a_warning() -> None:
    added = add_photos(product=factories.product(photos=0), sources=[io.BytesIO(factories.jpeg(120, 90))])

    assert [note.message.partition(":")[0] for note in added.warnings] == ["The photo is small"]


def test_a_product_has_at_most_twelve_photos_and_all_or_none_come_in() -> None:
    product = with_photos(MOST_PHOTOS - 1)
    files = len(default_storage.listdir("products")[0])

    with pytest.raises(TooManyPhotos, match="at most 12 photos"):
        add_photos(product=product, sources=[photo(50), photo(51)])

    assert product.images.count() == MOST_PHOTOS - 1
    left = [name for name in default_storage.listdir("products")[0] if default_storage.listdir(f"products/{name}")[1]]
    assert len(left) <= files, "the file of the photo that fitted was left behind"


def test_a_change_of_photos_counts_as_a_change_of_the_product() -> None:
    product = factories.product(photos=0)
    versions = [product.version]

    images = add_photos(product=product, sources=[photo(1), photo(2)]).images
    versions.append(product.version)
    images[0].product = images[1].product = product
    move_photo(image=images[1], to_position=0)
    versions.append(product.version)
    removed = remove_photo(image=images[1])
    versions.append(product.version)
    removed.product = product
    restore_photo(removed=removed)
    versions.append(product.version)

    assert versions == [1, 2, 3, 4, 5]
    assert Product.objects.get(pk=product.pk).version == 5


def test_what_changes_nothing_does_not_count() -> None:
    product = with_photos(2)
    image = product.images.get(position=1)
    version = product.version

    add_photos(product=product, sources=[photo(0)])
    move_photo(image=image, to_position=1)
    move_photo(image=image, to_position=99)

    assert Product.objects.get(pk=product.pk).version == version


@pytest.mark.parametrize(
    ("which", "to", "expected"), [(0, 2, "bcad"), (3, 0, "dabc"), (1, 99, "acdb"), (2, -5, "cabd"), (1, 1, "abcd")]
)
def test_a_photo_moves_and_the_others_make_room(which: int, to: int, expected: str) -> None:
    product = with_photos(4)
    names = dict(zip(order(product), "abcd", strict=True))
    image = product.images.get(position=which)

    move_photo(image=image, to_position=to)

    assert "".join(names[key] for key in order(product)) == expected
    assert image.position == expected.index("abcd"[which])


def test_who_wants_to_know_is_told_of_new_photos_after_the_commit(
    told: list[list[int]], django_capture_on_commit_callbacks
) -> None:
    product = factories.product(photos=0)

    with django_capture_on_commit_callbacks(execute=True):
        images = add_photos(product=product, sources=[photo(1), photo(2)]).images
        assert told == []
    assert told == [[image.pk for image in images]]

    with django_capture_on_commit_callbacks(execute=True):
        restored = restore_photo(removed=remove_photo(image=images[0]))
    assert told[1:] == [[restored.pk]]


@pytest.mark.parametrize("count", [2, 10])
def test_adding_and_moving_ask_as_often_whatever_the_product_has(count: int, django_assert_num_queries) -> None:
    product = with_photos(count)
    with django_assert_num_queries(11):
        add_photos(product=product, sources=[photo(77)])
    image = product.images.select_related("product").first()
    with django_assert_num_queries(8):
        move_photo(image=image, to_position=1)


def test_a_failure_after_a_file_was_stored_leaves_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    product = factories.product(photos=0)
    names: list[str] = []

    def fail(images: list[ProductImage]) -> None:
        names.extend(image.file.name for image in images)
        raise RuntimeError("the machine is in trouble")

    monkeypatch.setattr(services, "tell_after_commit", fail)
    with pytest.raises(RuntimeError):
        add_photos(product=product, sources=[photo()])

    assert names
    assert not any(stored(name) for name in names)
    assert not product.images.exists()


def test_the_log_says_who_changed_which_photo(alice) -> None:
    product = factories.product(photos=0)
    first, second = add_photos(product=product, sources=[photo(1), photo(2)], actor=alice).images
    move_photo(image=second, to_position=0, actor=alice)
    restore_photo(removed=remove_photo(image=Product.objects.get().images.get(pk=first.pk), actor=alice))

    entries = AuditEntry.objects.for_target("catalog.product", product.pk).order_by("pk")
    assert [(entry.action, entry.before, entry.after) for entry in entries][:3] == [
        ("listing.photos-added", {"photos": 0}, {"photos": 2, "added": [first.pk, second.pk]}),
        ("listing.photo-moved", {"photo": second.pk, "position": 1}, {"photo": second.pk, "position": 0}),
        ("listing.photo-removed", {"photo": first.pk, "position": 1}, {}),
    ]
    assert entries[3].action == "listing.photo-restored"
    assert [entry.actor_name for entry in entries] == [str(alice)] * 3 + ["Shopadmin"]
    assert {entry.tenant_key for entry in entries} == {product.seller_id}


@pytest.mark.django_db(transaction=True)
def test_people_who_change_photos_at_once_leave_no_gap_and_lose_nothing() -> None:
    product = with_photos(2)
    cleaned = [clean_photo(photo(100 + number)) for number in range(8)]
    start = Barrier(4)

    def change(mine: list[Photo]) -> None:
        start.wait()
        for one in mine:
            image = add_cleaned(product=Product.objects.get(pk=product.pk), photos=[one]).images[0]
            move_photo(image=image, to_position=0)
            restore_photo(removed=remove_photo(image=image))
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(change, cleaned[number::4]) for number in range(4)]
    for one in running:
        one.result()

    assert len(order(product)) == 10
    assert Product.objects.get(pk=product.pk).version == 2 + 8 * 3 + _moves(product)


def _moves(product: Product) -> int:
    """How many of the moves changed anything: a photo that another's removal brought to the front moves nowhere."""
    return AuditEntry.objects.for_target("catalog.product", product.pk).filter(action="listing.photo-moved").count()
