"""Fitting the matching model of a new index version on what is in the database."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from catalog.models import ProductImage

from ..matching.fitting import fit
from ..matching.model import MatchingModel
from ..matching.thinning import thinned
from ..matching.types import CatalogueEntry
from ..vision.degrading import degraded_copies
from ..vision.types import RGBImage, Signature
from .signing import Describer, read_photo
from .stored_signatures import StoredSignature, catalogue_sample, query_sample

MOST_PHOTOS = 10_000
MOST_QUERIES = 4096
DEGRADED_PHOTOS = 75
COPIES = 2
"""The calibration learns from so many degraded copies of so many photos; describing them takes about a minute."""


logger = logging.getLogger(__name__)


class NothingToIndex(Exception):
    """There is no product photo that could be described."""


class NothingToCalibrate(Exception):
    """Degraded copies were made, and not one could be described: the models fail, and an index would show nothing."""


def fit_model(describer: Describer) -> MatchingModel:
    """Fit on the described product photos and on unlabelled pictures from videos whose creators agreed.

    Raises `NothingToIndex` when no photo is described, and `NothingToCalibrate` when no degraded copy can be.
    """
    photos = catalogue_sample(describer.makers, MOST_PHOTOS)
    if not photos:
        raise NothingToIndex("There is no product photo that can be described; add products with photos first.")
    queries = query_sample(describer.makers, MOST_QUERIES)
    return fit(_with_degraded(photos, describer), queries, describer.makers.embedder)


def _with_degraded(photos: Sequence[StoredSignature], describer: Describer) -> list[CatalogueEntry]:
    """Return the photos, and to some different ones signatures of degraded copies, whose product is known."""
    different = list({photo.signature.features.tobytes(): photo for photo in photos}.values())
    chosen = {photo.image_id for photo in thinned(different, DEGRADED_PHOTOS)}
    copies = {image.pk: _degraded(image, describer) for image in ProductImage.objects.filter(pk__in=chosen)}
    made = [copy for of_photo in copies.values() for copy in of_photo]
    if made and not any(made):
        raise NothingToCalibrate(
            f"None of {len(made)} degraded copies of photos could be described; the log says why. The index that is"
            " live stays so."
        )
    return [
        replace(photo.as_catalogue_entry(), augmented=tuple(filter(None, copies.get(photo.image_id, ()))))
        for photo in photos
    ]


def _degraded(image: ProductImage, describer: Describer) -> tuple[Signature | None, ...]:
    """Return a signature for each degraded copy, None for one that cannot be described.

    There is none for a photo that cannot be read now: the others are enough.
    """
    try:
        pixels = read_photo(image)
    except (OSError, ValueError):
        logger.warning("Photo %s (%s) cannot be read for calibration.", image.pk, image.file.name, exc_info=True)
        return ()
    return tuple(_described(copy, image, describer) for copy in degraded_copies(pixels, COPIES))


def _described(copy: RGBImage, image: ProductImage, describer: Describer) -> Signature | None:
    """Return None for a copy that the models refuse: it may show nothing but one colour."""
    try:
        return describer.describe(copy)
    except Exception:
        logger.warning("A degraded copy of photo %s cannot be described for calibration.", image.pk, exc_info=True)
        return None
