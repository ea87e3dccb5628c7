"""Detection and tracking on composed clips with known truth, with and without the parts, beside the detector alone.

Products are cut out of real photographs and moved over real footage, photographs of a grocery's shelves and other
photographs: one to three at once, half of them partly hidden behind another, with pans, zooms, cuts, changing light and
a hand-held shake. Settings were chosen on clips of `development=True`: other seeds, other products, other backdrops.

An appearance counts as found when one track has a mean IoU of at least 0.5 with it over all sampled times at which a
quarter of the object or more can be seen; where the track has no box, the IoU is 0. Boxes between observations are
interpolated, as the player does.

The backdrops hold real objects too (fruit, plates, bottles, chairs). Tracks on those are neither right nor wrong here,
so two numbers are given: tracks that lie on a true object (IoU above 0.5 at some time) for each true one, which the
target is about, and all tracks for each true one.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from tagging.composing import (
    Camera,
    ClipScript,
    ClipTruth,
    Light,
    Move,
    Scene,
    Sprite,
    TrueAppearance,
    UnsuitablePhoto,
    compose,
    cut_out,
)
from tagging.vision.detection import NAMED_SCORE, name_the_sure
from tagging.vision.efficientdet import WHOLE, EfficientDetLite0
from tagging.vision.following import box_at
from tagging.vision.media import sample_frames
from tagging.vision.proposals import LEAST_SCORE, SHARES
from tagging.vision.registry import Detector
from tagging.vision.shots import ShotDetector
from tagging.vision.types import Appearance, Detection, Frame, RGBImage
from tagging.vision.watching import watch

SHARED_DATA: Final = Path(
    os.environ.get("SHOPADMIN_SHARED_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")
)
DEMO_PHOTOS: Final = Path(os.environ.get("SHOPADMIN_DEMO_PHOTOS", Path(__file__).resolve().parents[2] / "var" / "demo"))
CLIPS: Final = 36
FIRST_SEED: Final = {True: 2000, False: 13000}
FOOTAGE: Final = {
    True: ("bottle-detection.mp4", "classroom.mp4"),
    False: ("store-aisle-detection.mp4", "fruit-and-vegetable-detection.mp4"),
}
LEAST_VISIBLE: Final = 0.25
LEAST_IOU: Final = 0.5
LONG_MS: Final = 1000
# Photographs of the demo shop whose product stands alone on a plain ground, by the photographer's name.
PLAIN_GROUND: Final = (
    "alex-rodriguez", "alexander-andrews", "brandi-redd", "eniko-kis", "imani-clovis", "jakob-owens",
    "jean-philippe", "juan-gomez", "kelly-sikkema", "max-tarkhov", "michael-guite", "mikkel-bech", "neonbrand",
    "nikolai-chernichenko", "oscar-ivan", "pierre-chatel", "robert-shunev", "ruslan-bardash", "stoica-ionela",
    "thomas-q", "thomas-serer", "vincent-botta", "xavier-teo", "zoltan-tasi",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A composed clip with its truth and its sampled frames."""

    truth: ClipTruth
    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """What one way of watching reached over all clips."""

    found: float
    on_true: float
    all_tracks: float


class Recorded:
    """Asks a model about each picture once, however many ways of watching want its answer, and notes the time."""

    identifier, version = "recorded", "1"

    def __init__(self, shares: Sequence[float], form: Callable[[list[Detection]], list[Detection]]) -> None:
        """Load the model; `form` makes of its answers what the tracker gets."""
        self._model = EfficientDetLite0(LEAST_SCORE, shares=shares)
        self._answers: dict[int, list[Detection]] = {}
        self._form = form
        self.seconds = 0.0

    def detect(self, image: RGBImage) -> list[Detection]:
        """Return the model's answers in the form asked for."""
        if id(image) not in self._answers:
            started = time.perf_counter()
            self._answers[id(image)] = self._model.detect(image)
            self.seconds += time.perf_counter() - started
        return self._form(self._answers[id(image)])

    def close(self) -> None:
        """Free the model."""
        self._model.close()


