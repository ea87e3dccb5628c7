"""The whole path with the real models over real photos: describe, fit, build, search, candidates."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from django.core.files.base import ContentFile

from catalog.models import Product, ProductImage
from catalog.photos.cleaning import clean_photo
from tagging.matching.model import match
from tagging.matching.search import QueryVectors, candidates, search
from tagging.matching.types import Limits
from tagging.services import index_fitting
from tagging.services.index_builds import build_index
from tagging.services.index_writing import drop_vector_index
from tagging.services.indexing import model_of
from tagging.services.loaded_models import close_models
from tagging.services.signing import loaded_describer, read_photo
from tagging.vision.degrading import degraded_copies
from tests import factories

PRODUCTS = 8


@pytest.fixture
def shop(shared_data: Path, settings, tmp_path: Path) -> Iterator[list[Product]]:
    """Products with one real photo each."""
    settings.MEDIA_ROOT = tmp_path
    photos = sorted((shared_data / "grocery" / "iconic-images-and-descriptions").rglob("*.jpg"))
    products = []
    for photo in photos[:: len(photos) // PRODUCTS][:PRODUCTS]:
        product = factories.product(photo.stem, photos=0, brand="")
        with photo.open("rb") as file:
            clean = clean_photo(file)
        image = ProductImage(product=product, sha256=clean.sha256)
        image.file.save("photo.jpg", ContentFile(clean.jpeg))
        products.append(product)
    yield products
    close_models()


@pytest.mark.real_models
@pytest.mark.django_db(transaction=True)
def test_another_picture_of_a_product_finds_it(shop: list[Product], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_fitting, "DEGRADED_PHOTOS", 2)
    version = build_index()
    describer, model = loaded_describer(), model_of(version)
    pictures = [degraded_copies(read_photo(product.images.get()), 1, seed=99)[0] for product in shop]
    signatures = [describer.describe(picture) for picture in pictures]
    vectors = model.project_query(np.stack([signature.features for signature in signatures]))
    found = search(version, QueryVectors(version.model_version, vectors), k=5, market="US")
    known = candidates(version, found)
    decisions = [
        match([signature], [known[one.product_id].product for one in near], model, Limits())
        for signature, near in zip(signatures, found, strict=True)
    ]
    best = [one.runners_up[0].product if one.abstains else one.links[0].product for one in decisions]
    right = sum(product == str(one.pk) for product, one in zip(best, shop, strict=True))
    assert right >= 0.7 * PRODUCTS
    drop_vector_index(version)
