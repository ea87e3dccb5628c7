"""Product photos come in re-encoded, or with a message their owner understands."""

import io
import zlib

import pytest
from PIL import Image

from catalog import listeners
from catalog.models import ProductImage
from catalog.services import MAX_PHOTO_BYTES, UnreadablePhoto, add_photos, clean_photo
from tests import factories


def encoded(image: Image.Image, kind: str, **options: object) -> io.BytesIO:
    out = io.BytesIO()
    image.save(out, kind, **options)
    out.seek(0)
    return out


def bomb_png(width: int, height: int) -> io.BytesIO:
    """A small PNG whose picture would fill gigabytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    data = zlib.compress(bytes(1000))
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", data), chunk(b"IEND", b""))
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_it_reads_what_shops_export(kind: str) -> None:
    photo = clean_photo(encoded(Image.new("RGB", (40, 30), "red"), kind))

    with Image.open(io.BytesIO(photo.jpeg)) as image:
        assert (image.format, image.size) == ("JPEG", (40, 30))


def test_it_shrinks_a_large_photo() -> None:
    photo = clean_photo(encoded(Image.new("RGB", (4000, 2000)), "JPEG"))

    with Image.open(io.BytesIO(photo.jpeg)) as image:
        assert image.size == (1600, 800)


def test_it_puts_a_transparent_product_on_white() -> None:
    photo = clean_photo(encoded(Image.new("RGBA", (20, 20), (255, 0, 0, 0)), "PNG"))

    with Image.open(io.BytesIO(photo.jpeg)) as image:
        assert min(image.getpixel((10, 10))) > 250


def test_it_turns_a_sideways_photo_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    photo = clean_photo(encoded(Image.new("RGB", (40, 20)), "JPEG", exif=exif))

    with Image.open(io.BytesIO(photo.jpeg)) as image:
        assert image.size == (20, 40)


def test_it_reads_a_cmyk_photo() -> None:
    photo = clean_photo(encoded(Image.new("CMYK", (20, 20)), "JPEG"))

    with Image.open(io.BytesIO(photo.jpeg)) as image:
        assert image.mode == "RGB"


def test_nothing_of_the_uploaded_bytes_survives() -> None:
    source = encoded(Image.new("RGB", (20, 20)), "JPEG")
    polyglot = io.BytesIO(source.getvalue() + b"<script>alert(1)</script>")

    assert b"<script>" not in clean_photo(polyglot).jpeg


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not a readable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a readable"),
        (encoded(Image.new("RGB", (9, 9)), "GIF").getvalue(), "not a readable"),
        (encoded(Image.new("RGB", (99, 99)), "JPEG").getvalue()[:200], "not a readable"),
        (bomb_png(50_000, 50_000).getvalue(), "not a readable|at most 40 million"),
        (bomb_png(9_000, 9_000).getvalue(), "9000 × 9000 pixels; at most 40 million"),
        (bytes(MAX_PHOTO_BYTES + 1), "larger than 20 MB"),
    ],
    ids=["empty", "svg", "gif", "broken off", "huge bomb", "bomb", "too many bytes"],
)
def test_it_says_why_a_file_is_no_photo(content: bytes, says: str) -> None:
    with pytest.raises(UnreadablePhoto, match=says):
        clean_photo(io.BytesIO(content))


@pytest.mark.django_db
def test_one_bad_photo_keeps_the_others_from_being_saved() -> None:
    product = factories.product(photos=0)

    with pytest.raises(UnreadablePhoto):
        add_photos(product=product, sources=[io.BytesIO(factories.jpeg()), io.BytesIO(b"no photo")])

    assert not ProductImage.objects.exists()


@pytest.mark.django_db
def test_the_same_photo_twice_is_kept_once() -> None:
    product = factories.product(photos=0)

    add_photos(product=product, sources=[io.BytesIO(factories.jpeg()), io.BytesIO(factories.jpeg())])
    add_photos(product=product, sources=[io.BytesIO(factories.jpeg())])

    assert product.images.count() == 1


@pytest.mark.django_db
def test_it_tells_who_wants_to_know_of_new_photos_after_the_commit(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
) -> None:
    told: list[list[int]] = []
    monkeypatch.setattr(listeners, "_images_changed", [lambda keys: told.append(list(keys))])
    product = factories.product(photos=0)

    with django_capture_on_commit_callbacks(execute=True):
        images = add_photos(product=product, sources=[io.BytesIO(factories.jpeg())])
        assert told == []

    assert told == [[image.pk for image in images]]
