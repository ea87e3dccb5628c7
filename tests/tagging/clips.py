"""Small real videos for tests."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np


def clip(path: Path, *, seconds: int = 6, width: int = 320, height: int = 180, rate: int = 10) -> Path:
    """Write a real H.264 video: a bright square walks over a dark picture."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(seconds * rate):
            picture = np.full((height, width, 3), 30, np.uint8)
            left = number * (width - 40) // (seconds * rate)
            picture[60:100, left : left + 40] = (240, 200, 40)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path
