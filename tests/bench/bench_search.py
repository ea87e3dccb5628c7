"""Search among 300,000 products in the embedded server, beside hnswlib in this process on the same vectors.

The vectors are a mixture of 3,000 clusters of very unequal size, with a spectrum that falls like that of principal
components. Both graphs have M = 16 and ef_construction = 64, one thread walks each, rounds alternate, medians count.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import django
import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopadmin.settings")
django.setup()

from django.db import connection  # noqa: E402

from catalog.models import Offer  # noqa: E402
from tagging.matching.search import QueryVectors, search  # noqa: E402
from tagging.models import IndexVersion  # noqa: E402
from tagging.services.index_writing import Entry, copy_entries, create_vector_index  # noqa: E402

PRODUCTS, QUERIES, K, BATCH, ROUNDS = 300_000, 200, 10, 50, 5
SHARES = {"AA": 1.0, "BB": 0.5, "CC": 0.1, "DD": 0.01, "EE": 0.001}
"""Which share of the products has an offer in each market."""
MODEL = "bench"


@dataclass(frozen=True)
class Market:
    """A market's cell: which products may be linked, and the exact answers."""

    name: str
    linkable: np.ndarray
    answers: np.ndarray


def rows() -> list[dict[str, Any]]:
    """Return recall and full pages in cells of every size, time beside hnswlib at equal recall, and build speed."""
    vectors, queries = clustered_vectors()
    with own_database():
        version = fill_catalogue()
        copied = _timed(lambda: copy_entries(version, _entries(vectors)))
        bare = _timed(lambda: _copy_bare(version, vectors))
        built = _timed(lambda: create_vector_index(version))
        IndexVersion.objects.filter(pk=version.pk).update(state="live")
        version.refresh_from_db()
        peer, peer_built = build_hnswlib(vectors)
        markets = [_market(name, vectors, queries) for name in SHARES]
        return [
            *(row for market in markets for row in _quality(version, market, queries)),
            *(_speed(version, market, queries, peer) for market in markets[:2]),
            _row("COPY with ordering, entries a second", PRODUCTS / copied, "1/s", "ready bytes", PRODUCTS / bare),
            _row("build of the vector index", built, "s", "hnswlib, 2 threads", peer_built),
        ]


def clustered_vectors() -> tuple[np.ndarray, np.ndarray]:
    """Return unit vectors of products, and of queries near some of them."""
    random = np.random.default_rng(7)
    spectrum = (np.arange(1, 257) ** -0.5).astype(np.float32)
    centres = random.standard_normal((3000, 256), dtype=np.float32) * spectrum
    sizes = random.pareto(1.2, len(centres)) + 0.2
    cluster = random.choice(len(centres), PRODUCTS, p=sizes / sizes.sum())
    vectors = _unit(centres[cluster] + 0.6 * random.standard_normal((PRODUCTS, 256), dtype=np.float32) * spectrum)
    noise = random.standard_normal((QUERIES, 256), dtype=np.float32) * spectrum / np.linalg.norm(spectrum)
    queries = _unit(vectors[random.choice(PRODUCTS, QUERIES, replace=False)] + 0.5 * noise)
    return vectors, queries


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@contextmanager
def own_database() -> Iterator[None]:
    """Work in a database of the bench's own on the configured server, and drop it at the end."""
    configured = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = "bench_search"
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(configured, verbosity=0)


def fill_catalogue() -> IndexVersion:
    """Write products, a photo and offers of each; one in fifty is held."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO catalog_seller (id, name, slug, created_at) VALUES (1, 'Bench', 'bench', now())")
        cursor.execute(
            "INSERT INTO catalog_product (id, seller_id, sku, title, description, variant_group, status,"
            " screened_version, created_at, updated_at) SELECT n, 1, 'S' || n, 'Product ' || n, '', '',"
            " CASE WHEN n %% 50 = 0 THEN 'held' ELSE 'live' END, 1, now(), now() FROM generate_series(1, %s) n",
            [PRODUCTS],
        )
        cursor.execute(
            "INSERT INTO catalog_productimage (id, product_id, file, sha256, position, width, height, created_at)"
            " SELECT n, n, 'none.jpg', md5(n::text), 0, 1, 1, now() FROM generate_series(1, %s) n",
            [PRODUCTS],
        )
        for market, share in SHARES.items():
            cursor.execute(
                "INSERT INTO catalog_offer (product_id, market, price_minor, currency, stock, price_refreshed_at)"
                " SELECT n, %s, 100, 'USD', 10, now() FROM generate_series(1, %s) n"
                " WHERE (hashtext(%s || n)::bigint + 2147483648) / 4294967296.0 < %s",
                [market, PRODUCTS, market, share],
            )
    return IndexVersion.objects.create(embedder="bench@1", reader="", model_version=MODEL, model=b"")


def _entries(vectors: np.ndarray) -> Iterator[Entry]:
    halves = vectors.astype(np.float16)
    return (Entry(number + 1, number + 1, half, 0.0) for number, half in enumerate(halves))


def _copy_bare(version: IndexVersion, vectors: np.ndarray) -> None:
    """Copy the same columns from bytes that are ready, into a table with the same indexes: COPY's own limit."""
    numbers = [("version", ">i8"), ("image", ">i8"), ("product", ">i8")]
    vector = [("vector_length", ">i4"), ("dimensions", ">i2"), ("unused", ">i2"), ("vector", ">f2", (256,))]
    fields = [field for number in [*numbers, ("hubness", ">f8")] for field in ((f"{number[0]}_length", ">i4"), number)]
    layout = np.dtype([("fields", ">i2"), *fields[:6], *vector, *fields[6:]])
    packed = np.zeros(len(vectors), layout)
    packed["fields"], packed["vector_length"], packed["dimensions"], packed["vector"] = 5, 516, 256, vectors
    for name in ("version", "image", "product", "hubness"):
        packed[f"{name}_length"] = 8
    packed["version"], packed["image"], packed["product"] = version.pk, *[np.arange(len(vectors))] * 2
    content = b"PGCOPY\n\xff\r\n\0" + bytes(8) + packed.tobytes() + b"\xff\xff"
    columns = "(index_version_id, image_id, product_id, vector, hubness)"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare_entry (LIKE tagging_indexentry INCLUDING ALL)")
        with cursor.copy(f"COPY bare_entry {columns} FROM STDIN (FORMAT binary)") as copy:
            copy.write(content)
        cursor.execute("DROP TABLE bare_entry")


