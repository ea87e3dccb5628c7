"""What `media` reads from good files and refuses of bad ones; every file is made here."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from threading import Thread

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagging.vision.media import MediaLimits, Sampler, probe, sample_frames
from tagging.vision.media_source import Orientation
from tagging.vision.types import Frame, UnreadableMedia

from . import media_files as make


def sampled(path: Path, **options: object) -> list[Frame]:
    return list(sample_frames(path, **options))


def corners(frame: Frame) -> list[str]:
    """The colours of the upper left, upper right, lower left and lower right corners."""
    height, width = frame.image.shape[:2]
    places = [
        (height // 5, width // 5),
        (height // 5, -width // 5),
        (-height // 5, width // 5),
        (-height // 5, -width // 5),
    ]
    names = {"red": make.RED, "green": make.GREEN, "blue": make.BLUE, "white": make.WHITE}
    return [
        min(names, key=lambda name: sum(abs(int(a) - b) for a, b in zip(frame.image[place], names[name], strict=True)))
        for place in places
    ]


def test_it_says_what_an_ordinary_video_is(tmp_path: Path) -> None:
    make.write_video(tmp_path / "a.mp4", make.steady(make.quadrants(), seconds=2.0, rate=25))
    info = probe(tmp_path / "a.mp4")
    assert (info.duration_ms, info.width, info.height, info.frame_rate) == (2000, 64, 48, 25.0)
    assert (info.codec, info.container) == ("h264", "mov")


@pytest.mark.parametrize(
    ("name", "codec"), [("a.mp4", "libx264"), ("a.mkv", "libx264"), ("a.webm", "libvpx"), ("a.mov", "mjpeg")]
)
def test_it_samples_twice_a_second_in_each_usual_container(tmp_path: Path, name: str, codec: str) -> None:
    make.write_video(tmp_path / name, make.steady(make.quadrants(), seconds=2.0, rate=25), codec=codec)
    frames = sampled(tmp_path / name)
    assert [frame.at_ms for frame in frames] == [0, 520, 1000, 1520]
    assert all(corners(frame) == ["red", "green", "blue", "white"] for frame in frames)


@pytest.mark.parametrize(
    ("rotation", "is_mirrored", "upright"),
    [
        (0, False, ["red", "green", "blue", "white"]),
        (90, False, ["green", "white", "red", "blue"]),
        (180, False, ["white", "blue", "green", "red"]),
        (270, False, ["blue", "red", "white", "green"]),
        (0, True, ["green", "red", "white", "blue"]),
    ],
)
def test_it_turns_pictures_upright(tmp_path: Path, rotation: int, is_mirrored: bool, upright: list[str]) -> None:
    path = tmp_path / "turned.mp4"
    make.write_video(path, make.steady(make.quadrants()), rotation=rotation, is_mirrored=is_mirrored)
    info, frame = probe(path), sampled(path)[0]
    assert corners(frame) == upright
    assert (info.width, info.height) == ((48, 64) if rotation in (90, 270) else (64, 48))
    assert frame.image.shape == (info.height, info.width, 3)


@pytest.mark.parametrize(("shape", "width"), [(Fraction(4, 3), 85), (Fraction(3, 4), 48), (Fraction(2, 1), 128)])
def test_it_shows_pixels_that_are_not_square_as_they_are_meant(tmp_path: Path, shape: Fraction, width: int) -> None:
    make.write_video(tmp_path / "a.mp4", make.steady(make.quadrants()), pixel_shape=shape)
    assert probe(tmp_path / "a.mp4").width == width
    assert sampled(tmp_path / "a.mp4")[0].image.shape == (48, width, 3)


def test_it_stretches_before_it_turns(tmp_path: Path) -> None:
    make.write_video(tmp_path / "a.mp4", make.steady(make.quadrants()), pixel_shape=Fraction(2, 1), rotation=90)
    assert sampled(tmp_path / "a.mp4")[0].image.shape == (128, 48, 3)


def test_it_scales_down_to_the_long_side_and_never_up(tmp_path: Path) -> None:
    make.write_video(tmp_path / "a.mp4", make.steady(make.quadrants(640, 360)))
    assert sampled(tmp_path / "a.mp4", long_side=320)[0].image.shape == (180, 320, 3)
    assert sampled(tmp_path / "a.mp4", long_side=1280)[0].image.shape == (360, 640, 3)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_it_keeps_the_times_of_a_variable_frame_rate(tmp_path: Path, name: str) -> None:
    times = [0, 33, 66, 499, 503, 1501, 1517, 3007, 3040]
    make.write_video(tmp_path / name, [(at_ms, make.quadrants()) for at_ms in times])
    assert [frame.at_ms for frame in sampled(tmp_path / name)] == [0, 503, 1501, 3007]


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_its_clock_starts_with_the_earliest_stream(tmp_path: Path, name: str) -> None:
    pictures = make.steady(make.quadrants(), start_ms=703)
    make.write_video(tmp_path / name, pictures, sound_ms=(0, 2700), keyframe_every=1000)
    assert [frame.at_ms for frame in sampled(tmp_path / name)] == [703, 1023, 1503, 2023, 2503]


def test_its_clock_starts_at_zero_when_the_whole_file_starts_late(tmp_path: Path) -> None:
    make.write_video(tmp_path / "a.mkv", make.steady(make.quadrants(), start_ms=5017))
    assert [frame.at_ms for frame in sampled(tmp_path / "a.mkv")] == [0, 520, 1000, 1520]
    assert probe(tmp_path / "a.mkv").duration_ms == 2000


def test_it_measures_a_duration_that_the_file_does_not_declare(tmp_path: Path) -> None:
    pictures = make.steady(make.quadrants())
    make.write_video(tmp_path / "a.webm", pictures, codec="libvpx", container={"live": "1"})
    assert probe(tmp_path / "a.webm").duration_ms == 2000


def test_it_adds_a_keyframe_that_an_encoder_put_between_samples(tmp_path: Path) -> None:
    make.write_video(tmp_path / "a.mp4", make.steady(make.quadrants(), seconds=2.0), keyframe_every=18)
    frames = sampled(tmp_path / "a.mp4")
    assert [(frame.at_ms, frame.is_keyframe) for frame in frames] == [
        (0, True), (520, False), (720, True), (1000, False), (1440, True), (1520, False),
    ]  # fmt: skip


def test_decoding_keyframes_alone_gives_the_same_pictures_when_they_are_dense(tmp_path: Path) -> None:
    make.write_video(tmp_path / "a.mp4", make.moving_noise(seconds=4.0), keyframe_every=5)
    frames = sampled(tmp_path / "a.mp4")
    assert [frame.at_ms for frame in frames] == [0, 600, 1000, 1600, 2000, 2600, 3000, 3600]
    assert all(frame.is_keyframe for frame in frames)


def test_it_believes_the_content_not_the_name(tmp_path: Path) -> None:
    make.write_video(tmp_path / "a.mp4", make.steady(make.quadrants()))
    renamed = (tmp_path / "a.mp4").rename(tmp_path / "holiday.jpg")
    assert len(sampled(renamed)) == 4


REFUSED: list[tuple[Callable[[Path], None], str]] = [
    (make.zero_length, "empty"),
    (make.not_a_video, "not a video"),
    (make.sound_only, "sound only"),
    (make.without_pictures, "no pictures"),
    (make.ten_hours, "10.0 hours long; at most 4 hours"),
    (make.sixteen_k, "15360 × 8640 pixels"),
    (make.thousand_pictures_a_second, "pictures a second; at most 240"),
    (lambda path: make.truncated(path, 0.0005), "ends before the first picture"),
    (lambda path: make.truncated(path, 0.1), "breaks off at 0.0 s"),
    (lambda path: make.truncated(path, 0.5), "breaks off at 1.9 s"),
    (lambda path: make.truncated(path, 0.999), "breaks off at 4.0 s"),
]


@pytest.mark.parametrize(("write", "message"), REFUSED)
def test_it_refuses_before_decoding_and_says_why(tmp_path: Path, write: Callable[[Path], None], message: str) -> None:
    write(tmp_path / "a.mp4")
    with pytest.raises(UnreadableMedia, match=message):
        probe(tmp_path / "a.mp4")
    with pytest.raises(UnreadableMedia, match=message):
        sampled(tmp_path / "a.mp4")


def test_it_refuses_ten_hours_that_the_header_does_not_declare(tmp_path: Path) -> None:
    make.ten_hours_undeclared(tmp_path / "a.webm")
    with pytest.raises(UnreadableMedia, match=r"10\.0 hours long"):
        probe(tmp_path / "a.webm")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.85])
def test_it_refuses_a_file_without_an_index_that_breaks_off_while_reading(tmp_path: Path, share: float) -> None:
    make.truncated(tmp_path / "a.mkv", share, seconds=8.0)
    with pytest.raises(UnreadableMedia, match=r"breaks off at \d\.\d s"):
        sampled(tmp_path / "a.mkv")


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_it_stops_at_a_picture_that_grows_beyond_the_limit(tmp_path: Path, name: str) -> None:
    make.growing(tmp_path / name)
    assert probe(tmp_path / name).width == 64
    with pytest.raises(UnreadableMedia, match=r"breaks off at 2\.0 s"):
        sampled(tmp_path / name)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_it_stops_at_too_many_pictures_whatever_the_header_says(tmp_path: Path, name: str) -> None:
    make.many_pictures(tmp_path / name, count=600)
    with pytest.raises(UnreadableMedia, match="more than 500 pictures"):
        sampled(tmp_path / name, limits=MediaLimits(max_frames=500))


def test_it_refuses_a_file_that_is_too_large(tmp_path: Path) -> None:
    with (tmp_path / "a.mp4").open("wb") as file:
        file.truncate(2_000_000)
    with pytest.raises(UnreadableMedia, match=r"at most 0\.0 GB are allowed"):
        probe(tmp_path / "a.mp4", MediaLimits(max_file_bytes=1_000_000))


def test_it_refuses_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    for path in (tmp_path, tmp_path / "pipe.mp4", tmp_path / "absent.mp4"):
        with pytest.raises(UnreadableMedia):
            probe(path)


@pytest.fixture
def canary() -> Iterator[socket.socket]:
    """A listening socket on this machine that a media file must not make anyone connect to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        yield server


