"""A million rows checked and compared, beside a bare COPY of the same file; ten thousand beside django-import-export.

The file has 13 columns and 320 bytes a row: five words of title, twenty of description, 2,000 brands, 300 categories.
The bare COPY goes into a logged table of text columns without an index. Rounds alternate, medians count. The check ends
when its result can be looked at: every row read, judged, compared with the catalogue, with the indexes that pages use.
"""

from __future__ import annotations

import csv
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopadmin.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from catalog.listing_import import applying, checking, services  # noqa: E402
from catalog.listing_import.partitions import attached, copying, execute  # noqa: E402
from catalog.models import Brand, Category, ImportBatch, Product, Seller  # noqa: E402

ROWS = int(os.environ.get("BENCH_IMPORT_ROWS", "1000000"))
PEER_ROWS = 10_000
ROUNDS = 3
HEADER = (
    "sku", "title", "description", "brand", "category", "gtin", "condition", "variant_group", "price", "currency",
    "market", "stock", "image_urls",
)  # fmt: skip
WORDS = (
    "steel", "bottle", "kitchen", "cotton", "organic", "green", "apple", "juice", "lamp", "shoe", "running", "wireless",
    "headphone", "case", "leather", "large", "small", "blue", "red", "wooden", "chair", "table", "ceramic", "mug",
    "tea", "coffee", "dark", "roast", "premium", "classic", "kids", "garden", "outdoor", "solar", "portable",
)  # fmt: skip
NAME = "bench_imports"
BARE, EXPORT_IMPORT = "bare COPY", "django-import-export"

type Rows = list[dict[str, Any]]


def rows() -> Rows:
    """Return speed beside a bare COPY for new and for known listings, ten thousand rows beside the peer, and memory."""
    with own_database(), tempfile.TemporaryDirectory(prefix="shopadmin-bench-") as folder:
        settings.MEDIA_ROOT = folder
        seller = fill_catalogue()
        few = write_file(Path(folder) / "few.csv", PEER_ROWS)
        many = write_file(Path(folder) / "many.csv", ROWS)
        found = [_beside_import_export(seller, few)]
        batch = receive(seller, many)
        found.append(_beside_copy("new listings", batch, many))
        found.append(_memory(batch))
        take_over(batch, change_every=10)
        found.append(_beside_copy("known listings, a tenth changed", batch, many))
        found.append(_applied(batch))
        return found


@contextmanager
def own_database() -> Iterator[None]:
    """Work in a database of the bench's own on the configured server, and drop it at the end."""
    configured = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = NAME
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(configured, verbosity=0)


def fill_catalogue() -> Seller:
    """Make a seller, and the categories that the file names."""
    top = Category.objects.create(name="Home")
    kitchen = Category.objects.create(name="Kitchen", parent=top)
    for number in range(300):
        Category.objects.create(name=f"Kind {number}", parent=kitchen)
    return Seller.objects.create(name="Bench", slug="bench")


def write_file(path: Path, count: int) -> Path:
    """Write a file of so many good rows."""
    chance = random.Random(7)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(count):
            writer.writerow([
                f"SKU-{number:07d}",
                " ".join(chance.choices(WORDS, k=5)).title(),
                " ".join(chance.choices(WORDS, k=22)) + ", and more.",
                f"Brand {chance.randrange(2000)}",
                f"Home > Kitchen > Kind {chance.randrange(300)}",
                _gtin(number),
                "new",
                f"G{number // 4}",
                f"{chance.randint(100, 99999) / 100:.2f}",
                "USD",
                "US",
                chance.randint(0, 500),
                f"https://cdn.example.com/photos/{number}.jpg",
            ])  # fmt: skip
    return path


def _gtin(number: int) -> str:
    digits = f"400{number:09d}"
    total = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def receive(seller: Seller, path: Path) -> ImportBatch:
    """Receive the file; its columns are known by their names."""
    with path.open("rb") as file:
        return services.receive_file(seller=seller, actor=None, file=file, name=path.name)


def check(batch: ImportBatch, name: str) -> dict[str, int]:
    """Check the import, as a worker does."""
    with transaction.atomic():
        batch.counts = checking.check(batch, name, lambda stage, share: None)
    return batch.counts


def take_over(batch: ImportBatch, *, change_every: int) -> None:
    """Make listings and offers of the checked rows, each so many with another title."""
    names = attached(batch)
    assert names is not None
    brands = f"SELECT DISTINCT brand FROM {names.rows}"
    Brand.objects.bulk_create(Brand(name=name) for (name,) in _fetch(brands))
    execute(
        "INSERT INTO catalog_product (seller_id, sku, title, description, brand_id, category_id, gtin, condition,"
        " variant_group, variant_name, status, version, screened_version, created_at, updated_at) SELECT"
        f" {batch.seller_id}, s.sku, CASE WHEN s.number % {change_every} = 0 THEN 'Old ' ELSE '' END || s.title,"
        " s.description, b.id, c.id, s.gtin, s.condition, s.variant_group, '', 'live', 1, 1, now(), now()"
        f" FROM {names.rows} s JOIN catalog_brand b ON b.name = s.brand JOIN catalog_category c ON c.path = s.category"
    )
    execute(
        "INSERT INTO catalog_offer (product_id, market, price_minor, currency, stock, price_refreshed_at)"
        " SELECT p.id, s.market, (s.price::numeric * 100)::bigint, s.currency, s.stock::int, now()"
        f" FROM {names.rows} s JOIN catalog_product p ON p.sku = s.sku"
    )
    execute("VACUUM ANALYZE catalog_product")
    execute("VACUUM ANALYZE catalog_offer")


