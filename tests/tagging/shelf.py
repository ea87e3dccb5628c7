"""A catalogue of vectors for search tests: products with photos, offers in markets of every size, and brute force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from django.db import connection
from django.utils import timezone

from catalog.models import Offer, Product, ProductImage
from tagging.matching.search import QueryVectors
from tagging.models import IndexEntry, IndexVersion, PhotoSignature
from tests import factories

MODEL = "0" * 16
SHARES = {"AA": 1.0, "BB": 0.5, "CC": 0.1, "DD": 0.05, "EE": 0.01, "FF": 0.0}
"""Which share of the products has an offer in each market."""


@dataclass(frozen=True)
class Shelf:
    """An index version with entries, and the same in arrays."""

    version: IndexVersion
    vectors: np.ndarray
    products: np.ndarray
    linkable: dict[str, set[int]]

    def brute_force(self, queries: np.ndarray, k: int, market: str) -> list[list[tuple[int, float]]]:
        """The k nearest linkable products of each query, by comparing with everything."""
        found = []
        for query in queries.astype(np.float16).astype(np.float32):
            similarity: dict[int, float] = {}
            for product, score in zip(self.products, self.vectors @ query, strict=True):
                if product in self.linkable[market]:
                    similarity[product] = max(score, similarity.get(product, -2.0))
            found.append(sorted(similarity.items(), key=lambda item: -item[1])[:k])
        return found


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def queries(random: np.random.Generator, count: int) -> QueryVectors:
    return QueryVectors(MODEL, unit(random.standard_normal((count, 256)) * np.arange(1, 257) ** -0.7))


def fill(random: np.random.Generator, products: int = 600) -> Shelf:
    """Put products with one to four photos on the shelf, a third of their offers spoilt in one way or another."""
    seller, version = factories.seller(), factories.index_version()
    rows = Product.objects.bulk_create(
        Product(
            seller=seller,
            sku=str(number),
            title=f"Product {number}",
            status="held" if random.random() < 0.1 else "live",
            screened_version=1,
        )
        for number in range(products)
    )
    images = ProductImage.objects.bulk_create(
        ProductImage(product=row, file="none.jpg", sha256=f"{number}", position=number)
        for row in rows
        for number in range(random.integers(1, 5))
    )
    centres = unit(random.standard_normal((40, 256)) * np.arange(1, 257) ** -0.7)
    near = centres[random.integers(0, 40, len(images))]
    vectors = unit(near + 0.7 * random.standard_normal((len(images), 256)) * np.arange(1, 257) ** -0.7)
    vectors = vectors.astype(np.float16).astype(np.float32)
    IndexEntry.objects.bulk_create(
        IndexEntry(index_version=version, image=image, product_id=image.product_id, vector=vector)
        for image, vector in zip(images, vectors, strict=True)
    )
    PhotoSignature.objects.bulk_create(
        PhotoSignature(
            image=image,
            embedder=version.embedder,
            reader=version.reader,
            features=[1.0, 0.0],
            colour=[0.5, 0.25],
            words=[["BRAVO", 0.9]],
        )
        for image in images
    )
    linkable = {market: _offer(random, rows, market, share) for market, share in SHARES.items()}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            f"CREATE INDEX {version.vector_index} ON tagging_indexentry USING hnsw (vector halfvec_ip_ops)"
            f" WHERE index_version_id = {version.pk}"
        )
        cursor.execute("ANALYZE tagging_indexentry, catalog_offer, catalog_product")
    return Shelf(version, vectors, np.array([image.product_id for image in images]), linkable)


def _offer(random: np.random.Generator, products: list[Product], market: str, share: float) -> set[int]:
    now, linkable, offers = timezone.now(), set(), []
    for product in products:
        if random.random() >= share:
            continue
        stock, age_days = (0, 0) if random.random() < 0.2 else (5, 0)
        age_days = 4 if random.random() < 0.2 else age_days
        offers.append(
            Offer(
                product=product,
                market=market,
                price_minor=100,
                currency="USD",
                stock=stock,
                price_refreshed_at=now - timedelta(days=age_days),
            )
        )
        if product.status == "live" and stock and not age_days:
            linkable.add(product.pk)
    Offer.objects.bulk_create(offers)
    return linkable