@contextmanager
def hang_up(server: socket.socket) -> Iterator[list[bytes]]:
    """Accept one connection, keep what it asks for, and close it."""
    requests: list[bytes] = []

    def answer() -> None:
        with server.accept()[0] as connection:
            requests.append(connection.recv(4096))

    thread = Thread(target=answer)
    thread.start()
    yield requests
    thread.join()


def test_the_same_playlist_does_reach_the_network_without_our_guards(tmp_path: Path, canary: socket.socket) -> None:
    canary.settimeout(10)
    make.hls_playlist(tmp_path / "a.m3u8", f"http://127.0.0.1:{canary.getsockname()[1]}/a.mp4")
    with hang_up(canary) as requests, (tmp_path / "a.m3u8").open("rb") as file, suppress(av.FFmpegError):
        av.open(file)
    assert requests[0].startswith(b"GET /a.mp4")


def test_the_same_script_does_open_its_neighbour_without_our_guards(tmp_path: Path) -> None:
    make.write_video(tmp_path / "neighbour.mp4", make.steady(make.quadrants()))
    make.concat_script(tmp_path / "a.mp4", "neighbour.mp4")
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert next(container.decode(video=0)).width == 64


POSING = ["a.mp4", "a.m3u8", "a.mpd", "a.sdp", "a.svg", "a.ffconcat"]


