"""What people do with a product's photos: add, move, take away, put back.

A product's photos are numbered from 0 without gaps. Whoever changes them locks the product's row first, so that two
people at once come one after the other, and counts the change in `Product.version`, which is kept current on the
product that was passed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Case, F, PositiveSmallIntegerField, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from shopadmin.accounts.audit.recording import record
from shopadmin.accounts.models import User

from ..listeners import tell_images_changed
from ..models import Product, ProductImage, RemovedPhoto
from ..screening.bell import ring_after_commit
from .cleaning import Photo, UnreadablePhoto, clean_photo
from .likeness import ALIKE_BITS, distance
from .sandbox import PhotoDecoder

MOST_PHOTOS = 12
_ERASED_A_SWEEP = 1000


class TooManyPhotos(Exception):
    """The product would have more photos than it may; the message says how many there are."""


@dataclass(frozen=True, slots=True)
class PhotoNote:
    """Something about the photo that came in as number `number`, counted from 0, for its owner."""

    number: int
    message: str


@dataclass(frozen=True, slots=True)
class AddedPhotos:
    """The photos that were added, what could be better about some, and which did not fit where that was allowed."""

    images: list[ProductImage] = field(default_factory=list)
    warnings: list[PhotoNote] = field(default_factory=list)
    refused: list[PhotoNote] = field(default_factory=list)


def add_photos(*, product: Product, sources: Sequence[BinaryIO], actor: User | None = None) -> AddedPhotos:
    """Add photos to a product, after those it has; one that it has already is left out, with a warning.

    Raises `UnreadablePhoto` and `TooManyPhotos` before anything is saved.
    """
    photos = []
    with PhotoDecoder() as decoder:
        for number, source in enumerate(sources):
            try:
                photos.append(clean_photo(source, decoder))
            except UnreadablePhoto as error:
                error.number = number
                raise
    return add_cleaned(product=product, photos=photos, actor=actor)


def add_cleaned(
    *, product: Product, photos: Sequence[Photo], actor: User | None = None, as_many_as_fit: bool = False
) -> AddedPhotos:
    """Add photos that were cleaned already, as `add_photos` does.

    Raises `TooManyPhotos` before any is saved; with `as_many_as_fit` those beyond are `refused` in the answer instead.
    """
    added = AddedPhotos()
    with locked(product), files_of_failure_erased(added.images):
        there = list(_images_of(product))
        for number, photo in enumerate(photos):
            if photo.sha256 in {image.sha256 for image in there}:
                added.warnings.append(PhotoNote(number, _("The product has this photo already.")))
                continue
            try:
                image = keep_photo(product, photo, len(there))
            except TooManyPhotos as error:
                if not as_many_as_fit:
                    raise
                added.refused.append(PhotoNote(number, str(error)))
                continue
            added.warnings.extend(PhotoNote(number, message) for message in _warnings(photo, there))
            added.images.append(image)
            there.append(image)
        if added.images:
            after = {"photos": len(there), "added": [image.pk for image in added.images]}
            _count_change(product, actor, "listing.photos-added", {"photos": len(there) - len(added.images)}, after)
            tell_after_commit(added.images)
    return added


def move_photo(*, image: ProductImage, to_position: int, actor: User | None = None) -> None:
    """Put a photo at another place among its product's, from 0; a place beyond the last is the last."""
    product = image.product
    with locked(product):
        order = list(_images_of(product).values_list("pk", flat=True))
        before = {"photo": image.pk, "position": order.index(image.pk)}
        order.remove(image.pk)
        order.insert(max(0, to_position), image.pk)
        image.position = order.index(image.pk)
        if _renumber(product, order):
            _count_change(product, actor, "listing.photo-moved", before, {**before, "position": image.position})


def remove_photo(*, image: ProductImage, actor: User | None = None) -> RemovedPhoto:
    """Take a photo off its product. `restore_photo` puts it back for a day; then its file is erased."""
    product = image.product
    with locked(product):
        image.refresh_from_db()
        key = image.pk
        removed = RemovedPhoto.objects.create(product=product, removed_by=actor, **_what_is_kept(image))
        image.delete()
        _renumber(product, list(_images_of(product).values_list("pk", flat=True)))
        _count_change(product, actor, "listing.photo-removed", {"photo": key, "position": removed.position}, {})
    return removed


