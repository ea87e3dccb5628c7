"""PURE. On which listings does a rule act that is rolled out to a part of them?

Each listing has a bucket 0..9999 for each rule: the first 32 bits of the MD5 hash of rule and listing, modulo 10,000.
A rule acts where the bucket lies under its percentage, so growing it only adds listings, and rules choose independently
of each other. PostgreSQL computes the same (`bucket_sql`). MD5 only has to spread well here; nothing depends on its
being hard to invert.
"""

from __future__ import annotations

from decimal import Decimal
from hashlib import md5

BUCKETS = 10_000


def bucket(salt: str, key: int) -> int:
    """Return the bucket (0..9999) of the listing `key` for the rule that `salt` names.

    2³² is no multiple of 10,000, so low buckets are more likely than high ones by 1 in 429,496.
    """
    digest = md5(f"{salt}:{key}".encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:4], "big") % BUCKETS


def is_in(salt: str, key: int, percent: Decimal) -> bool:
    """Tell whether the rule that `salt` names acts on the listing; raise `ValueError` as `buckets_of` does."""
    return bucket(salt, key) < buckets_of(percent)


def buckets_of(percent: Decimal) -> int:
    """Return how many of the 10,000 buckets a percentage is; raise `ValueError` outside 0..100 or past 2 decimals."""
    if not (percent.is_finite() and 0 <= percent <= 100 and percent == round(percent, 2)):
        raise ValueError(f"A roll-out has a percentage from 0 to 100 with at most two decimals, not {percent}.")
    return int(percent * BUCKETS / 100)


def bucket_sql(salt_param: str, key_column: str) -> str:
    """Return `bucket` as an expression of PostgreSQL, for a text (a placeholder, say) and a column of whole numbers.

    Both are SQL and must be our own. There is no percent sign in it, so that it can stand beside placeholders.
    """
    text = f"({salt_param})::text || ':' || ({key_column})::bigint::text"
    return f"mod(('x' || substr(md5({text}), 1, 8))::bit(32)::bigint, {BUCKETS})"