@pytest.mark.parametrize("name", POSING)
def test_it_follows_no_file_to_the_network(tmp_path: Path, name: str, canary: socket.socket) -> None:
    port = canary.getsockname()[1]
    address = f"http://127.0.0.1:{port}/a.mp4"
    for write in (make.hls_playlist, make.dash_manifest, make.concat_script, make.drawing):
        write(tmp_path / name, address)
        with pytest.raises(UnreadableMedia, match="not a video"):
            sampled(tmp_path / name)
    make.session_description(tmp_path / name, port)
    with pytest.raises(UnreadableMedia, match="not a video"):
        sampled(tmp_path / name)
    with pytest.raises(TimeoutError):
        canary.accept()


@pytest.mark.parametrize("name", POSING)
def test_it_follows_no_file_to_its_neighbour(tmp_path: Path, name: str) -> None:
    make.write_video(tmp_path / "neighbour.mp4", make.steady(make.quadrants()))
    for write in (make.hls_playlist, make.dash_manifest, make.concat_script, make.drawing):
        for other in ("neighbour.mp4", str(tmp_path / "neighbour.mp4"), f"file:{tmp_path / 'neighbour.mp4'}"):
            write(tmp_path / name, other)
            with pytest.raises(UnreadableMedia, match="not a video"):
                sampled(tmp_path / name)


@pytest.mark.parametrize("turns", range(4))
def test_an_orientation_read_from_a_matrix_agrees_with_its_definition(turns: int) -> None:
    cosine, sine = [(1, 0), (0, 1), (-1, 0), (0, -1)][turns]
    matrix = b"".join(
        value.to_bytes(4, "little", signed=True) for value in (cosine << 16, sine << 16, 0, -sine << 16, cosine << 16)
    )
    upright = Orientation.from_display_matrix(matrix + bytes(16)).apply(make.quadrants())
    assert (upright == np.rot90(make.quadrants(), -turns)).all()


@given(
    steps=st.lists(st.integers(1, 900), min_size=1, max_size=200),
    keyframes=st.sets(st.integers(0, 199)),
    interval=st.floats(20, 2000),
)
def test_a_sampler_covers_every_interval_that_has_a_picture_and_keeps_at_most_two(
    steps: list[int], keyframes: set[int], interval: float
) -> None:
    sampler, at_ms, kept, seen = Sampler(interval), 0, [], []
    for number, step in enumerate(steps):
        seen.append(at_ms)
        if sampler.keeps(at_ms, number in keyframes):
            kept.append(at_ms)
        at_ms += step
    in_interval = [int(moment // interval) for moment in kept]
    assert set(in_interval) == {int(moment // interval) for moment in seen}
    assert max(map(in_interval.count, in_interval)) <= 2
