"""PostgreSQL puts a listing into the same bucket as Python does."""

from __future__ import annotations

import random

import pytest
from django.db import connection

from catalog.rules.measuring.rollout import bucket, bucket_sql

pytestmark = pytest.mark.django_db

EDGES = (0, 1, -1, 2**31, 2**63 - 1, -(2**63))


@pytest.mark.parametrize("salt", ["rule-14", "", "a:b", "règle n° 3 ✓", "50 %", "it's"])
def test_both_give_the_same_bucket(salt: str) -> None:
    draw = random.Random(salt)
    keys = [*EDGES, *(draw.randint(-(2**63), 2**63 - 1) for _ in range(2_000)), *range(2_000)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {bucket_sql('%s', 'key')} FROM unnest(%s::bigint[]) WITH ORDINALITY AS t(key, at) ORDER BY at",
            [salt, keys],
        )
        found = [row[0] for row in cursor.fetchall()]

    assert found == [bucket(salt, key) for key in keys]
    assert min(found) >= 0
