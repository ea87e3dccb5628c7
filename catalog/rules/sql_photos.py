"""PURE. Asking in SQL whether a photo looks like one of many, without comparing it with each.

Bits are dealt to bands. Hashes that differ in at most `bits` bits are equal in at least one of `bits + 1` bands, and in
at least two of `bits + 2`, wherever the differences are (the pigeonhole principle, as in multi-index hashing: Norouzi,
Punjani and Fleet, CVPR 2012). So a photo is compared only if it has two bands in common with a listed one, which is
told by hash tables, and only with those with which it has one in common, which are found in a sorted array.
Neighbouring bits of perceptual hashes depend on each other, so a band has every n-th bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, groupby

from .listing_facts import RuleList
from .sql_lists import any_item, never
from .sql_parts import Sql, joined, sql, value
from .tree import ValueType

BITS = 64
FEW = 60
"""So many hashes are compared one by one as quickly as their bands are looked up."""
MOST_BANDED = 10
"""With more bits that may differ, bands are so narrow that most hashes share one."""
WORTH_ASKING = 0.5
"""Pairs of bands are asked where at most this share of random hashes has one in common with a listed one."""


def photo_in_list(hashes: Sql, asked: RuleList, bits: int) -> Sql:
    """Return whether a hash differs in at most so many bits from one in a list."""
    entries = sorted(int(entry) for entry in asked.entries)
    if not entries:
        return never(hashes)
    if not bits:
        return any_item(hashes, sql("SELECT i.v = ANY({}) FROM", value(entries, ValueType.INTS)))
    if len(entries) <= FEW or bits > MOST_BANDED:
        near = sql(
            f"true = ANY (SELECT bit_count(CAST(i.v # e.v AS bit(64))) <= {int(bits)} FROM unnest({{}}) AS e(v))",
            value(entries, ValueType.INTS),
        )
    else:
        near = _near_in_band(entries, bits)
    pairs = _pairs(bits)
    if len(pairs) * len(entries) <= WORTH_ASKING * 4 ** (BITS / (bits + 2)):
        near = joined([_in_pair(entries, pairs), near], " AND ")
    return any_item(hashes, sql("SELECT {} FROM", near))


def bands(count: int) -> list[int]:
    """Return the bits of so many bands, as signed whole numbers; together all 64.

    >>> [f"{band % 2**64:x}" for band in bands(2)]
    ['5555555555555555', 'aaaaaaaaaaaaaaaa']
    """
    return [_signed(sum(1 << bit for bit in range(band, BITS, count))) for band in range(count)]


def _pairs(bits: int) -> list[int]:
    return [first | second for first, second in combinations(bands(bits + 2), 2)]


def _in_pair(entries: Sequence[int], pairs: Sequence[int]) -> Sql:
    """Return whether the photo has two bands in common with an entry."""
    asked = [
        sql(f"(i.v & {pair}) = ANY({{}})", value(sorted({entry & pair for entry in entries}), ValueType.INTS))
        for pair in pairs
    ]
    return joined(asked, " OR ")


def _near_in_band(entries: Sequence[int], bits: int) -> Sql:
    """Compare with those that have a band in common; `firsts` has where the entries begin that are the same there."""
    keyed = sorted((entry & band, entry) for band in bands(bits + 1) for entry in entries)
    keys, firsts = [], [1]
    for key, same in groupby(key for key, _ in keyed):
        keys.append(key)
        firsts.append(firsts[-1] + sum(1 for _ in same))
    parts = ([entry for _, entry in keyed], keys, firsts, bands(bits + 1))
    return sql(
        f"true = ANY (SELECT bit_count(CAST(i.v # e.hashes[n.v] AS bit(64))) <= {int(bits)}"
        " FROM (SELECT {} AS hashes, {} AS keys, {} AS firsts, {} AS bands OFFSET 0) AS e, unnest(e.bands) AS m(v),"
        " LATERAL (SELECT width_bucket(i.v & m.v, e.keys) AS v OFFSET 0) AS b,"
        " generate_series(e.firsts[b.v], e.firsts[b.v + 1] - 1) AS n(v) WHERE e.keys[b.v] = i.v & m.v)",
        *(value(part, ValueType.INTS) for part in parts),
    )


def _signed(bits: int) -> int:
    return bits - 2**BITS if bits >= 2 ** (BITS - 1) else bits
