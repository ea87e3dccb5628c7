"""Writing a version of the index: entries by COPY, in an order that makes the vector index fast, then the index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from ..models import IndexVersion
from ..vector_io import binary_cursor
from .indexing import model_of
from .stored_signatures import batches

HNSW = "m = 16, ef_construction = 64"
"""The graph's width and the care with which it is built: pgvector's defaults."""

ORDERED_TOGETHER = 100_000
"""So many entries are put in order at once; their vectors take 50 MB."""

GROUP_SIZE = 500
SAMPLED_A_GROUP = 40
ROUNDS = 6
"""Entries are grouped by so many; the groups' centres are found on so many of each, in so many rounds."""

PROJECTED_TOGETHER = 2000

COPY = "COPY tagging_indexentry (index_version_id, image_id, product_id, vector, hubness) FROM STDIN (FORMAT binary)"


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A photo as the index holds it: unit vector of half precision, shape (256,)."""

    image_id: int
    product_id: int
    vector: NDArray[np.float16]
    hubness: float


def project(version: IndexVersion, keys: Sequence[int]) -> Iterator[Entry]:
    """Yield entries for the signatures with those keys, made with the version's model."""
    for batch in batches(keys, PROJECTED_TOGETHER):
        for stored in batch:
            photo = model_of(version).index_photo(stored.signature)
            yield Entry(stored.image_id, stored.product_id, photo.vector.astype(np.float16), photo.hubness)


def copy_entries(version: IndexVersion, entries: Iterable[Entry]) -> int:
    """Write entries into the version with COPY; return how many.

    Alike ones are written next to each other. A walk through the graph then finds its next steps on pages that the
    processor has just seen: at equal recall it takes half the time (bench_search).
    """
    written = 0
    for together in batched(entries, ORDERED_TOGETHER):
        order = in_order_of_likeness(np.stack([entry.vector for entry in together]))
        with binary_cursor() as cursor, cursor.copy(COPY) as copy:
            copy.set_types(["int8", "int8", "int8", "halfvec", "float8"])
            for entry in (together[place] for place in order):
                copy.write_row((version.pk, entry.image_id, entry.product_id, entry.vector, entry.hubness))
        written += len(together)
    return written


def in_order_of_likeness(vectors: NDArray[np.float16]) -> NDArray[np.intp]:
    """Return an order of unit vectors, shape (n, d), that puts near ones near each other.

    They are grouped by spherical k-means on a sample, and the groups are strung together, each next to the nearest one
    left. The order depends on the vectors alone.
    """
    groups = -(-len(vectors) // GROUP_SIZE)
    sample = vectors[:: max(1, GROUP_SIZE // SAMPLED_A_GROUP)].astype(np.float32)
    chain = _chain(_centres(sample, groups))
    slices = (vectors[start : start + 10_000].astype(np.float32) for start in range(0, len(vectors), 10_000))
    places = [(some @ chain.T).argmax(axis=1) for some in slices]
    return np.argsort(np.concatenate(places), kind="stable")


def _centres(sample: NDArray[np.float32], groups: int) -> NDArray[np.float32]:
    centres = sample[np.linspace(0, len(sample) - 1, groups).astype(int)]
    for _ in range(ROUNDS):
        nearest = (sample @ centres.T).argmax(axis=1)
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, sample)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(lengths > 0, sums / np.maximum(lengths, 1e-9), centres)
    return np.asarray(centres, dtype=np.float32)


def _chain(centres: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the centres in an order in which each is followed by the nearest of those left."""
    chain, left = [0], np.ones(len(centres), bool)
    for _ in range(len(centres) - 1):
        left[chain[-1]] = False
        chain.append(int(np.where(left, centres @ centres[chain[-1]], -np.inf).argmax()))
    return np.asarray(centres[chain], dtype=np.float32)


def create_vector_index(version: IndexVersion) -> None:
    """Build the version's own HNSW index, without locking writers out, and renew the planner's statistics.

    May not run inside a transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE INDEX CONCURRENTLY {version.vector_index} ON tagging_indexentry"
            f" USING hnsw (vector halfvec_ip_ops) WITH ({HNSW}) WHERE index_version_id = {version.pk:d}"
        )
        cursor.execute("ANALYZE tagging_indexentry, catalog_offer, catalog_product")


def drop_vector_index(version: IndexVersion) -> None:
    """Drop the version's vector index, if there is one, complete or not."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX IF EXISTS {version.vector_index}")
