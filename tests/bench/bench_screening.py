"""Screening: how long after its commit is a listing screened, and how many of an import are screened in a second?

A real worker and the queue in the database run beside the process that commits. A hundred rules are live, of the kind
that policy staff write, with two lists; the last of them fires on one listing in fifty.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .tagging_site import measured_apart, row

SECONDS = int(os.environ.get("BENCH_SCREENING_SECONDS", "30"))
A_SECOND = 50
RULES = 100
IMPORTED = 10_000
MOST_S = 1.0
LOOK_EVERY_S = 0.01

TEXTS = (
    'mentions(title, "word{n}") && photo_count < 1',
    'brand_is_protected && !is_authorized && seller_age_days < {n} && mentions(title, "nike")',
    "has_price_quantile && price_quantile < 0.0{n} && seller_orders < 10",
    "has_seller_refund_rate && seller_refund_rate > 0.5 && seller_orders > {n}",
    'mentions_any(title, "evasive") && has_price && price < {n}.0',
    'in_list(seller, "watched") && condition == "new" && listing_age_days < {n}',
    'title.matches("(?:cheap|copy) [a-z]{{3,{m}}} number {n}")',
    "markets.exists(m, m in unauthorized_markets) && relist_signals >= 2 && photo_count > {n}",
    "photo_twin_sellers > {n} && !photo_is_authorized_sellers",
    'has_currency && currency == "EUR" && has_price && price * 2.0 < {n}.0 && description.contains("copy")',
)


def rows() -> list[dict[str, Any]]:
    """Return the waiting times of single listings, and how quickly an import is gone through."""
    return measured_apart("screening")


def measure() -> list[dict[str, Any]]:
    """Measure on the site that this process was given."""
    _fill()
    waits = sorted(_waits(SECONDS * A_SECOND))
    half, most = statistics.median(waits), waits[-1]
    nineteen = waits[int(len(waits) * 0.95)]
    speed = _speed()
    name = f"a listing screened after its commit, {A_SECOND} a second, {RULES} rules"
    target = f"p95 at most {MOST_S:g}"
    return [
        row(f"{name}: p50", half, "s", target, nineteen <= MOST_S),
        row(f"{name}: p95", nineteen, "s", target, nineteen <= MOST_S),
        row(f"{name}: most", most, "s", f"at most {MOST_S:g}", most <= MOST_S),
        row(f"screening an import of {IMPORTED:,}, {RULES} rules, one worker", speed, "listings/s", "at least 200",
            speed >= 200),
    ]  # fmt: skip


def _fill() -> None:
    """Write rules and lists, the drafts that are published later, and a catalogue that was screened before."""
    from django.db import connection

    from catalog.models import LaneChoices, ListEntry, ValueList
    from tests import factories
    from tests.catalog.running_rules import live_rule

    shop = factories.seller("Bench", factories.user("merchant", factories.Role.MERCHANT))
    for name, kind, size in (("evasive", "words", 500), ("watched", "sellers", 200)):
        made = ValueList.objects.create(name=name, title=name, kind=kind)
        ListEntry.objects.bulk_create(
            ListEntry(list=made, value=f"x{number}", key=f" x{number} " if kind == "words" else f"x{number}")
            for number in range(size)
        )
    for number in range(1, RULES):
        live_rule(TEXTS[number % len(TEXTS)].format(n=number, m=3 + number % 9), LaneChoices.HOLD)
    live_rule('sku.endsWith("00") || sku.endsWith("50")', LaneChoices.HOLD)
    with connection.cursor() as cursor:
        for status, first, last in (("draft", 1, SECONDS * A_SECOND), ("live", 100_001, 120_000)):
            _add(cursor, shop.pk, status, first, last)
        cursor.execute("UPDATE catalog_product SET screened_version = version WHERE status = 'live'")
        cursor.execute("ANALYZE")


def _add(cursor: Any, seller: int, status: str, first: int, last: int) -> None:
    """Write listings with these keys, each with an offer and a photo."""
    cursor.execute(
        "INSERT INTO catalog_product (id, seller_id, sku, title, description, variant_group, status, created_at,"
        " updated_at) SELECT n, %s, 'S' || n, 'Thing number ' || n, repeat('What one says about it. ', 20), '', %s,"
        " now(), now() FROM generate_series(%s::bigint, %s::bigint) n",
        [seller, status, first, last],
    )
    cursor.execute(
        "INSERT INTO catalog_productimage (product_id, file, sha256, perceptual_hash, position, width, height,"
        " created_at) SELECT n, 'none.jpg', md5(n::text), hashtextextended(n::text, 0), 0, 1, 1, now()"
        " FROM generate_series(%s::bigint, %s::bigint) n",
        [first, last],
    )
    cursor.execute(
        "INSERT INTO catalog_offer (product_id, market, price_minor, currency, stock, price_refreshed_at)"
        " SELECT n, 'US', 499, 'USD', 10, now() FROM generate_series(%s::bigint, %s::bigint) n",
        [first, last],
    )


def _waits(count: int) -> list[float]:
    """Publish listings, so many a second, while a worker runs; return how long each waited for its screening."""
    from catalog.listings import publish_listing
    from catalog.models import Product
    from shopadmin.accounts.models import User

    actor = User.objects.get(email="merchant@example.com")
    drafts = list(Product.objects.filter(status="draft").order_by("pk")[:count])
    committed: dict[int, float] = {}
    seen: dict[int, float] = {}
    is_over = threading.Event()
    with _worker():
        watcher = threading.Thread(target=_watch, args=(drafts[-1].pk, seen, is_over))
        watcher.start()
        begun = time.monotonic()
        for number, draft in enumerate(drafts):
            time.sleep(max(0.0, begun + number / A_SECOND - time.monotonic()))
            publish_listing(product=draft, actor=actor)
            committed[draft.pk] = time.monotonic()
        give_up_at = time.monotonic() + 30
        while len(seen) < count and time.monotonic() < give_up_at:
            time.sleep(LOOK_EVERY_S)
        is_over.set()
        watcher.join()
    return [seen.get(key, float("inf")) - at for key, at in committed.items()]


def _watch(last: int, seen: dict[int, float], is_over: threading.Event) -> None:
    """Note when each listing up to that key is first seen to be screened."""
    from django.db import connection

    with connection.cursor() as cursor:
        while not is_over.is_set():
            cursor.execute("SELECT id FROM catalog_product WHERE id <= %s AND screened_version > 0", [last])
            now = time.monotonic()
            for (key,) in cursor.fetchall():
                seen.setdefault(key, now)
            time.sleep(LOOK_EVERY_S)
    connection.close()


@contextmanager
def _worker() -> Iterator[None]:
    """Run a worker of the queue as `manage.py serve` does, until it has answered once, and the scheduler."""
    celery = [sys.executable, "-m", "celery", "-A", "shopadmin", "-q"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    worker = [*celery, "worker", "--loglevel", "ERROR", "--without-mingle", "--without-gossip", "--queues", "screening",
              "--pool", "threads", "--concurrency", "2"]  # fmt: skip
    beat = [*celery, "beat", "--loglevel", "ERROR", "--pidfile", ""]
    processes = [subprocess.Popen(command, **quiet) for command in (worker, beat)]  # type: ignore[call-overload]
    try:
        _wait_until_it_works()
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _wait_until_it_works() -> None:
    from catalog.models import Product

    first = Product.objects.filter(status="live").order_by("-pk")[:1]
    Product.objects.filter(pk__in=first.values("pk")).update(screened_version=0)
    give_up_at = time.monotonic() + 60
    while first.get().screened_version == 0:
        if time.monotonic() > give_up_at:
            raise RuntimeError("The worker does not screen.")
        time.sleep(0.05)


def _speed() -> float:
    """Return how many listings of an import one process screens in a second."""
    from django.db import connection

    from catalog.models import Product
    from catalog.screening.services import screen_due

    with connection.cursor() as cursor:
        seller = Product.objects.filter(status="live").values_list("seller", flat=True)[0]
        _add(cursor, seller, "live", 200_001, 200_000 + IMPORTED)
        cursor.execute("ANALYZE")
    begun, count = time.monotonic(), 0
    while done := screen_due():
        count += done
    assert count == IMPORTED, count
    return count / (time.monotonic() - begun)
