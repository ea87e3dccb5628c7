"""Folders of labelled photos for evaluation: reading them, and describing them once.

A folder holds `classes.csv` (a row for each product: name, number, kind, number of the kind, path of the catalogue
photo, path of a description) and `train.txt` and `test.txt` (a line for each photo: path, product number, kind
number), as the Grocery Store Dataset has them (Klasson et al. 2019). Other folders can be laid out likewise.
"""

from __future__ import annotations

import csv
import hashlib
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tagging.vision.degrading import DEGRADING, degraded_copies
from tagging.vision.describing import describe
from tagging.vision.registry import embedders, readers
from tagging.vision.types import RGBImage, Signature, Word

from .archive import pack, unpack
from .types import InvalidModel

KIND = "described photos"
BATCH = 200
"""So many photos are described between two saves: a stopped run goes on where it was."""
MOST_PIXELS = 50_000_000


class PhotoSetError(ValueError):
    """The folder is not a set of labelled photos; the message says what is missing."""


@dataclass(frozen=True)
class LabelledProduct:
    """A product of the set with its catalogue photo; `group` is the first folder under the catalogue's.

    `kind` is what sort of thing it is: products of one kind are *similar*.
    """

    key: str
    title: str
    group: str
    photo: Path
    kind: str


@dataclass(frozen=True)
class PhotoSet:
    """Products, and the photos of each split with the keys of the products that they show."""

    products: tuple[LabelledProduct, ...]
    splits: dict[str, tuple[tuple[Path, str], ...]]


def read_photo_set(folder: Path) -> PhotoSet:
    """Read the lists of a folder; raise `PhotoSetError` when they are missing or not as described above."""
    try:
        with (folder / "classes.csv").open(newline="", encoding="utf-8") as file:
            products = tuple(_product(folder, row) for row in list(csv.reader(file))[1:] if row)
        splits = {split: tuple(_photos(folder, folder / f"{split}.txt")) for split in ("train", "test")}
    except (OSError, IndexError, ValueError) as error:
        raise PhotoSetError(
            f"{folder} is not a set of labelled photos: {error}. It needs classes.csv, train.txt and test.txt."
        ) from error
    return PhotoSet(products, splits)


def _product(folder: Path, row: Sequence[str]) -> LabelledProduct:
    photo = row[4].strip().lstrip("/")
    title = row[0].replace("-", " ").strip()
    return LabelledProduct(row[1].strip(), title, Path(photo).parts[1], folder / photo, row[2].strip())


def _photos(folder: Path, file: Path) -> Iterator[tuple[Path, str]]:
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.strip():
            path, product, _ = line.split(",")
            yield folder / path.strip(), product.strip()


def load_photo(path: Path) -> RGBImage:
    """Return a photo as RGB; raise `PhotoSetError` when it is too large or no JPEG, PNG or WebP."""
    try:
        with Image.open(path, formats=["JPEG", "PNG", "WEBP"]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise PhotoSetError(f"{path} has more than {MOST_PIXELS} pixels. Make it smaller.")
            return np.asarray(picture.convert("RGB"))
    except OSError as error:
        raise PhotoSetError(f"{path} is not a readable photo: {error}.") from error


@dataclass(frozen=True)
class Picture:
    """A photo, or its degraded copy of that number."""

    path: Path
    copy: int | None

    @property
    def key(self) -> str:
        """What the signature is remembered by: the hash of the photo's contents, and the copy."""
        try:
            digest = hashlib.sha256(self.path.read_bytes()).hexdigest()
        except OSError as error:
            raise PhotoSetError(f"{self.path} cannot be read: {error}.") from error
        return digest if self.copy is None else f"{digest}-{DEGRADING}-{self.copy}"


@dataclass(frozen=True)
class Describer:
    """Describes photos with an embedder and a reader of the registries, and remembers them in the folder `cache`."""

    embedder: str
    reader: str
    cache: Path
    processes: int = os.cpu_count() or 1

    @cached_property
    def versions(self) -> str:
        """The versions of both models, as they are part of every remembered signature."""
        loaded = embedders.create(self.embedder), readers.create(self.reader)
        versions = "+".join(model.version for model in loaded)
        for model in loaded:
            model.close()
        return versions

    def describe(self, name: str, paths: Sequence[Path]) -> list[Signature]:
        """Return the signatures of photos; those whose contents were described before come from the file `name`."""
        return self._signatures(name, [Picture(path, None) for path in paths])

    def describe_degraded(self, name: str, paths: Sequence[Path], copies: int) -> list[tuple[Signature, ...]]:
        """Return for each photo the signatures of so many degraded copies of it."""
        signatures = iter(self._signatures(name, [Picture(path, copy) for path in paths for copy in range(copies)]))
        return [tuple(next(signatures) for _ in range(copies)) for _ in paths]

    def _signatures(self, name: str, pictures: Sequence[Picture]) -> list[Signature]:
        file = self.cache / f"{name}-{hashlib.sha256(self.versions.encode()).hexdigest()[:12]}.npz"
        known = _remembered(file)
        keys = [picture.key for picture in pictures]
        missing = {key: picture for key, picture in zip(keys, pictures, strict=True) if key not in known}
        for batch in self._described(missing):
            known |= batch
            _remember(file, known)
        return [known[key] for key in keys]

    def _described(self, missing: dict[str, Picture]) -> Iterator[dict[str, Signature]]:
        if not missing:
            return
        keys = list(missing)
        # Spawned, since a fork would copy the threads of models that this process may have loaded.
        with ProcessPoolExecutor(
            self.processes, multiprocessing.get_context("spawn"), _load_models, (self.embedder, self.reader)
        ) as pool:
            for start in range(0, len(keys), BATCH):
                batch = keys[start : start + BATCH]
                yield dict(zip(batch, pool.map(_describe_picture, [missing[key] for key in batch]), strict=True))


_models: list[Any] = []


def _load_models(embedder: str, reader: str) -> None:
    _models[:] = [embedders.create(embedder), readers.create(reader)]


def _describe_picture(picture: Picture) -> Signature:
    image = load_photo(picture.path)
    if picture.copy is not None:
        image = degraded_copies(image, picture.copy + 1)[picture.copy]
    return describe(image, *_models)


def _remembered(file: Path) -> dict[str, Signature]:
    if not file.is_file():
        return {}
    try:
        arrays, plain = unpack(KIND, file.read_bytes())
    except InvalidModel:
        return {}
    rows = zip(plain["keys"], arrays["features"], arrays["colours"], plain["words"], strict=True)
    return {
        key: Signature(features, colour, tuple(Word(text, score) for text, score in words))
        for key, features, colour, words in rows
    }


def _remember(file: Path, known: dict[str, Signature]) -> None:
    words = [[[word.text, word.score] for word in signature.words] for signature in known.values()]
    arrays = {
        "features": np.stack([signature.features for signature in known.values()]),
        "colours": np.stack([signature.colour for signature in known.values()]),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    partial.write_bytes(pack(KIND, arrays, {"keys": list(known), "words": words}))
    partial.replace(file)
