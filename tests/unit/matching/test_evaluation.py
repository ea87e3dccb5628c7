from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tagging.matching.evaluation import expected_calibration_error, wilson
from tagging.matching.photo_sets import Describer, PhotoSetError, load_photo, read_photo_set

HEADER = "Class Name (str),Class ID (int),Coarse Class Name (str),Coarse Class ID (int),Iconic Image Path (str),Text\n"


def make_photo_set(folder: Path) -> Path:
    random = np.random.default_rng(0)
    for name in ("catalogue/Fruit/a.jpg", "test/a1.jpg", "train/a1.jpg"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 256, (40, 30, 3), dtype=np.uint8)).save(folder / name)
    (folder / "classes.csv").write_text(HEADER + "Pink-Lady,0,Apple,0,/catalogue/Fruit/a.jpg,/catalogue/a.txt\n")
    for split in ("train", "test"):
        (folder / f"{split}.txt").write_text(f"{split}/a1.jpg, 0, 0\n")
    return folder


def test_a_folder_of_photos_is_read(tmp_path: Path) -> None:
    photos = read_photo_set(make_photo_set(tmp_path))
    [product] = photos.products
    assert (product.key, product.title, product.group, product.kind) == ("0", "Pink Lady", "Fruit", "Apple")
    assert photos.splits["test"] == ((tmp_path / "test/a1.jpg", "0"),)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("classes.csv", None),
        ("test.txt", None),
        ("classes.csv", HEADER + "Pink-Lady,0\n"),
        ("train.txt", "no commas\n"),
    ],
)
def test_a_folder_that_lacks_something_is_refused_with_what_it_needs(
    tmp_path: Path, file: str, content: str | None
) -> None:
    make_photo_set(tmp_path)
    if content is None:
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_text(content)
    with pytest.raises(PhotoSetError, match=r"It needs classes\.csv, train\.txt and test\.txt"):
        read_photo_set(tmp_path)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg></svg>"])
def test_a_file_that_is_no_photo_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.jpg").write_bytes(content)
    with pytest.raises(PhotoSetError, match="not a readable photo"):
        load_photo(tmp_path / "x.jpg")


@pytest.mark.real_models
def test_photos_are_described_once(tmp_path: Path) -> None:
    photos = [make_photo_set(tmp_path) / "test/a1.jpg", tmp_path / "train/a1.jpg"]
    first = Describer("efficientnet-lite0", "ppocr-v6", tmp_path / "cache", processes=1).describe("test", photos)
    [file] = (tmp_path / "cache").iterdir()
    written = file.stat().st_mtime_ns
    again = Describer("efficientnet-lite0", "ppocr-v6", tmp_path / "cache", processes=1).describe("test", photos[::-1])
    assert file.stat().st_mtime_ns == written
    for one, other in zip(first, again[::-1], strict=True):
        assert np.array_equal(one.features, other.features)
        assert np.array_equal(one.colour, other.colour)
        assert one.words == other.words


@given(number=st.integers(1, 500), data=st.data())
def test_an_interval_holds_its_share(number: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, number))
    low, high = wilson(right, number)
    assert 0 <= low <= right / number + 1e-12
    assert right / number <= high + 1e-12 <= 1 + 2e-12


def test_intervals_narrow_with_more_trials() -> None:
    assert wilson(9, 10) == pytest.approx((0.596, 0.982), abs=0.001)
    assert wilson(900, 1000)[0] > 0.87
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("probabilities", "matches", "error"),
    [([1.0, 0.0], [True, False], 0.0), ([0.9, 0.9], [False, False], 0.9), ([0.5, 0.5], [True, False], 0.0)],
)
def test_the_calibration_error_is_the_gap_between_promise_and_truth(
    probabilities: list[float], matches: list[bool], error: float
) -> None:
    assert expected_calibration_error(np.array(probabilities), np.array(matches)) == pytest.approx(error)
