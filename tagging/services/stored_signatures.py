"""Reading signatures of product photos in bulk, over the binary protocol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..matching.thinning import thinned
from ..matching.types import CatalogueEntry
from ..models import IndexVersion, PhotoSignature, TrackView
from ..vector_io import binary_cursor
from ..vision.types import Signature, Word
from .signing import Makers


@dataclass(frozen=True, slots=True, eq=False)
class StoredSignature:
    """A photo's signature with what a catalogue says of its product."""

    image_id: int
    product_id: int
    title: str
    brand: str
    variant_group: str
    kind: str
    signature: Signature

    def as_catalogue_entry(self) -> CatalogueEntry:
        """Return it as fitting takes it."""
        return CatalogueEntry(
            str(self.product_id), self.title, self.brand, self.signature, self.variant_group, kind=self.kind
        )


_QUERY = """
    SELECT image.id, image.product_id, product.title, coalesce(brand.name, ''), product.variant_group,
        coalesce(product.category_id::text, ''), signature.features, signature.colour, signature.words
    FROM tagging_photosignature signature
    JOIN catalog_productimage image ON image.id = signature.image_id
    JOIN catalog_product product ON product.id = image.product_id
    LEFT JOIN catalog_brand brand ON brand.id = product.brand_id
    WHERE signature.id = ANY(%s) AND signature.error = ''
    ORDER BY image.id"""


def read_signatures(keys: Sequence[int]) -> list[StoredSignature]:
    """Return the usable signatures with those primary keys, by photo."""
    with binary_cursor() as cursor:
        rows = cursor.execute(_QUERY, [list(keys)]).fetchall()
    return [
        StoredSignature(image, product, title, brand, group, kind, Signature(features, colour, _words(words)))
        for image, product, title, brand, group, kind, features, colour, words in rows
    ]


def batches(keys: Sequence[int], size: int) -> Iterator[list[StoredSignature]]:
    """Yield the signatures of those keys, `size` at a time."""
    for start in range(0, len(keys), size):
        yield read_signatures(keys[start : start + size])


def missing_from(version: IndexVersion) -> list[int]:
    """Return the keys of the signatures that the version could hold and does not, oldest first."""
    signatures = PhotoSignature.objects.without_entry_in(version).order_by("pk")
    return list(signatures.values_list("pk", flat=True))


def catalogue_sample(makers: Makers, most: int) -> list[StoredSignature]:
    """Return at most `most` signatures of product photos for fitting, evenly spread over the catalogue."""
    signatures = PhotoSignature.objects.made_by(makers.embedder, makers.reader).order_by("image_id")
    keys = thinned(list(signatures.values_list("pk", flat=True)), most)
    return [stored for batch in batches(keys, 2000) for stored in batch]


def query_sample(makers: Makers, most: int) -> list[Signature]:
    """Return at most `most` signatures of objects in videos, evenly spread; they have no label.

    A view exists only while its track's consent lives, so these are pictures that may be used.
    """
    views = TrackView.objects.filter(embedder=makers.embedder, track__grant__isnull=False).order_by("pk")
    keys = thinned(list(views.values_list("pk", flat=True)), most)
    return [signature_of(view) for view in TrackView.objects.filter(pk__in=keys).order_by("pk")]


def signature_of(row: PhotoSignature | TrackView) -> Signature:
    """Return what a row says of its picture, as matching takes it."""
    return Signature(np.asarray(row.features, np.float32), np.asarray(row.colour, np.float32), _words(row.words))


def _words(rows: Sequence[tuple[str, float]]) -> tuple[Word, ...]:
    return tuple(Word(text, score) for text, score in rows)
