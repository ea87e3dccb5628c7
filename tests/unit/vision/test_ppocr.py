from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from tagging.vision.ppocr import PPOCRReader
from tagging.vision.registry import readers

pytestmark = pytest.mark.real_models


@pytest.fixture(scope="module")
def reader() -> Iterator[PPOCRReader]:
    loaded = PPOCRReader()
    yield loaded
    loaded.close()


def sign(*lines: str, scale: int = 1) -> np.ndarray:
    image = np.full((60 * len(lines) + 40, 420, 3), 250, dtype=np.uint8)
    for number, line in enumerate(lines):
        cv2.putText(image, line, (20, 70 + 60 * number), cv2.FONT_HERSHEY_SIMPLEX, 1.6, (20, 20, 20), 3)
    return np.repeat(np.repeat(image, scale, axis=0), scale, axis=1)


def test_words_are_read_from_top_to_bottom_with_confidence(reader: PPOCRReader) -> None:
    words = reader.read(sign("BRAVO JUICE", "apple"))
    assert [word.text.lower() for word in words] == ["bravo", "juice", "apple"]
    assert all(0.5 <= word.score <= 1.0 for word in words)


def test_a_large_picture_is_read_like_a_small_one(reader: PPOCRReader) -> None:
    assert [word.text for word in reader.read(sign("OATLY", scale=5))] == ["OATLY"]


@pytest.mark.parametrize("size", [(1, 1), (2, 300), (64, 64)])
def test_a_picture_without_text_has_no_words(reader: PPOCRReader, size: tuple[int, int]) -> None:
    assert reader.read(np.full((*size, 3), 128, dtype=np.uint8)) == ()


def test_it_reads_the_brand_on_a_carton(reader: PPOCRReader, shared_data: Path) -> None:
    photo = next((shared_data / "grocery" / "iconic-images-and-descriptions").rglob("Bravo-Apple-Juice_Iconic.jpg"))
    words = [word.text.casefold() for word in reader.read(np.asarray(Image.open(photo).convert("RGB")))]
    assert "bravo" in words


def test_it_loads_and_reads_without_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError("a model was looked for on the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    created = readers.create("ppocr-v6")
    assert [word.text for word in created.read(sign("MILK"))] == ["MILK"]
    created.close()


def test_it_says_nothing_on_the_way(reader: PPOCRReader, capfd: pytest.CaptureFixture[str]) -> None:
    reader.read(np.zeros((40, 40, 3), dtype=np.uint8))
    assert capfd.readouterr().out == ""
