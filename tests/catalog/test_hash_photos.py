"""Photos that came in before photos were hashed are hashed later, and none is guessed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from catalog.models import ProductImage
from catalog.photos import likeness_filling
from catalog.photos.likeness import distance
from catalog.photos.sandbox import DecoderUnavailable
from catalog.photos.services import add_photos
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def photos() -> list[ProductImage]:
    product = factories.product("Soap")
    product.images.all().delete()
    sources = [io.BytesIO(factories.jpeg(640, 480, seed)) for seed in range(1, 6)]
    add_photos(product=product, sources=sources)
    return list(ProductImage.objects.order_by("pk"))


def forget() -> None:
    ProductImage.objects.update(perceptual_hash=None)


def run() -> tuple[str, str]:
    out, errors = io.StringIO(), io.StringIO()
    try:
        call_command("hash_photos", stdout=out, stderr=errors)
    except CommandError as error:
        errors.write(str(error))
    return out.getvalue(), errors.getvalue()


def test_each_photo_gets_nearly_the_hash_that_it_had_when_it_came_in(photos: list[ProductImage]) -> None:
    forget()

    assert run() == ("5 photos hashed.\n", "")

    for photo in photos:
        now = ProductImage.objects.get(pk=photo.pk).perceptual_hash
        assert now is not None
        assert photo.perceptual_hash is not None
        assert distance(now, photo.perceptual_hash) <= 1


def test_nothing_is_said_and_no_hash_is_touched_where_nothing_is_left(photos: list[ProductImage]) -> None:
    ProductImage.objects.update(perceptual_hash=7)

    assert run() == ("", "")
    assert set(ProductImage.objects.values_list("perceptual_hash", flat=True)) == {7}


def test_what_was_stopped_goes_on_where_it_was(photos: list[ProductImage], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likeness_filling, "PHOTOS_A_BATCH", 2)
    forget()
    looking = likeness_filling.fill_likeness()
    for _ in range(3):
        next(looking)
    looking.close()

    assert ProductImage.objects.filter(perceptual_hash__isnull=True).count() == 2
    assert run() == ("2 photos hashed.\n", "")


def test_photos_that_cannot_be_read_are_named_and_keep_none(photos: list[ProductImage]) -> None:
    forget()
    Path(photos[0].file.path).unlink()
    Path(photos[1].file.path).write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    Path(photos[2].file.path).write_bytes(Path(photos[2].file.path).read_bytes()[:2000])

    for hashed in ("2 photos hashed.\n", ""):
        out, errors = run()

        assert out == hashed
        assert f"Photo {photos[0].pk} of product {photos[0].product_id}" in errors
        assert "The file cannot be opened" in errors
        assert "This is an SVG drawing" in errors
        assert "breaks off" in errors
        assert "3 photos could not be read" in errors
    assert ProductImage.objects.filter(perceptual_hash__isnull=True).count() == 3


def test_a_machine_that_cannot_decode_says_so_and_marks_nothing(
    photos: list[ProductImage], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(*_: object) -> None:
        raise DecoderUnavailable("no memory")

    forget()
    monkeypatch.setattr(likeness_filling.PhotoDecoder, "_started", unavailable)

    assert "no memory" in run()[1]
    assert ProductImage.objects.filter(perceptual_hash__isnull=True).count() == 5
