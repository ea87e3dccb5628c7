"""In which bands of bits two photos that look alike must agree."""

from __future__ import annotations

from functools import reduce
from operator import or_

from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.sql_photos import BITS, bands

hashes = st.integers(-(2**63), 2**63 - 1)


@given(st.integers(1, 18))
def test_the_bands_are_all_bits_each_once(count: int) -> None:
    found = bands(count)
    assert reduce(or_, found) == -1
    assert sum((band % 2**BITS).bit_count() for band in found) == BITS


@given(hashes, st.integers(0, 10), st.data())
def test_hashes_agree_in_at_least_one_band_more_than_may_differ(known: int, bits: int, data: st.DataObject) -> None:
    places = data.draw(st.sets(st.integers(0, BITS - 1), min_size=bits, max_size=bits))
    other = known ^ sum(1 << place for place in places)
    assert any((known ^ other) & band == 0 for band in bands(bits + 1))
    assert sum((known ^ other) & band == 0 for band in bands(bits + 2)) >= 2
