"""Look-alikes of different shots are one track."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagging.vision.tracking import group_appearances
from tagging.vision.types import Appearance, Box, Observation, Vector


def an_appearance(start_ms: int, end_ms: int, shot: int = 0, label: str = "", score: float = 0.5) -> Appearance:
    observations = (Observation(start_ms, Box(0, 0, 0.1, 0.1), score),)
    return Appearance(shot, start_ms, end_ms, label, score, observations, views=())


def direction(*values: float) -> Vector:
    vector = np.array(values, np.float32)
    return vector / np.linalg.norm(vector)


def test_look_alikes_of_different_shots_are_one_track_with_two_spans() -> None:
    appearances = [an_appearance(0, 1000), an_appearance(1000, 2000, 1), an_appearance(2000, 3000, 2)]
    tracks = group_appearances(appearances, [direction(1, 0), direction(0, 1), direction(1, 0.1)])
    assert [[one.start_ms for one in track.appearances] for track in tracks] == [[0, 2000], [1000]]
    assert [track.number for track in tracks] == [1, 2]


def test_twins_that_are_seen_at_the_same_time_stay_two() -> None:
    tracks = group_appearances([an_appearance(0, 1000), an_appearance(500, 1500)], [direction(1, 0)] * 2)
    assert len(tracks) == 2


def test_a_chain_of_small_differences_does_not_join_its_ends() -> None:
    appearances = [an_appearance(1000 * shot, 1000 * shot + 900, shot) for shot in range(4)]
    angles = [0.0, 0.6, 1.2, 1.8]
    tracks = group_appearances(appearances, [direction(np.cos(angle), np.sin(angle)) for angle in angles])
    assert len(tracks) > 1


@given(
    st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 2000), st.floats(0, 6.28)), max_size=12),
    st.floats(0.1, 0.99),
)
def test_grouping_keeps_every_appearance_once_and_never_joins_what_is_seen_at_once(
    seeds: list[tuple[int, int, float]], least: float
) -> None:
    appearances = [an_appearance(start, start + length) for start, length, _ in seeds]
    tracks = group_appearances(appearances, [direction(np.cos(a), np.sin(a)) for _, _, a in seeds], least)
    members = [id(one) for track in tracks for one in track.appearances]
    assert sorted(members) == sorted(id(one) for one in appearances)
    for track in tracks:
        spans = sorted((one.start_ms, one.end_ms) for one in track.appearances)
        assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))


def test_grouping_refuses_a_wrong_number_of_descriptors() -> None:
    with pytest.raises(ValueError, match="1 appearances but 0 descriptors"):
        group_appearances([an_appearance(0, 1)], [])
