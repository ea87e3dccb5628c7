"""Thousands of damaged pictures: only our own words come out, in bounded memory, and what is taken is a picture.

The mutator has a fixed seed, so that a failure comes again. The pictures go through the real child process.
"""

import io
import random

import pytest
from PIL import Image

from catalog.photos.cleaning import UnreadablePhoto, clean_photo
from catalog.photos.decoding import Flaw, Flawed
from catalog.photos.sandbox import PhotoDecoder
from tests.catalog.pictures import encoded, opened, scene

SMALL = scene(3, 120, 90)
HONEST = {
    "jpeg": encoded(SMALL, "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0"),
    "progressive": encoded(SMALL, "JPEG", progressive=True),
    "cmyk": encoded(SMALL.convert("CMYK"), "JPEG"),
    "png": encoded(SMALL, "PNG"),
    "palette": encoded(SMALL.quantize(16), "PNG", transparency=0),
    "grey": encoded(Image.frombytes("I;16", (90, 80), random.Random(0).randbytes(2 * 90 * 80)), "PNG"),
    "webp": encoded(SMALL, "WEBP"),
    "lossless": encoded(SMALL.convert("RGBA"), "WEBP", lossless=True, exif=b"Exif\0\0II*\0\x08\0\0\0\0\0"),
}
PICTURES_OF_A_KIND = 250


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Change, cut out, double or cut off some of the bytes, mostly at the beginning, where headers are."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        last = len(changed) - 1
        at = min(int(chance.expovariate(1 / 60)), last) if chance.random() < 0.7 else chance.randint(0, last)
        kind = chance.random()
        if kind < 0.5:
            changed[at] = chance.randrange(256)
        elif kind < 0.65:
            changed[at : at + 4] = chance.choice([b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff", b"\0\0\xff\xff"])
        elif kind < 0.8:
            del changed[at : at + chance.randint(1, 40)]
        elif kind < 0.95:
            changed[at:at] = changed[at : at + chance.randint(1, 200)]
        else:
            del changed[at + 20 :]
    return bytes(changed)


@pytest.mark.parametrize("kind", HONEST)
def test_a_damaged_picture_is_a_photo_or_has_a_flaw(kind: str) -> None:
    chance = random.Random(kind)
    outcomes = {"taken": 0, "refused": 0}
    with PhotoDecoder(address_space_bytes=512 * 2**20, wall_clock_s=10) as decoder:
        assert decoder.decode(HONEST[kind]).width in {120, 90}
        for _ in range(PICTURES_OF_A_KIND):
            try:
                photo = clean_photo(io.BytesIO(mutated(HONEST[kind], chance)), decoder)
            except UnreadablePhoto as error:
                outcomes["refused"] += str(error).endswith(".")
            else:
                assert opened(photo.jpeg).size == (photo.width, photo.height)
                outcomes["taken"] += 1
    assert sum(outcomes.values()) == PICTURES_OF_A_KIND
    assert min(outcomes.values()) > 0, f"the mutator is too weak or too strong: {outcomes}"


def test_random_bytes_behind_every_magic_number_have_a_flaw() -> None:
    chance = random.Random(7)
    with PhotoDecoder() as decoder:
        for start in (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x10\0\0\0WEBPVP8 ", b"RIFF\x10\0\0\0WEBPVP8X", b""):
            for _ in range(40):
                with pytest.raises(Flawed) as caught:
                    decoder.decode(start + chance.randbytes(chance.randint(0, 3000)))
                assert caught.value.flaw in Flaw
