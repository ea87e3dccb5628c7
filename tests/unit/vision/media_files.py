"""Makes media files for tests, good and hostile; each function takes a path and writes one file there."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

type Picture = NDArray[np.uint8]

RED, GREEN, BLUE, WHITE = (220, 20, 20), (20, 200, 20), (20, 20, 220), (235, 235, 235)
MILLISECOND = Fraction(1, 1000)


def quadrants(width: int = 64, height: int = 48) -> Picture:
    """A picture whose corners tell how it is turned: red, green above; blue, white below."""
    picture = np.empty((height, width, 3), np.uint8)
    picture[: height // 2, : width // 2], picture[: height // 2, width // 2 :] = RED, GREEN
    picture[height // 2 :, : width // 2], picture[height // 2 :, width // 2 :] = BLUE, WHITE
    return picture


def steady(
    picture: Picture, *, seconds: float = 2.0, rate: float = 25.0, start_ms: int = 0
) -> list[tuple[int, Picture]]:
    """The same picture at a constant frame rate."""
    return [(start_ms + round(number * 1000 / rate), picture) for number in range(round(seconds * rate))]


def moving_noise(
    *, seconds: float, rate: float = 25.0, width: int = 160, height: int = 120
) -> Iterator[tuple[int, Picture]]:
    """Pictures that do not compress well, so that the file has bytes to damage."""
    random = np.random.default_rng(7)
    texture = random.integers(0, 255, (height, width, 3), dtype=np.uint8)
    for number in range(round(seconds * rate)):
        yield round(number * 1000 / rate), np.roll(texture, number * 2, axis=1)


def write_video(
    path: Path,
    pictures: Iterable[tuple[int, Picture]],
    *,
    codec: str = "libx264",
    keyframe_every: int = 25,
    rotation: int = 0,
    is_mirrored: bool = False,
    pixel_shape: Fraction | None = None,
    sound_ms: tuple[int, int] | None = None,
    container: dict[str, str] | None = None,
) -> None:
    """Encode pictures, given with their times in milliseconds; `sound_ms` is from when to when there is sound.

    `rotation` is in degrees counter-clockwise, as a player must turn the stored picture to show it.
    """
    with av.open(str(path), "w", container_options=container or {}) as output:
        options = {"preset": "ultrafast", "bf": "0"} if codec == "libx264" else {}
        video = output.add_stream(codec, rate=25, options=options)
        video.codec_context.gop_size = keyframe_every
        video.codec_context.time_base = video.time_base = MILLISECOND
        if rotation or is_mirrored:
            video.set_display_rotation(rotation, hflip=is_mirrored)
        if pixel_shape is not None:
            video.codec_context.sample_aspect_ratio = pixel_shape
        sound = output.add_stream("aac", rate=48000) if sound_ms else None
        for at_ms, picture in pictures:
            if not video.codec_context.is_open:
                video.height, video.width = picture.shape[:2]
                video.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
            frame = av.VideoFrame.from_ndarray(picture)
            frame.pts, frame.time_base = at_ms, MILLISECOND
            output.mux(video.encode(frame))
        output.mux(video.encode())
        if sound is not None and sound_ms is not None:
            _write_sound(output, sound, *sound_ms)


def _write_sound(output: av.container.OutputContainer, sound: av.AudioStream, start_ms: int, end_ms: int) -> None:
    for first in range(start_ms * 48, end_ms * 48, 1024):
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, first, Fraction(1, 48000)
        output.mux(sound.encode(frame))
    output.mux(sound.encode())


def ordinary(path: Path, *, seconds: float = 2.0) -> None:
    """Two seconds of moving texture with sound, its index first, as phones and editors export it."""
    write_video(
        path, moving_noise(seconds=seconds), sound_ms=(0, round(seconds * 1000)), container={"movflags": "faststart"}
    )


def truncated(path: Path, share: float, *, seconds: float = 4.0) -> None:
    """An ordinary file that ends early: only the first `share` of its bytes."""
    ordinary(path, seconds=seconds)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])


def zero_length(path: Path) -> None:
    """A file without a byte."""
    path.write_bytes(b"")


def not_a_video(path: Path) -> None:
    """Text."""
    path.write_text("A recipe for apple cake: take six apples, flour, eggs and sugar.\n" * 40)


def sound_only(path: Path) -> None:
    """A file with a sound track and nothing to see."""
    with av.open(str(path), "w") as output:
        _write_sound(output, output.add_stream("aac", rate=48000), 0, 1000)


def without_pictures(path: Path) -> None:
    """A valid header that declares a picture track which holds no picture."""
    with av.open(str(path), "w", format="mp4", container_options={"movflags": "empty_moov+frag_keyframe"}) as output:
        video = output.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        output.start_encoding()


def ten_hours(path: Path) -> None:
    """Two small pictures, ten hours apart."""
    write_video(path, [(0, quadrants()), (36_000_000, quadrants())])


def ten_hours_undeclared(path: Path) -> None:
    """The same, streamed to a file that declares no duration (name it .webm)."""
    write_video(path, [(0, quadrants()), (36_000_000, quadrants())], codec="libvpx", container={"live": "1"})


def sixteen_k(path: Path) -> None:
    """One grey picture of 15360 × 8640 pixels, in two megabytes."""
    _write_jpegs(path, [(15360, 8640)])


def growing(path: Path) -> None:
    """A decompression bomb: the header and the first pictures are small, the next one has 15360 × 8640 pixels."""
    _write_jpegs(path, [(64, 48)] * 50 + [(15360, 8640)])


def _write_jpegs(path: Path, sizes: list[tuple[int, int]]) -> None:
    jpegs = {size: _jpeg(*size) for size in set(sizes)}
    with av.open(str(path), "w") as output:
        video = output.add_stream("mjpeg", rate=25)
        video.width, video.height, video.pix_fmt = *sizes[0], "yuvj420p"
        video.time_base = MILLISECOND
        output.start_encoding()
        for number, size in enumerate(sizes):
            packet = av.Packet(jpegs[size])
            packet.stream, packet.time_base, packet.is_keyframe = video, MILLISECOND, True
            packet.pts = packet.dts = number * 40
            packet.duration = 40
            output.mux(packet)


def _jpeg(width: int, height: int) -> bytes:
    """A grey JPEG: a small one's header with another size, and as many grey blocks as that size needs.

    With the standard Huffman tables a block of 16 × 16 grey pixels takes four bytes: no difference to the block before
    and no detail, for four squares of brightness (00 1010) and two of colour (00 00).
    """
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 64, 48, "yuvj420p"
    encoder.time_base, encoder.options = MILLISECOND, {"huffman": "default"}
    frame = av.VideoFrame.from_ndarray(quadrants(64, 48)).reformat(format="yuvj420p")
    jpeg = b"".join(bytes(packet) for packet in (*encoder.encode(frame), *encoder.encode(None)))
    size_at, scan_at = jpeg.index(b"\xff\xc0") + 5, jpeg.index(b"\xff\xda") + 14
    header = jpeg[:size_at] + struct.pack(">HH", height, width) + jpeg[size_at + 4 : scan_at]
    return header + bytes.fromhex("28a28a00") * (-(-width // 16) * -(-height // 16)) + b"\xff\xd9"


def thousand_pictures_a_second(path: Path) -> None:
    """A quarter of a second at 1000 pictures a second."""
    write_video(path, steady(quadrants(), seconds=0.25, rate=1000))


def many_pictures(path: Path, count: int = 3000) -> None:
    """Very many tiny pictures in a few kilobytes."""
    write_video(path, steady(quadrants(16, 16), seconds=count / 200, rate=200), keyframe_every=count)


def hls_playlist(path: Path, segment: str) -> None:
    """A playlist whose only segment is `segment`, an address or a path."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:10", "#EXTINF:10.0,", segment, "#EXT-X-ENDLIST", ""]
    path.write_text("\n".join(lines))


def dash_manifest(path: Path, base: str) -> None:
    """A DASH manifest whose media lies at `base`."""
    profile = "urn:mpeg:dash:profile:isoff-on-demand:2011"
    path.write_text(
        f'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" profiles="{profile}"'
        ' mediaPresentationDuration="PT10S"><Period><AdaptationSet mimeType="video/mp4">'
        f'<Representation id="1" bandwidth="1000" width="64" height="48"><BaseURL>{base}</BaseURL></Representation>'
        "</AdaptationSet></Period></MPD>"
    )


def concat_script(path: Path, other: str) -> None:
    """A script that makes FFmpeg's concat reader open the file `other`."""
    path.write_text(f"ffconcat version 1.0\nfile {other}\n")


def session_description(path: Path, port: int) -> None:
    """An SDP file that invites to a stream from the network."""
    lines = ["v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=x", "c=IN IP4 127.0.0.1", "t=0 0", f"m=video {port} RTP/AVP 96"]
    path.write_text("\r\n".join([*lines, "a=rtpmap:96 H264/90000", ""]))


def drawing(path: Path, address: str) -> None:
    """An SVG that loads a picture from `address`."""
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="64" height="48">'
        f'<image xlink:href="{address}" width="64" height="48"/></svg>'
    )
