"""PURE. From the bytes of somebody's picture to a plain photo: decoded, upright, on white, in sRGB, encoded again.

Runs in the confined child of `sandbox`: decoders have had holes, and a small file can claim a lot of memory. What is
refused is refused by its header where that is possible, before anything is decoded. Needs Pillow and nothing else.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from PIL import Image, ImageCms, ImageOps

from .kinds import HEAD_BYTES, PHOTO_TYPES, kind_of
from .likeness import COLUMNS, ROWS, difference_hash

MOST_PIXELS = 40_000_000
LONG_SIDE = 1600
LEAST_LONG_SIDE = 64
MOST_PROFILE_BYTES = 4 * 2**20
FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITY = 90
_SRGB = ImageCms.createProfile("sRGB")


class Flaw(StrEnum):
    """Why a file cannot be used as a photo."""

    EMPTY = "empty"
    TOO_MANY_BYTES = "too many bytes"
    WRONG_KIND = "wrong kind"
    TOO_MANY_PIXELS = "too many pixels"
    TOO_SMALL = "too small"
    ANIMATED = "animated"
    BROKEN_OFF = "broken off"
    HIDDEN_DATA = "hidden data"
    TOO_COSTLY = "too costly"
    UNREADABLE = "unreadable"


class Flawed(Exception):
    """The file cannot be used; `detail` is its kind where that is wrong, else its pixels ("50 × 40")."""

    def __init__(self, flaw: Flaw, detail: str = "") -> None:
        super().__init__(flaw, detail)
        self.flaw, self.detail = flaw, detail


@dataclass(frozen=True, slots=True)
class Decoded:
    """A photo made anew. `width` and `height` are its own; `original_long_side` is that of the file that came in."""

    jpeg: bytes
    width: int
    height: int
    original_long_side: int
    perceptual_hash: int


def decode(content: bytes) -> Decoded:
    """Decode a JPEG, PNG or WebP file and encode it again, with its longer side at most `LONG_SIDE` pixels.

    Raises `Flawed` when the file is something else, too large, too small, animated or broken, and nothing else.
    """
    kind = kind_of(content[:HEAD_BYTES])
    if not content:
        raise Flawed(Flaw.EMPTY)
    if kind not in PHOTO_TYPES:
        raise Flawed(Flaw.WRONG_KIND, kind)
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            _judge_header(image)
            original_long_side = max(image.size)
            photo = _plain(image)
    except Flawed:
        raise
    except Exception as error:  # decoders raise many kinds on hostile files; each means a flaw
        raise Flawed(_flaw_of(error)) from error
    out = io.BytesIO()
    photo.save(out, "JPEG", quality=_QUALITY)
    grey = photo.convert("L").resize((COLUMNS, ROWS), Image.Resampling.BOX).tobytes()
    return Decoded(out.getvalue(), photo.width, photo.height, original_long_side, difference_hash(grey))


def _judge_header(image: Image.Image) -> None:
    size = f"{image.width} × {image.height}"
    if image.width * image.height > MOST_PIXELS:
        raise Flawed(Flaw.TOO_MANY_PIXELS, size)
    if max(image.size) < LEAST_LONG_SIDE:
        raise Flawed(Flaw.TOO_SMALL, size)
    # A JPEG of several pictures is what phones take: the first one is the photo.
    if image.format in {"PNG", "WEBP"} and getattr(image, "is_animated", False):
        raise Flawed(Flaw.ANIMATED)
    if len(image.info.get("icc_profile") or b"") > MOST_PROFILE_BYTES:
        raise Flawed(Flaw.HIDDEN_DATA)


def _plain(image: Image.Image) -> Image.Image:
    """Return the picture upright, shrunk, without transparency, in sRGB, and without anything beside its pixels."""
    profile = image.info.get("icc_profile")
    image.draft("RGB", (LONG_SIDE, LONG_SIDE))
    image.load()
    small = _with_shades(image)
    small.thumbnail((LONG_SIDE, LONG_SIDE), reducing_gap=2.0)
    photo = _in_srgb(_on_white(_upright(small)), profile)
    # Pillow writes comments and XMP that it finds here into the new file.
    photo.info = {}
    return photo


def _with_shades(image: Image.Image) -> Image.Image:
    """Return the image in a mode of eight bits a channel in which it can be shrunk without wrong colours."""
    if image.mode.startswith("I;16"):
        high = 0 if image.mode.endswith("B") else 1
        return Image.frombytes("L", image.size, image.tobytes()[high::2])
    if image.mode in {"P", "PA"} or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("L") if image.mode in {"1", "I"} else image


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # noqa: BLE001 - notes about the photo that cannot be read do not make the photo unreadable
        return image


def _on_white(image: Image.Image) -> Image.Image:
    """Return the image without transparency, on white as shops show products."""
    if image.mode not in {"RGBA", "LA"}:
        return image
    rgba = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the image in sRGB: through its own colour profile when it has one that fits, else by plain conversion."""
    if profile:
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            return cast(Image.Image, ImageCms.profileToProfile(image, own, _SRGB, outputMode="RGB"))
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # The profile is broken or of another kind of colours, so it says nothing about this picture.
    return image.convert("RGB")


def _flaw_of(error: Exception) -> Flaw:
    if isinstance(error, Image.DecompressionBombError):
        return Flaw.TOO_MANY_PIXELS
    if isinstance(error, MemoryError):
        return Flaw.TOO_COSTLY
    words = str(error)
    if "MAX_TEXT" in words:  # Pillow's limits for what compressed text and profiles of a PNG may unfold to
        return Flaw.HIDDEN_DATA
    return Flaw.BROKEN_OFF if "truncated" in words.lower() else Flaw.UNREADABLE
