"""PURE. Which photos look alike: a difference hash of 64 bits.

The photo is shrunk to nine columns by eight rows of grey; each of the 64 bits says whether a pixel is darker than its
right neighbour. Scaling, recompression and changes of brightness leave almost all bits as they are.
Source: Neal Krawetz, "Kind of Like That", The Hacker Factor Blog, 21 January 2013 ("dHash").
"""

from __future__ import annotations

COLUMNS, ROWS = 9, 8
ALIKE_BITS = 4
"""Photos whose hashes differ in at most this many of the 64 bits are called alike.

Between two unrelated photos about 32 bits differ; resized and recompressed copies stay within 3 in the tests."""


def difference_hash(grey: bytes) -> int:
    """Return the hash of 9 × 8 grey values (row by row, 72 bytes), as a signed 64-bit number as PostgreSQL keeps it.

    Raises `ValueError` for another number of values.
    """
    if len(grey) != COLUMNS * ROWS:
        raise ValueError(f"{COLUMNS * ROWS} grey values are needed, not {len(grey)}.")
    bits = 0
    for row in range(0, COLUMNS * ROWS, COLUMNS):
        for at in range(row, row + COLUMNS - 1):
            bits = bits << 1 | (grey[at] < grey[at + 1])
    return bits - 2**64 if bits >= 2**63 else bits


def distance(one: int, other: int) -> int:
    """Return in how many of the 64 bits two hashes differ, 0..64 (the Hamming distance)."""
    return ((one ^ other) & (2**64 - 1)).bit_count()