def restore_photo(*, removed: RemovedPhoto, actor: User | None = None) -> ProductImage:
    """Put a photo that was taken off back where it was.

    When the product got the same photo again meanwhile, that one is returned. Raises `TooManyPhotos`, and
    `RemovedPhoto.DoesNotExist` when it was put back already or its time is over.
    """
    product = removed.product
    with locked(product):
        kept = RemovedPhoto.objects.select_for_update().get(pk=removed.pk)
        kept.delete()
        again = _images_of(product).filter(sha256=kept.sha256).first()
        if again is not None:
            return again
        _refuse_more_than_allowed(product)
        image = ProductImage(product=product, **_what_is_kept(kept))
        make_room(product, image)
        image.save()
        after = {"photo": image.pk, "position": image.position}
        _count_change(product, actor, "listing.photo-restored", {}, after)
        tell_after_commit([image])
    return image


def erase_removed_photos() -> int:
    """Erase the files of photos that were taken off more than a day ago; return how many."""
    erased = 0
    for key in RemovedPhoto.objects.expired().values_list("pk", flat=True)[:_ERASED_A_SWEEP]:
        with transaction.atomic():
            removed = RemovedPhoto.objects.select_for_update(skip_locked=True).filter(pk=key).first()
            if removed is None:
                continue
            removed.file.delete(save=False)
            removed.delete()
            erased += 1
    return erased


@contextmanager
def locked(product: Product) -> Iterator[None]:
    """Run the block in a transaction that holds the product's row. Raises `Product.DoesNotExist`."""
    with transaction.atomic():
        Product.objects.select_for_update(no_key=True).only("pk").get(pk=product.pk)
        yield


@contextmanager
def files_of_failure_erased(images: Sequence[ProductImage]) -> Iterator[None]:
    """Erase the files of `images`, which the block fills, when the block fails: their rows are rolled back."""
    try:
        yield
    except BaseException:
        for image in images:
            image.file.delete(save=False)
        raise


def keep_photo(product: Product, photo: Photo, position: int) -> ProductImage:
    """Store a photo at a position, from which others move on. The caller holds the product's row.

    Raises `TooManyPhotos` when the product has as many as it may.
    """
    _refuse_more_than_allowed(product)
    image = ProductImage(
        product=product,
        sha256=photo.sha256,
        perceptual_hash=photo.perceptual_hash,
        position=position,
        width=photo.width,
        height=photo.height,
    )
    make_room(product, image)
    image.file.save("photo.jpg", ContentFile(photo.jpeg), save=True)
    return image


def make_room(product: Product, image: ProductImage) -> None:
    """Move on the photos at the position of an image that is to be saved, and after it."""
    image.position = min(image.position, _images_of(product).count())
    _images_of(product).filter(position__gte=image.position).update(position=F("position") + 1)


def tell_after_commit(images: Sequence[ProductImage]) -> None:
    """Tell who wants to know of new photos, once they are committed."""
    keys = [image.pk for image in images]
    transaction.on_commit(lambda: tell_images_changed(keys))


def _images_of(product: Product) -> QuerySet[ProductImage]:
    """Return the photos as they are now: `product.images` may hold those that were fetched before the lock."""
    return ProductImage.objects.filter(product=product)


def _refuse_more_than_allowed(product: Product) -> None:
    if _images_of(product).count() >= MOST_PHOTOS:
        raise TooManyPhotos(_("A product has at most %(most)d photos. Take one away first.") % {"most": MOST_PHOTOS})


def _warnings(photo: Photo, there: Sequence[ProductImage]) -> Iterator[str]:
    if photo.warning:
        yield photo.warning
    for image in there:
        known = image.perceptual_hash
        if known is not None and distance(known, photo.perceptual_hash) <= ALIKE_BITS:
            yield _("It looks the same as photo %(number)d of this product.") % {"number": image.position + 1}
            return


def _what_is_kept(photo: ProductImage | RemovedPhoto) -> dict[str, Any]:
    fields = ("sha256", "perceptual_hash", "position", "width", "height")
    return {"file": photo.file.name, **{name: getattr(photo, name) for name in fields}}


def _renumber(product: Product, order: Sequence[int]) -> bool:
    """Give the product's photos, by key, the positions of this order; return whether any changed."""
    places = [When(pk=key, then=Value(position)) for position, key in enumerate(order)]
    if not places:
        return False
    wanted = Case(*places, output_field=PositiveSmallIntegerField())
    return bool(_images_of(product).exclude(position=wanted).update(position=wanted))


def _count_change(
    product: Product, actor: User | None, action: str, before: Mapping[str, object], after: Mapping[str, object]
) -> None:
    """Count the change in the product's version, and write down who made it."""
    record(actor or "Shopadmin", action, product, before=before, after=after, tenant_key=product.seller_id)
    Product.objects.filter(pk=product.pk).update(version=F("version") + 1, updated_at=timezone.now())
    ring_after_commit()
    product.refresh_from_db(fields=["version", "updated_at"])
