"""The order in which entries are written: all of them, alike ones next to each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagging.services import index_writing
from tagging.services.index_writing import in_order_of_likeness

from .shelf import unit


@given(count=st.integers(1, 40), seed=st.integers(0, 1000), size=st.integers(1, 12))
@settings(max_examples=50, deadline=None)
def test_every_entry_is_written_once(count: int, seed: int, size: int) -> None:
    vectors = unit(np.random.default_rng(seed).standard_normal((count, 8))).astype(np.float16)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_writing, "GROUP_SIZE", size)
        patch.setattr(index_writing, "SAMPLED_A_GROUP", min(size, 5))
        order = in_order_of_likeness(vectors)
    assert sorted(order.tolist()) == list(range(count))


def test_alike_entries_are_written_next_to_each_other() -> None:
    random = np.random.default_rng(1)
    centres = unit(random.standard_normal((6, 32)))
    vectors = unit(centres[random.integers(0, 6, 3000)] + 0.05 * random.standard_normal((3000, 32)))
    ordered = vectors[in_order_of_likeness(vectors.astype(np.float16))]

    def neighbours(rows: np.ndarray) -> float:
        return float((rows[1:] * rows[:-1]).sum(axis=1).mean())

    assert neighbours(vectors) < 0.4
    assert neighbours(ordered) > 2 * neighbours(vectors) + 0.2


def test_the_order_depends_on_the_vectors_alone() -> None:
    vectors = unit(np.random.default_rng(2).standard_normal((1500, 16))).astype(np.float16)
    np.testing.assert_array_equal(in_order_of_likeness(vectors), in_order_of_likeness(vectors))
