"""One object is one appearance within a shot."""

import threading
from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagging.vision.following import box_at
from tagging.vision.shots import ShotDetector
from tagging.vision.tracking import Tracker, TrackerSettings
from tagging.vision.types import Appearance, Box, Detection, Frame, Observation
from tagging.vision.watching import Watched, watch

STEP_MS = 500
RED, GREEN, BLUE = (220, 30, 30), (30, 200, 40), (40, 60, 230)
type Colour = tuple[int, int, int]


def a_frame(at_ms: int, things: Sequence[tuple[Box, Colour]], ground: int = 128) -> Frame:
    image = np.full((60, 80, 3), ground, np.uint8)
    for box, colour in things:
        box.crop(image)[:] = colour
    return Frame(at_ms, image, is_keyframe=False)


def seen(box: Box, label: str = "", score: float = 0.8) -> Detection:
    return Detection(box, label, score, "test")


def moving(step: int, start: float = 0.05, speed: float = 0.08, y: float = 0.3) -> Box:
    return Box(start + speed * step, y, 0.2, 0.25)


def track(steps: Sequence[Sequence[tuple[Box, Colour]]], cuts: frozenset[int] = frozenset()) -> tuple[Appearance, ...]:
    tracker = Tracker()
    for step, things in enumerate(steps):
        frame = a_frame(step * STEP_MS, things)
        tracker.feed(frame, [seen(box) for box, _ in things], step in cuts)
    return tracker.finish(len(steps) * STEP_MS)


def test_a_moving_object_is_one_appearance_from_its_first_frame_to_its_end() -> None:
    (appearance,) = track([[(moving(step), RED)] for step in range(6)])
    assert (appearance.start_ms, appearance.end_ms, len(appearance.observations)) == (0, 3000, 6)


def test_two_objects_that_cross_keep_their_identity_by_colour() -> None:
    steps = [[(moving(step), RED), (moving(step, start=0.75, speed=-0.08, y=0.32), BLUE)] for step in range(8)]
    appearances = track(steps)
    assert len(appearances) == 2
    ends = sorted(round(one.observations[-1].box.x - one.observations[0].box.x, 2) for one in appearances)
    assert ends == [-0.56, 0.56]


def test_a_short_absence_is_bridged_and_a_long_one_is_not() -> None:
    here = [(Box(0.4, 0.4, 0.2, 0.2), RED)]
    assert len(track([here, here, [], [], here, here])) == 1
    assert len(track([here, here, [], [], [], [], [], here, here])) == 2


def test_what_is_seen_once_and_unsurely_is_dropped_but_a_sure_sight_stays() -> None:
    for score, count in ((0.3, 0), (0.7, 1)):
        tracker = Tracker()
        box = Box(0.4, 0.4, 0.2, 0.2)
        tracker.feed(a_frame(0, [(box, RED)]), [seen(box, "cup", score)], is_cut=False)
        tracker.feed(a_frame(500, []), [], is_cut=False)
        assert len(tracker.finish(1000)) == count


def test_an_unsure_detection_keeps_a_track_alive_but_starts_none() -> None:
    tracker = Tracker()
    held, noise = Box(0.1, 0.1, 0.2, 0.2), Box(0.6, 0.6, 0.2, 0.2)
    for step in range(5):
        frame = a_frame(step * STEP_MS, [(held, RED), (noise, GREEN)])
        tracker.feed(frame, [seen(held, score=0.9 if step == 0 else 0.03), seen(noise, score=0.03)], is_cut=False)
    (appearance,) = tracker.finish(2500)
    assert appearance.observations[0].box == held
    assert len(appearance.observations) == 5


def test_two_boxes_around_one_thing_become_one_appearance() -> None:
    tracker = Tracker()
    for step in range(4):
        box = Box(0.3, 0.3, 0.3, 0.3)
        wider = Box(0.28, 0.28, 0.36, 0.36)
        tracker.feed(a_frame(step * STEP_MS, [(box, RED)]), [seen(box), seen(wider, score=0.4)], is_cut=False)
    assert len(tracker.finish(2000)) == 1


def test_an_appearance_takes_the_name_with_the_most_weight() -> None:
    tracker = Tracker()
    box = Box(0.3, 0.3, 0.3, 0.3)
    for step, (name, score) in enumerate([("cup", 0.4), ("bowl", 0.9), ("cup", 0.4), ("", 0.9)]):
        tracker.feed(a_frame(step * STEP_MS, [(box, RED)]), [seen(box, name, score)], is_cut=False)
    (appearance,) = tracker.finish(2000)
    assert appearance.label == "bowl"


def test_frames_out_of_order_are_refused() -> None:
    tracker = Tracker()
    tracker.feed(a_frame(500, []), [], is_cut=False)
    with pytest.raises(ValueError, match="500 ms comes after the one at 500 ms"):
        tracker.feed(a_frame(500, []), [], is_cut=False)


