"""Sampling against the bare limit: PyAV in a loop, decoding on one thread and scaling the same pictures."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import av

from tagging.vision.media import sample_frames
from tagging.vision.sandbox import open_video

SHARED_DATA = Path(os.environ.get("SHOPADMIN_SHARED_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
ROUNDS = 7
TARGET = 0.8


def rows() -> list[dict[str, Any]]:
    """Return our sampler in process and in its sandbox, at the default rate and where keyframes are enough."""
    videos = sorted((SHARED_DATA / "videos").glob("*.mp4"))
    dense = [path for path in videos if path.stem != "bottle-detection"]
    cases = [("2 a second", videos, 2.0, "DEFAULT"), ("1 in 2 s, keyframes", dense, 0.5, "NONKEY")]
    return [row for case in cases for row in _rows_of_case(*case)]


def _rows_of_case(name: str, videos: list[Path], rate: float, skip_frame: str) -> list[dict[str, Any]]:
    kept = {path: [frame.at_ms for frame in sample_frames(path, frames_per_second=rate)] for path in videos}

    def bare() -> None:
        for path in videos:
            assert _decode_bare(path, set(kept[path]), skip_frame) == len(kept[path])

    def ours() -> None:
        for path in videos:
            assert sum(1 for _ in sample_frames(path, frames_per_second=rate)) == len(kept[path])

    def sandboxed() -> None:
        for path in videos:
            with open_video(path, frames_per_second=rate) as video:
                assert sum(1 for _ in video.frames) == len(kept[path])

    bare_s, ours_s, sandboxed_s = _alternating_medians(bare, ours, sandboxed)
    what = f"sampling {len(videos)} videos, {name}"
    return [
        _row(what, ours_s, bare_s, target=TARGET),
        _row(f"{what}, each in a new sandbox", sandboxed_s, bare_s, target=None),
    ]


def _row(name: str, seconds: float, peer_seconds: float, *, target: float | None) -> dict[str, Any]:
    ratio = peer_seconds / seconds
    return {
        "name": name,
        "value": seconds,
        "unit": "s",
        "peer": "bare PyAV loop",
        "peer_value": peer_seconds,
        "ratio": ratio,
        "target": target and f"≥ {target}",
        "met": None if target is None else ratio >= target,
    }


def _decode_bare(path: Path, kept: set[int], skip_frame: str) -> int:
    count = 0
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type, stream.thread_count = "NONE", 1
        stream.codec_context.skip_frame = skip_frame
        for picture in container.decode(stream):
            if round(picture.time * 1000) in kept:
                picture.to_ndarray(format="rgb24", width=picture.width, height=picture.height)
                count += 1
    return count


def _alternating_medians(*measured: Callable[[], None]) -> list[float]:
    seconds: list[list[float]] = [[] for _ in measured]
    for _ in range(ROUNDS):
        for times, run in zip(seconds, measured, strict=True):
            started = time.perf_counter()
            run()
            times.append(time.perf_counter() - started)
    return [median(times) for times in seconds]
