"""Degraded copies of catalogue photos: what a camera makes of a product, for when no real pictures are at hand.

A copy is turned, seen from the side, cropped, partly hidden, lit and coloured otherwise, blurred, set before a plain or
a patterned background, and compressed. The same photo and seed give the same copies.
"""

from __future__ import annotations

import zlib

import cv2
import numpy as np
from numpy.typing import NDArray

from .types import RGBImage

DEGRADING = "degraded-2"
"""The version: it changes when the copies do."""
LARGEST_SIDE = 320
WHITE = 245
"""Pixels at least this bright in all channels, connected to the border, are background."""
LEAST_BACKGROUND = 0.05


def degraded_copies(image: RGBImage, number: int, seed: int = 0) -> list[RGBImage]:
    """Return `number` degraded copies of `image`, each with sides of at most LARGEST_SIDE pixels."""
    small = _shrunk(image)
    background = _background(small)
    content = zlib.crc32(small.tobytes())
    return [_degraded(small, background, np.random.default_rng((seed, content, copy))) for copy in range(number)]


def _degraded(image: RGBImage, background: NDArray[np.bool_], random: np.random.Generator) -> RGBImage:
    scene = image.copy()
    if background.mean() >= LEAST_BACKGROUND:
        scene[background] = _backdrop(image.shape[:2], random)[background]
    warped = _partly_hidden(_seen_from_aside(scene, random), random)
    lit = warped.astype(np.float32) * random.uniform(0.45, 1.25) * random.uniform(0.85, 1.15, 3)
    lit = (lit - 128.0) * random.uniform(0.7, 1.2) + 128.0
    blurred = cv2.GaussianBlur(np.clip(lit, 0, 255).astype(np.uint8), (0, 0), random.uniform(0.3, 2.0))
    _, encoded = cv2.imencode(".jpg", blurred, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(30, 90))])
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), dtype=np.uint8)


def _seen_from_aside(image: RGBImage, random: np.random.Generator) -> RGBImage:
    """Turn, tilt and crop by moving the corners; down to half of the width and height is left."""
    height, width = image.shape[:2]
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    angle = np.radians(random.uniform(-20, 20))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array([width, height]) / 2
    source = (target - middle) @ turn * random.uniform(0.55, 1.1) + middle
    source += random.uniform(-0.1, 0.1, (4, 2)) * np.array([width, height])
    matrix = cv2.getPerspectiveTransform(source.astype(np.float32), target)
    return np.asarray(cv2.warpPerspective(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE))


def _backdrop(size: tuple[int, int], random: np.random.Generator) -> RGBImage:
    """Return a plain picture of any colour, or soft patches of several."""
    patches = 1 if random.random() < 0.5 else int(random.integers(2, 9))
    colours = random.integers(0, 256, (patches, patches, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(colours, size[::-1], interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def _partly_hidden(image: RGBImage, random: np.random.Generator) -> RGBImage:
    """Put something of one colour before one side of every other picture; it hides up to a third of it."""
    if random.random() < 0.5:
        return image
    hidden = image.copy()
    turned = np.rot90(hidden, int(random.integers(4)))
    depth = int(len(turned) * random.uniform(0.1, 0.35))
    turned[:depth] = random.integers(0, 256, 3, dtype=np.uint8)
    return hidden


def _background(image: RGBImage) -> NDArray[np.bool_]:
    """Return where the photo's white background is: bright pixels connected to the border."""
    bright = (image.min(axis=2) >= WHITE).astype(np.uint8)
    framed = np.pad(bright, 1, constant_values=1)
    _, labels = cv2.connectedComponents(framed)
    return np.asarray(labels[1:-1, 1:-1] == labels[0, 0]) & (bright > 0)


def _shrunk(image: RGBImage) -> RGBImage:
    height, width = image.shape[:2]
    scale = min(1.0, LARGEST_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
