"""Two shops of different sizes to compare pages on, each in a database of its own, filled by SQL."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from catalog.models import Brand, Category, Product, Seller, SellerMember
from catalog.models.words import refresh_vocabulary
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role

SMALL, LARGE = 10_000, 1_000_000
INDEXES = ("catalog_product_search", "catalog_product_by_title", "catalog_product_by_update")
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
        variant_group, status, screened_version, traits, created_at, updated_at)
        SELECT n, seller, 'SKU-' || n, title, repeat('What one says about it. ', 20), brand, category, condition, '',
        status, 1, array_remove(ARRAY[CASE WHEN us THEN '=mUS' ELSE '=-m' END, CASE WHEN de THEN '=mDE' END,
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
