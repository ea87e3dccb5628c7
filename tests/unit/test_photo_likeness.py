"""The difference hash, bit by bit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.photos.likeness import difference_hash, distance

greys = st.binary(min_size=72, max_size=72)
hashes = st.integers(-(2**63), 2**63 - 1)


def test_each_bit_says_whether_it_gets_brighter_to_the_right() -> None:
    rising, falling = bytes(range(9)) * 8, bytes(range(9, 0, -1)) * 8

    assert difference_hash(rising) == -1  # all 64 bits, as a signed number
    assert difference_hash(falling) == 0
    assert difference_hash(rising[:63] + falling[:9]) == -(2**8)


def test_it_takes_72_values_and_nothing_else() -> None:
    with pytest.raises(ValueError, match="72 grey values"):
        difference_hash(bytes(64))


@settings(deadline=None)
@given(greys)
def test_it_fits_a_signed_64_bit_column(grey: bytes) -> None:
    assert -(2**63) <= difference_hash(grey) < 2**63


@settings(deadline=None)
@given(greys, st.integers(0, 55))
def test_a_brighter_copy_is_the_same(grey: bytes, more: int) -> None:
    dark = bytes(value // 2 for value in grey)

    assert difference_hash(bytes(value + more for value in dark)) == difference_hash(dark)


@settings(deadline=None)
@given(hashes, hashes)
def test_the_distance_is_a_distance(one: int, other: int) -> None:
    assert distance(one, one) == 0
    assert distance(one, other) == distance(other, one) <= 64
    assert (distance(one, other) == 0) == (one == other)


def test_opposite_hashes_differ_in_all_bits() -> None:
    assert distance(0, -1) == 64
