"""The products index at 1,000,000 products beside itself at 10,000: the whole page through Django's test client.

Each page is asked for in turn of a small and of a large database of the bench's own, for an admin (all sellers) and
for a merchant whose seller has a tenth of the products; medians of the rounds count. How well slips are forgiven is
measured on the large one: queries are titles and pairs of their words with one letter missing, added, wrong or swapped.
"""

from __future__ import annotations

import base64
import copy
import json
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopadmin.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import Group  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.http import QueryDict  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.utils import timezone  # noqa: E402

from catalog.listing_filters import ListingFilters  # noqa: E402
from catalog.listing_page import find_page  # noqa: E402
from catalog.models import Brand, Category, Product, Seller, SellerMember  # noqa: E402
from catalog.models.words import refresh_vocabulary  # noqa: E402
from shopadmin.accounts.models import User  # noqa: E402
from shopadmin.accounts.roles import Role  # noqa: E402
from shopadmin.statements import quick_reads  # noqa: E402

SMALL, LARGE, ROUNDS, SLIPS = 10_000, 1_000_000, 11, 400
LIST = "/catalog/products/"
INDEXES = ("catalog_product_search", "catalog_product_by_title", "catalog_product_by_update")
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
ADJECTIVES = [
    "Wireless", "Portable", "Classic", "Vintage", "Modern", "Compact", "Heavy", "Light", "Soft", "Smooth",
    "Folding", "Electric", "Silent", "Outdoor", "Kids", "Organic", "Handmade", "Slim", "Padded", "Foldable",
    "Insulated", "Waterproof", "Rechargeable", "Adjustable", "Magnetic", "Stackable", "Mini", "Large",
    "Inalámbrico", "Plegable", "Elegante", "Cómodo", "Ligero", "Grande", "Klein", "Leise", "Leicht", "Tragbar",
    "Faltbar", "Wasserdicht",
]  # fmt: skip
MATERIALS = [
    "Steel", "Cotton", "Leather", "Oak", "Glass", "Plastic", "Bamboo", "Wool", "Ceramic", "Silver", "Copper",
    "Linen", "Rubber", "Walnut", "Marble", "Silk", "Denim", "Acero", "Algodón", "Cuero", "Vidrio", "Lana",
    "Edelstahl", "Baumwolle", "Leder", "Holz", "Keramik", "Kupfer",
]  # fmt: skip
NOUNS = [
    "Headphones", "Shoes", "Lamp", "Kettle", "Chair", "Backpack", "Watch", "Camera", "Mug", "Jacket", "Blender",
    "Keyboard", "Umbrella", "Wallet", "Scarf", "Bottle", "Toaster", "Pillow", "Blanket", "Basket", "Mirror",
    "Notebook", "Speaker", "Charger", "Tripod", "Helmet", "Gloves", "Sandals", "Trousers", "Curtain", "Drill",
    "Hammer", "Ladder", "Guitar", "Puzzle", "Zapatos", "Lámpara", "Mochila", "Reloj", "Camisa", "Botella",
    "Espejo", "Cuchillo", "Sartén", "Schuhe", "Rucksack", "Wasserkocher", "Stuhl", "Kopfhörer", "Jacke", "Decke",
    "Teppich", "Messer", "Pfanne",
]  # fmt: skip
PARTS = [
    "ka", "lo", "mi", "ne", "ru", "sa", "ti", "vo", "ze", "bra", "cle", "dri", "flo", "gra", "pli", "sto",
]  # fmt: skip


@dataclass(frozen=True)
class Site:
    """A database of a size, with an admin and a merchant logged in."""

    size: int
    database: Any
    clients: dict[str, Client]

    @contextmanager
    def used(self) -> Iterator[None]:
        """Let Django's default connection be the one to this database."""
        before, connections["default"] = connections["default"], self.database
        try:
            yield
        finally:
            connections["default"] = before


def rows() -> list[dict[str, Any]]:
    """Return a row for each page of the admin and the merchant, and the quality of the search."""
    plain = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(STORAGES=plain, ALLOWED_HOSTS=["*"]), sites() as (small, large):
        pages = [
            _pages(small, large, who, name, query) for who in ("admin", "merchant") for name, query in QUERIES.items()
        ]
        deep = [_deep(small, large, who, sort) for who in ("admin", "merchant") for sort in ("title", "-updated")]
        with large.used():
            return [*pages, *deep, *_quality()]


