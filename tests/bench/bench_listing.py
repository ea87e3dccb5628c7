"""The products index at 1,000,000 products beside itself at 10,000: the whole page through Django's test client.

Each page, and the number of products that it asks for once it is there, is asked for in turn of a small and of a large
database of the bench's own, for an admin (all sellers) and for a merchant whose seller has a tenth of the products;
medians of the rounds count. How well slips are forgiven is measured on the large one: queries are titles and pairs of
their words with one letter missing, added, wrong or swapped.
"""

from __future__ import annotations

import base64
import json
import os
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopadmin.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.http import QueryDict  # noqa: E402
from django.test import Client, override_settings  # noqa: E402

from catalog.listing_filters import ListingFilters  # noqa: E402
from catalog.listing_page import find_page  # noqa: E402
from catalog.models import Product  # noqa: E402
from shopadmin.accounts.models import User  # noqa: E402
from shopadmin.statements import quick_reads  # noqa: E402
from tests.bench.listing_shop import LARGE, SMALL, Site, sites  # noqa: E402

ROUNDS, SLIPS = 15, 400
LIST = "/catalog/products/"
COUNT = f"{LIST}count"
QUERIES = {
    "first page": "",
    "Z to A": "sort=-title",
    "updated last": "sort=-updated",
    "added last": "sort=-added",
    "status live, 85 %": "status=live",
    "status held, 1 %": "status=held",
    "brand, 0.05 %": "brand=Brand 17",
    "brand, 5 %": "brand=Brand 1",
    "category with 19 below, 10 %": "category=Area 3",
    "condition used, 20 %": "condition=used",
    "market US, 99.5 %": "market=US",
    "market JP, 0.1 %": "market=JP",
    "has an offer, 99.5 %": "offer=any",
    "no offer, 0.5 %": "offer=none",
    "sold out, 3 %": "offer=sold-out",
    "price too old, 2 %": "offer=stale",
    "price too old in JP, 0.002 %": "offer=stale&market=JP",
    "without photo, 0.05 %": "photo=none",
    "live, new, sold out in DE, 1 %": "status=live&condition=new&offer=sold-out&market=DE",
    "two that exclude each other": "status=draft&market=FR",
    "search: a frequent word": "q=headphones",
    "search: two words": "q=wireless headphones",
    "search: as you type": "q=wirel",
    "search: two letters": "q=wi",
    "search: a slip": "q=wireles hedphones",
    "search: SKU": "q={sku}",
    "search: nothing": "q=qqqq zzzz",
    "search: sorted by title": "q=headphones&sort=title",
    "search in a filter": "q=headphones&condition=used",
}


def rows() -> list[dict[str, Any]]:
    """Return a row for each page of the admin and the merchant, and the quality of the search."""
    plain = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(STORAGES=plain, ALLOWED_HOSTS=["*"]), sites() as (small, large):
        pages = [
            _pages(small, large, who, name, query, path)
            for path in (LIST, COUNT)
            for who in ("admin", "merchant")
            for name, query in QUERIES.items()
        ]
        deep = [_deep(small, large, who, sort) for who in ("admin", "merchant") for sort in ("title", "-updated")]
        with large.used():
            return [*pages, *deep, *_quality()]


def _pages(small: Site, large: Site, who: str, name: str, query: str, path: str) -> dict[str, Any]:
    skus = {SMALL: "SKU-4711", LARGE: "SKU-471100"}
    addresses = {size: f"{path}?{query.format(sku=sku)}" for size, sku in skus.items()}
    return _row(f"{'count: ' if path == COUNT else ''}{who}: {name}", small, large, who, addresses)


