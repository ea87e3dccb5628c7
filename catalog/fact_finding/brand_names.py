"""The names of protected brands as this process keeps them, to be looked for in texts."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version

from django.db import connection

from ..rules.lookalikes.brand_index import BrandEntry, BrandIndex
from ..rules.lookalikes.words import ordinary_words

CATEGORIES_ARE_GOOD_FOR_S = 600.0
"""Names are compared at each call; in which categories brands stand is counted again after ten minutes."""

LETTERS = "letters and words"
"""The maker of what is found with the tables of look-alike letters and of ordinary words."""


def letters_version() -> str:
    """Return which tables of look-alike letters and of ordinary words are used."""
    return f"glyphguard {version('glyphguard')}, pyspellchecker {version('pyspellchecker')}"


_STATE = """
    SELECT md5(string_agg(brand.id || ' ' || brand.name || ' ' || coalesce(alias.names, ''), ';' ORDER BY brand.id))
    FROM catalog_brand brand
    LEFT JOIN (
        SELECT brand_id, string_agg(name, ',' ORDER BY id) AS names FROM catalog_brandalias GROUP BY brand_id
    ) alias ON alias.brand_id = brand.id
    WHERE brand.is_protected"""

_ENTRIES = """
    SELECT brand.id, brand.name,
        ARRAY(SELECT name FROM catalog_brandalias WHERE brand_id = brand.id ORDER BY id),
        ARRAY(SELECT path FROM catalog_category WHERE id IN (
            SELECT category_id FROM catalog_product WHERE brand_id = brand.id AND status = 'live'
        ) ORDER BY path)
    FROM catalog_brand brand WHERE brand.is_protected ORDER BY brand.id"""


@dataclass(frozen=True, slots=True)
class BrandNames:
    """The index over the names, each brand's key by its name, and a fingerprint of both names and categories."""

    index: BrandIndex
    keys: Mapping[str, int]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class _Kept:
    names: BrandNames
    state: str
    since: float


_kept: dict[str, _Kept] = {}


def brand_names() -> BrandNames:
    """Return the names of all protected brands; asks the database once, and once more where the index is made anew."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        (state,) = cursor.fetchone()
    database = connection.settings_dict["NAME"]
    kept = _kept.get(database)
    now = time.monotonic()
    if kept is None or kept.state != state or now - kept.since > CATEGORIES_ARE_GOOD_FOR_S:
        kept = _kept[database] = _Kept(_read(), state, now)
    return kept.names


def _read() -> BrandNames:
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES)
        rows = cursor.fetchall()
    entries = [BrandEntry(name, tuple(aliases), tuple(categories)) for _, name, aliases, categories in rows]
    fingerprint = hashlib.sha256(repr(entries).encode()).hexdigest()[:16]
    return BrandNames(BrandIndex(entries, ordinary_words()), {name: key for key, name, *_ in rows}, fingerprint)