@contextmanager
def sites() -> Iterator[tuple[Site, Site]]:
    """Make the two databases, fill them, and drop them at the end."""
    configured = connections["default"]
    made = []
    try:
        made.append(_site(configured, SMALL))
        made.append(_site(configured, LARGE))
        yield made[0], made[1]
    finally:
        for site in made:
            with site.used():
                connection.creation.destroy_test_db(configured.settings_dict["NAME"], verbosity=0)


def _site(configured: Any, size: int) -> Site:
    database = type(configured)(copy.deepcopy(configured.settings_dict), "default")
    database.settings_dict["TEST"]["NAME"] = f"bench_listing_{size}"
    site = Site(size, database, {})
    with site.used():
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        fill(size)
        for who, role in (("admin", Role.ADMIN), ("merchant", Role.MERCHANT)):
            user = User.objects.create_user(f"{who}@example.com", name=who)
            user.groups.add(Group.objects.get(name=role.value))
            site.clients[who] = Client()
            site.clients[who].force_login(user)
        SellerMember.objects.create(seller_id=1, user=User.objects.get(email="merchant@example.com"))
    return site


def fill(size: int) -> None:
    """Write `size` products with a photo and offers by SQL; traits are given, so that no trigger has to find them."""
    Seller.objects.bulk_create([Seller(name=f"Seller {key}", slug=f"seller-{key}") for key in range(1, 11)])
    Brand.objects.bulk_create([Brand(name=f"Brand {key}") for key in range(1, size // 500 + 1)])
    areas = [Category.objects.create(name=f"Area {key}") for key in range(10)]
    for area in areas:
        for key in range(19):
            Category.objects.create(name=f"Kind {key}", parent=area)
    indexes = [index for index in Product._meta.indexes if index.name in INDEXES]
    with connection.schema_editor() as editor:
        for index in indexes:
            editor.remove_index(Product, index)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        # What is rare has 500 rows in the small database as well: pages of as many rows are compared.
        rare = {f"one_in_{sides}": min(sides, size // 500) for sides in (20, 50, 100, 200, 1000)}
        words = rare | {"adjectives": ADJECTIVES, "materials": MATERIALS, "nouns": NOUNS, "parts": PARTS, "size": size}
        words |= {"brands": size // 500 - 1, "one_in_many": size // 500, "sold_out": min(33, size // 1500)}
        for statement in FILLING:
            cursor.execute(statement, words)
        cursor.execute("RESET session_replication_role")
    with connection.schema_editor() as editor:
        for index in indexes:
            editor.add_index(Product, index)
    refresh_vocabulary(since=timezone.now() - timedelta(days=3650))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


# What is random hangs on hashes, so that no two properties go together, but one: France has no drafts.
FILLING = (
    """CREATE FUNCTION pg_temp.dice(kind text, n bigint, sides int) RETURNS int LANGUAGE sql IMMUTABLE
        RETURN mod(abs(hashtext(kind || n)::bigint), sides)""",
    """CREATE FUNCTION pg_temp.one_of(kind text, n bigint, words text[]) RETURNS text LANGUAGE sql IMMUTABLE
        RETURN words[1 + mod(abs(hashtext(kind || n)::bigint), cardinality(words))]""",
    """CREATE TEMP TABLE draft AS SELECT n, seller, brand, category,
        concat_ws(' ', adjective, material, noun, initcap(concat(one, two, three)), mod(n * 7919, 997)) AS title,
        CASE WHEN held THEN 'held' WHEN state < 2 THEN 'removed' WHEN state < 15 THEN 'draft' ELSE 'live' END AS status,
        CASE WHEN used THEN 'used' ELSE 'new' END AS condition, has_photo, us, us AND de AS de, us AND jp AS jp,
        us AND (held OR state >= 15) AND fr AS fr, is_out, is_old
        FROM (SELECT n, pg_temp.one_of('material', n, %(materials)s) AS material,
            CASE WHEN pg_temp.dice('wireless', n, 4) = 0 THEN 'Wireless'
                 ELSE pg_temp.one_of('adjective', n, %(adjectives)s) END AS adjective,
            CASE WHEN pg_temp.dice('headphones', n, 4) = 0 THEN 'Headphones'
                 ELSE pg_temp.one_of('noun', n, %(nouns)s) END AS noun,
            pg_temp.one_of('one', n, %(parts)s) AS one, pg_temp.one_of('two', n, %(parts)s) AS two,
            pg_temp.one_of('three', n, %(parts)s) AS three, pg_temp.dice('state', n, 100) AS state,
            pg_temp.dice('held', n, %(one_in_100)s) = 0 AS held,
            1 + pg_temp.dice('seller', n, 10) AS seller, 1 + pg_temp.dice('category', n, 200) AS category,
            CASE WHEN pg_temp.dice('big', n, 20) = 0 THEN 1 ELSE 2 + pg_temp.dice('brand', n, %(brands)s) END AS brand,
            pg_temp.dice('used', n, 5) = 0 AS used, pg_temp.dice('photo', n, %(one_in_many)s) > 0 AS has_photo,
            pg_temp.dice('us', n, %(one_in_200)s) > 0 AS us, pg_temp.dice('de', n, 2) = 0 AS de,
            pg_temp.dice('jp', n, %(one_in_1000)s) = 0 AS jp, pg_temp.dice('fr', n, 3) = 0 AS fr,
            pg_temp.dice('out', n, %(sold_out)s) = 0 AS is_out, pg_temp.dice('old', n, %(one_in_50)s) = 0 AS is_old
            FROM generate_series(1::bigint, %(size)s) n) AS thrown""",
    """INSERT INTO catalog_product (id, seller_id, sku, title, description, brand_id, category_id, condition,
        variant_group, status, traits, created_at, updated_at)
        SELECT n, seller, 'SKU-' || n, title, repeat('What one says about it. ', 20), brand, category, condition, '',
        status, array_remove(ARRAY[CASE WHEN us THEN '=mUS' ELSE '=-m' END, CASE WHEN de THEN '=mDE' END,
            CASE WHEN jp THEN '=mJP' END, CASE WHEN fr THEN '=mFR' END,
            CASE WHEN us AND is_out THEN '=o' END, CASE WHEN us AND is_out THEN '=oUS' END,
            CASE WHEN de AND is_out THEN '=oDE' END,
            CASE WHEN NOT has_photo THEN '=-p' END], NULL),
        now() - n * interval '1 second', now() - pg_temp.dice('updated', n, 10000000) * interval '1 second'
        FROM draft""",
    """INSERT INTO catalog_productimage (product_id, file, sha256, position, width, height, created_at)
        SELECT n, 'none.jpg', md5(n::text), 0, 1, 1, now() FROM draft WHERE has_photo""",
    """INSERT INTO catalog_offer (product_id, market, price_minor, currency, stock, price_refreshed_at)
        SELECT n, market, 499, 'USD', CASE WHEN is_out AND market IN ('US', 'DE') THEN 0 ELSE 10 END,
        now() - CASE WHEN is_old THEN interval '5 days' ELSE interval '1 day' END
        FROM draft, LATERAL (VALUES ('US', us), ('DE', de), ('JP', jp), ('FR', fr)) AS offer (market, is_there)
        WHERE is_there""",
    "SELECT setval(pg_get_serial_sequence('catalog_product', 'id'), %(size)s)",
    "DROP TABLE draft",
)


def _pages(small: Site, large: Site, who: str, name: str, query: str) -> dict[str, Any]:
    skus = {SMALL: "SKU-4711", LARGE: "SKU-471100"}
    return _row(f"{who}: {name}", small, large, who, {size: query.format(sku=sku) for size, sku in skus.items()})


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
            addresses[site.size] = f"sort={sort}&after={token}"
    return _row(f"{who}: page {LARGE // 2 // 50} by {sort}", small, large, who, addresses)


def _row(name: str, small: Site, large: Site, who: str, queries: dict[int, str]) -> dict[str, Any]:
    times: dict[int, list[float]] = {SMALL: [], LARGE: []}
    for round_number in range(ROUNDS + 1):
        for site in (small, large):
            with site.used():
                taken = _timed(lambda site=site: _get(site.clients[who], queries[site.size]))
            if round_number:
                times[site.size].append(1000 * taken)
    ours, base = statistics.median(times[LARGE]), statistics.median(times[SMALL])
    return {"name": name, "value": ours, "unit": "ms", "peer": f"at {SMALL:,}", "peer_value": base} | {
        "ratio": ours / base,
        "target": "≤ 1.5",
        "met": ours / base <= 1.5,
    }


def _get(client: Client, query: str) -> None:
    response = client.get(f"{LIST}?{query.replace(' ', '+')}", secure=True, headers={"HX-Request": "true"})
    assert response.status_code == 200, (query, response.status_code)


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
