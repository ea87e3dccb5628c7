"""What comes out of a picture file: upright, on white, in true colours, without anything but the picture."""

import io
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from catalog.photos.decoding import Flaw, Flawed, decode
from catalog.photos.likeness import distance
from tests.catalog.pictures import (
    encoded,
    ink_profile,
    opened,
    png_claiming,
    png_with,
    scene,
    webp_claiming,
)


def colour(content: bytes, at: tuple[int, int] | None = None) -> tuple[int, int, int]:
    photo = opened(decode(content).jpeg)
    return photo.getpixel(at or (photo.width // 2, photo.height // 2))


def is_near(one: tuple[int, ...], other: tuple[int, ...], by: int = 6) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= by


def flaw_of(content: bytes) -> Flaw:
    with pytest.raises(Flawed) as caught:
        decode(content)
    return caught.value.flaw


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_it_reads_what_shops_export(kind: str) -> None:
    photo = decode(encoded(Image.new("RGB", (80, 60), "red"), kind))

    assert opened(photo.jpeg).format == "JPEG"
    assert (photo.width, photo.height, photo.original_long_side) == (80, 60, 80)


def test_it_shrinks_a_large_photo() -> None:
    photo = decode(encoded(Image.new("RGB", (4000, 2000)), "JPEG"))

    assert opened(photo.jpeg).size == (photo.width, photo.height) == (1600, 800)
    assert photo.original_long_side == 4000


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_it_puts_a_transparent_product_on_white(mode: str) -> None:
    clear = Image.new("RGBA", (80, 80), (255, 0, 0, 0)).convert(mode)

    assert min(colour(encoded(clear, "PNG"))) > 250


def test_it_puts_a_palette_with_a_transparent_colour_on_white() -> None:
    image = Image.new("P", (80, 80), 1)
    image.putpalette([0, 0, 0, 200, 30, 40])
    image.paste(0, (0, 0, 20, 20))
    content = encoded(image, "PNG", transparency=0)

    assert is_near(colour(content, (5, 5)), (255, 255, 255))
    assert is_near(colour(content, (60, 60)), (200, 30, 40))


def test_it_turns_a_sideways_photo_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    sideways = Image.new("RGB", (120, 80), "white")
    sideways.paste("red", (0, 0, 40, 80))
    photo = opened(decode(encoded(sideways, "JPEG", exif=exif, quality=95)).jpeg)

    assert photo.size == (80, 120)
    assert is_near(photo.getpixel((40, 10)), (254, 0, 0))


def test_broken_notes_about_a_photo_do_not_make_it_unreadable() -> None:
    content = encoded(scene(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff nonsense")

    assert decode(content).width == 800


def test_a_photo_with_sixteen_bits_a_channel_keeps_its_shades() -> None:
    shades = np.full((80, 80), 0x4000, np.uint16)

    assert is_near(colour(encoded(Image.fromarray(shades), "PNG")), (64, 64, 64))


def test_a_cmyk_photo_without_a_profile_gets_plain_colours() -> None:
    red_ink = Image.new("CMYK", (80, 80), (0, 255, 255, 0))

    assert is_near(colour(encoded(red_ink, "JPEG", quality=95)), (255, 0, 0), by=10)
    assert is_near(colour(encoded(Image.new("CMYK", (80, 80)), "JPEG")), (255, 255, 255))


def test_a_cmyk_photo_is_converted_through_its_own_profile() -> None:
    """With these inks magenta and yellow together are a green, which no plain conversion would give."""
    profile = ink_profile({(0, 1, 1, 0): (60, -60, 50)})
    image = Image.new("CMYK", (80, 80), (0, 255, 255, 0))

    red, green, blue = colour(encoded(image, "JPEG", quality=95, icc_profile=profile))

    assert green > 130
    assert red < 60
    assert blue < 90


def test_a_photo_in_another_rgb_is_brought_to_srgb() -> None:
    """A profile whose primaries are swapped makes red files look blue; we keep what it says, not the numbers."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    red, blue = srgb.index(b"rXYZ"), srgb.index(b"bXYZ")
    swapped = bytearray(srgb)
    swapped[red : red + 4], swapped[blue : blue + 4] = b"bXYZ", b"rXYZ"
    content = encoded(Image.new("RGB", (80, 80), (255, 0, 0)), "PNG", icc_profile=bytes(swapped))

    assert is_near(colour(content), (0, 0, 255), by=12)


def test_a_profile_that_does_not_fit_is_left_alone() -> None:
    for profile in (ink_profile({}), b"not a profile", b""):
        content = encoded(Image.new("RGB", (80, 80), (200, 30, 40)), "JPEG", icc_profile=profile, quality=95)
        assert is_near(colour(content), (200, 30, 40))


def test_a_grey_photo_stays_grey() -> None:
    assert is_near(colour(encoded(Image.new("L", (80, 80), 90), "JPEG")), (90, 90, 90))
    assert is_near(colour(encoded(Image.new("1", (80, 80), 1), "PNG")), (255, 255, 255))


def test_a_phone_s_photo_with_a_second_picture_in_it_is_no_animation() -> None:
    content = encoded(scene(1), "MPO", save_all=True, append_images=[scene(2)])

    assert decode(content).width == 800


def test_nothing_of_the_file_s_own_bytes_survives() -> None:
    script = b"<script>alert(1)</script>"
    exif = Image.Exif()
    exif[0x010E] = script.decode()
    files = [
        encoded(scene(), "JPEG") + script,
        encoded(scene(), "JPEG", comment=script),
        encoded(scene(), "JPEG", exif=exif),
        encoded(scene(), "JPEG", xmp=script),
        encoded(scene(), "WEBP", xmp=script, exif=exif),
        png_with(b"tEXt", b"Comment\0" + script),
        encoded(scene(), "PNG") + b"PK\x03\x04" + script,
    ]
    for content in files:
        assert script in content
        assert script not in decode(content).jpeg
        assert b"PK\x03\x04" not in decode(content).jpeg


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        (b"", Flaw.EMPTY),
        (png_claiming(50_000, 50_000), Flaw.TOO_MANY_PIXELS),
        (png_claiming(9_000, 9_000), Flaw.TOO_MANY_PIXELS),
        (webp_claiming(16_383, 16_383), Flaw.TOO_MANY_PIXELS),
        (encoded(Image.new("RGB", (63, 40)), "PNG"), Flaw.TOO_SMALL),
        (encoded(scene(1), "WEBP", save_all=True, append_images=[scene(2)]), Flaw.ANIMATED),
        (encoded(scene(1), "PNG", save_all=True, append_images=[scene(2)]), Flaw.ANIMATED),
        (encoded(scene(), "JPEG")[:3000], Flaw.BROKEN_OFF),
        (encoded(scene(), "PNG")[:3000], Flaw.BROKEN_OFF),
        (encoded(scene(), "WEBP")[:3000], Flaw.UNREADABLE),
        (png_with(b"zTXt", b"x\0\0" + zlib.compress(bytes(50 * 2**20))), Flaw.HIDDEN_DATA),
        (png_with(b"iCCP", b"x\0\0" + zlib.compress(bytes(50 * 2**20))), Flaw.HIDDEN_DATA),
        (encoded(scene(), "JPEG", icc_profile=bytes(5 * 2**20)), Flaw.HIDDEN_DATA),
        (encoded(scene(), "JPEG")[:3], Flaw.UNREADABLE),
    ],
    ids=[
        "empty", "huge PNG", "large PNG", "huge WebP", "tiny", "moving WebP", "moving PNG", "half a JPEG", "half a PNG",
        "half a WebP", "text bomb", "profile bomb", "huge profile", "three bytes",
    ],
)  # fmt: skip
def test_it_says_what_is_wrong(content: bytes, flaw: Flaw) -> None:
    assert flaw_of(content) == flaw


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        (b"\xef\xbb\xbf<svg/>", "image/svg+xml"),
        (encoded(scene(), "GIF"), "image/gif"),
        (encoded(scene(), "TIFF"), "image/tiff"),
        (encoded(scene(), "BMP"), "image/bmp"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic"),
        (b"<!DOCTYPE html><html><img src=x></html>", "text/html"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"PK\x03\x04" + bytes(40), "application/zip"),
        (b"#!/bin/sh\necho", "text/plain"),
        (bytes(100), "application/octet-stream"),
    ],
)
def test_it_names_the_kind_of_a_file_that_is_no_photo(content: bytes, kind: str) -> None:
    with pytest.raises(Flawed) as caught:
        decode(content)
    assert (caught.value.flaw, caught.value.detail) == (Flaw.WRONG_KIND, kind)


def test_copies_of_a_photo_stay_alike_and_another_photo_does_not() -> None:
    for seed in range(10):
        photo = scene(seed)
        original = decode(encoded(photo, "PNG")).perceptual_hash
        copies = [
            encoded(photo, "JPEG", quality=40),
            encoded(photo.resize((300, 225)), "JPEG"),
            encoded(photo.resize((1700, 1275)), "WEBP", quality=70),
            encoded(photo.point(lambda value: value * 0.8), "JPEG"),
        ]
        assert max(distance(original, decode(copy).perceptual_hash) for copy in copies) <= 3
        assert distance(original, decode(encoded(scene(seed + 100), "JPEG")).perceptual_hash) > 16


def test_a_photo_that_was_made_here_goes_in_again() -> None:
    once = decode(encoded(scene(), "PNG"))
    twice = decode(once.jpeg)

    assert io.BytesIO(twice.jpeg).getbuffer().nbytes > 0
    assert distance(once.perceptual_hash, twice.perceptual_hash) <= 1
