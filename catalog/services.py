"""What people do with the catalogue."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.db import transaction
from PIL import Image, ImageOps

from .listeners import tell_images_changed
from .models import Product, ProductImage

MAX_PHOTO_PIXELS = 40_000_000
MAX_PHOTO_BYTES = 20 * 2**20
PHOTO_LONG_SIDE = 1600
PHOTO_FORMATS = ("JPEG", "PNG", "WEBP")


class UnreadablePhoto(Exception):
    """A product photo cannot be used; the message tells its owner why and what to do."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that was decoded, turned upright, shrunk and encoded again by us."""

    jpeg: bytes
    sha256: str
    width: int
    height: int


def clean_photo(source: BinaryIO) -> Photo:
    """Decode and re-encode a product photo, so that nothing of the uploaded file's own bytes is ever served.

    Raises `UnreadablePhoto` when it is not a JPEG, PNG or WebP photo, too large, or broken.
    """
    content = source.read(MAX_PHOTO_BYTES + 1)
    if len(content) > MAX_PHOTO_BYTES:
        raise UnreadablePhoto(f"The photo is larger than {MAX_PHOTO_BYTES // 2**20} MB; save it smaller.")
    try:
        with Image.open(io.BytesIO(content), formats=PHOTO_FORMATS) as image:
            if image.width * image.height > MAX_PHOTO_PIXELS:
                raise UnreadablePhoto(
                    f"The photo has {image.width} × {image.height} pixels; at most 40 million are accepted."
                )
            image.draft("RGB", (PHOTO_LONG_SIDE, PHOTO_LONG_SIDE))
            upright = ImageOps.exif_transpose(image)
            flat = _on_white(upright)
    except UnreadablePhoto:
        raise
    except Exception as error:  # decoders raise many kinds on hostile files; each means unreadable
        raise UnreadablePhoto("The file is not a readable JPEG, PNG or WebP photo; export it again.") from error
    flat.thumbnail((PHOTO_LONG_SIDE, PHOTO_LONG_SIDE))
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=90)
    return Photo(out.getvalue(), hashlib.sha256(content).hexdigest(), flat.width, flat.height)


def add_photos(*, product: Product, sources: Sequence[BinaryIO]) -> list[ProductImage]:
    """Add photos to a product, after those it has; one that it has already is left out.

    Raises `UnreadablePhoto` before anything is saved when one of them cannot be used.
    """
    photos = [clean_photo(source) for source in sources]
    with transaction.atomic():
        Product.objects.select_for_update().get(pk=product.pk)
        known = set(product.images.values_list("sha256", flat=True))
        position = len(known)
        images = []
        for photo in photos:
            if photo.sha256 in known:
                continue
            known.add(photo.sha256)
            image = ProductImage(
                product=product, sha256=photo.sha256, position=position, width=photo.width, height=photo.height
            )
            image.file.save("photo.jpg", ContentFile(photo.jpeg), save=True)
            images.append(image)
            position += 1
        keys = [image.pk for image in images]
        transaction.on_commit(lambda: tell_images_changed(keys))
    return images


def _on_white(image: Image.Image) -> Image.Image:
    """Return the image in RGB, transparent parts on white as shops show them."""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(white, rgba).convert("RGB")
    return image.convert("RGB")
