"""Cuts a product out of its photograph, when the photograph has a plain ground."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from tagging.vision.types import RGBImage

LONGEST_SIDE: Final = 640  # pixels; enough for a product that fills a phone's screen
PHOTO_FORMATS: Final = ("JPEG", "PNG", "WEBP")
LEAST_SHARE: Final = 0.01  # of the photo that the product must cover
MOST_SHARE: Final = 0.92
LEAST_IN_ONE_PIECE: Final = 0.9  # of the product; less means that parts of it were taken for ground
MOST_BORDER: Final = 0.08  # of the photo's border that the product may touch; more means that it is cut off
LEAST_DISTANCE: Final = 9.0  # CIE Lab units between product and ground: clearly another colour
STUDIO_SHARE: Final = 0.6  # of the border that is pure white in a studio photo; products may touch the rest
STUDIO_SPREAD: Final = 0.5  # CIE Lab units by which that white varies
STUDIO_DISTANCE: Final = 4.0  # between product and a studio's white, also where a JPEG's edges ring
FAINT_DISTANCE: Final = 1.5  # the same of a white product, over areas larger than such ringing
RINGING: Final = 7  # pixels; JPEG works in blocks of eight
LIGHTNESS_WEIGHT: Final = 0.6  # shadows differ from the ground in lightness only, so lightness counts less

type Mask = NDArray[np.uint8]


class UnsuitablePhoto(ValueError):
    """No product can be cut out of this photo; the message says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """A product without its ground: `image` is (height, width, 3), `alpha` (height, width) from 0 to 1."""

    image: RGBImage
    alpha: NDArray[np.float32]


def cut_out(photo: Path) -> Cutout:
    """Return the product in `photo`, cropped to its outline; raise `UnsuitablePhoto` when there is no plain ground.

    From a studio's pure white the product is keyed out. Elsewhere the ground's colour is a smooth surface fitted to the
    border; what differs from it seeds GrabCut (Rother, Kolmogorov and Blake 2004), which draws the outline.
    """
    image = read_photo(photo, LONGEST_SIDE)
    keyed = _keyed_from_white(image)
    if keyed is not None:
        mask = _main_parts(keyed, largest_hole=1.0)
    else:
        distance, spread = _distance_from_ground(image)
        seed = (distance > max(LEAST_DISTANCE, 2 * spread)).astype(np.uint8)
        mask = _main_parts(_grab_cut(image, seed), largest_hole=0.1)
    _refuse_unless_plausible(mask, photo)
    inner = cv2.erode(mask, np.ones((3, 3), np.uint8))
    alpha = cv2.GaussianBlur(inner.astype(np.float32), (0, 0), 1.0)
    left, top, width, height = cv2.boundingRect(mask)
    area = np.s_[top : top + height, left : left + width]
    return Cutout(image[area].copy(), alpha[area].astype(np.float32))


def read_photo(photo: Path, longest_side: int) -> RGBImage:
    """Return the photo as RGB, no side longer than `longest_side`; raise `UnsuitablePhoto` when it is unreadable."""
    try:
        with Image.open(photo, formats=PHOTO_FORMATS) as opened:
            opened.draft("RGB", (longest_side, longest_side))
            opened.thumbnail((longest_side, longest_side))
            return np.asarray(opened.convert("RGB"))
    except (OSError, UnidentifiedImageError) as error:
        raise UnsuitablePhoto(f"{photo} is not a readable photograph: {error}.") from error


def _keyed_from_white(image: RGBImage) -> Mask | None:
    """Return what is not a studio's pure white, also white cartons, or None when the ground is something else."""
    lab = cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    distance = np.linalg.norm(lab - (100, 0, 0), axis=-1)
    if (distance[_rim(image)] <= STUDIO_SPREAD).mean() < STUDIO_SHARE:
        return None
    clear = cv2.morphologyEx((distance > STUDIO_DISTANCE).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (RINGING, RINGING))
    faint = cv2.morphologyEx((distance > FAINT_DISTANCE).astype(np.uint8), cv2.MORPH_OPEN, kernel)
    mask: Mask = np.maximum(clear, faint)
    return mask


