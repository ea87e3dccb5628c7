"""Small real models under the names of the settings, and photos that they tell apart."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from catalog.models import Product, ProductImage
from tagging.matching.search import QueryVectors, search
from tagging.models import IndexVersion
from tagging.services.indexing import model_of
from tagging.services.loaded_models import close_models
from tagging.services.signing import close_describers, read_photo
from tagging.vision.registry import embedders, readers

from .small_models import Pixels


@pytest.fixture
def small_models(settings, tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Register the small models and have the settings choose them; keep files of their own."""
    close_models()
    settings.MEDIA_ROOT = tmp_path
    settings.SHOPADMIN = {**settings.SHOPADMIN, "EMBEDDER": "pixels", "READER": "no-words"}
    here = "tests.tagging.small_models"
    monkeypatch.setitem(embedders.paths, "pixels", f"{here}.Pixels")
    monkeypatch.setitem(embedders.paths, "mirrored-pixels", f"{here}.MirroredPixels")
    monkeypatch.setitem(readers.paths, "no-words", f"{here}.NoWords")
    yield
    close_describers()
    close_models()


def found_by_its_photo(product: Product, version: IndexVersion, *, market: str = "US") -> bool:
    """Whether searching the version with the product's own first photo gives the product."""
    photo = ProductImage.objects.filter(product=product).earliest("position")
    vector = model_of(version).project_product(Pixels().embed(read_photo(photo)))
    queries = QueryVectors(version.model_version, np.stack([vector]))
    return [neighbour.product_id for neighbour in search(version, queries, k=1, market=market)[0]] == [product.pk]
