"""Picture files for tests, honest and hostile."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from PIL import Image

PNG_START = b"\x89PNG\r\n\x1a\n"


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        return image


def scene(seed: int = 0, width: int = 800, height: int = 600) -> Image.Image:
    """Something like a photo: smooth shades with shapes on them, different for each seed."""
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 255, (6, 8, 3), dtype=np.uint8))
    return coarse.resize((width, height), Image.Resampling.BICUBIC)


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")


def png_claiming(width: int, height: int) -> bytes:
    """A small PNG that claims to be a large picture."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    return PNG_START + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")


def webp_claiming(width: int, height: int) -> bytes:
    """A WebP whose header claims a large canvas."""
    honest = bytearray(encoded(Image.new("RGBA", (80, 80), (1, 2, 3, 4)), "WEBP", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0"))
    assert honest[12:16] == b"VP8X"
    honest[24:27] = (width - 1).to_bytes(3, "little")
    honest[27:30] = (height - 1).to_bytes(3, "little")
    return bytes(honest)


def png_with(kind: bytes, content: bytes) -> bytes:
    """An honest PNG with one chunk more."""
    plain = encoded(scene(), "PNG")
    end_of_header = len(PNG_START) + 25
    return plain[:end_of_header] + png_chunk(kind, content) + plain[end_of_header:]


def ink_profile(lab_of: dict[tuple[int, int, int, int], tuple[int, int, int]]) -> bytes:
    """A colour profile for CMYK in which each full or missing ink gives the colour (L*, a*, b*) that is asked for.

    The smallest one there can be: a table with two points for each ink (ICC.1:2001-04, 6.5.10, lut8Type). Points that
    are not given are white.
    """
    corners = [(c, m, y, k) for c in (0, 1) for m in (0, 1) for y in (0, 1) for k in (0, 1)]
    table = bytearray()
    for corner in corners:
        lightness, a, b = lab_of.get(corner, (100, 0, 0))
        table += bytes([round(lightness * 255 / 100), a + 128, b + 128])
    curve = bytes(range(256))
    lut = struct.pack(">4s4xBBBx9i", b"mft1", 4, 3, 2, *(65536, 0, 0, 0, 65536, 0, 0, 0, 65536))
    lut += curve * 4 + bytes(table) + curve * 3
    text = b"desc\0\0\0\0\0\0\0\5test\0" + bytes(78)
    white = struct.pack(">4s4x3i", b"XYZ ", 63190, 65536, 54061)
    tags = [(b"desc", text), (b"wtpt", white), (b"A2B0", lut)]
    offset, directory, body = 128 + 4 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, content in tags:
        padded = content + bytes(-len(content) % 4)
        directory += struct.pack(">4sII", name, offset + len(body), len(content))
        body += padded
    size = 128 + len(directory) + len(body)
    header = struct.pack(
        ">I4sI4s4s4s12s4s4sI4s4sQI3i48x",
        size, b"lcms", 0x02400000, b"prtr", b"CMYK", b"Lab ", bytes(12), b"acsp", b"", 0, b"", b"", 0, 0,
        63190, 65536, 54061,
    )  # fmt: skip
    return header + directory + body
