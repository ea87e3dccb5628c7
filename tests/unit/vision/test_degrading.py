from __future__ import annotations

import numpy as np
import pytest

from tagging.vision.degrading import LARGEST_SIDE, degraded_copies


def product_photo(height: int = 200, width: int = 160) -> np.ndarray:
    image = np.full((height, width, 3), 255, dtype=np.uint8)
    image[height // 4 : -height // 4, width // 4 : -width // 4] = (200, 40, 40)
    return image


def test_copies_differ_from_the_photo_and_from_each_other() -> None:
    photo = product_photo()
    copies = degraded_copies(photo, 4)
    assert len(copies) == 4
    for copy in copies:
        assert copy.shape == photo.shape
        assert copy.dtype == np.uint8
        assert np.abs(copy.astype(int) - photo).mean() > 5
    assert len({copy.tobytes() for copy in copies}) == 4


def test_the_same_photo_and_seed_give_the_same_copies() -> None:
    first, again, other = (degraded_copies(product_photo(), 2, seed) for seed in (1, 1, 2))
    assert all(np.array_equal(one, two) for one, two in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])


def test_fewer_copies_are_the_first_of_more() -> None:
    assert np.array_equal(degraded_copies(product_photo(), 1)[0], degraded_copies(product_photo(), 3)[0])


@pytest.mark.parametrize("size", [(1, 1), (3, 700), (900, 1200)])
def test_any_size_is_taken_and_large_photos_become_small(size: tuple[int, int]) -> None:
    copy = degraded_copies(product_photo(*size), 1)[0]
    assert max(copy.shape[:2]) == min(LARGEST_SIDE, max(size))
    assert min(copy.shape[:2]) >= 1


def test_a_photo_without_white_background_keeps_its_scene() -> None:
    scene = np.random.default_rng(0).integers(0, 120, (120, 120, 3), dtype=np.uint8)
    assert degraded_copies(scene, 1)[0].shape == scene.shape
