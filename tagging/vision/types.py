"""The words that the vision modules share: plain, frozen values.

Times are whole milliseconds on the player's clock (0 is where a browser starts playing). Boxes are fractions of the
displayed frame, that is after rotation and with square pixels. Images are `uint8` arrays of shape (height, width, 3)
in RGB order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type RGBImage = NDArray[np.uint8]
type Vector = NDArray[np.float32]


class UnreadableMedia(Exception):
    """A media file cannot or may not be decoded; the message tells its owner what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in fractions of the displayed frame; `x` and `y` are its left upper corner, all within 0..1."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.height

    @property
    def area(self) -> float:
        """The share of the frame that the box covers, 0..1."""
        return self.width * self.height

    def intersection(self, other: Box) -> float:
        """Return the area that both boxes cover, 0 when they are apart."""
        width = min(self.right, other.right) - max(self.x, other.x)
        height = min(self.bottom, other.bottom) - max(self.y, other.y)
        return max(0.0, width) * max(0.0, height)

    def iou(self, other: Box) -> float:
        """Return intersection over union, 0..1."""
        shared = self.intersection(other)
        union = self.area + other.area - shared
        return shared / union if union > 0 else 0.0

    def padded(self, share: float) -> Box:
        """Return the box grown by `share` of its size on each side, clipped to the frame."""
        left = max(0.0, self.x - self.width * share)
        top = max(0.0, self.y - self.height * share)
        right = min(1.0, self.right + self.width * share)
        bottom = min(1.0, self.bottom + self.height * share)
        return Box(left, top, right - left, bottom - top)

    def crop(self, image: RGBImage) -> RGBImage:
        """Return the part of `image` inside the box, at least one pixel in each direction (a view, not a copy)."""
        height, width = image.shape[:2]
        left = min(int(self.x * width), width - 1)
        top = min(int(self.y * height), height - 1)
        right = max(left + 1, min(width, round(self.right * width)))
        bottom = max(top + 1, min(height, round(self.bottom * height)))
        return image[top:bottom, left:right]


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What is known of a media file before any picture is decoded. Width and height are as displayed."""

    duration_ms: int
    width: int
    height: int
    frame_rate: float
    codec: str
    container: str


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One decoded picture, upright and with square pixels, at `at_ms` on the player's clock."""

    at_ms: int
    image: RGBImage
    is_keyframe: bool


@dataclass(frozen=True, slots=True)
class Shot:
    """A stretch between two cuts, half-open: start_ms <= t < end_ms."""

    number: int
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Detection:
    """An object that a detector sees in one picture. `label` is empty when the detector does not name it."""

    box: Box
    label: str
    score: float
    detector: str


@dataclass(frozen=True, slots=True)
class Observation:
    """Where a tracked object is at one moment."""

    at_ms: int
    box: Box
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A picture of a tracked object: `crop` is its box cut from the frame at `at_ms`, `frame` the whole frame.

    `quality` (0..1) orders the views of a track; `is_cut_off` says that the object touches the frame's border.
    """

    at_ms: int
    box: Box
    crop: RGBImage
    frame: RGBImage
    quality: float
    is_cut_off: bool


@dataclass(frozen=True, slots=True, eq=False)
class Appearance:
    """One unbroken stretch in which an object is seen, within one shot, with up to three best views."""

    shot: int
    start_ms: int
    end_ms: int
    label: str
    score: float
    observations: tuple[Observation, ...]
    views: tuple[View, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One object of the video: all its appearances, and the best three views among them, best first."""

    number: int
    label: str
    score: float
    appearances: tuple[Appearance, ...]
    views: tuple[View, ...]

    @property
    def start_ms(self) -> int:
        """When the object is first seen."""
        return min(appearance.start_ms for appearance in self.appearances)

    @property
    def end_ms(self) -> int:
        """When the object is last seen."""
        return max(appearance.end_ms for appearance in self.appearances)


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of text read off a picture, with the reader's confidence 0..1."""

    text: str
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Signature:
    """What a picture of an object looks like: raw features, a colour signature and the words on it."""

    features: Vector
    colour: Vector
    words: tuple[Word, ...]
