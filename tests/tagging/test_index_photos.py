"""Keeping the live index complete: on save, after a lost message, and in spite of photos that fail."""

from __future__ import annotations

import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from PIL import Image

from catalog.models import ProductImage
from catalog.photos.services import add_photos
from shopadmin.jobs import doorbell
from shopadmin.locks import advisory_lock
from tagging import tasks
from tagging.models import IndexEntry, IndexVersion, PhotoSignature
from tagging.services import signing
from tagging.services.index_builds import fit_version, promote
from tagging.services.indexing import Indexed, index_missing, index_photos, live_version
from tagging.services.signing import loaded_describer, sign_photos, unsigned
from tagging.vision.describing import describe
from tagging.vision.types import RGBImage
from tests import factories

from .index_parts import found_by_its_photo, small_models
from .sessions import held_elsewhere

__all__ = ["small_models"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_models")]


@pytest.fixture
def live() -> IndexVersion:
    """A live index over three products."""
    for title in ("Apple juice", "Pear juice", "Plum juice"):
        factories.product(title)
    describer = loaded_describer()
    sign_photos(unsigned(describer.makers), describer)
    version = fit_version(describer)
    promote(version)
    return version


def one_colour() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "JPEG")
    return out.getvalue()


def test_a_saved_photo_is_found_after_its_task(live: IndexVersion) -> None:
    product = factories.product("Grape juice")
    assert not found_by_its_photo(product, live)
    tasks.index_photos(list(product.images.values_list("pk", flat=True)))
    assert found_by_its_photo(product, live)


def test_the_catalogue_calls_the_task_when_photos_were_committed(
    live: IndexVersion, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
) -> None:
    sent: list[tuple[str, list[int]]] = []
    monkeypatch.setattr(doorbell, "_send", lambda task, arguments: sent.append((task, arguments[0])))
    product = factories.product(photos=0)
    with django_capture_on_commit_callbacks(execute=True):
        added = add_photos(
            product=product, sources=[io.BytesIO(factories.jpeg(seed=900 + number)) for number in range(3)]
        )
    assert sent == [("tagging.index_photos", [image.pk for image in added.images])]


def test_many_photos_are_told_of_in_several_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, list[int]]] = []
    monkeypatch.setattr(doorbell, "_send", lambda task, arguments: sent.append((task, arguments[0])))
    keys = list(range(23))
    tasks.index_photos_soon(keys)
    assert sent == [("tagging.index_photos", keys[:20]), ("tagging.index_photos", keys[20:])]


