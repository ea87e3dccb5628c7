"""Unsure answers become boxes without names, each thing once, and never people."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagging.vision.detection import MOST_UNNAMED, add_moving, name_the_sure
from tagging.vision.motion import Movement
from tagging.vision.proposals import unnamed
from tagging.vision.suppression import SAME_THING, distinct, merged
from tagging.vision.types import Box, Detection

CUP, SHOE, PERSON = Box(0.1, 0.1, 0.2, 0.3), Box(0.6, 0.6, 0.3, 0.2), Box(0.3, 0.0, 0.4, 0.9)
STILL = Movement(np.zeros((10, 10), np.uint8), ())


def seen(box: Box, label: str, score: float) -> Detection:
    return Detection(box, label, score, "test")


def moving_in(*regions: Box) -> Movement:
    mask = np.zeros((100, 100), np.uint8)
    for box in regions:
        mask[round(box.y * 100) : round(box.bottom * 100), round(box.x * 100) : round(box.right * 100)] = 1
    return Movement(mask, regions)


@pytest.mark.parametrize(("score", "label"), [(0.8, "kite"), (0.3, "kite"), (0.29, ""), (0.04, "")])
def test_only_a_sure_detection_keeps_its_name(score: float, label: str) -> None:
    (detection,) = name_the_sure([seen(SHOE, "kite", score)])
    assert (detection.label, detection.score) == (label, score)


def test_a_proposal_around_a_named_object_is_dropped() -> None:
    around = Box(0.08, 0.08, 0.22, 0.34)
    assert name_the_sure([seen(CUP, "cup", 0.7), seen(around, "vase", 0.1)]) == [seen(CUP, "cup", 0.7)]


def test_a_proposal_that_is_mostly_a_person_is_dropped_but_a_thing_in_the_hand_stays() -> None:
    torso, in_hand = Box(0.32, 0.05, 0.36, 0.7), Box(0.45, 0.4, 0.1, 0.15)
    joined = name_the_sure([seen(PERSON, "person", 0.8), seen(torso, "bed", 0.2), seen(in_hand, "clock", 0.1)])
    assert [detection.box for detection in joined] == [PERSON, in_hand]


def test_an_unsure_person_is_no_proposal() -> None:
    assert unnamed([seen(PERSON, "person", 0.1)]) == []


def test_a_box_of_nearly_the_whole_picture_is_no_proposal() -> None:
    assert unnamed([seen(Box(0.0, 0.0, 0.95, 0.95), "dining table", 0.2)]) == []


def test_what_moves_by_itself_becomes_a_proposal_even_when_no_detector_sees_it() -> None:
    (detection,) = add_moving([], moving_in(SHOE))
    assert (detection.box, detection.label) == (SHOE, "")


def test_a_moving_person_is_no_proposal() -> None:
    outline = Box(0.32, 0.02, 0.36, 0.85)
    person = seen(PERSON, "person", 0.8)
    assert [one.box for one in add_moving([person], moving_in(outline))] == [PERSON]


def test_a_moving_thing_inside_a_person_is_trusted_less_than_one_beside() -> None:
    held, beside = Box(0.35, 0.2, 0.2, 0.3), Box(0.75, 0.2, 0.2, 0.3)
    person = seen(PERSON, "person", 0.8)
    _, sure, unsure = add_moving([person], moving_in(held, beside))
    assert (sure.box, unsure.box) == (beside, held)


def test_a_detection_that_moves_is_trusted_more_and_keeps_its_name() -> None:
    (still,) = add_moving([seen(CUP, "cup", 0.65)], STILL)
    (moved,) = add_moving([seen(CUP, "cup", 0.65)], moving_in(CUP))
    assert (still.score, moved.label) == (0.65, "cup")
    assert moved.score > still.score


def test_a_nameless_part_of_a_known_thing_is_not_trusted_more_when_it_moves() -> None:
    label_on_cup = Box(0.15, 0.2, 0.1, 0.1)
    found = add_moving([seen(CUP, "cup", 0.5), seen(label_on_cup, "", 0.1)], moving_in(CUP))
    assert [one.score for one in found if one.box == label_on_cup] == [0.1]


def test_a_region_of_two_known_things_does_not_outrank_them() -> None:
    left, right = Box(0.1, 0.3, 0.25, 0.3), Box(0.36, 0.3, 0.25, 0.3)
    both = Box(0.1, 0.3, 0.51, 0.3)
    found = add_moving([seen(left, "cup", 0.5), seen(right, "bowl", 0.5)], moving_in(both))
    assert [one.label for one in found[:2]] == ["cup", "bowl"]
    assert found[2].score < 0.1


def test_two_looks_at_one_thing_give_the_surer_name_and_a_box_between_that_is_nearer_to_the_surer() -> None:
    near, far = Box(0.1, 0.1, 0.4, 0.4), Box(0.2, 0.1, 0.4, 0.4)
    (one,) = merged([seen(far, "vase", 0.2), seen(near, "cup", 0.6)])
    assert (one.label, one.score) == ("cup", 0.6)
    assert one.box.x == pytest.approx(0.1 * 0.75 + 0.2 * 0.25)
    assert one.box.right == pytest.approx(0.5 * 0.75 + 0.6 * 0.25)


def test_looks_at_different_things_stay_apart() -> None:
    cup, shoe = merged([seen(SHOE, "kite", 0.2), seen(CUP, "cup", 0.6)])
    assert (cup.label, shoe.label) == ("cup", "kite")
    assert min(cup.box.iou(CUP), shoe.box.iou(SHOE)) == pytest.approx(1)


boxes = st.builds(Box, st.floats(0, 0.7), st.floats(0, 0.7), st.floats(0.05, 0.3), st.floats(0.05, 0.3))
detections = st.lists(st.builds(seen, boxes, st.sampled_from(["cup", "person", "kite"]), st.floats(0, 1)), max_size=25)


@given(detections)
def test_no_two_kept_boxes_are_around_the_same_thing_and_the_best_is_kept(found: list[Detection]) -> None:
    kept = distinct(found)
    assert all(one.box.iou(other.box) < SAME_THING for one in kept for other in kept if one is not other)
    assert [one.score for one in kept] == sorted((one.score for one in kept), reverse=True)
    assert not found or kept[0].score == max(one.score for one in found)


@given(detections)
def test_unnamed_ones_are_limited_and_named_ones_are_not_lost(found: list[Detection]) -> None:
    joined = name_the_sure(found)
    assert sum(not one.label for one in joined) <= MOST_UNNAMED
    assert {one for one in joined if one.label} == set(distinct(one for one in found if one.score >= 0.3))


@given(st.lists(st.builds(seen, boxes, st.just("cup"), st.floats(0.02, 1)), min_size=1, max_size=25))
def test_merging_keeps_as_many_things_and_scores_as_keeping_the_best_of_each(found: list[Detection]) -> None:
    kept, fused = distinct(found), merged(found)
    assert [one.score for one in fused] == [one.score for one in kept]
    for one, best in zip(fused, kept, strict=True):
        around = [other.box for other in found if other.box.iou(best.box) >= SAME_THING]
        assert min(box.x for box in around) - 1e-9 <= one.box.x <= max(box.x for box in around) + 1e-9
