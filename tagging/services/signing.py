"""Signatures of product photos: what a photo looks like to one embedder and reader, made once and kept."""

from __future__ import annotations

import io
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef
from PIL import Image

from catalog.models import ProductImage

from ..models import IndexVersion, PhotoSignature
from ..vision.describing import describe
from ..vision.registry import Embedder, TextReader, embedders, readers
from ..vision.types import RGBImage, Signature
from .loaded_models import loaded_models

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Makers:
    """The embedder and reader that make signatures, each as *identifier@version*."""

    embedder: str
    reader: str

    @classmethod
    def of(cls, version: IndexVersion) -> Makers:
        """Return those that an index version was made with."""
        return cls(version.embedder, version.reader)


@dataclass(frozen=True, slots=True)
class Describer:
    """A loaded embedder and reader."""

    embedder: Embedder
    reader: TextReader

    @property
    def makers(self) -> Makers:
        """The names under which its signatures are kept."""
        return Makers(*(f"{model.identifier}@{model.version}" for model in (self.embedder, self.reader)))

    def describe(self, image: RGBImage) -> Signature:
        """Return the signature of a picture."""
        return describe(image, self.embedder, self.reader)


_others: dict[tuple[str, str], Describer] = {}


def loaded_describer(embedder: str = "", reader: str = "") -> Describer:
    """Return this process's embedder and reader of those identifiers, else of the settings; the first call loads them.

    Raises `tagging.vision.registry.UnknownModel`.
    """
    chosen = (embedder or settings.SHOPADMIN["EMBEDDER"], reader or settings.SHOPADMIN["READER"])
    if chosen == (settings.SHOPADMIN["EMBEDDER"], settings.SHOPADMIN["READER"]):
        models = loaded_models()
        return Describer(models.embedder, models.reader)
    if chosen not in _others:
        _others[chosen] = Describer(embedders.create(chosen[0]), readers.create(chosen[1]))
    return _others[chosen]


def close_describers() -> None:
    """Free the models that were loaded beside those of the settings."""
    while _others:
        _, describer = _others.popitem()
        describer.embedder.close()
        describer.reader.close()


def unsigned(makers: Makers) -> list[int]:
    """Return the keys of the photos that those models have not looked at yet, oldest first; failed ones are not."""
    made = PhotoSignature.objects.filter(image=OuterRef("pk"), embedder=makers.embedder, reader=makers.reader)
    photos = ProductImage.objects.filter(~Exists(made)).order_by("pk")
    return list(photos.values_list("pk", flat=True))


def sign_photos(image_ids: Sequence[int], describer: Describer) -> tuple[int, int]:
    """Describe photos and keep their signatures; return how many were described, and how many could not be.

    A photo that fails gets a row with the reason, and the others go on. A photo whose signature is there is left as it
    is; one that failed before is tried again. Variants often share a photo: the same file is described once.
    """
    makers = describer.makers
    made = PhotoSignature.objects.made_by(makers.embedder, makers.reader).filter(image__in=image_ids)
    done = set(made.values_list("image_id", flat=True))
    photos = list(ProductImage.objects.filter(pk__in=image_ids).exclude(pk__in=done))
    known = _known_files({photo.sha256 for photo in photos}, makers)
    outcomes = [_sign(photo, describer, makers, known) for photo in photos]
    return outcomes.count(True), outcomes.count(False)


def _known_files(hashes: Collection[str], makers: Makers) -> dict[str, dict[str, object]]:
    """Return what is known of files with those hashes, from whatever product's photo."""
    made = PhotoSignature.objects.made_by(makers.embedder, makers.reader).filter(image__sha256__in=hashes)
    return {
        hashed: {"features": features, "colour": colour, "words": words}
        for hashed, features, colour, words in made.values_list("image__sha256", "features", "colour", "words")
    }


def _sign(photo: ProductImage, describer: Describer, makers: Makers, known: dict[str, dict[str, object]]) -> bool:
    """Describe one photo and write its row at once, so that a crash loses one photo's work and no more.

    A photo that the storage has but does not give gets no row: the sweeper tries it again.
    """
    row: dict[str, object] = {"features": None, "colour": None, "words": [], "error": ""}
    try:
        content = _content(photo)
    except Exception:
        logger.warning("Photo %s (%s) cannot be fetched now.", photo.pk, photo.file.name, exc_info=True)
        return False
    try:
        pixels = _decoded(content)
        if photo.sha256 not in known:
            known[photo.sha256] = _described(pixels, describer)
        row |= known[photo.sha256]
    except Exception as error:  # noqa: BLE001 - whatever fails is written down, and the other photos go on
        row["error"] = f"{type(error).__name__}: {error}"[:300]
        logger.warning("Photo %s (%s) cannot be described: %s", photo.pk, photo.file.name, error)
    return _keep(photo, makers, row) and not row["error"]


def _described(pixels: RGBImage, describer: Describer) -> dict[str, object]:
    signature = describer.describe(pixels)
    words = [[word.text, round(word.score, 4)] for word in signature.words]
    return {"features": signature.features, "colour": signature.colour, "words": words}


def _keep(photo: ProductImage, makers: Makers, row: dict[str, object]) -> bool:
    """Write the row; False when the photo was deleted meanwhile."""
    try:
        with transaction.atomic():
            PhotoSignature.objects.update_or_create(
                image=photo, embedder=makers.embedder, reader=makers.reader, defaults=row
            )
    except DatabaseError:
        if ProductImage.objects.filter(pk=photo.pk).exists():
            raise
        logger.info("Photo %s was deleted while it was described.", photo.pk)
        return False
    return True


def read_photo(photo: ProductImage) -> RGBImage:
    """Return a product photo's pixels. Raises the storage's errors, and Pillow's for a file that is not JPEG."""
    return _decoded(_content(photo))


def _content(photo: ProductImage) -> bytes:
    """Return the photo's file, empty when there is none."""
    try:
        with photo.file.open("rb") as file:
            return bytes(file.read())
    except FileNotFoundError:
        return b""


def _decoded(content: bytes) -> RGBImage:
    """Return the pixels of a JPEG, which is what the catalogue keeps; nothing else is opened."""
    if not content:
        raise ValueError("the photo's file is missing or empty; upload the photo again")
    with Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
        return np.asarray(image.convert("RGB"))
