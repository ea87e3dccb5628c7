"""Photos come in re-encoded by a confined process, or with a message their owner understands."""

import hashlib
import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from catalog.photos import sandbox
from catalog.photos.cleaning import MAX_PHOTO_BYTES, UnreadablePhoto, clean_photo
from catalog.photos.decoding import Flaw, Flawed
from catalog.photos.sandbox import DecoderUnavailable, PhotoDecoder
from tests.catalog.pictures import encoded, opened, png_claiming, scene, webp_claiming


def message_about(content: bytes) -> str:
    with pytest.raises(UnreadablePhoto) as caught:
        clean_photo(io.BytesIO(content))
    return str(caught.value)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux says so")
def test_a_process_that_decodes_can_never_win_privileges() -> None:
    code = "confine(2**30); print(open('/proc/self/status').read())"
    code = f"from catalog.photos.sandbox import confine; {code}"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert "NoNewPrivs:\t1" in said


def test_a_process_that_computes_too_long_ends_with_a_signal_that_says_so() -> None:
    code = "from catalog.photos import sandbox; sandbox._CPU_S = 1; sandbox.confine(2**30)\nwhile True: pass"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGXCPU


def test_a_photo_comes_back_made_anew_with_the_hash_of_the_file_that_came_in() -> None:
    content = encoded(scene(), "PNG")

    photo = clean_photo(io.BytesIO(content))

    assert opened(photo.jpeg).size == (photo.width, photo.height) == (800, 600)
    assert photo.sha256 == hashlib.sha256(content).hexdigest()
    assert photo.warning == ""


def test_a_small_photo_is_taken_with_a_warning() -> None:
    photo = clean_photo(io.BytesIO(encoded(scene(width=599, height=300), "JPEG")))

    assert photo.warning == ("The photo is small: 599 × 300 pixels. Use one with at least 600 on the longer side.")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty. Choose it again, or export it again."),
        (bytes(MAX_PHOTO_BYTES + 1), "The photo is larger than 20 MB. Save it smaller."),
        (
            png_claiming(8_000, 8_000),
            "The photo has 8000 × 8000 pixels; at most 40 million are accepted. Save it smaller.",
        ),
        (
            png_claiming(50_000, 50_000),
            "The photo has far more than the 40 million pixels that are accepted. Save it smaller.",
        ),
        (
            webp_claiming(16_383, 16_383),
            "The photo has far more than the 40 million pixels that are accepted. Save it smaller.",
        ),
        (
            encoded(Image.new("RGB", (20, 10)), "PNG"),
            "The photo has only 20 × 10 pixels. The longer side needs at least 64; 600 or more look good.",
        ),
        (
            encoded(scene(1), "WEBP", save_all=True, append_images=[scene(2)]),
            "The picture is animated. Export one frame of it as JPEG or PNG.",
        ),
        (
            encoded(scene(), "JPEG")[:3000],
            "The picture breaks off: the file is not complete. Copy or export it again.",
        ),
        (
            encoded(scene(), "JPEG", icc_profile=bytes(5 * 2**20)),
            "The file carries very much hidden text or a very large colour profile. Export it again without metadata.",
        ),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            "This is an SVG drawing, which is not accepted. Save it as JPEG or PNG.",
        ),
        (encoded(scene(), "GIF"), "This is a GIF, which is not accepted. Save one frame of it as JPEG or PNG."),
        (b"<html>", "This is a web page, not a photo. Use the photo's own address or file."),
        (b"?", "The file is not a readable JPEG, PNG or WebP photo. Save it as one of these."),
        (
            encoded(scene(), "WEBP")[:3000],
            "The file is not a readable JPEG, PNG or WebP photo; it is damaged. Export it again.",
        ),
    ],
    ids=[
        "empty", "too many bytes", "large", "huge", "huge WebP", "tiny", "animated", "broken off", "huge profile",
        "svg", "gif", "web page", "text", "damaged",
    ],
)  # fmt: skip
def test_it_says_what_is_wrong_and_what_to_do(content: bytes, says: str) -> None:
    assert message_about(content) == says


