"""What is behind the products of a composed clip: a photograph, or footage that plays in a loop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from tagging.vision.types import RGBImage

from .cutout import UnsuitablePhoto, read_photo

FOOTAGE_SUFFIXES: Final = (".mp4", ".mov", ".webm")
LONGEST_SIDE: Final = 1600  # pixels kept of a photograph, enough for a zoom of 1.5 on a phone's screen


class Backdrop(Protocol):
    """Gives the backdrop's picture as the camera sees it."""

    def at(self, at_ms: int, view: NDArray[np.float64]) -> RGBImage:
        """Return the frame at `at_ms`; `view` maps stage pixels to frame pixels. Times never go back."""


@contextmanager
def open_backdrop(path: Path, width: int, height: int) -> Iterator[Backdrop]:
    """Open a photograph or footage so that it covers a stage of `width` by `height` pixels.

    Raise `UnsuitablePhoto` when it cannot be read.
    """
    if path.suffix.lower() not in FOOTAGE_SUFFIXES:
        yield Photograph(read_photo(path, LONGEST_SIDE), width, height)
        return
    try:
        container = av.open(path)
    except (OSError, av.FFmpegError) as error:
        raise UnsuitablePhoto(f"{path} is not readable footage: {error}.") from error
    with container:
        yield Footage(container, width, height)


class Photograph:
    """A still picture that covers the stage, cropped to its middle."""

    def __init__(self, image: RGBImage, width: int, height: int) -> None:
        """Place `image` on a stage of `width` by `height` pixels."""
        self._image = image
        self._size = (width, height)
        self._cover = _cover(image, width, height)

    def at(self, at_ms: int, view: NDArray[np.float64]) -> RGBImage:
        """Return what the camera sees; a photograph is the same at all times."""
        return _seen(self._image, view @ self._cover, self._size)


class Footage:
    """A film that plays at its own speed and starts again when it ends."""

    def __init__(self, container: av.container.InputContainer, width: int, height: int) -> None:
        """Play the container's first video stream on a stage of `width` by `height` pixels."""
        self._container = container
        self._size = (width, height)
        self._frames = self._loop()
        self._due_ms, self._image = next(self._frames)
        self._start_ms: int | None = None

    def at(self, at_ms: int, view: NDArray[np.float64]) -> RGBImage:
        """Return the film's picture for `at_ms`, counted from the first call, as the camera sees it."""
        if self._start_ms is None:
            self._start_ms = at_ms
        while self._due_ms < at_ms - self._start_ms:
            self._due_ms, self._image = next(self._frames)
        return _seen(self._image, view @ _cover(self._image, *self._size), self._size)

    def _loop(self) -> Iterator[tuple[float, RGBImage]]:
        offset_ms = 0.0
        while True:
            last_ms = 0.0
            self._container.seek(0)
            for frame in self._container.decode(video=0):
                last_ms = 1000 * (frame.time or 0.0)
                yield offset_ms + last_ms, frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)
            offset_ms += last_ms + 40


def _cover(image: RGBImage, width: int, height: int) -> NDArray[np.float64]:
    """Return the map from image pixels to stage pixels with which the image covers the stage."""
    scale = max(width / image.shape[1], height / image.shape[0])
    shift_x = (width - image.shape[1] * scale) / 2
    shift_y = (height - image.shape[0] * scale) / 2
    return np.array([[scale, 0.0, shift_x], [0.0, scale, shift_y], [0.0, 0.0, 1.0]])


def _seen(image: RGBImage, view: NDArray[np.float64], size: tuple[int, int]) -> RGBImage:
    seen: RGBImage = cv2.warpAffine(image, view[:2], size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return seen
