"""A whole backtest over a million listings: claimed, asked, counted and written by the job that workers run.

Two of them: of a rule that fires on few listings, and of one that fires on most, where counting is the work. The job
runs in a process of its own; the memory is that process's peak. The peer of the few is one bare count of where the
rule fires. A cancel comes while listings are asked.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import threading
import time
from typing import Any

from .rule_facts import LISTINGS, columns_of, make_up
from .tagging_site import ROOT, measured_apart, row

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SELLERS, BRANDS = 20_000, 2_000
FEW = (
    "brand_is_protected && !is_authorized && seller_orders < 6 && has_price_quantile && price_quantile < 0.2"
    ' && photo_count <= 3 && condition == "new"'
)
MOST = "photo_count >= 2"
MOST_S, MOST_BYTES, STOPS_WITHIN_S = 15.0, 300e6, 2.0

FILLING = (
    """INSERT INTO catalog_seller (id, name, slug, created_at)
        SELECT n, 'Shop ' || n, 'shop-' || n, now() FROM generate_series(1, %(sellers)s) n""",
    """INSERT INTO catalog_brand (id, name, folded, owner, is_protected, created_at)
        SELECT n, 'Brand ' || n, 'brand ' || n, '', false, now() FROM generate_series(1, %(brands)s) n""",
    """INSERT INTO catalog_product (id, seller_id, brand_id, sku, title, description, condition, variant_group, status,
        version, screened_version, traits, created_at, updated_at)
        SELECT n, 1 + n %% %(sellers)s, 1 + n %% %(brands)s, 'AM-' || n, 'Thing ' || n, '', 'new', '', 'live', 1, 1,
        '{}', now(), now() - n * interval '1 minute' FROM generate_series(1, %(listings)s) n""",
    """INSERT INTO catalog_offer (product_id, market, price_minor, currency, stock, price_refreshed_at)
        SELECT n, 'DE', 1000 + n %% 9000, 'EUR', 5, now() FROM generate_series(1, %(listings)s) n""",
)


def rows() -> list[dict[str, Any]]:
    """Return how long whole backtests take, what they hold in memory, and how soon one stops."""
    return measured_apart("backtest")


def measure() -> list[dict[str, Any]]:
    """Measure on the site that this process was given."""
    fill()
    few, most = (_jobs(text) for text in (FEW, MOST))
    bare = statistics.median(_bare_count() for _ in range(ROUNDS))
    stopped = _cancelled()
    peak = max(few[1], most[1])
    size = f"{LISTINGS:,} listings"
    return [
        row(f"backtest of five clauses, the whole job, {size}", few[0], "s", f"≤ {MOST_S:g} s", few[0] <= MOST_S,
            peer="a bare count of where it fires", peer_value=bare, ratio=bare / few[0]),
        row(f"backtest that fires on most of {size}, the whole job", most[0], "s", f"≤ {2 * MOST_S:g} s",
            most[0] <= 2 * MOST_S),
        row("its process at its peak", peak / 1e6, "MB", f"≤ {MOST_BYTES / 1e6:g} MB", peak <= MOST_BYTES),
        row("from a cancel to the end of the job", stopped, "s", f"≤ {STOPS_WITHIN_S:g} s", stopped <= STOPS_WITHIN_S),
    ]  # fmt: skip


def fill() -> None:
    """Write a shop of listings with their facts by SQL, without triggers and without the indexes that pages need."""
    from django.db import connection

    from catalog.models import ListingFacts, ListingTexts, Product
    from tests import factories

    factories.user("paula", factories.Role.POLICY)
    values = {"sellers": SELLERS, "brands": BRANDS, "listings": LISTINGS}
    with connection.cursor() as cursor:
        for index in Product._meta.indexes:
            cursor.execute(f"DROP INDEX IF EXISTS {index.name}")
        cursor.execute("SET session_replication_role = replica")
        for statement in FILLING:
            cursor.execute(statement, values)
        make_up(cursor)
        for table in (ListingFacts._meta.db_table, ListingTexts._meta.db_table):
            columns = columns_of(cursor, table)
            cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM made_up")
        cursor.execute("DROP TABLE made_up")
        cursor.execute("RESET session_replication_role")
        cursor.execute("VACUUM ANALYZE")


def _jobs(text: str) -> tuple[float, int]:
    """Return the median seconds of the job and the greatest peak of its process, in bytes."""
    measured = [_in_a_process(_started(text).pk) for _ in range(ROUNDS)]
    return statistics.median(seconds for seconds, _peak in measured), max(peak for _seconds, peak in measured)


def _started(text: str) -> Any:
    from catalog.backtests.services import start_backtest
    from catalog.models import LaneChoices
    from catalog.rule_writing import Wording
    from shopadmin.accounts.models import User

    by = User.objects.get(email="paula@example.com")
    return start_backtest(wording=Wording(text=text, lane=LaneChoices.HOLD), by=by)


def _in_a_process(job: int) -> tuple[float, int]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.bench_backtest", str(job)],
        cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, check=True, text=True,
    )  # fmt: skip
    seconds, peak = done.stdout.splitlines()[-1].split()
    return float(seconds), int(peak)


def _bare_count() -> float:
    from django.db import connection

    from catalog.rules.language import compile_rule
    from catalog.rules.sql import compile_sql

    from .rule_facts import AS_OF

    rule = compile_sql(compile_rule(FEW, {}).tree, {}, as_of=AS_OF)
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FILTER (WHERE {rule.expression}) FROM catalog_listingfacts f", rule.parameters)
    return time.perf_counter() - started


def _cancelled() -> float:
    """Return how many seconds after somebody cancels it a backtest has ended."""
    from django.db import connection

    from catalog.backtests.services import cancel
    from catalog.models import Backtest

    job = _started(MOST)

    def stop() -> None:
        while Backtest.objects.get(pk=job.pk).stage != Backtest.Stage.ASK:
            time.sleep(0.02)
        cancel(backtest=Backtest.objects.get(pk=job.pk))
        connection.close()

    somebody = threading.Thread(target=stop)
    somebody.start()
    _in_a_process(job.pk)
    somebody.join()
    job.refresh_from_db()
    if job.state != Backtest.State.CANCELLED:
        return float("inf")
    return float((job.finished_at - job.cancel_requested_at).total_seconds())


def _run(job: int) -> None:
    """Do the job in this process, and print its seconds and this process's peak of memory in bytes."""
    import django

    django.setup()
    from catalog.backtests.services import run_backtest

    started = time.perf_counter()
    run_backtest(job)
    seconds = time.perf_counter() - started
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


if __name__ == "__main__":
    _run(int(sys.argv[1]))
