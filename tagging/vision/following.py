"""One object while it is followed through a shot: where it was, how it moves and what it looks like."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from .best_views import best_views, keep_candidates, take_view
from .types import Appearance, Box, Detection, Frame, Observation, RGBImage, View

COLOUR_SIDE: Final = 32  # pixels; enough for a colour histogram
COLOUR_BINS: Final = (4, 8, 8)  # lightness, green to red, blue to yellow: lightness changes most with the light
MEMORY: Final = 0.7  # how much of the known colours and speed stays when a new sighting comes
OVERLAP_WEIGHT, NEARNESS_WEIGHT, COLOUR_WEIGHT, SHAPE_WEIGHT = 0.3, 0.1, 0.4, 0.2
COMMON_LIKENESS: Final = 0.5  # how alike the colours of any two things in a picture usually are
PROMINENT_AREA: Final = 0.06  # of the frame, from which a thing counts fully; smaller ones are seldom what is shown
LEAST_SIZE_RATIO: Final = 0.3  # an object does not shrink or grow more than this from one frame to the next
OTHER_NAME_FACTOR: Final = 0.8  # a change of name speaks against, though detectors waver

UNSEEN_SCORE: Final = 0.0  # of a place to which an object was carried without being detected there
STEADYING_OVERLAP: Final = 0.2  # IoU of the detected and the carried box from which their mean is taken
SAME_PLACE: Final = 0.4  # IoU from which two objects are in one place

type Histogram = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """A detection with the colours inside its box."""

    detection: Detection
    colours: Histogram


class Followed:
    """An object in a shot, from its first sighting on."""

    def __init__(self, shot: int, sighting: Sighting, frame: Frame, evidence: RGBImage) -> None:
        """Start with the first sighting."""
        self._shot = shot
        self._observations: list[Observation] = []
        self._names: dict[str, float] = {}
        self._colours = sighting.colours
        self._speed = np.zeros(2)
        self._views: list[View] = []
        self._end_ms = frame.at_ms
        self._waits = False
        self._unseen: list[Observation] = []
        self._carried: Box | None = None
        self._is_in_sight = True
        self.see(sighting, frame, evidence)

    @property
    def start_ms(self) -> int:
        """When it was first seen, detected or carried back."""
        return self._observations[0].at_ms

    @property
    def last_ms(self) -> int:
        """When it was last detected."""
        return self._observations[-1].at_ms

    @property
    def sightings(self) -> int:
        """In how many frames it was detected."""
        return sum(observation.score > UNSEEN_SCORE for observation in self._observations)

    @property
    def best_score(self) -> float:
        """The best score among its sightings, 0..1."""
        return max(observation.score for observation in self._observations)

    @property
    def total_score(self) -> float:
        """The sum of the scores of its sightings."""
        return sum(observation.score for observation in self._observations)

    @property
    def score(self) -> float:
        """The mean score of its observations, 0..1; where it was only carried on, it counts 0."""
        return self.total_score / len(self._observations)

    @property
    def strength(self) -> float:
        """What orders objects, 0..1: the score, growing with the number of observations and with the size."""
        sizes = [math.sqrt(min(1.0, observation.box.area / PROMINENT_AREA)) for observation in self._observations]
        return self.score * sum(sizes) / (len(sizes) + 1)

    @property
    def first_place(self) -> Box:
        """Where it was first."""
        return self._observations[0].box

    @property
    def last_place(self) -> Box:
        """Where it was last, detected or carried on."""
        return (self._unseen or self._observations)[-1].box

    @property
    def quality(self) -> float:
        """The worth of its best view, 0..1."""
        return max(view.quality for view in self._views)

    def see(self, sighting: Sighting, frame: Frame, evidence: RGBImage) -> None:
        """Add a sighting; `evidence` is the reduced frame that is kept with a good view."""
        detection = sighting.detection
        if self._observations:
            detection = replace(detection, box=self._steadied(detection))
            self._learn_speed(detection.box, frame.at_ms)
            self._colours = MEMORY * self._colours + (1 - MEMORY) * sighting.colours
        self._observations += [*self._unseen, Observation(frame.at_ms, detection.box, detection.score)]
        self._unseen, self._is_in_sight = [], True
        if detection.label:
            self._names[detection.label] = self._names.get(detection.label, 0.0) + detection.score
        view = take_view(frame.at_ms, frame.image, detection.box, detection.score, evidence)
        self._views = keep_candidates(self._views, view)
        self._end_ms, self._waits = frame.at_ms, True

    def see_before(self, sighting: Sighting, at_ms: int) -> None:
        """Add a sighting from before the first one, where it was too unsure to be followed."""
        self._observations.insert(0, Observation(at_ms, sighting.detection.box, sighting.detection.score))

    def carry_to(self, box: Box | None) -> None:
        """Note where its picture is in the next frame (in the one before, when looking back), if that is clear."""
        self._carried = box if self._is_in_sight else None

    def go_unseen(self, at_ms: int) -> None:
        """Take it to be where its picture was carried, since no detection shows it; it counts once it is seen again."""
        self._is_in_sight = self._carried is not None
        if self._carried is not None:
            self._unseen.append(Observation(at_ms, self._carried, UNSEEN_SCORE))

    def see_carried_before(self, box: Box, at_ms: int) -> None:
        """Add where it was carried to before the first sighting."""
        self._observations.insert(0, Observation(at_ms, box, UNSEEN_SCORE))

    def wait_until(self, now_ms: int) -> None:
        """Note the time of the next frame: a sighting stands for the time up to it."""
        if self._waits:
            self._end_ms, self._waits = now_ms, False

    def expected(self, at_ms: int) -> Box:
        """Return where it should be at `at_ms` if it keeps its speed."""
        last = self._observations[-1]
        shift = self._speed * (at_ms - last.at_ms)
        x = min(max(last.box.x + shift[0], -last.box.width / 2), 1 - last.box.width / 2)
        y = min(max(last.box.y + shift[1], -last.box.height / 2), 1 - last.box.height / 2)
        return Box(x, y, last.box.width, last.box.height)

    def likeness(self, other: Histogram) -> float:
        """Return how alike the colours are, 0..1 (the Bhattacharyya coefficient)."""
        return float(np.sqrt(self._colours * other).sum())

    def name(self) -> str:
        """Return the name with the most weight, empty when no detector named it."""
        return min(self._names, key=lambda name: (-self._names[name], name)) if self._names else ""

    def places(self, at_ms: int) -> tuple[Box, ...]:
        """Return where to look for it at `at_ms`, before or after it was seen: first where its movement leads."""
        if at_ms < self.start_ms:
            return (self._carried or self.first_place,)
        if self._carried is not None:
            return (self._carried,)
        return self.expected(at_ms), self._observations[-1].box

    def shared_place(self, other: Followed) -> float:
        """Return the mean overlap (IoU) with `other` over this one's observations, 0 where only one was seen."""
        there = {observation.at_ms: observation.box for observation in other._observations}
        overlaps = [one.box.iou(there[one.at_ms]) for one in self._observations if one.at_ms in there]
        return sum(overlaps) / len(self._observations)

    def is_at(self, box: Box, at_ms: int) -> bool:
        """Tell whether it is in the place of `box` at `at_ms`."""
        there = box_at(self._observations, at_ms)
        return there is not None and there.iou(box) >= SAME_PLACE

    def is_seen_with(self, other: Followed) -> bool:
        """Tell whether both are in the picture at some time."""
        return self.start_ms <= other.last_ms and other.start_ms <= self.last_ms

    def appearance(self) -> Appearance:
        """Return what is known of it as a value; it ends with the first frame that no longer showed it."""
        return Appearance(
            shot=self._shot,
            start_ms=self.start_ms,
            end_ms=self._end_ms,
            label=self.name(),
            score=self.score,
            observations=tuple(self._observations),
            views=best_views(self._views),
        )

    def _steadied(self, detection: Detection) -> Box:
        """Return the mean of the detected and the carried box, weighted by the detection's and the object's score."""
        if self._carried is None or self._carried.iou(detection.box) < STEADYING_OVERLAP:
            return detection.box
        return _between(self._carried, detection.box, detection.score / (detection.score + self.score))

    def _learn_speed(self, box: Box, at_ms: int) -> None:
        last = self._observations[-1]
        speed = (_centre(box) - _centre(last.box)) / (at_ms - last.at_ms)
        is_first = self.sightings == 1
        self._speed = speed * (0.5 if is_first else 1 - MEMORY) + self._speed * (0.0 if is_first else MEMORY)


