"""Composes clips with known cuts from photographs: what cameras and editors do, a picture every half second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

type Picture = NDArray[np.uint8]

MOVEMENTS = ("still", "pan", "fast pan", "zoom", "shake", "changing light", "flash")
WIDTH, HEIGHT = 180, 320


@dataclass(frozen=True, slots=True, eq=False)
class ComposedPicture:
    """A picture of a clip, whether a shot starts with it, and what the camera does in that shot."""

    image: Picture
    is_cut: bool
    movement: str


def compose_clip(photos: Sequence[Path], random: np.random.Generator, *, shots: int = 12) -> list[ComposedPicture]:
    """Return the pictures of a portrait clip of `shots` shots, each of another photo, 2 to 9 pictures long."""
    pictures: list[ComposedPicture] = []
    for choice in random.choice(len(photos), size=shots, replace=False):
        photo = cv2.cvtColor(cv2.imread(str(photos[choice])), cv2.COLOR_BGR2RGB)
        movement = str(random.choice(MOVEMENTS))
        shot = compose_shot(photo, movement, random, count=int(random.integers(2, 10)))
        pictures += [ComposedPicture(image, number == 0, movement) for number, image in enumerate(shot)]
    return pictures


def compose_shot(photo: Picture, movement: str, random: np.random.Generator, *, count: int) -> list[Picture]:
    """Return `count` pictures of one photo as seen by a camera that moves in the named way."""
    centre, size = random.uniform(0.35, 0.65, 2), random.uniform(0.4, 0.8)
    angle = random.uniform(0, 2 * np.pi)
    direction, phase = np.array([np.cos(angle), np.sin(angle)]), random.uniform(0, 6)
    step = {"pan": 0.05, "fast pan": 0.12}.get(movement, 0.0)
    pictures = []
    for number in range(count):
        since_middle = number - count / 2
        place, tilt = centre + direction * step * since_middle, 0.0
        if movement in ("pan", "zoom", "shake"):
            place, tilt = place + random.normal(0, 0.015, 2), random.normal(0, 1.5)
        zoomed = size * 1.12**since_middle if movement == "zoom" else size
        gain = 1 + 0.5 * np.sin(number * 1.1 + phase) if movement == "changing light" else 1.0
        is_lit = movement == "flash" and number == count // 2
        light = _window(photo, place, zoomed, tilt) * (1.3 if is_lit else gain) + (100 if is_lit else 0)
        pictures.append(np.clip(light + random.normal(0, 3, (HEIGHT, WIDTH, 1)), 0, 255).astype(np.uint8))
    return pictures


def _window(photo: Picture, centre: NDArray[np.float64], size: float, tilt: float) -> NDArray[np.float64]:
    """Cut out a window around `centre` (fractions) that spans `size` of the photo, turned by `tilt` degrees."""
    height, width = photo.shape[:2]
    scale = 1 / (min(height / HEIGHT, width / WIDTH) * size)
    turn = cv2.getRotationMatrix2D((0, 0), tilt, scale)[:, :2]
    shift = np.array([WIDTH / 2, HEIGHT / 2]) - turn @ (centre * [width, height])
    window = cv2.warpAffine(photo, np.c_[turn, shift], (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT_101)
    return window.astype(np.float64)
