"""Finding out the facts of listings: 250,000 products with 1,000,000 photos, 1,000 protected brands.

A third of the photos has plain margins, as shop photos have, so that their hashes have bits in common; every tenth
photo is another's with a bit changed. 100,000 photos are described and in a vector index. Batches are drawn at random;
medians of the rounds count. The peer of the search for photos that look the same is a scan of all hashes.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import django
import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopadmin.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from catalog import photo_signals  # noqa: E402
from catalog.fact_finding import Asked, find_facts, write_facts  # noqa: E402
from catalog.fact_finding.batch import load  # noqa: E402
from catalog.fact_finding.finding import PROVIDERS  # noqa: E402
from catalog.fact_finding.makers import offered_versions  # noqa: E402
from catalog.fact_finding.price_standings import refresh_standings  # noqa: E402
from catalog.fact_finding.providers import Given  # noqa: E402
from shopadmin.accounts.models import User  # noqa: E402
from tagging.models import IndexVersion  # noqa: E402

PRODUCTS, PHOTOS_EACH, SELLERS, BRANDS, DESCRIBED, TAKEN = 250_000, 4, 2_000, 1_000, 25_000, 20_000
ROUNDS = 15
PARTS = ["ka", "lo", "mi", "ne", "ru", "sa", "ti", "vo", "ze", "bra", "cle", "dri", "flo", "gra", "pli", "sto"]
WORDS = [
    "running", "shoes", "leather", "bag", "watch", "steel", "classic", "wireless", "jacket", "cotton", "for", "men",
    "women", "kids", "black", "white", "original", "vintage", "set", "pack", "size", "large", "small", "new",
]  # fmt: skip

FILLING = (
    """INSERT INTO catalog_seller (id, name, slug, created_at)
        SELECT n, 'Seller ' || n, 'seller-' || n, now() FROM generate_series(1, %(sellers)s) n""",
    """INSERT INTO catalog_category (id, name, path, detector_labels)
        SELECT n, 'Area ' || n, 'Area ' || n, '{}' FROM generate_series(1, 200) n""",
    """INSERT INTO catalog_product (id, seller_id, sku, title, description, brand_id, category_id, condition,
        variant_group, status, traits, created_at, updated_at)
        SELECT n, 1 + mod(n * 7919, %(sellers)s), 'SKU-' || n, (
            SELECT string_agg(CASE WHEN place > 4 THEN left(md5(mod(hashtext(n || '/' || place), 4000)::text), 8)
                ELSE (%(words)s::text[])[1 + mod(abs(hashtext(n || '/' || place)::bigint), %(count)s)] END, ' ')
            FROM generate_series(1, 8) place
        ), repeat('What one says about it. ', 40), 1 + mod(abs(hashtext('b' || n)::bigint), %(brands)s),
        1 + mod(abs(hashtext('c' || n)::bigint), 200), 'new', '', 'live', '{=mUS,=mDE}', now(), now()
        FROM generate_series(1, %(products)s) n""",
    """INSERT INTO catalog_offer (product_id, market, price_minor, currency, stock, price_refreshed_at)
        SELECT n, market, 1000 + mod(n * 31, 9000), currency, 5, now()
        FROM generate_series(1, %(products)s) n, (VALUES ('US', 'USD'), ('DE', 'EUR')) offer (market, currency)""",
    """INSERT INTO catalog_takendown (product_id, seller_id, brand_id, words, hashes, price_minor, currency, at)
        SELECT id, seller_id, brand_id, ' ' || title || ' ', ARRAY(
            SELECT perceptual_hash FROM catalog_productimage image WHERE image.product_id = product.id
        ), 1000, 'USD', now() FROM catalog_product product WHERE mod(id, %(products)s / %(taken)s) = 0""",
    """INSERT INTO catalog_brandauthorization (seller_id, brand_id, territory, valid_from, state, asked_by_id, asked_at,
        decided_at, document, reason)
        SELECT DISTINCT seller_id, brand_id, '', current_date, 'granted', (SELECT min(id) FROM accounts_user), now(),
        now(), '', '' FROM catalog_product WHERE mod(id, 10) = 0""",
)
BANDS = "CREATE INDEX catalog_image_bands ON catalog_productimage USING gin (catalog_hash_bands(perceptual_hash))"
SCAN = """SELECT id FROM catalog_productimage
    WHERE bit_count((perceptual_hash # %s)::bit(64)) <= 4"""


def rows() -> list[dict[str, Any]]:
    """Return the time a listing in batches of both sizes, with and without models, and of the parts."""
    with own_database():
        return measure()


@contextmanager
def own_database() -> Iterator[None]:
    """Work in a database of the bench's own on the configured server, and drop it at the end."""
    configured = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = "bench_facts"
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(configured, verbosity=0)


def measure() -> list[dict[str, Any]]:
    """Fill the database and measure."""
    built = fill()
    refreshed = _timed(lambda: refresh_standings(now=timezone.now()))
    with_models = [_batches(50, "with models"), _batches(500, "with models"), *_providers(50), *_providers(500)]
    offered = list(photo_signals._providers)
    photo_signals._providers.clear()
    without = [_batches(50, "without models"), _batches(500, "without models")]
    photo_signals._providers[:] = offered
    return [
        _row("prices of 500,000 offers taken anew", 1000 * refreshed, "ms"),
        _row("index over the bands of 1,000,000 photos built", built, "s"),
        _row("its size", _size("catalog_image_bands"), "MB"),
        *with_models,
        *without,
        _written(500),
        _scanned(),
    ]


def fill() -> float:
    """Write the shop; return in how many seconds the index over the photos' bands was built."""
    random.seed(1)
    User.objects.create_user("alice@example.com", name="Alice")
    names = random.sample([a + b + c for a in PARTS for b in PARTS for c in PARTS], BRANDS)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DROP INDEX catalog_image_bands")
        with cursor.copy("COPY catalog_brand (id, name, folded, owner, is_protected, created_at) FROM STDIN") as copy:
            for key, name in enumerate(names, start=1):
                copy.write_row((key, name.title(), name, "", True, "now"))
        values = {"sellers": SELLERS, "words": WORDS, "count": len(WORDS), "brands": BRANDS, "products": PRODUCTS}
        for statement in FILLING[:4]:
            cursor.execute(statement, values)
        _copy_photos(cursor)
        cursor.execute("ANALYZE")
        started = time.monotonic()
        cursor.execute(BANDS + " WITH (fastupdate = off)")
        built = time.monotonic() - started
        for statement in FILLING[4:]:
            cursor.execute(statement, {"products": PRODUCTS, "taken": TAKEN})
        cursor.execute("RESET session_replication_role")
    _describe()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return built


def hashes() -> np.ndarray:
    """Return a hash for each photo: a third with plain margins, every tenth like another's."""
    dice = np.random.default_rng(1)
    count = PRODUCTS * PHOTOS_EACH
    found = dice.integers(-(2**63), 2**63 - 1, count, dtype=np.int64)
    margins = dice.random(count) < 1 / 3
    found[margins] &= np.int64(0x007E_7E7E_7E7E_7E00)
    copies = np.flatnonzero(dice.random(count) < 0.1)
    found[copies] = found[dice.integers(0, count, len(copies))] ^ (np.int64(1) << dice.integers(0, 63, len(copies)))
    return found


def _copy_photos(cursor: Any) -> None:
    columns = "product_id, file, sha256, perceptual_hash, position, width, height, created_at"
    with cursor.copy(f"COPY catalog_productimage ({columns}) FROM STDIN") as copy:
        for number, value in enumerate(hashes().tolist()):
            copy.write_row(
                (1 + number // PHOTOS_EACH, "none.jpg", f"{number}", value, number % PHOTOS_EACH, 9, 9, "now")
            )


def _describe() -> None:
    """Put the photos of the first products into a live index, with words read in them."""
    version = IndexVersion.objects.create(
        state="live", embedder="bench@1", reader="bench@1", model_version="bench", model=b""
    )
    dice = np.random.default_rng(2)
    centres = dice.standard_normal((2000, 256)) * np.arange(1, 257) ** -0.5
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO tagging_photosignature (image_id, embedder, reader, features, colour, words, error)
            SELECT id, 'bench@1', 'bench@1', '[1,0]', '[0.5]', '[["JUST", 0.99], ["DO", 0.9], ["IT", 0.7]]', ''
            FROM catalog_productimage WHERE product_id <= %s""",
            [DESCRIBED],
        )
        cursor.execute("SELECT id, product_id FROM catalog_productimage WHERE product_id <= %s", [DESCRIBED])
        photos = cursor.fetchall()
        copying = "COPY tagging_indexentry (index_version_id, image_id, product_id, vector, hubness) FROM STDIN"
        with cursor.copy(copying) as copy:
            for image, product in photos:
                vector = centres[dice.integers(2000)] + 0.6 * dice.standard_normal(256) * np.arange(1, 257) ** -0.5
                vector /= np.linalg.norm(vector)
                copy.write_row((version.pk, image, product, "[" + ",".join(f"{x:.4f}" for x in vector) + "]", 0.0))
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute(
            f"CREATE INDEX {version.vector_index} ON tagging_indexentry USING hnsw (vector halfvec_ip_ops)"
            f" WHERE index_version_id = {version.pk}"
        )


def _keys(size: int) -> list[int]:
    return random.sample(range(1, DESCRIBED + 1), size)


def _batches(size: int, models: str) -> dict[str, Any]:
    taken = _median(lambda: find_facts(_keys(size), now=timezone.now()))
    return _row(f"a listing in a batch of {size}, {models}", 1000 * taken / size, "ms")


def _providers(size: int) -> list[dict[str, Any]]:
    """Return what each provider takes of a batch."""
    batches = [load(_keys(size), timezone.now(), offered_versions()) for _ in range(ROUNDS)]
    found = [
        _row(
            f"loading a batch of {size}",
            1000 * _median(lambda: load(_keys(size), timezone.now(), offered_versions())),
            "ms",
        )
    ]
    text = Given({"photo_text": "JUST DO JUST DO JUST DO JUST DO"})
    for provider in PROVIDERS:
        left = iter(batches)
        first = batches[0]
        provider.find(first, dict.fromkeys(first.products, text))

        def ask(provider: Any = provider, left: Any = left) -> None:
            batch = next(left)
            provider.find(batch, dict.fromkeys(batch.products, text))

        times = [_timed(ask) for _ in range(ROUNDS)]
        found.append(_row(f"{provider.name} of a batch of {size}", 1000 * statistics.median(times), "ms"))
    return found


def _written(size: int) -> dict[str, Any]:
    found = find_facts(_keys(size), now=timezone.now())
    taken = _median(lambda: write_facts(found, dict.fromkeys(found, Asked())))
    return _row(f"writing a listing's facts in a batch of {size}", 1000 * taken / size, "ms")


def _scanned() -> dict[str, Any]:
    """Compare the search for alike photos of one photo with a scan."""

    def scan() -> None:
        with connection.cursor() as cursor:
            cursor.execute(SCAN, [random.getrandbits(62)])

    return _row("one photo by a scan of all hashes", 1000 * _median(scan, 3), "ms")


def _size(index: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size(%s::regclass)", [index])
        return float(cursor.fetchone()[0]) / 2**20


def _median(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    work()
    return statistics.median(_timed(work) for _ in range(rounds))


def _timed(work: Callable[[], object]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


def _row(name: str, value: float, unit: str) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit}
