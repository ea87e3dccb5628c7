"""A small true-to-life world for job tests: a clip in which photographed things move, and a shop that sells them."""

from __future__ import annotations

import colorsys
import io
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from catalog.models import Product
from tagging.matching.calibration import Calibration
from tagging.matching.fitting import fit
from tagging.matching.model import MatchingModel
from tagging.matching.types import CatalogueEntry, Thresholds
from tagging.models import IndexEntry, IndexVersion, LabelPolicy, PhotoSignature, TrackView, Video
from tagging.services import videos
from tagging.services.loaded_models import loaded_models
from tagging.vision.describing import describe
from tagging.vision.registry import readers
from tagging.vision.types import RGBImage, Signature, Word

from .. import factories
from ..unit.vision.media_files import write_video

NOT_READING = "not-reading"
readers.register(NOT_READING, f"{__name__}.NotReading")
SEEDS = tuple(range(1, 9))
SIDE = 110
DRAWN = 440
WALL = (228, 224, 216)


class NotReading:
    """A text reader for catalogues without text."""

    identifier = NOT_READING
    version = "1"

    def read(self, image: RGBImage) -> tuple[Word, ...]:
        """Return no word."""
        return ()

    def close(self) -> None:
        """Nothing is held."""


def photo(seed: int) -> bytes:
    """The photo of a thing: a stop sign, which the detector knows at any size, in a colour of its own."""
    centre, angles = DRAWN // 2, np.pi / 8 + np.arange(8) * np.pi / 4
    corners = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    picture = np.full((DRAWN, DRAWN, 3), WALL, np.uint8)
    for radius, colour in ((218, (250, 250, 250)), (200, _colour(seed))):
        cv2.fillPoly(picture, [(centre + radius * corners).astype(np.int32)], colour, cv2.LINE_AA)
    cv2.putText(picture, "STOP", (55, 250), cv2.FONT_HERSHEY_SIMPLEX, 4.1, (250, 250, 250), 24, cv2.LINE_AA)
    for dot in range(seed % 4 + 1):
        cv2.circle(picture, (140 + 50 * dot, 350), 22, _colour(seed + 3), cv2.FILLED, cv2.LINE_AA)
    out = io.BytesIO()
    Image.fromarray(cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)).save(out, "JPEG", quality=95)
    return out.getvalue()


def _colour(seed: int) -> tuple[int, ...]:
    return tuple(round(255 * part) for part in colorsys.hsv_to_rgb(seed * 0.125 % 1, 0.85, 0.75))


def write_clip(path: Path, seeds: Sequence[int] = (1, 2), seconds: float = 1.2, rate: int = 10) -> Path:
    """A clip in which the things of `seeds` sway side by side over a plain wall."""
    things = [np.asarray(Image.open(io.BytesIO(photo(seed)))) for seed in seeds]

    def pictures():
        for number in range(round(seconds * rate)):
            picture = np.full((270, 480, 3), WALL, np.uint8)
            for place, thing in enumerate(things):
                x = 25 + place * 150 + int(20 * np.sin(number / 8 + place))
                y = 60 + int(40 * np.cos(number / 9 + 2 * place))
                picture[y : y + SIDE, x : x + SIDE] = thing
            yield round(number * 1000 / rate), picture

    write_video(path, pictures(), keyframe_every=rate)
    return path


@cache
def _described() -> tuple[dict[int, Signature], MatchingModel]:
    """What the real models say of the photos, and a matching model fitted on them.

    So few products teach no probabilities; the table given here stands for one that was learned from verdicts.
    """
    models = loaded_models()
    signatures = {
        seed: describe(np.asarray(Image.open(io.BytesIO(photo(seed)))), models.embedder, models.reader)
        for seed in SEEDS
    }
    catalogue = [CatalogueEntry(str(seed), f"Thing {seed}", "", signature) for seed, signature in signatures.items()]
    calibration = Calibration(1.0, 0.0, (0.3, 1.0), (0.3, 1.0), Thresholds(0.55, 0.95), "chosen by hand", 1)
    model = fit(catalogue, [], models.versions["embedder"])
    return signatures, replace(model, calibration=calibration, kind_calibration=calibration)


def sell_signs() -> None:
    """Let road signs be tagged, as staff of such a shop would."""
    LabelPolicy.objects.filter(label="stop sign").update(is_sellable=True)


def open_shop() -> list[Product]:
    """Products that look like the things, with a live index over their photos; the first is thing 1."""
    sell_signs()
    signatures, model = _described()
    versions = loaded_models().versions
    version = IndexVersion.objects.create(
        state=IndexVersion.State.LIVE,
        embedder=versions["embedder"],
        reader=versions["reader"],
        model_version=model.version,
        model=model.to_bytes(),
    )
    products = []
    for seed, signature in signatures.items():
        product = factories.product(f"Thing {seed}", brand="")
        image = product.images.get()
        PhotoSignature.objects.create(
            image=image,
            embedder=versions["embedder"],
            reader=versions["reader"],
            features=signature.features,
            colour=signature.colour,
            words=[[word.text, word.score] for word in signature.words],
        )
        entry = model.index_photo(signature)
        IndexEntry.objects.create(
            index_version=version, image=image, product=product, vector=entry.vector, hubness=entry.hubness
        )
        products.append(product)
    return products


def upload(creator, source: Path, title: str = "Things") -> Video:
    """A creator's video, received as the site receives it."""
    video, _ = videos.receive_video(creator=creator, source=source, title=title)
    return video


def kept_files(media: Path) -> list[str]:
    """Every picture file that tagging has left in the storage."""
    return sorted(str(path.relative_to(media)) for path in (media / "evidence").rglob("*") if path.is_file())


def named_files(video: Video) -> set[str]:
    """Every picture file that a row of the video names."""
    views = TrackView.objects.filter(track__video=video).values_list("crop", "frame")
    return {name for pair in views for name in pair} | {Video.objects.get(pk=video.pk).poster.name}
