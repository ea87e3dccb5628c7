"""Describing a picture of an object: features, colours and words in one signature."""

from __future__ import annotations

from .colour import colour_signature
from .registry import Embedder, TextReader
from .types import RGBImage, Signature


def describe(image: RGBImage, embedder: Embedder, reader: TextReader | None) -> Signature:
    """Return the signature of `image`; without a reader it has no words.

    Raise `ValueError` for an image that is empty or not uint8 RGB: a wrong picture must not become a wrong match.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != "uint8" or 0 in image.shape:
        raise ValueError(f"A picture must be uint8 RGB of shape (height, width, 3), got {image.dtype} {image.shape}.")
    return Signature(
        features=embedder.embed(image),
        colour=colour_signature(image),
        words=reader.read(image) if reader else (),
    )