def test_every_flaw_has_its_words() -> None:
    from catalog.photos.cleaning import message_of

    words = {message_of(Flawed(flaw)) for flaw in Flaw}

    assert len(words) == len(Flaw)
    assert not any("%" in word for word in words)


def test_one_process_decodes_many_photos_and_a_bad_one_does_not_stop_it() -> None:
    with PhotoDecoder() as decoder:
        first = decoder.decode(encoded(scene(1), "JPEG"))
        with pytest.raises(Flawed):
            decoder.decode(b"nonsense")
        assert decoder.decode(encoded(scene(1), "JPEG")) == first


def test_a_photo_that_takes_too_much_memory_is_refused_and_the_next_one_is_read() -> None:
    hungry = encoded(Image.new("RGBA", (6000, 6000)), "PNG")
    with PhotoDecoder(address_space_bytes=256 * 2**20) as decoder:
        with pytest.raises(Flawed) as caught:
            decoder.decode(hungry)
        assert caught.value.flaw == Flaw.TOO_COSTLY
        assert decoder.decode(encoded(scene(), "JPEG")).width == 800
    with PhotoDecoder() as decoder:
        assert decoder.decode(hungry).width == 1600


def test_a_photo_that_takes_too_long_is_refused_and_its_process_killed() -> None:
    slow = encoded(Image.new("RGBA", (6000, 6000)), "PNG")
    with PhotoDecoder(wall_clock_s=0.01) as decoder:
        with pytest.raises(Flawed) as caught:
            decoder.decode(slow)
        assert caught.value.flaw == Flaw.TOO_COSTLY
        assert decoder._child is None


def test_a_fresh_process_takes_over_after_some_photos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_PHOTOS_A_CHILD", 2)
    photo = encoded(scene(width=80, height=60), "JPEG")
    children = []
    with PhotoDecoder() as decoder:
        for _ in range(3):
            decoder.decode(photo)
            children.append(decoder._child.pid)
    assert children[0] == children[1] != children[2]


def test_the_process_ends_with_its_block() -> None:
    with PhotoDecoder() as decoder:
        decoder.decode(encoded(scene(), "JPEG"))
        child = decoder._child
    assert child.returncode is not None


def test_a_machine_that_cannot_decode_does_not_blame_the_photo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")

    with pytest.raises(DecoderUnavailable, match="ended with code 1 before its first photo"):
        clean_photo(io.BytesIO(encoded(scene(), "JPEG")))


def test_the_process_is_confined_and_knows_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that runs other code in the decoder's place, as a hole in a decoder would, finds nothing to use."""
    monkeypatch.setenv("SECRET_KEY", "very secret")
    probe = tmp_path / "sitecustomize.py"
    probe.write_text(
        "import atexit, os, sys\n"
        "from catalog.photos import decoding\n"
        "def probe(content):\n"
        "    said = []\n"
        "    said.append(str('SECRET_KEY' in os.environ))\n"
        "    try:\n"
        f"        with open({str(tmp_path / 'written')!r}, 'wb', 0) as file: file.write(b'x')\n"
        "        said.append('wrote')\n"
        "    except OSError: said.append('no writing')\n"
        "    raise decoding.Flawed(decoding.Flaw.WRONG_KIND, ' '.join(said))\n"
        "decoding.decode = probe\n"
    )
    real_root = sandbox._PACKAGE_ROOT
    monkeypatch.setattr(sandbox, "_PACKAGE_ROOT", Path(f"{tmp_path}{os.pathsep}{real_root}"))

    with PhotoDecoder() as decoder, pytest.raises(Flawed) as caught:
        decoder.decode(b"anything")

    assert caught.value.detail == "False no writing"
