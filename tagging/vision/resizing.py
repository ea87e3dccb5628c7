"""Brings pictures to a size, keeping their proportions."""

from __future__ import annotations

import cv2

from .types import RGBImage


def resized(image: RGBImage, side: int) -> RGBImage:
    """Return the picture with its longer side at `side` pixels, larger or smaller than it was."""
    scale = side / max(image.shape[:2])
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    picture: RGBImage = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return picture


def reduced(image: RGBImage, side: int) -> RGBImage:
    """Return the picture with no side longer than `side` pixels: itself when it is small enough."""
    return image if max(image.shape[:2]) <= side else resized(image, side)