def _rim(image: RGBImage) -> NDArray[np.bool_]:
    height, width = image.shape[:2]
    rim = np.ones((height, width), bool)
    edge = max(2, min(height, width) // 40)
    rim[edge:-edge, edge:-edge] = False
    return rim


def _distance_from_ground(image: RGBImage) -> tuple[NDArray[np.float64], float]:
    """Return each pixel's colour distance from the surface of second degree that fits the border, and its spread.

    The spread is the 90th percentile of the distances on the border itself, without what is not ground.
    """
    lab = cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    lab[..., 0] *= LIGHTNESS_WEIGHT
    height, width = lab.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    terms = np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=-1)
    rim = _rim(image)
    trusted = rim.copy()
    for _ in range(4):
        surface, *_ = np.linalg.lstsq(terms[trusted], lab[trusted], rcond=None)
        distance = np.linalg.norm(lab - terms @ surface, axis=-1)
        trusted = rim & (distance < max(4.0, 3 * float(np.median(distance[trusted]))))
        if trusted.sum() < rim.sum() // 4:
            break
    return distance, float(np.percentile(distance[trusted], 90)) if trusted.any() else np.inf


def _grab_cut(image: RGBImage, seed: Mask) -> Mask:
    kernel = np.ones((5, 5), np.uint8)
    labels = np.where(seed, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[cv2.erode(seed, kernel, iterations=2) > 0] = cv2.GC_FGD
    labels[cv2.dilate(seed, kernel, iterations=3) == 0] = cv2.GC_BGD
    if not (labels == cv2.GC_FGD).any():
        return seed
    cv2.setRNGSeed(0)
    cv2.grabCut(image, labels, None, np.zeros((1, 65)), np.zeros((1, 65)), 2, cv2.GC_INIT_WITH_MASK)
    return np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)


def _main_parts(mask: Mask, largest_hole: float) -> Mask:
    """Keep the largest piece and those at least a tenth of it; fill holes up to `largest_hole` of its area."""
    count, pieces, statistics, _ = cv2.connectedComponentsWithStats(mask)
    if count < 2:
        return mask
    areas = statistics[1:, cv2.CC_STAT_AREA]
    kept = 1 + np.flatnonzero(areas >= areas.max() / 10)
    result = np.isin(pieces, kept).astype(np.uint8)
    _, gaps, statistics, _ = cv2.connectedComponentsWithStats(1 - result)
    outside = np.unique(np.concatenate([gaps[0], gaps[-1], gaps[:, 0], gaps[:, -1]]))
    holes = np.flatnonzero(statistics[:, cv2.CC_STAT_AREA] <= areas.max() * largest_hole)
    result[np.isin(gaps, np.setdiff1d(holes, outside))] = 1
    return result


def _refuse_unless_plausible(mask: Mask, photo: Path) -> None:
    share = float(mask.mean())
    if not LEAST_SHARE <= share <= MOST_SHARE:
        raise UnsuitablePhoto(
            f"{photo}: the product covers {share:.0%} of the photo, so it cannot be told from its ground."
        )
    border = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]]).mean()
    if border > MOST_BORDER:
        raise UnsuitablePhoto(f"{photo}: {border:.0%} of the border is not plain ground.")
    _, _, statistics, _ = cv2.connectedComponentsWithStats(mask)
    largest = float(statistics[1:, cv2.CC_STAT_AREA].max() / mask.sum())
    if largest < LEAST_IN_ONE_PIECE:
        raise UnsuitablePhoto(
            f"{photo}: the product falls into pieces (the largest has {largest:.0%} of it), so parts of it were taken "
            "for ground. White products need a ground that is not white."
        )