def _fetch(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def copy_bare(path: Path) -> None:
    """Copy the file as it is into a table of texts: what PostgreSQL itself needs for it."""
    execute("DROP TABLE IF EXISTS bench_bare")
    execute(f"CREATE TABLE bench_bare ({', '.join(f'{name} text' for name in HEADER)})")
    with path.open("rb") as file, copying("COPY bench_bare FROM STDIN (FORMAT csv, HEADER)") as copy:
        while piece := file.read(1 << 20):
            copy.write(piece)


def _beside_copy(what: str, batch: ImportBatch, path: Path) -> dict[str, Any]:
    ours, bare = [], []
    for number in range(ROUNDS):
        bare.append(_timed(lambda: copy_bare(path)))
        ours.append(_timed(lambda number=number: check(batch, f"r{number}")))
    execute("DROP TABLE bench_bare")
    mine, its = ROWS / statistics.median(ours), ROWS / statistics.median(bare)
    return _row(f"dry run of {ROWS:,} rows, {what}", mine, "rows/s", BARE, its) | {
        "ratio": mine / its,
        "target": "≥ 0.5",
        "met": mine / its >= 0.5,
    }


def _beside_import_export(seller: Seller, path: Path) -> dict[str, Any]:
    batch = receive(seller, path)
    ours = statistics.median(_timed(lambda number=number: check(batch, f"f{number}")) for number in range(ROUNDS))
    assert batch.counts["create"] == PEER_ROWS, batch.counts
    peer = _timed(lambda: dry_run_of_peer(seller, path))
    row = _row(f"dry run of {PEER_ROWS:,} rows", ours, "s", EXPORT_IMPORT, peer)
    return row | {"target": "< 5 s", "met": ours < 5}


def dry_run_of_peer(seller: Seller, path: Path) -> None:
    """Do the same dry run with django-import-export: products only, since it knows no offers of theirs."""
    import tablib
    from import_export import fields, resources, widgets

    class ProductResource(resources.ModelResource):
        brand = fields.Field("brand", "brand", widgets.ForeignKeyWidget(Brand, "name"))
        category = fields.Field("category", "category", widgets.ForeignKeyWidget(Category, "path"))

        class Meta:
            model = Product
            import_id_fields = ("sku",)
            fields = ("sku", "title", "description", "brand", "category", "gtin", "condition", "variant_group")

        def before_save_instance(self, instance: Product, row: Any, **kwargs: Any) -> None:
            instance.seller = seller

    with path.open() as file:
        data = tablib.Dataset().load(file, format="csv")
    with transaction.atomic():
        Brand.objects.bulk_create(Brand(name=name) for name in {row["brand"] for row in data.dict})
        result = ProductResource().import_data(data, dry_run=True)
        assert not result.has_errors(), result.row_errors()[:1]
        transaction.set_rollback(True)


def _memory(batch: ImportBatch) -> dict[str, Any]:
    """Check in a process of its own, and return the most that it held."""
    batch.save()
    command = [sys.executable, "-m", "tests.bench.bench_imports", str(batch.pk), str(settings.MEDIA_ROOT)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env={**os.environ, "LOG_LEVEL": "ERROR"})
    peak = json.loads(done.stdout.splitlines()[-1])
    return {"name": f"peak of the process that checks {ROWS:,} rows", "value": round(peak / 1e6), "unit": "MB"} | {
        "target": "< 300 MB",
        "met": peak < 300e6,
    }


def _applied(batch: ImportBatch) -> dict[str, Any]:
    """Apply what the last check found: a tenth of the listings changes, all prices are confirmed."""
    batch.save()

    def apply() -> None:
        with transaction.atomic():
            applying.apply(batch, "apply", lambda stage, share: None)

    seconds = _timed(apply)
    return {"name": f"application of {ROWS:,} rows, a tenth changed", "value": ROWS / seconds, "unit": "rows/s"}


def _row(name: str, value: float, unit: str, peer: str, peer_value: float) -> dict[str, Any]:
    measured = {"name": name, "value": value, "unit": unit, "peer": peer, "peer_value": peer_value}
    return measured | {"ratio": value / peer_value}


def _timed(act: Callable[[], Any]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


if __name__ == "__main__":
    connection.settings_dict["NAME"] = NAME
    settings.MEDIA_ROOT = sys.argv[2]
    check(ImportBatch.objects.get(pk=int(sys.argv[1])), "memory")
    print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024))
