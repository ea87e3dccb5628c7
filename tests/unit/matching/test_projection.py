from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagging.matching.projection import Projection, fit_projection, unit
from tagging.matching.types import VECTOR_DIMENSIONS, InvalidModel

FEATURES = 300


def features(number: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((number, FEATURES)).astype(np.float32)


@settings(max_examples=6, deadline=None)
@given(photos=st.integers(1, 40), queries=st.integers(0, 40))
def test_vectors_have_length_one_and_256_numbers_however_few_samples_there_are(photos: int, queries: int) -> None:
    catalogue, shots = features(photos), features(queries, 1)
    projection = fit_projection(catalogue, shots)
    vectors = np.concatenate([projection.product(catalogue), projection.query(features(3, 2))])
    assert vectors.shape == (photos + 3, VECTOR_DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-4)


def test_fitting_twice_gives_the_same_version() -> None:
    first = fit_projection(features(9), features(30, 1))
    assert fit_projection(features(9), features(30, 1)).version == first.version
    assert fit_projection(features(10), features(30, 1)).version != first.version


def test_a_projection_survives_storage() -> None:
    projection = fit_projection(features(9), features(30, 1))
    restored = Projection.from_bytes(projection.to_bytes())
    assert restored.version == projection.version
    assert np.array_equal(restored.query(features(4, 2)), projection.query(features(4, 2)))
    assert restored.to_bytes() == projection.to_bytes()


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x03\x04broken"])
def test_it_refuses_bytes_that_are_no_projection(content: bytes) -> None:
    with pytest.raises(InvalidModel, match="not a stored projection"):
        Projection.from_bytes(content)


def test_it_refuses_a_cut_off_projection() -> None:
    content = fit_projection(features(9), features(30, 1)).to_bytes()
    with pytest.raises(InvalidModel):
        Projection.from_bytes(content[: len(content) // 2])


def test_what_a_whole_side_shares_does_not_count() -> None:
    random = np.random.default_rng(3)
    things = random.normal(size=(60, FEATURES))
    shop, film = random.normal(size=(2, FEATURES)) * 5
    photos, shots = (things + shop).astype(np.float32), (things + film).astype(np.float32)
    projection = fit_projection(photos, np.tile(shots, (10, 1)))
    together = projection.query(shots) @ projection.product(photos).T
    assert (together.argmax(axis=1) == np.arange(60)).all()
    raw = unit(shots) @ unit(photos).T
    assert together.diagonal().mean() > raw.diagonal().mean() + 0.5


def test_a_picture_unlike_the_catalogue_is_not_near_to_all_of_it() -> None:
    projection = fit_projection(features(2), features(0))
    strange = np.zeros(FEATURES, dtype=np.float32)
    strange[:3] = 1.0
    assert np.abs(projection.query(strange) @ projection.product(features(2)).T).max() < 0.7


def test_it_needs_a_catalogue() -> None:
    with pytest.raises(ValueError, match="at least one catalogue photo"):
        fit_projection(features(0), features(3))


def test_it_refuses_features_of_two_models() -> None:
    with pytest.raises(ValueError, match="come from two models"):
        fit_projection(features(3), features(3)[:, :100])