def rows() -> list[dict[str, Any]]:
    """Return found appearances, tracks for each true one and time, of each part and of all together."""
    with tempfile.TemporaryDirectory() as folder:
        clips = composed_clips(Path(folder), CLIPS, development=False)
    ours, alone = Recorded(SHARES, name_the_sure), Recorded(WHOLE, only_sure)
    try:
        started = time.perf_counter()
        with_movement = score(clips, ours, use_movement=True)
        seconds = time.perf_counter() - started
        with_unnamed = score(clips, ours, use_movement=False)
        peer = score(clips, alone, use_movement=False)
    finally:
        ours.close()
        alone.close()
    frames = sum(len(clip.frames) for clip in clips)
    count = sum(len(long_appearances(clip)) for clip in clips)
    name = f"{count} appearances over 1 s in {len(clips)} composed clips"
    every = "all tracks, also of the backdrop's own objects"
    return [
        _row(f"{name}: found, with proposals and movement", with_movement.found, peer.found, 0.90, largest=False),
        _row(f"{name}: found, with proposals only", with_unnamed.found, peer.found, None, largest=False),
        _row("tracks on a true object, for each true one", with_movement.on_true, peer.on_true, 1.5, largest=True),
        _row(every, with_movement.all_tracks, peer.all_tracks, None, largest=True),
        _row("watching a frame", 1000 * seconds / frames, 1000 * ours.seconds / frames, None, largest=True)
        | {"unit": "ms", "peer": "bare detection of the same frames"},
    ]


def only_sure(detections: list[Detection]) -> list[Detection]:
    """Return what the detector alone would, at its usual threshold."""
    return [one for one in detections if one.score >= NAMED_SCORE]


def _row(name: str, value: float, peer: float, target: float | None, *, largest: bool) -> dict[str, Any]:
    met = None if target is None else (value <= target if largest else value >= target)
    return {
        "name": name,
        "value": round(value, 3),
        "unit": "",
        "peer": "EfficientDet-Lite0 alone, same tracker",
        "peer_value": round(peer, 3),
        "ratio": round(value / peer, 2) if peer else None,
        "target": target,
        "met": met,
    }


def composed_clips(folder: Path, count: int, *, development: bool) -> list[Clip]:
    """Compose clips into `folder` and return them with frames sampled twice a second."""
    products, backdrops = usable_products(development), backdrop_groups(development)
    clips = []
    for seed in range(FIRST_SEED[development], FIRST_SEED[development] + count):
        truth = compose(random_script(seed, products, backdrops), folder / f"{seed}.mp4")
        clips.append(Clip(truth, tuple(sample_frames(truth.path))))
    return clips


def usable_products(development: bool) -> list[Path]:
    """Return every other photo, from the first for development and from the second for the bench."""
    iconic = sorted((SHARED_DATA / "grocery" / "iconic-images-and-descriptions").rglob("*_Iconic.jpg"))
    plain = [photo for photo in demo_photos() if photo.name.startswith(PLAIN_GROUND)]
    return [photo for photo in [*iconic[not development :: 2], *plain[not development :: 2]] if _can_be_cut_out(photo)]


