"""Gives perceptual hashes to photos that came in before there were any."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..models import ProductImage
from .cleaning import MAX_PHOTO_BYTES, message_of
from .decoding import Flaw, Flawed
from .sandbox import PhotoDecoder

PHOTOS_A_BATCH = 200


class Looked(NamedTuple):
    """A photo that was looked at; `problem` says why it could not be read, and is empty where it has a hash now."""

    image: ProductImage
    problem: str


def fill_likeness() -> Iterator[Looked]:
    """Hash each photo that has no hash, and yield it; stop at any moment and begin again to go on.

    One that cannot be read keeps none, so that the next run names it again. Memory does not grow with the number of
    photos. Raises `DecoderUnavailable` when this machine cannot decode.
    """
    last = 0
    with PhotoDecoder() as decoder:
        while batch := list(_without_hash(last)):
            for image in batch:
                yield Looked(image, _hash(image, decoder))
            last = batch[-1].pk


def _without_hash(after: int) -> Iterator[ProductImage]:
    rows = ProductImage.objects.filter(perceptual_hash__isnull=True, pk__gt=after).order_by("pk")
    return rows.only("pk", "file", "product_id")[:PHOTOS_A_BATCH].iterator()


def _hash(image: ProductImage, decoder: PhotoDecoder) -> str:
    """Keep the photo's hash; return why there is none, or nothing."""
    try:
        with image.file.open("rb") as file:
            content = file.read(MAX_PHOTO_BYTES + 1)
        if len(content) > MAX_PHOTO_BYTES:
            raise Flawed(Flaw.TOO_MANY_BYTES)
        made = decoder.decode(content)
    except OSError as error:
        return f"The file cannot be opened: {error.strerror or error}."
    except Flawed as flawed:
        return message_of(flawed)
    image.keep_perceptual_hash(made.perceptual_hash)
    return ""