def affinity(followed: Followed, sighting: Sighting, at_ms: int, farthest: float) -> float:
    """Return how likely the sighting is the followed object, 0..1: by overlap, nearness, colours, shape and name.

    It is 0 when the centre is more than `farthest` sizes of the object from where it is expected.
    """
    box, places = sighting.detection.box, followed.places(at_ms)
    expected = places[0]
    if _ratio(box.area, expected.area) < LEAST_SIZE_RATIO:
        return 0.0
    distance = _distance(box, expected)
    if distance > farthest:
        return 0.0
    overlap = max(box.iou(place) for place in places)
    likeness = max(0.0, followed.likeness(sighting.colours) - COMMON_LIKENESS) / (1 - COMMON_LIKENESS)
    total = (
        OVERLAP_WEIGHT * overlap
        + NEARNESS_WEIGHT * math.exp(-(distance**2))
        + COLOUR_WEIGHT * likeness
        + SHAPE_WEIGHT * _ratio(box.width, expected.width) * _ratio(box.height, expected.height)
    )
    known, seen = followed.name(), sighting.detection.label
    return total * (OTHER_NAME_FACTOR if known and seen and known != seen else 1.0)


def colours(crops: Sequence[RGBImage]) -> list[Histogram]:
    """Return the Lab colour histogram of each picture, flat and summing to 1; the middle counts more than the rim."""
    if not crops:
        return []
    small = np.stack([cv2.resize(crop, (COLOUR_SIDE, COLOUR_SIDE), interpolation=cv2.INTER_AREA) for crop in crops])
    lab = cv2.cvtColor(small.reshape(-1, COLOUR_SIDE, 3), cv2.COLOR_RGB2LAB).reshape(len(crops), -1, 3).astype(np.int64)
    ab = np.clip((lab[..., 1:] - 64) * 2, 0, 255)  # colours of photographs fill the middle half of the scale
    index = (lab[..., 0] * COLOUR_BINS[0] // 256 * COLOUR_BINS[1] + ab[..., 0] * COLOUR_BINS[1] // 256) * COLOUR_BINS[2]
    index += ab[..., 1] * COLOUR_BINS[2] // 256
    bins, weights = int(np.prod(COLOUR_BINS)), _MIDDLE.ravel()
    return [(np.bincount(one, weights, minlength=bins) / weights.sum()).astype(np.float32) for one in index]


def box_at(observations: Sequence[Observation], at_ms: int) -> Box | None:
    """Return where an object is at `at_ms`, between its observations by interpolation, else None."""
    for before, after in pairwise(observations):
        if before.at_ms <= at_ms <= after.at_ms:
            share = (at_ms - before.at_ms) / (after.at_ms - before.at_ms)
            return _between(before.box, after.box, share)
    return observations[0].box if observations and observations[0].at_ms == at_ms else None


def _ratio(one: float, other: float) -> float:
    return min(one, other) / max(one, other)


def _distance(one: Box, other: Box) -> float:
    """Return how far apart the centres are, in mean sizes of the two boxes."""
    x = (2 * (one.x - other.x) + one.width - other.width) / (one.width + other.width)
    y = (2 * (one.y - other.y) + one.height - other.height) / (one.height + other.height)
    return math.hypot(x, y)


def _between(one: Box, other: Box, share: float) -> Box:
    return Box(*(start + (end - start) * share for start, end in zip(_sides(one), _sides(other), strict=True)))


def _sides(box: Box) -> tuple[float, float, float, float]:
    return box.x, box.y, box.width, box.height


def _centre(box: Box) -> NDArray[np.float64]:
    return np.array([box.x + box.width / 2, box.y + box.height / 2])


def _middle_weights() -> NDArray[np.float64]:
    axis = np.linspace(-1, 1, COLOUR_SIDE)
    return np.exp(-(axis[:, None] ** 2 + axis[None, :] ** 2))


_MIDDLE: Final = _middle_weights()
