"""Finding the products nearest to pictures, among those that may be linked now.

The only module of `tagging.matching` that knows the database. A statement takes many query vectors at once, since a
video asks about fifty. Large cells (the linkable offers of one market) are walked through the version's own HNSW index
with the filters inside the statement; small cells, and queries that the index walk left short, are searched exactly, so
that k products come back wherever k exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from catalog.models import Offer

from ..models import IndexVersion
from ..vector_io import BinaryCursor, binary_cursor
from ..vision.types import Word
from .types import VECTOR_DIMENSIONS, CandidateProduct, IncompatibleVersions, ProductPhoto

EXACT_UP_TO = 20_000
"""Cells of up to so many photos are searched exactly: fewer are found there by an index walk than are asked for."""

LEAST_EF_SEARCH = 240
"""Candidates that an index walk keeps. With 300,000 clustered vectors recall@10 is then above 0.97 (bench_search)."""

WALKED_FOR_EACH = 2.5
"""How many linkable photos a walk is expected to see for each that is asked for; fewer lose recall in cells of 10 %."""

MOST_EF_SEARCH = 1000
"""The largest value of hnsw.ef_search that pgvector takes."""

MAX_SCAN_TUPLES = 40_000
"""Where an index walk gives up; the query is then searched exactly."""

PHOTOS_A_PRODUCT = 2
"""So many photos are fetched for each product asked for; a query that they leave short asks for four times as many."""


class IndexVersionGone(LookupError):
    """The index version has no entries to search any more; search the one that is live."""


@dataclass(frozen=True, slots=True, eq=False)
class QueryVectors:
    """Pictures to search with: unit vectors, shape (pictures, 256), projected by the model `model_version`."""

    model_version: str
    vectors: NDArray[np.float32]

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or self.vectors.shape[1] != VECTOR_DIMENSIONS:
            raise ValueError(f"Query vectors need the shape (n, {VECTOR_DIMENSIONS}), not {self.vectors.shape}.")
        lengths = np.linalg.norm(self.vectors, axis=1)
        if not np.allclose(lengths, 1.0, atol=0.01):
            raise ValueError("Query vectors must be finite and of unit length: project them with the matching model.")


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A product near a picture: its nearest photo, and that photo's cosine similarity, -1..1."""

    product_id: int
    image_id: int
    similarity: float


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A found product as matching takes it; `image_ids` names its photos, in the order of `product.photos`."""

    product: CandidateProduct
    image_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Cell:
    """The photos of an index version that may be linked in a market: which, and the parameters that their SQL takes."""

    version: int
    linkable: str
    parameters: tuple[Any, ...]


class _LargeCell(Exception):
    """The cell has more photos than are searched exactly; the planner had thought it small."""


type _Vectors = Sequence[NDArray[np.float32]]
type _Run = Callable[[_Vectors, int], list[list[Neighbour]]]


def search(version: IndexVersion, queries: QueryVectors, *, k: int, market: str) -> list[list[Neighbour]]:
    """Return for each query the k nearest products that may be linked in `market` now, nearest first.

    Fewer come back only where fewer exist. Similarities are of the stored half precision.
    Raises `IncompatibleVersions` when the queries were projected by another model than the version's, `ValueError` for
    a version that is not complete, and `IndexVersionGone` for one whose entries were cleared away.
    """
    if queries.model_version != version.model_version:
        raise IncompatibleVersions(
            f"The queries were projected by model {queries.model_version!r}, but {version} holds vectors of"
            f" {version.model_version!r}; project them with the version's own model."
        )
    if version.state not in {IndexVersion.State.LIVE, IndexVersion.State.RETIRED}:
        raise ValueError(f"{version} is {version.get_state_display()}; only a complete version can be searched.")
    if k < 1 or not len(queries.vectors):
        return [[] for _ in queries.vectors]
    linkable, parameters = Offer.objects.linkable(market).values("product_id").query.sql_with_params()
    with transaction.atomic(), binary_cursor() as cursor:
        found = _search_cell(cursor, _Cell(version.pk, linkable, tuple(parameters)), list(queries.vectors), k)
    if not any(found):
        _refuse_cleared(version)
    return found


def _refuse_cleared(version: IndexVersion) -> None:
    """Tell an index version that was cleared away from one in which nothing may be linked."""
    if not version.entries.exists() and not IndexVersion.objects.filter(pk=version.pk, state="live").exists():
        raise IndexVersionGone(f"{version} was cleared away after a newer one went live; search that one.")


def _search_cell(cursor: BinaryCursor, cell: _Cell, vectors: _Vectors, k: int) -> list[list[Neighbour]]:
    size = _planned_rows(cursor, f"SELECT 1 {_cell_body(cell)}", cell.parameters)
    if size <= EXACT_UP_TO:
        with suppress(_LargeCell):
            return _search_exactly(cursor, cell, vectors, k, up_to=EXACT_UP_TO)
        size = EXACT_UP_TO
    found = _search_by_index(cursor, cell, vectors, k, size)
    short = [number for number, products in enumerate(found) if len(products) < k]
    if short:
        rest = _search_exactly(cursor, cell, [vectors[number] for number in short], k)
        found = [rest.pop(0) if len(products) < k else products for products in found]
    return found


def _search_by_index(cursor: BinaryCursor, cell: _Cell, vectors: _Vectors, k: int, size: int) -> list[list[Neighbour]]:
    whole = _planned_rows(cursor, _whole_version(cell.version), ())
    share = min(1.0, size / max(1, whole))

    def run(some: _Vectors, limit: int) -> list[list[Neighbour]]:
        _configure_walk(cursor, limit, share)
        cursor.execute(walk_statement(cell.version, cell.linkable), [list(some), *cell.parameters, limit])
        return _neighbours(cursor, len(some))

    return _deepen(run, vectors, k, rounds=2)


def _search_exactly(
    cursor: BinaryCursor, cell: _Cell, vectors: _Vectors, k: int, up_to: int | None = None
) -> list[list[Neighbour]]:
    """Compare with every photo of the cell. Raises `_LargeCell` when it has more than `up_to`."""
    # A cell of 20,000 photos takes 11 MB; it must not go to disk between two queries.
    cursor.execute("SELECT set_config('work_mem', '64MB', true), set_config('jit', 'off', true)")

    def run(some: _Vectors, limit: int) -> list[list[Neighbour]]:
        bound = None if up_to is None else up_to + 1
        cursor.execute(_exact_statement(cell), [list(some), *cell.parameters, bound, limit])
        return _neighbours(cursor, len(some), up_to)

    return _deepen(run, vectors, k)


def _deepen(run: _Run, vectors: _Vectors, k: int, rounds: int | None = None) -> list[list[Neighbour]]:
    """Fetch photos until each query has k products, or has seen all photos that `run` gives, or `rounds` are over."""
    found: list[list[Neighbour]] = [[] for _ in vectors]
    pending, limit = list(range(len(vectors))), k * PHOTOS_A_PRODUCT
    while pending and rounds != 0:
        photos = dict(zip(pending, run([vectors[number] for number in pending], limit), strict=True))
        for number, rows in photos.items():
            found[number] = _nearest_products(rows, k)
        pending = [number for number in pending if len(found[number]) < k and len(photos[number]) == limit]
        limit *= 4
        rounds = None if rounds is None else rounds - 1
    return found


def _nearest_products(photos: Iterable[Neighbour], k: int) -> list[Neighbour]:
    """Return the nearest photo of each of the k nearest products; equal ones by product, so that runs agree."""
    best: dict[int, Neighbour] = {}
    for photo in sorted(photos, key=lambda photo: (-photo.similarity, photo.product_id, photo.image_id)):
        best.setdefault(photo.product_id, photo)
        if len(best) == k:
            break
    return list(best.values())


def _neighbours(cursor: BinaryCursor, queries: int, up_to: int | None = None) -> list[list[Neighbour]]:
    found: list[list[Neighbour]] = [[] for _ in range(queries)]
    for number, product_id, image_id, distance, size in cursor:
        if up_to is not None and size > up_to:
            raise _LargeCell
        found[number - 1].append(Neighbour(product_id, image_id, -distance))
    return found


def walk_statement(version: int, linkable: str) -> str:
    """Return the statement that walks the HNSW index of one version: parameters are vectors, the filter's, the limit.

    The version is a literal, since the planner uses a partial index only when it can prove its condition. The filter is
    a scalar subquery, because the planner never turns one into a join, whose order would be by something else than
    distance.
    """
    return f"""
        WITH query AS (SELECT * FROM unnest(%b::halfvec[]) WITH ORDINALITY query (vector, number))
        SELECT query.number, photo.product_id, photo.image_id, photo.distance, 0
        FROM query CROSS JOIN LATERAL (
            SELECT entry.product_id, entry.image_id, entry.vector <#> query.vector AS distance
            FROM tagging_indexentry entry
            WHERE entry.index_version_id = {version:d}
                AND (SELECT true FROM ({linkable}) offer WHERE offer.product_id = entry.product_id)
            ORDER BY entry.vector <#> query.vector
            LIMIT %s
        ) photo"""  # noqa: S608 - a number and Django's own SQL


def _exact_statement(cell: _Cell) -> str:
    """Return the statement that scans the cell: parameters are vectors, the filter's, the cell's bound, the limit."""
    return f"""
        WITH query AS (SELECT * FROM unnest(%b::halfvec[]) WITH ORDINALITY query (vector, number)),
        cell AS MATERIALIZED (SELECT entry.product_id, entry.image_id, entry.vector {_cell_body(cell)} LIMIT %s)
        SELECT query.number, photo.product_id, photo.image_id, photo.distance, (SELECT count(*) FROM cell)
        FROM query CROSS JOIN LATERAL (
            SELECT cell.product_id, cell.image_id, cell.vector <#> query.vector AS distance
            FROM cell ORDER BY distance, cell.product_id LIMIT %s
        ) photo"""  # noqa: S608 - a number and Django's own SQL


def _cell_body(cell: _Cell) -> str:
    return (
        f"FROM tagging_indexentry entry WHERE entry.index_version_id = {cell.version:d}"
        f" AND entry.product_id IN ({cell.linkable})"
    )


def _whole_version(version: int) -> str:
    return f"SELECT 1 FROM tagging_indexentry WHERE index_version_id = {version:d}"  # noqa: S608 - a number


def _configure_walk(cursor: BinaryCursor, limit: int, share: float) -> None:
    """Set the walk for this transaction: the smaller the share that is linkable, the wider."""
    ef_search = int(np.clip(WALKED_FOR_EACH * limit / share, LEAST_EF_SEARCH, MOST_EF_SEARCH))
    cursor.execute(
        "SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', %s, true),"
        " set_config('hnsw.max_scan_tuples', %s, true), set_config('jit', 'off', true)",
        [str(ef_search), str(MAX_SCAN_TUPLES)],
    )


def _planned_rows(cursor: BinaryCursor, statement: str, parameters: Sequence[Any]) -> int:
    """Return how many rows the planner expects; its statistics cost nothing to ask."""
    row = cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters).fetchone()
    return int(row[0][0]["Plan"]["Plan Rows"]) if row else 0


def candidates(version: IndexVersion, found: Iterable[Iterable[Neighbour]]) -> dict[int, Candidate]:
    """Return what matching needs of the products that were found, by their keys, in one query for all of them."""
    products = sorted({neighbour.product_id for neighbours in found for neighbour in neighbours})
    if not products:
        return {}
    with binary_cursor() as cursor:
        rows = cursor.execute(_CANDIDATES, [version.embedder, version.reader, version.pk, products]).fetchall()
    candidates = {}
    for product_id, group in groupby(rows, key=itemgetter(0)):
        photos = list(group)
        title, brand, variant_group, kind = photos[0][1:5]
        candidates[product_id] = Candidate(
            CandidateProduct(
                product=str(product_id),
                title=title,
                brand=brand,
                photos=tuple(
                    ProductPhoto(vector, colour, tuple(Word(text, score) for text, score in words), hubness)
                    for *_, vector, hubness, colour, words in photos
                ),
                variant_group=variant_group,
                index_version=version.model_version,
                kind=kind,
            ),
            tuple(photo[5] for photo in photos),
        )
    return candidates


_CANDIDATES = """
    SELECT product.id, product.title, coalesce(brand.name, ''), product.variant_group,
        coalesce(product.category_id::text, ''),
        entry.image_id, entry.vector, entry.hubness, signature.colour, signature.words
    FROM tagging_indexentry entry
    JOIN catalog_product product ON product.id = entry.product_id
    JOIN catalog_productimage image ON image.id = entry.image_id
    JOIN tagging_photosignature signature
        ON signature.image_id = entry.image_id AND signature.embedder = %s AND signature.reader = %s
    LEFT JOIN catalog_brand brand ON brand.id = product.brand_id
    WHERE entry.index_version_id = %s AND entry.product_id = ANY(%s) AND signature.error = ''
    ORDER BY product.id, image.position, image.id"""
