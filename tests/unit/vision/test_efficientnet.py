from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tagging.vision import efficientnet
from tagging.vision.describing import describe
from tagging.vision.efficientnet import EfficientNetLite0, headless_model
from tagging.vision.model_files import ModelFileError
from tagging.vision.registry import embedders

pytestmark = pytest.mark.real_models


@pytest.fixture(scope="module")
def embedder() -> Iterator[EfficientNetLite0]:
    loaded = EfficientNetLite0()
    yield loaded
    loaded.close()


def test_the_registry_knows_it() -> None:
    created = embedders.create("efficientnet-lite0")
    assert isinstance(created, EfficientNetLite0)
    created.close()


def test_features_have_1280_numbers_and_none_is_negative(embedder: EfficientNetLite0) -> None:
    features = embedder.embed(np.random.default_rng(0).integers(0, 256, (50, 80, 3), dtype=np.uint8))
    assert features.shape == (embedder.dimensions,) == (1280,)
    assert features.dtype == np.float32
    assert features.min() >= 0
    assert features.max() > 0


def test_a_picture_and_its_mirror_image_have_nearly_the_same_features(embedder: EfficientNetLite0) -> None:
    image = np.random.default_rng(1).integers(0, 256, (90, 60, 3), dtype=np.uint8)
    one, other = embedder.embed(image), embedder.embed(image[:, ::-1])
    assert one @ other / np.linalg.norm(one) / np.linalg.norm(other) > 0.97


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (700, 3)])
def test_extreme_shapes_are_taken(embedder: EfficientNetLite0, size: tuple[int, int]) -> None:
    assert np.isfinite(embedder.embed(np.zeros((*size, 3), dtype=np.uint8))).all()


def test_shop_photos_lie_nearer_to_their_product_than_to_most_others(
    embedder: EfficientNetLite0, shared_data: Path
) -> None:
    folder = shared_data / "grocery"
    with (folder / "classes.csv").open(newline="") as file:
        products = list(csv.DictReader(file))[::9]
    photos = [folder / product["Iconic Image Path (str)"].lstrip("/") for product in products]
    numbers = [product["Class ID (int)"] for product in products]
    shots = [line.split(",") for line in (folder / "train.txt").read_text().splitlines()]
    queries = [next(folder / path for path, number, _ in shots if number.strip() == wanted) for wanted in numbers]
    catalogue, seen = (np.stack([embedder.embed(load(path)) for path in paths]) for paths in (photos, queries))
    likeness = (seen / np.linalg.norm(seen, axis=1)[:, None]) @ (
        catalogue / np.linalg.norm(catalogue, axis=1)[:, None]
    ).T
    ranks = (likeness > likeness.diagonal()[:, None]).sum(axis=1)
    assert np.median(ranks) <= 1


def load(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"))


def test_the_head_is_cut_the_same_way_each_time() -> None:
    content = headless_model()
    assert content[4:8] == b"TFL3"
    assert headless_model() == content


def test_a_changed_model_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / efficientnet.SOURCE).write_bytes(b"something else")
    monkeypatch.setenv("MODEL_FOLDER", str(tmp_path))
    with pytest.raises(ModelFileError, match="not the expected one"):
        EfficientNetLite0()


@pytest.mark.parametrize(
    "image",
    [np.zeros((0, 4, 3), np.uint8), np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3))],
)
def test_what_is_no_picture_is_not_described(embedder: EfficientNetLite0, image: np.ndarray) -> None:
    with pytest.raises(ValueError, match="must be uint8 RGB"):
        describe(image, embedder, None)


def test_without_a_reader_there_are_no_words(embedder: EfficientNetLite0) -> None:
    assert describe(np.zeros((9, 9, 3), np.uint8), embedder, None).words == ()
