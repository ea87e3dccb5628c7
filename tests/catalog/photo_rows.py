"""Products with real photos for tests, their order and their files, and who was told of new ones."""

from __future__ import annotations

import io

import pytest
from django.core.files.storage import default_storage

from catalog import listeners
from catalog.models import Product
from catalog.photos.services import (
    add_photos,
)
from tests import factories


def photo(seed: int = 0) -> io.BytesIO:
    return io.BytesIO(factories.jpeg(640, 480, seed=seed))


def with_photos(count: int) -> Product:
    product = factories.product(photos=0)
    add_photos(product=product, sources=[photo(seed) for seed in range(count)])
    return product


def order(product: Product) -> list[int]:
    """The keys of the product's photos in their order; their positions have no gaps."""
    rows = list(product.images.values_list("position", "pk"))
    assert [position for position, _ in rows] == list(range(len(rows)))
    return [key for _, key in rows]


def stored(name: str) -> bool:
    return default_storage.exists(name)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    keys: list[list[int]] = []
    monkeypatch.setattr(listeners, "_images_changed", [lambda changed: keys.append(list(changed))])
    return keys
