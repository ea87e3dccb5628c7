from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tagging.vision.colour import COLOUR_DIMENSIONS, colour_signature

RED, GREEN, BLUE, WHITE = (220, 30, 30), (40, 180, 60), (30, 60, 200), (255, 255, 255)


def plain(colour: tuple[int, int, int], height: int = 60, width: int = 40) -> np.ndarray:
    return np.full((height, width, 3), colour, dtype=np.uint8)


def thing_on(background: tuple[int, int, int], thing: tuple[int, int, int]) -> np.ndarray:
    image = plain(background, 80, 80)
    image[20:60, 20:60] = thing
    return image


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    return float(colour_signature(one) @ colour_signature(other))


@settings(max_examples=25, deadline=None)
@given(
    image=st.tuples(st.integers(1, 40), st.integers(1, 40)).flatmap(
        lambda size: arrays(np.uint8, (*size, 3), elements=st.integers(0, 255))
    )
)
def test_a_signature_is_a_unit_vector_without_negative_numbers_for_any_picture(image: np.ndarray) -> None:
    signature = colour_signature(image)
    assert signature.shape == (COLOUR_DIMENSIONS,)
    assert signature.dtype == np.float32
    assert signature.min() >= 0
    assert np.linalg.norm(signature) == pytest.approx(1.0, abs=1e-4)


def test_the_same_colours_are_alike_and_others_are_not() -> None:
    assert likeness(plain(RED), plain(RED)) == pytest.approx(1.0, abs=1e-4)
    assert likeness(plain(RED), plain(GREEN)) < 0.2


def test_size_and_shape_do_not_matter() -> None:
    assert likeness(plain(BLUE, 20, 90), plain(BLUE, 300, 100)) == pytest.approx(1.0, abs=1e-3)


def test_a_little_more_light_changes_little() -> None:
    brighter = tuple(min(255, value + 12) for value in RED)
    assert likeness(plain(RED), plain(brighter)) > 0.9


def test_the_white_background_of_catalogue_photos_hardly_counts() -> None:
    assert likeness(thing_on(WHITE, RED), plain(RED)) > 0.9


def test_the_middle_counts_more_than_the_border() -> None:
    scene = plain(GREEN, 80, 80)
    scene[:, 20:60] = RED
    assert likeness(scene, plain(RED)) > likeness(scene, plain(GREEN))


def test_a_white_picture_has_a_signature_too() -> None:
    assert np.isfinite(colour_signature(plain(WHITE))).all()