def test_a_photo_whose_message_is_lost_is_found_after_the_sweep(
    live: IndexVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_queue(*args: object, **kwargs: object) -> None:
        raise ConnectionError("the queue is away")

    monkeypatch.setattr(doorbell, "_send", no_queue)
    product = factories.product("Grape juice")
    tasks.index_photos_soon(list(product.images.values_list("pk", flat=True)))
    assert not found_by_its_photo(product, live)
    tasks.index_missing()
    assert found_by_its_photo(product, live)


def test_a_worker_that_dies_between_signature_and_entry_loses_nothing(live: IndexVersion) -> None:
    product = factories.product("Grape juice")
    sign_photos(list(product.images.values_list("pk", flat=True)), loaded_describer())
    assert index_missing() == Indexed(described=0, failed=0, entries=1)
    assert found_by_its_photo(product, live)


def test_indexing_twice_adds_nothing(live: IndexVersion) -> None:
    keys = list(ProductImage.objects.values_list("pk", flat=True))
    before = list(IndexEntry.objects.order_by("pk").values_list("pk", "image"))
    assert index_photos(keys) == Indexed(described=0, failed=0, entries=0)
    assert index_missing() == Indexed(described=0, failed=0, entries=0)
    assert list(IndexEntry.objects.order_by("pk").values_list("pk", "image")) == before


def test_photos_that_fail_are_written_down_and_the_others_go_on(live: IndexVersion) -> None:
    product = factories.product(photos=0)
    files = {
        "gone": b"",
        "no picture": b"GIF89a no photo at all",
        "one colour": one_colour(),
        "good": factories.jpeg(seed=77),
    }
    images = {}
    for name, content in files.items():
        images[name] = ProductImage(product=product, sha256=name, position=len(images))
        images[name].file.save("photo.jpg", ContentFile(content or factories.jpeg(seed=78)))
    images["gone"].file.storage.delete(images["gone"].file.name)
    assert index_photos([image.pk for image in images.values()]) == Indexed(described=1, failed=3, entries=1)
    errors = dict(PhotoSignature.objects.exclude(error="").values_list("image", "error"))
    assert set(errors) == {images[name].pk for name in ("gone", "no picture", "one colour")}
    assert "there is nothing on the picture" in errors[images["one colour"].pk]
    assert IndexEntry.objects.filter(product=product).get().image_id == images["good"].pk


def test_a_photo_that_failed_is_not_swept_again_but_can_be_tried_again(live: IndexVersion) -> None:
    product = factories.product(photos=0)
    image = ProductImage(product=product, sha256="a")
    image.file.save("photo.jpg", ContentFile(one_colour()))
    assert index_missing() == Indexed(described=0, failed=1, entries=0)
    assert index_missing() == Indexed(described=0, failed=0, entries=0)
    image.file.save("photo.jpg", ContentFile(factories.jpeg(seed=5)))
    assert index_photos([image.pk]) == Indexed(described=1, failed=0, entries=1)


def test_the_same_file_at_several_products_is_described_once(monkeypatch: pytest.MonkeyPatch) -> None:
    described: list[RGBImage] = []
    monkeypatch.setattr(signing, "describe", lambda *given: described.append(given[0]) or describe(*given))
    content = factories.jpeg(seed=9)
    variants = [ProductImage(product=factories.product(photos=0), sha256="shared") for _ in range(3)]
    for image in variants:
        image.file.save("photo.jpg", ContentFile(content))
    describer = loaded_describer()
    assert sign_photos([image.pk for image in variants[:2]], describer) == (2, 0)
    assert sign_photos([variants[2].pk], describer) == (1, 0)
    assert len(described) == 1
    first, *others = PhotoSignature.objects.all()
    assert all(other.features == first.features and other.words == first.words for other in others)


def test_photos_that_the_storage_does_not_give_now_are_described_when_it_does(
    live: IndexVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = factories.product("Grape juice")

    def away(*args: object) -> None:
        raise TimeoutError("the storage is away")

    with monkeypatch.context() as outage:
        outage.setattr(FileSystemStorage, "_open", away)
        assert index_missing() == Indexed(described=0, failed=1, entries=0)
        assert not PhotoSignature.objects.filter(image__product=product).exists()
    assert index_missing() == Indexed(described=1, failed=0, entries=1)


def test_a_deleted_photo_is_no_failure(live: IndexVersion) -> None:
    assert index_photos([10**9]) == Indexed(described=0, failed=0, entries=0)


def test_before_the_first_build_signatures_are_kept_for_it() -> None:
    product = factories.product()
    assert live_version() is None
    assert index_photos(list(product.images.values_list("pk", flat=True))) == Indexed(1, 0, 0)
    assert PhotoSignature.objects.get().embedder == "pixels@1"


def test_photos_wait_for_a_new_index_when_the_models_have_changed(live: IndexVersion) -> None:
    IndexVersion.objects.filter(pk=live.pk).update(embedder="pixels@0")
    product = factories.product("Grape juice")
    assert index_photos(list(product.images.values_list("pk", flat=True))) == Indexed(1, 0, 0)
    assert not IndexEntry.objects.filter(product=product).exists()


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_do_not_do_the_same_work() -> None:
    factories.product()
    with held_elsewhere("tagging.index_missing"):
        assert index_missing() == Indexed(0, 0, 0)
        assert not PhotoSignature.objects.exists()
    assert index_missing() == Indexed(1, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_lock_is_free_again_after_its_block() -> None:
    with advisory_lock("x") as first:
        assert first
    with held_elsewhere("x"), advisory_lock("x") as second:
        assert not second
