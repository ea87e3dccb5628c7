"""A real but tiny embedder and reader, so that tests of the index need not load the large ones."""

from __future__ import annotations

import cv2
import numpy as np

from tagging.vision.types import RGBImage, Vector, Word


class Pixels:
    """Embeds a picture as its own pixels, 10 × 10; refuses pictures that are a single colour."""

    identifier = "pixels"
    version = "1"
    dimensions = 300

    def embed(self, image: RGBImage) -> Vector:
        if image.min() == image.max():
            raise ValueError("there is nothing on the picture")
        return cv2.resize(image, (10, 10), interpolation=cv2.INTER_AREA).reshape(-1).astype(np.float32)

    def close(self) -> None:
        pass


class MirroredPixels(Pixels):
    """Another embedder, whose numbers mean something else."""

    identifier = "mirrored-pixels"

    def embed(self, image: RGBImage) -> Vector:
        return super().embed(np.ascontiguousarray(image[:, ::-1]))


class NoWords:
    """Reads nothing."""

    identifier = "no-words"
    version = "1"

    def read(self, image: RGBImage) -> tuple[Word, ...]:
        return ()

    def close(self) -> None:
        pass
