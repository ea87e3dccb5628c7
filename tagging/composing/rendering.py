"""Renders a clip script to an MP4 file that browsers play, and notes the truth of every frame on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from tagging.vision.types import Box, RGBImage

from .backdrop import Backdrop, open_backdrop
from .cutout import Cutout, cut_out
from .script import ClipScript, Light, Scene, Sprite
from .truth import ClipTruth, TrueAppearance, TrueBox

SHAKE_MEMORY: Final = 0.85  # how much of the hand's last offset remains in the next frame: a slow tremble
ENCODING: Final = {"crf": "21", "preset": "veryfast", "threads": "1"}  # with threads the bytes differ now and then
OPAQUE: Final = 0.5  # an alpha above it counts as part of the object

type Matrix = NDArray[np.float64]
type Coverage = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Moment:
    """One frame of a scene: `progress` runs from 0 to 1 over the scene, `view` maps stage pixels to frame pixels."""

    at_ms: int
    progress: float
    view: Matrix


def compose(script: ClipScript, path: Path) -> ClipTruth:
    """Write the clip to `path` (MP4, H.264, 4:2:0, index first) and return what is where in it.

    Raise `UnsuitablePhoto` when a photo is unreadable or a product cannot be cut out of it.
    """
    cutouts = {sprite.photo: cut_out(sprite.photo) for scene in script.scenes for sprite in scene.sprites}
    tracks: dict[tuple[int, int], list[TrueBox]] = {}
    cuts: list[int] = []
    frame_number = 0
    with av.open(path, "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=script.frame_rate, options=ENCODING)
        stream.width, stream.height, stream.pix_fmt = script.width, script.height, "yuv420p"
        for number, scene in enumerate(script.scenes):
            if number:
                cuts.append(_milliseconds(frame_number, script))
            for image, boxes in _render(scene, script, number, frame_number, cutouts):
                for sprite_number, true_box in boxes:
                    tracks.setdefault((number, sprite_number), []).append(true_box)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
                frame_number += 1
        container.mux(stream.encode(None))
    appearances = tuple(
        TrueAppearance(script.scenes[scene].sprites[sprite].product, scene, tuple(boxes))
        for (scene, sprite), boxes in sorted(tracks.items())
    )
    return ClipTruth(path, _milliseconds(frame_number, script), tuple(cuts), appearances)


def _milliseconds(frame_number: int, script: ClipScript) -> int:
    return round(frame_number * 1000 / script.frame_rate)


def _render(
    scene: Scene, script: ClipScript, number: int, first_frame: int, cutouts: dict[Path, Cutout]
) -> Iterator[tuple[RGBImage, list[tuple[int, TrueBox]]]]:
    """Yield each frame of the scene with the boxes of the sprites that can be seen, by their number."""
    with open_backdrop(scene.backdrop, script.width, script.height) as backdrop:
        for moment in _moments(scene, script, number, first_frame):
            yield _picture(scene, moment, script, backdrop, cutouts)


def _moments(scene: Scene, script: ClipScript, number: int, first_frame: int) -> Iterator[_Moment]:
    random = np.random.default_rng([script.seed, number])
    count = max(1, round(scene.duration_ms * script.frame_rate / 1000))
    offset = np.zeros(2)
    jolt = scene.camera.shake * min(script.width, script.height) * np.sqrt(1 - SHAKE_MEMORY**2)
    for index in range(count):
        progress = index / max(1, count - 1)
        offset = SHAKE_MEMORY * offset + random.normal(0.0, 1.0, 2) * jolt
        view = _camera_view(scene, script, progress, offset)
        yield _Moment(_milliseconds(first_frame + index, script), progress, view)


def _camera_view(scene: Scene, script: ClipScript, progress: float, offset: NDArray[np.float64]) -> Matrix:
    camera = scene.camera
    zoom = _between(camera.start_zoom, camera.end_zoom, progress)
    centre_x = _between(camera.start[0], camera.end[0], progress) * script.width
    centre_y = _between(camera.start[1], camera.end[1], progress) * script.height
    return np.array(
        [
            [zoom, 0.0, script.width / 2 - zoom * centre_x + offset[0]],
            [0.0, zoom, script.height / 2 - zoom * centre_y + offset[1]],
            [0.0, 0.0, 1.0],
        ]
    )


def _picture(
    scene: Scene, moment: _Moment, script: ClipScript, backdrop: Backdrop, cutouts: dict[Path, Cutout]
) -> tuple[RGBImage, list[tuple[int, TrueBox]]]:
    canvas = backdrop.at(moment.at_ms, moment.view).astype(np.float32)
    coverages: list[tuple[int, Coverage, float]] = []
    for number, sprite in enumerate(scene.sprites):
        placement = _placement(sprite, scene, moment, script, cutouts[sprite.photo])
        if placement is None:
            continue
        cutout = cutouts[sprite.photo]
        placed = (moment.view @ placement)[:2]
        alpha = _painted(canvas, cutout, placed)
        coverages = [(below, hidden * (1 - alpha), whole) for below, hidden, whole in coverages]
        whole = float(cutout.alpha.sum() * abs(np.linalg.det(placed[:, :2])))
        coverages.append((number, alpha, whole))
    lit = _lit(canvas, scene.light, moment.progress)
    boxes = [(number, box) for number, alpha, whole in coverages if (box := _true_box(alpha, whole, moment.at_ms))]
    return lit, boxes


def _painted(canvas: NDArray[np.float32], cutout: Cutout, placed: Matrix) -> Coverage:
    """Paint the cutout onto the canvas and return how much it covers each pixel, 0..1."""
    coverage = np.zeros(canvas.shape[:2], np.float32)
    height, width = cutout.alpha.shape
    corners = placed @ np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]])
    left, top = np.maximum(np.floor(corners.min(axis=1)).astype(int), 0)
    right, bottom = np.minimum(np.ceil(corners.max(axis=1)).astype(int) + 1, canvas.shape[1::-1])
    if left >= right or top >= bottom:
        return coverage
    area, size = np.s_[top:bottom, left:right], (int(right - left), int(bottom - top))
    shifted = placed - np.array([[0, 0, left], [0, 0, top]])
    colour = cv2.warpAffine(cutout.image, shifted, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    coverage[area] = cv2.warpAffine(cutout.alpha, shifted, size, flags=cv2.INTER_LINEAR)
    canvas[area] += (colour - canvas[area]) * coverage[area][..., None]
    return coverage


def _placement(sprite: Sprite, scene: Scene, moment: _Moment, script: ClipScript, cutout: Cutout) -> Matrix | None:
    """Return the map from cutout pixels to stage pixels, or None while the sprite is not there."""
    at_ms = moment.progress * scene.duration_ms
    leave_ms = scene.duration_ms if sprite.leave_ms is None else sprite.leave_ms
    if not sprite.enter_ms <= at_ms <= leave_ms:
        return None
    move = sprite.move
    progress = (at_ms - sprite.enter_ms) / max(1, leave_ms - sprite.enter_ms)
    height, width = cutout.alpha.shape
    scale = _between(move.start_size, move.end_size, progress) * min(script.width, script.height) / max(height, width)
    angle = np.radians(_between(move.start_degrees, move.end_degrees, progress))
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    x = _between(move.start[0], move.end[0], progress) * script.width
    y = _between(move.start[1], move.end[1], progress) * script.height
    shift = np.array([x, y]) - turn @ np.array([width / 2, height / 2])
    return np.vstack([np.column_stack([turn, shift]), [0.0, 0.0, 1.0]])


def _true_box(alpha: Coverage, whole: float, at_ms: int) -> TrueBox | None:
    left, top, width, height = cv2.boundingRect((alpha > OPAQUE).astype(np.uint8))
    if not width or not height:
        return None
    frame_height, frame_width = alpha.shape
    box = Box(left / frame_width, top / frame_height, width / frame_width, height / frame_height)
    return TrueBox(at_ms, box, min(1.0, float(alpha.sum()) / whole))


def _lit(canvas: NDArray[np.float32], light: Light, progress: float) -> RGBImage:
    brightness = _between(light.start_brightness, light.end_brightness, progress)
    warmth = _between(light.start_warmth, light.end_warmth, progress)
    gains = brightness * np.array([1 + 0.15 * warmth, 1.0, 1 - 0.2 * warmth], np.float32)
    return np.clip(canvas * gains, 0, 255).astype(np.uint8)


def _between(start: float, end: float, progress: float) -> float:
    return start + (end - start) * progress
