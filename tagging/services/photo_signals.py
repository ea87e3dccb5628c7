"""What models know of product photos, for the facts that rules ask (`catalog.photo_signals`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from django.db import connection, transaction

from catalog.photo_signals import PhotoSignals

from ..models import IndexVersion

SURE = 0.8
"""Words that the reader is less sure of are left out: a misread letter would make a brand of an innocent word.

Matching weighs words by the reader's confidence (`matching.words`); a fact has no weights."""

MOST_LETTERS = 5000
"""So much of what was read in a product's photos is kept."""

EF_SEARCH = 80
"""Candidates that a walk through the vector index keeps. Only the nearest photo is asked for, so few are enough."""

MAX_SCAN_TUPLES = 10_000
"""Where a walk gives up that meets only the seller's own photos."""

_SEEN = """
    SELECT image.product_id, image.id, signature.id IS NOT NULL, coalesce(signature.error, ''), ARRAY(
            SELECT word ->> 0 FROM jsonb_array_elements(signature.words) WITH ORDINALITY AS read (word, place)
            WHERE (word ->> 1)::float8 >= %(sure)s ORDER BY place
        ), signature.embedder, signature.reader
    FROM catalog_productimage image
    LEFT JOIN LATERAL (
        SELECT * FROM tagging_photosignature WHERE image_id = image.id
        ORDER BY (embedder = %(embedder)s AND reader = %(reader)s) DESC, id DESC LIMIT 1
    ) signature ON true
    WHERE image.product_id = ANY(%(products)s)
    ORDER BY image.product_id, image.position, image.id"""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A photo as the models saw it, if they did; `error` says why they could not."""

    product: int
    image: int
    is_described: bool
    error: str
    words: Sequence[str]
    embedder: str | None
    reader: str | None


def photo_signals(product_ids: Sequence[int]) -> Mapping[int, PhotoSignals]:
    """Return what is known of the products' photos; those without photos are left out.

    Asks the database three times, whatever the number of products. Words are known once all photos of a product were
    looked at, likeness once all of them are in the live index: less would be taken for all there is.
    """
    live = IndexVersion.objects.filter(state=IndexVersion.State.LIVE).defer("model").first()
    photos = _seen(product_ids, live)
    likenesses = _likenesses(product_ids, live) if live else {}
    return {
        product: _signals(list(group), likenesses, live)
        for product, group in groupby(photos, key=attrgetter("product"))
    }


def _signals(
    photos: Sequence[_Seen], likenesses: Mapping[int, float | None], live: IndexVersion | None
) -> PhotoSignals:
    """Return what is known of one product's photos."""
    made_by = {
        "embedder": _names(photo.embedder for photo in photos),
        "reader": _names(photo.reader for photo in photos),
    }
    if live:
        made_by["index version"] = str(live.pk)
    errors = [f"photo {photo.image}: {photo.error}" for photo in photos if photo.error]
    if errors:
        return PhotoSignals(error=errors[0][:300], made_by=made_by)
    words = _text(photos) if all(photo.is_described for photo in photos) else None
    compared = [likenesses[photo.image] for photo in photos if photo.image in likenesses]
    known = [likeness for likeness in compared if likeness is not None]
    is_complete = len(compared) == len(photos)
    return PhotoSignals(words, max(known) if known and is_complete else None, made_by=made_by)


def _text(photos: Iterable[_Seen]) -> str:
    """Return the words that were surely read, in the order of photos and of reading."""
    return " ".join(word for photo in photos for word in photo.words)[:MOST_LETTERS]


def _names(names: Iterable[str | None]) -> str:
    return ", ".join(sorted({name for name in names if name}))


def _seen(product_ids: Sequence[int], live: IndexVersion | None) -> list[_Seen]:
    """Return the products' photos in their order with their signatures: by the live index's models, else the latest."""
    values: dict[str, list[int] | str | float] = {
        "products": list(product_ids),
        "embedder": live.embedder if live else "",
        "reader": live.reader if live else "",
        "sure": SURE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, values)
        return [_Seen(*row) for row in cursor.fetchall()]


def _likenesses(product_ids: Sequence[int], live: IndexVersion) -> dict[int, float | None]:
    """Return for each photo of the products in the index the cosine to the nearest of another seller, None without one.

    Other sellers' photos count while their listings are live or held. The walk meets the seller's own photos too, and
    gives up after many of them.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', %s, true),"
            " set_config('hnsw.max_scan_tuples', %s, true), set_config('jit', 'off', true)",
            [str(EF_SEARCH), str(MAX_SCAN_TUPLES)],
        )
        cursor.execute(nearest_statement(live.pk), [list(product_ids)])
        return dict(cursor.fetchall())


def nearest_statement(version: int) -> str:
    """Return the statement that finds the nearest photo of another seller; its parameter is the products.

    As in `matching.search` the version is a literal, for its partial index, and the filter a scalar subquery, so that
    the planner walks along the index.
    """
    return f"""
        WITH query AS (
            SELECT entry.image_id, entry.vector, product.seller_id
            FROM tagging_indexentry entry JOIN catalog_product product ON product.id = entry.product_id
            WHERE entry.index_version_id = {version:d} AND entry.product_id = ANY(%s)
        )
        SELECT query.image_id, -photo.distance
        FROM query LEFT JOIN LATERAL (
            SELECT entry.vector <#> query.vector AS distance FROM tagging_indexentry entry
            WHERE entry.index_version_id = {version:d} AND (
                SELECT other.seller_id <> query.seller_id AND other.status IN ('live', 'held')
                FROM catalog_product other WHERE other.id = entry.product_id
            )
            ORDER BY entry.vector <#> query.vector LIMIT 1
        ) photo ON true"""  # noqa: S608 - a number
