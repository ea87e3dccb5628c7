"""Photos that were taken away: put back, in their place if there is one, or erased after a day."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from catalog.models import RemovedPhoto
from catalog.photos.services import (
    MOST_PHOTOS,
    TooManyPhotos,
    add_photos,
    erase_removed_photos,
    remove_photo,
    restore_photo,
)
from tests import factories
from tests.catalog.photo_rows import order, photo, stored, with_photos
from tests.catalog.photo_rows import told as told

pytestmark = pytest.mark.django_db


def test_a_photo_that_is_taken_away_leaves_no_gap_and_can_be_put_back(told: list[list[int]], alice) -> None:
    product = with_photos(4)
    before = list(product.images.values_list("sha256", flat=True))
    image = product.images.get(position=1)
    name = image.file.name

    removed = remove_photo(image=image, actor=alice)
    assert order(product) == list(product.images.values_list("pk", flat=True))
    assert product.images.count() == 3
    assert (removed.removed_by, stored(name)) == (alice, True)

    restored = restore_photo(removed=removed)
    assert (restored.file.name, restored.position) == (name, 1)
    assert list(product.images.values_list("sha256", flat=True)) == before
    assert not RemovedPhoto.objects.exists()


def test_undo_of_an_undo_says_that_there_is_nothing_left_to_undo() -> None:
    removed = remove_photo(image=with_photos(1).images.get())
    again = RemovedPhoto.objects.get(pk=removed.pk)
    restore_photo(removed=removed)

    with pytest.raises(RemovedPhoto.DoesNotExist):
        restore_photo(removed=again)


def test_a_photo_that_came_again_meanwhile_is_not_doubled_by_undo() -> None:
    product = with_photos(2)
    removed = remove_photo(image=product.images.get(position=0))
    again = add_photos(product=product, sources=[photo(0)]).images[0]

    assert restore_photo(removed=removed) == again
    assert len(order(product)) == 2


def test_a_photo_goes_back_to_the_end_when_its_place_is_gone() -> None:
    product = with_photos(3)
    removed = [remove_photo(image=product.images.last()) for _ in range(3)]

    restored = restore_photo(removed=removed[0])

    assert (removed[0].position, restored.position) == (2, 0)


def test_undo_does_not_make_too_many_photos() -> None:
    product = with_photos(MOST_PHOTOS)
    removed = remove_photo(image=product.images.first())
    add_photos(product=product, sources=[photo(99)])

    with pytest.raises(TooManyPhotos):
        restore_photo(removed=removed)
    assert RemovedPhoto.objects.filter(pk=removed.pk).exists()


def test_the_file_of_a_photo_is_erased_a_day_after_it_was_taken_away() -> None:
    product = with_photos(2)
    kept, gone = product.images.all()
    name = gone.file.name
    remove_photo(image=gone)

    with time_machine.travel(timezone.now() + timedelta(hours=23)):
        assert erase_removed_photos() == 0
        assert stored(name)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert erase_removed_photos() == 1
        assert not stored(name)
        assert not RemovedPhoto.objects.exists()
    assert stored(kept.file.name)


def test_only_those_who_may_edit_the_listing_see_what_can_be_put_back(mallory) -> None:
    removed = remove_photo(image=with_photos(1).images.get())
    assert not RemovedPhoto.objects.for_user(mallory).exists()

    factories.seller(member=mallory)
    assert RemovedPhoto.objects.for_user(mallory).get() == removed