def test_memory_stays_bounded_however_long_the_shot() -> None:
    tracker = Tracker(TrackerSettings(most_in_video=3))
    for step in range(60):
        box = Box(0.1 + 0.2 * (step // 8 % 4), 0.1 + 0.2 * (step // 32), 0.15, 0.15)
        things = [(box, RED)] if step % 8 < 3 else []
        tracker.feed(a_frame(step * STEP_MS, things), [seen(one) for one, _ in things], is_cut=False)
    appearances = tracker.finish(30_000)
    assert len(appearances) == 3
    assert all(len(appearance.views) <= 3 for appearance in appearances)


def test_of_a_crowd_only_the_strongest_are_followed() -> None:
    tracker = Tracker(TrackerSettings(most_at_once=2))
    crowd = [(Box(0.1 + 0.2 * number, 0.4, 0.15, 0.2), 0.5 + 0.1 * number) for number in range(4)]
    for step in range(3):
        frame = a_frame(step * STEP_MS, [(box, RED) for box, _ in crowd])
        tracker.feed(frame, [seen(box, score=score) for box, score in crowd], is_cut=False)
    kept = {appearance.observations[0].box for appearance in tracker.finish(1500)}
    assert kept == {box for box, _ in crowd[2:]}


def test_an_unsure_beginning_belongs_to_the_object_that_is_recognised_later() -> None:
    tracker = Tracker()
    box = Box(0.4, 0.4, 0.2, 0.2)
    for step, score in enumerate([0.05, 0.05, 0.8, 0.8]):
        tracker.feed(a_frame(step * STEP_MS, [(box, RED)]), [seen(box, score=score)], is_cut=False)
    (appearance,) = tracker.finish(2000)
    assert (appearance.start_ms, len(appearance.observations)) == (0, 4)


def a_textured_frame(step: int, box: Box, *, is_there: bool = True) -> Frame:
    ground, thing = (
        cv2.resize(np.random.default_rng(seed).integers(0, 255, (6, 7, 3)).astype(np.uint8), size)
        for seed, size in ((1, (320, 240)), (2, (64, 60)))
    )
    if is_there:
        left, top = round(box.x * 320), round(box.y * 240)
        ground[top : top + 60, left : left + 64] = thing
    return Frame(step * STEP_MS, ground, is_keyframe=False)


def test_where_no_detector_sees_it_an_object_is_carried_on_by_its_picture() -> None:
    """Its path bends while it is not detected, so a straight line would miss it."""
    path = [moving(step, speed=0.05, y=0.2 + 0.02 * abs(step - 3)) for step in range(7)]
    tracker = Tracker()
    for step, box in enumerate(path):
        tracker.feed(a_textured_frame(step, box), [seen(box)] if step in (0, 1, 5, 6) else [], is_cut=False)
    (appearance,) = tracker.finish(3500)
    assert [one.at_ms for one in appearance.observations] == [step * STEP_MS for step in range(7)]
    assert all(one.box.iou(box) > 0.8 for one, box in zip(appearance.observations, path, strict=True))


def test_an_object_that_is_recognised_late_is_carried_back_to_where_it_came_in() -> None:
    path = [moving(step, speed=0.05) for step in range(6)]
    tracker = Tracker()
    for step, box in enumerate(path):
        frame = a_textured_frame(step, box, is_there=step > 0)
        tracker.feed(frame, [seen(box)] if step > 2 else [], is_cut=False)
    (appearance,) = tracker.finish(3000)
    assert appearance.start_ms == STEP_MS
    assert appearance.observations[0].box.iou(path[1]) > 0.8


def test_an_object_that_is_gone_ends_where_it_was_last_detected() -> None:
    box = moving(2)
    tracker = Tracker()
    for step in range(6):
        frame = a_textured_frame(step, box, is_there=step < 4)
        tracker.feed(frame, [seen(box)] if step < 3 else [], is_cut=False)
    (appearance,) = tracker.finish(3000)
    assert appearance.observations[-1].at_ms == 2 * STEP_MS


@pytest.mark.parametrize(
    ("demand", "count"),
    [
        (TrackerSettings(), 1),
        (TrackerSettings(least_strength=0.9), 0),
        (TrackerSettings(least_quality=0.99), 0),
        (TrackerSettings(least_sightings=7, sure_score=0.9, sure_sum=9), 0),
        (TrackerSettings(least_sightings=7, sure_score=0.9, sure_sum=4), 1),
    ],
    ids=["usual", "stronger", "clearer", "oftener", "oftener or surer in sum"],
)
def test_what_is_weak_or_unclear_or_rare_is_no_appearance(demand: TrackerSettings, count: int) -> None:
    tracker = Tracker(demand)
    for step in range(6):
        tracker.feed(a_frame(step * STEP_MS, [(moving(step), RED)]), [seen(moving(step))], is_cut=False)
    assert len(tracker.finish(3000)) == count


boxes = st.builds(Box, st.floats(0, 0.7), st.floats(0, 0.7), st.floats(0.05, 0.3), st.floats(0.05, 0.3))
scenes = st.lists(
    st.tuples(st.lists(st.tuples(boxes, st.sampled_from([RED, GREEN, BLUE])), max_size=3), st.booleans()),
    min_size=1,
    max_size=12,
)


class ScriptedCuts:
    """Cuts where the script says, as a stand-in for what the pictures would show."""

    def __init__(self, cuts: Sequence[bool]) -> None:
        self._cuts = iter(cuts)

    def feed(self, frame: Frame) -> bool:
        return next(self._cuts)


class ScriptedDetector:
    """Sees what the script put into the picture."""

    identifier, version = "scripted", "1"

    def __init__(self, seen_in_turn: Sequence[Sequence[Detection]]) -> None:
        self._turns = iter(seen_in_turn)

    def detect(self, image: np.ndarray) -> list[Detection]:
        return list(next(self._turns))

    def close(self) -> None: ...


def watch_script(scenes: list[tuple[list[tuple[Box, Colour]], bool]]) -> Watched:
    frames = [a_frame(step * STEP_MS, things) for step, (things, _) in enumerate(scenes)]
    detector = ScriptedDetector([[seen(box) for box, _ in things] for things, _ in scenes])
    return watch(frames, detector, ScriptedCuts([cut for _, cut in scenes]), len(scenes) * STEP_MS)


@settings(max_examples=25, deadline=None)
@given(scenes)
def test_no_appearance_leaves_its_shot_and_shots_leave_no_gap(
    scenes: list[tuple[list[tuple[Box, Colour]], bool]],
) -> None:
    watched = watch_script(scenes)
    ends = [shot.end_ms for shot in watched.shots]
    assert [shot.start_ms for shot in watched.shots] == [0, *ends[:-1]]
    assert ends[-1] == len(scenes) * STEP_MS
    for appearance in watched.appearances:
        shot = watched.shots[appearance.shot]
        assert shot.start_ms <= appearance.start_ms < appearance.end_ms <= shot.end_ms
        assert all(appearance.start_ms <= one.at_ms < appearance.end_ms for one in appearance.observations)


@settings(max_examples=10, deadline=None)
@given(scenes)
def test_watching_twice_gives_the_same(scenes: list[tuple[list[tuple[Box, Colour]], bool]]) -> None:
    one, other = watch_script(scenes), watch_script(scenes)
    assert one.shots == other.shots
    assert [a.observations for a in one.appearances] == [a.observations for a in other.appearances]


def test_unsellable_names_are_not_followed_and_unnamed_things_are() -> None:
    person, thing = Box(0.1, 0.1, 0.3, 0.6), Box(0.6, 0.3, 0.2, 0.2)
    frames = [a_frame(step * STEP_MS, [(person, BLUE), (thing, RED)]) for step in range(4)]
    detector = ScriptedDetector([[seen(person, "person"), seen(thing)]] * 4)
    watched = watch(frames, detector, ShotDetector(), 2000, sellable=lambda label: label != "person")
    assert [appearance.observations[0].box for appearance in watched.appearances] == [thing]


def test_what_the_progress_callback_raises_ends_the_watching() -> None:
    class Cancelled(Exception):
        pass

    def cancel(at_ms: int) -> None:
        if at_ms == 1000:
            raise Cancelled

    frames = [a_frame(step * STEP_MS, []) for step in range(4)]
    with pytest.raises(Cancelled):
        watch(frames, ScriptedDetector([[]] * 4), ShotDetector(), 2000, on_frame=cancel)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("detector")]


def test_what_the_detector_raises_ends_the_watching() -> None:
    class Blind(ScriptedDetector):
        def detect(self, image: np.ndarray) -> list[Detection]:
            raise ValueError("the model sees nothing")

    frames = [a_frame(step * STEP_MS, []) for step in range(4)]
    with pytest.raises(ValueError, match="sees nothing"):
        watch(frames, Blind([]), ShotDetector(), 2000)


def test_a_video_without_frames_has_no_shots() -> None:
    watched = watch([], ScriptedDetector([]), ShotDetector(), 1000)
    assert (watched.shots, watched.appearances) == ((), ())


def test_between_observations_the_box_moves_evenly() -> None:
    observations = [Observation(0, Box(0, 0, 0.2, 0.2), 1.0), Observation(1000, Box(0.4, 0.2, 0.2, 0.4), 1.0)]
    middle = box_at(observations, 500)
    assert middle is not None
    assert (middle.x, middle.y, middle.width, middle.height) == pytest.approx((0.2, 0.1, 0.2, 0.3))
    assert box_at(observations, 1001) is None
