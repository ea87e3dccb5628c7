"""Reading text on products with PP-OCRv6 through RapidOCR and onnxruntime, all models from the wheel."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from .types import RGBImage, Word

LONGEST_SIDE = 640
"""Pictures are shrunk to this many pixels: larger ones cost more time and give no more product words."""

DETECTION_SIDE = 480
"""The shorter side is brought to this many pixels for finding lines. RapidOCR's own 736 takes twice the time and finds
a fifth more lines."""

NARROWEST = 4
"""Narrower pictures than 1 to 4 get a border: bringing their short side to DETECTION_SIDE would take minutes."""

LEAST_CONFIDENCE = 0.5
"""Lines that the recogniser is less sure of are dropped (RapidOCR's own default)."""


class PPOCRReader:
    """Reads words with RapidOCR. One thread: the machine is used by running several processes."""

    identifier = "ppocr-v6"
    version = f"rapidocr-{version('rapidocr')}-small-{DETECTION_SIDE}-{LONGEST_SIDE}"

    def __init__(self) -> None:
        import rapidocr

        models = Path(rapidocr.__file__).parent / "models"
        self._engine: Any = rapidocr.RapidOCR(
            params={
                "Global.log_level": "error",
                "Global.text_score": LEAST_CONFIDENCE,
                "Global.use_cls": False,
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                "Det.limit_side_len": DETECTION_SIDE,
                "Det.model_path": str(models / "PP-OCRv6_det_small.onnx"),
                "Rec.model_path": str(models / "PP-OCRv6_rec_small.onnx"),
            }
        )

    def read(self, image: RGBImage) -> tuple[Word, ...]:
        """Return the words from top to bottom, left to right within a line; none when there is no text.

        A line of text is split at white space; each word has the confidence of its line.
        """
        shrunk = _widened(_shrunk(image))
        found = self._engine(np.ascontiguousarray(shrunk[:, :, ::-1]))
        if found.txts is None:
            return ()
        lines = sorted(
            zip(found.boxes, found.txts, found.scores, strict=True),
            key=lambda line: (float(line[0][:, 1].mean()), float(line[0][:, 0].mean())),
        )
        return tuple(Word(word, float(score)) for _, text, score in lines for word in text.split())

    def close(self) -> None:
        """Let go of the models."""
        self._engine = None


def _shrunk(image: RGBImage) -> RGBImage:
    height, width = image.shape[:2]
    scale = LONGEST_SIDE / max(height, width)
    if scale >= 1.0:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _widened(image: RGBImage) -> RGBImage:
    height, width = image.shape[:2]
    least = -(-max(height, width) // NARROWEST)
    below, beside = max(0, least - height), max(0, least - width)
    if not below and not beside:
        return image
    return np.asarray(cv2.copyMakeBorder(image, 0, below, 0, beside, cv2.BORDER_REPLICATE), dtype=np.uint8)