def backdrop_groups(development: bool) -> list[list[Path]]:
    """Return footage, photographs of shelves, and other photographs where there are any."""
    footage = [SHARED_DATA / "videos" / name for name in FOOTAGE[development]]
    split = SHARED_DATA / "grocery" / ("train" if development else "test")
    shelves = [photo for photo in sorted(split.rglob("*.jpg")) if "Packages" not in photo.parts]
    scenes = [photo for photo in demo_photos() if not photo.name.startswith(PLAIN_GROUND)]
    groups = [footage, shelves[:: max(1, len(shelves) // 12)][:12], scenes[not development :: 2]]
    return [group for group in groups if group]


def demo_photos() -> list[Path]:
    """Return the demo shop's photographs, none when they were not fetched."""
    return sorted(DEMO_PHOTOS.rglob("*unsplash.jpg"))


def _can_be_cut_out(photo: Path) -> bool:
    try:
        cut_out(photo)
    except UnsuitablePhoto:
        return False
    return True


def random_script(seed: int, products: Sequence[Path], backdrops: Sequence[Sequence[Path]]) -> ClipScript:
    """Return a clip of three scenes; two clips in three are upright."""
    random = np.random.default_rng(seed)
    upright = bool(seed % 3)
    scenes = []
    for number in range(3):
        group = backdrops[(seed + number) % len(backdrops)]
        scenes.append(_random_scene(random, products, group[int(random.integers(len(group)))], upright))
    width, height = (432, 768) if upright else (640, 360)
    return ClipScript(tuple(scenes), width, height, frame_rate=10, seed=seed)


def _random_scene(random: np.random.Generator, products: Sequence[Path], backdrop: Path, upright: bool) -> Scene:
    duration_ms = int(random.integers(2500, 4501))
    count = int(random.choice([1, 2, 3], p=[0.3, 0.45, 0.25]))
    places = np.linspace(0, 1, 2 * count + 1)[1::2]
    if count > 1 and random.random() < 0.5:
        places[1] = places[0] + 0.55 * (places[1] - places[0])  # so near that one hides a part of the other
    chosen = [products[index] for index in random.permutation(len(products))[:count]]
    sprites = tuple(
        _random_sprite(random, photo, float(place), duration_ms, upright, count)
        for photo, place in zip(chosen, places, strict=True)
    )
    end = (random.uniform(0.45, 0.55), random.uniform(0.45, 0.55))
    camera = Camera((0.5, 0.5), end, 1.1, random.uniform(1.1, 1.25), float(random.choice([0.0, 0.004])))
    light = Light(*random.uniform(0.7, 1.15, 2), *random.uniform(-0.5, 0.5, 2))
    return Scene(backdrop, duration_ms, sprites, camera, light)


def _random_sprite(
    random: np.random.Generator, photo: Path, place: float, duration_ms: int, upright: bool, count: int
) -> Sprite:
    size = random.uniform(0.4, 0.8) if count == 1 else random.uniform(0.35, 0.6)
    along, across = place + random.uniform(-0.05, 0.05), random.uniform(0.35, 0.65)
    x, y = (across, along) if upright else (along, across)
    angle, path = random.uniform(0, 2 * np.pi), random.uniform(0.05, 0.35)
    dx, dy = path / 2 * np.cos(angle), path / 2 * np.sin(angle)
    turns = random.uniform(-20, 20), random.uniform(-25, 25)
    move = Move((x - dx, y - dy), (x + dx, y + dy), size, size * random.uniform(0.8, 1.25), *turns)
    enter_ms = int(random.choice([0, 0, duration_ms // 4]))
    leave_ms = duration_ms * 3 // 4 if random.random() < 1 / 3 else None
    return Sprite(photo.stem, photo, move, enter_ms, leave_ms)


def score(clips: Sequence[Clip], detector: Detector, *, use_movement: bool) -> Score:
    """Watch all clips and compare with their truth. People are not followed, as in the product."""
    found = on_true = long_ones = true_ones = tracks = 0
    sellable: Callable[[str], bool] = lambda label: label != "person"  # noqa: E731
    for clip in clips:
        duration_ms = clip.truth.duration_ms
        watched = watch(
            clip.frames, detector, ShotDetector(), duration_ms, sellable=sellable, use_movement=use_movement
        )
        tracks += len(watched.appearances)
        true_ones += len(clip.truth.appearances)
        for true in long_appearances(clip):
            long_ones += 1
            overlaps = [_overlaps(true, one, clip.frames) for one in watched.appearances]
            found += any(np.mean(values) >= LEAST_IOU for values in overlaps)
            on_true += sum(max(values) > LEAST_IOU for values in overlaps)
    return Score(found / long_ones, on_true / long_ones, tracks / true_ones)


def long_appearances(clip: Clip) -> list[TrueAppearance]:
    """Return the true appearances that are seen for longer than a second."""
    return [
        true for true in clip.truth.appearances if true.end_ms - true.start_ms > LONG_MS and _times(true, clip.frames)
    ]


def _times(true: TrueAppearance, frames: Sequence[Frame]) -> list[int]:
    seen = ((frame.at_ms, true.at(frame.at_ms)) for frame in frames)
    return [at_ms for at_ms, box in seen if box is not None and box.visible >= LEAST_VISIBLE]


def _overlaps(true: TrueAppearance, appearance: Appearance, frames: Sequence[Frame]) -> list[float]:
    overlaps = []
    for at_ms in _times(true, frames):
        there, ours = true.at(at_ms), box_at(appearance.observations, at_ms)
        overlaps.append(there.box.iou(ours) if there is not None and ours is not None else 0.0)
    return overlaps