def _deep(small: Site, large: Site, who: str, sort: str) -> dict[str, Any]:
    """Compare a page in the middle: at a million products that is the ten thousandth."""
    addresses = {}
    for site in (small, large):
        with site.used():
            field = "title_key" if sort == "title" else "updated_at"
            order = (f"-{field}", "-pk") if sort.startswith("-") else (field, "pk")
            value, key = Product.objects.order_by(*order).values_list(field, "pk")[site.size // 2]
            position = [value if isinstance(value, str) else value.isoformat(), key]
            token = base64.urlsafe_b64encode(json.dumps(position).encode()).decode()
            addresses[site.size] = f"{LIST}?sort={sort}&after={token}"
    return _row(f"{who}: page {LARGE // 2 // 50} by {sort}", small, large, who, addresses)


def _row(name: str, small: Site, large: Site, who: str, addresses: dict[int, str]) -> dict[str, Any]:
    times: dict[int, list[float]] = {SMALL: [], LARGE: []}
    for round_number in range(ROUNDS + 1):
        for site in (small, large):
            with site.used():
                taken = _timed(lambda site=site: _get(site.clients[who], addresses[site.size]))
            if round_number:
                times[site.size].append(1000 * taken)
    ours, base = statistics.median(times[LARGE]), statistics.median(times[SMALL])
    return {"name": name, "value": ours, "unit": "ms", "peer": f"at {SMALL:,}", "peer_value": base} | {
        "ratio": ours / base,
        "target": "≤ 1.5",
        "met": ours / base <= 1.5,
    }


def _get(client: Client, address: str) -> None:
    response = client.get(address.replace(" ", "+"), secure=True, headers={"HX-Request": "true"})
    assert response.status_code == 200, (address, response.status_code)
    assert "Too many products" not in response.content.decode(), address


def _quality() -> list[dict[str, Any]]:
    """Return how many of the titles that were asked for with one slip are among the first ten."""
    dice = random.Random(7)
    admin = User.objects.get(email="admin@example.com")
    keys = [dice.randint(1, LARGE) for _ in range(SLIPS)]
    titles = dict(Product.objects.filter(pk__in=keys).values_list("pk", "title"))
    whole, pairs = [], []
    for key in keys:
        words = titles[key].split()
        pair = dice.sample(words[1:4], 2)
        whole.append((_slip(words, dice), words))
        pairs.append((_slip(pair, dice), pair))
    return [_recall("whole title", whole, admin), _recall("two of its words", pairs, admin)]


def _recall(name: str, asked: list[tuple[str, list[str]]], admin: User) -> dict[str, Any]:
    """Measure how often a title with all the words that were meant is among the first ten."""
    hits = 0
    for text, meant in asked:
        with quick_reads(limit_ms=10_000, only_by_index=True):
            listing = find_page(admin, ListingFilters(q=text), QueryDict())
        hits += any(set(meant) <= set(product.title.split()) for product in listing.page.rows[:10])
    recall = hits / len(asked)
    row = {"name": f"recall@10 with one slip, {name}", "value": recall, "unit": "", "peer": "all", "peer_value": 1.0}
    return row | {"ratio": recall, "target": "≥ 0.9", "met": recall >= 0.9}


def _slip(words: list[str], dice: random.Random) -> str:
    """Return the words with one letter, of one with three or more, missing, added, wrong or swapped with the next."""
    at = dice.choice([place for place, word in enumerate(words) if len(word) >= 3 and word.isalpha()])
    word, place = words[at], dice.randrange(len(words[at]) - 1)
    letter = dice.choice("abcdefghijklmnopqrstuvwxyz")
    before, one, two, rest = word[:place], word[place], word[place + 1], word[place + 2 :]
    slips = (before + two + rest, before + letter + one + two + rest, before + letter + two + rest)
    slip = dice.choice((*slips, before + two + one + rest))
    return " ".join([*words[:at], slip, *words[at + 1 :]])


def _timed(act: Callable[[], Any]) -> float:
    cache.set("catalog:markets", ["DE", "FR", "JP", "US"], 600)
    started = time.perf_counter()
    act()
    return time.perf_counter() - started
