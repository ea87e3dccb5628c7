"""What models know of product photos, for the facts that rules ask (`catalog.photo_signals`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from django.db import connection, transaction

from catalog.photo_signals import INDEX, READER, PhotoSignals

from ..models import IndexEntry, IndexVersion, PhotoSignature

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
        ORDER BY (reader = %(reader)s) DESC, (embedder = %(embedder)s) DESC, id DESC LIMIT 1
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


def photo_versions() -> Mapping[str, str]:
    """Return what looks at new photos now: the live index, and its reader; before there is one, the last reader."""
    live = IndexVersion.objects.filter(state=IndexVersion.State.LIVE).defer("model").first()
    if live is not None:
        return {INDEX: str(live.pk)} | ({READER: live.reader} if live.reader else {})
    reader = PhotoSignature.objects.order_by("-pk").values_list("reader", flat=True).first()
    return {READER: reader} if reader else {}


def photo_signals(product_ids: Sequence[int], versions: Mapping[str, str]) -> Mapping[int, PhotoSignals]:
    """Return what the wanted reader and index know of the products' photos; those without photos are left out.

    Asks the database a constant number of times, whatever the number of products. Words are known once all photos of a
    product were read by the reader, likeness once all of them are in the index: less would be taken for all there is.
    A photo that others have seen and these have not is told by the others' names in `made_by`.
    """
    index = IndexVersion.objects.filter(pk=versions.get(INDEX, 0)).defer("model").first()
    photos = _seen(product_ids, versions.get(READER, ""), index.embedder if index else "")
    likenesses = _likenesses(product_ids, index) if index else {}
    elsewhere = _in_live_index(product_ids) if INDEX in versions else {}
    return {
        product: _signals(list(group), likenesses, elsewhere, versions)
        for product, group in groupby(photos, key=attrgetter("product"))
    }


def _signals(
    photos: Sequence[_Seen],
    likenesses: Mapping[int, float | None],
    elsewhere: Mapping[int, int],
    versions: Mapping[str, str],
) -> PhotoSignals:
    """Return what is known of one product's photos; `elsewhere` has those in the live index with its key."""
    made_by = _made_by(photos, likenesses, elsewhere, versions)
    errors = [f"photo {photo.image}: {photo.error}" for photo in photos if photo.error]
    if errors:
        return PhotoSignals(error=errors[0][:300], made_by=made_by)
    is_read = READER in versions and all(photo.is_described for photo in photos)
    words = _text(photos) if is_read else None
    compared = [likenesses[photo.image] for photo in photos if photo.image in likenesses]
    known = [likeness for likeness in compared if likeness is not None]
    is_complete = len(compared) == len(photos)
    return PhotoSignals(words, max(known) if known and is_complete else None, made_by=made_by)


def _made_by(
    photos: Sequence[_Seen],
    likenesses: Mapping[int, float | None],
    elsewhere: Mapping[int, int],
    versions: Mapping[str, str],
) -> dict[str, str]:
    made_by = {"embedder": _names(photo.embedder for photo in photos)}
    readers = _names(photo.reader for photo in photos)
    if READER in versions and readers:
        made_by[READER] = readers
    if INDEX in versions:
        others = {elsewhere[photo.image] for photo in photos if photo.image in elsewhere.keys() - likenesses.keys()}
        made_by[INDEX] = str(min(others)) if others else versions[INDEX]
    return made_by


def _text(photos: Iterable[_Seen]) -> str:
    """Return the words that were surely read, in the order of photos and of reading."""
    return " ".join(word for photo in photos for word in photo.words)[:MOST_LETTERS]


def _names(names: Iterable[str | None]) -> str:
    return ", ".join(sorted({name for name in names if name}))


def _seen(product_ids: Sequence[int], reader: str, embedder: str) -> list[_Seen]:
    """Return the products' photos in their order with their signatures: by the reader, else the latest."""
    values: dict[str, list[int] | str | float] = {
        "products": list(product_ids),
        "embedder": embedder,
        "reader": reader,
        "sure": SURE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, values)
        return [_Seen(*row) for row in cursor.fetchall()]


def _in_live_index(product_ids: Sequence[int]) -> dict[int, int]:
    """Return the photos of the products that are in the live index, with its key."""
    entries = IndexEntry.objects.filter(
        index_version__state=IndexVersion.State.LIVE, product__in=product_ids
    ).values_list("image", "index_version")
    return dict(entries)


def _likenesses(product_ids: Sequence[int], index: IndexVersion) -> dict[int, float | None]:
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
        cursor.execute(nearest_statement(index.pk), [list(product_ids)])
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