def build_hnswlib(vectors: np.ndarray) -> tuple[Any, float]:
    """Return hnswlib's graph and the seconds that building it took."""
    import hnswlib

    graph = hnswlib.Index("ip", 256)
    graph.init_index(len(vectors), M=16, ef_construction=64)
    return graph, _timed(lambda: graph.add_items(vectors, np.arange(1, len(vectors) + 1), num_threads=2))


def _market(name: str, vectors: np.ndarray, queries: np.ndarray) -> Market:
    linkable = np.zeros(PRODUCTS + 1, bool)
    linkable[list(Offer.objects.linkable(name).values_list("product_id", flat=True))] = True
    scores = queries @ vectors.T
    scores[:, ~linkable[1:]] = -2.0
    nearest = np.argpartition(-scores, K, axis=1)[:, :K] + 1
    return Market(name, linkable, nearest)


def _search(version: IndexVersion, market: Market, queries: np.ndarray) -> list[list[int]]:
    found: list[list[int]] = []
    for start in range(0, len(queries), BATCH):
        asked = QueryVectors(MODEL, queries[start : start + BATCH])
        products = search(version, asked, k=K, market=market.name)
        found += [[neighbour.product_id for neighbour in one] for one in products]
    return found


def _recall(market: Market, found: list[list[int]]) -> float:
    hits = [len(set(one) & set(answer)) for one, answer in zip(found, market.answers, strict=True)]
    return sum(hits) / (K * len(hits))


def _quality(version: IndexVersion, market: Market, queries: np.ndarray) -> list[dict[str, Any]]:
    found = _search(version, market, queries)
    recall, full = _recall(market, found), sum(len(one) == K for one in found) / len(found)
    cell = f"cell of {100 * SHARES[market.name]:g} %"
    return [
        {"name": f"recall@10, {cell}", "value": recall, "unit": "", "peer": "exact", "peer_value": 1.0}
        | {"ratio": recall, "target": "≥ 0.97", "met": recall >= 0.97},
        {"name": f"queries with all 10 products, {cell}", "value": full, "unit": "", "peer": "exact", "peer_value": 1.0}
        | {"ratio": full, "target": "1", "met": full == 1.0},
    ]


def _speed(version: IndexVersion, market: Market, queries: np.ndarray, graph: Any) -> dict[str, Any]:
    """Time a query, beside hnswlib at equal recall; hnswlib's neighbours are filtered afterwards with a mask."""
    fetched = int(2 * K / SHARES[market.name])

    def peer() -> list[list[int]]:
        labels, _ = graph.knn_query(queries, k=fetched, num_threads=1)
        return [one[market.linkable[one]][:K].tolist() for one in labels.astype(int)]

    wanted = _recall(market, _search(version, market, queries))
    for ef in range(max(fetched, 100), 1000, 20):
        graph.set_ef(ef)
        reached = _recall(market, peer())
        if reached >= wanted:
            break
    ours, peers = [], []
    for _ in range(ROUNDS):
        ours.append(1000 * _timed(lambda: _search(version, market, queries)) / QUERIES)
        peers.append(1000 * _timed(peer) / QUERIES)
    ratio = statistics.median(mine / its for mine, its in zip(ours, peers, strict=True))
    name = f"a query of {BATCH} at once, cell of {100 * SHARES[market.name]:g} %, recall {wanted:.3f}"
    row = _row(name, statistics.median(ours), "ms", f"hnswlib, ef {ef}, recall {reached:.3f}", statistics.median(peers))
    return row | {"ratio": ratio, "target": "≤ 5", "met": ratio <= 5}


def _row(name: str, value: float, unit: str, peer: str, peer_value: float) -> dict[str, Any]:
    measured = {"name": name, "value": value, "unit": unit, "peer": peer, "peer_value": peer_value}
    return measured | {"ratio": value / peer_value, "target": None, "met": None}


def _timed(act: Callable[[], Any]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started
