"""Opens a video file safely and judges it by its header, before anything is decoded.

Files are opened by path only. FFmpeg decides by content, so a playlist, a session description or a drawing named like
a video would otherwise be followed to other files and to the network. The lists below leave it no format that refers
to anything outside the file, no protocol but `file`, and no decoder beyond those that creators' devices write.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.codec.context import ThreadType
from av.container import InputContainer
from av.rational import AVRational
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from .types import MediaInfo, RGBImage, UnreadableMedia

VIDEO_CODECS = frozenset({"h264", "hevc", "av1", "vp8", "vp9", "mpeg4", "h263", "mjpeg", "prores", "mpeg2video"})
_DECODERS = "h264,hevc,libdav1d,vp8,vp9,mpeg4,h263,mjpeg,prores,mpeg2video,aac,mp3,mp3float,opus,vorbis,ac3,alac,flac"
_CONTAINER_OPTIONS = {
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm",
    "protocol_whitelist": "file",
    "codec_whitelist": _DECODERS,
}


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """What is refused before anything is decoded, and again while decoding, since a header may lie.

    The defaults admit 4K at 60 pictures a second for four hours and slow motion at 240, which is what phones record.
    `max_pixels` is width times height as displayed; `max_frame_rate` is the average over the file.
    """

    max_file_bytes: int = 16 * 1024**3
    max_duration_s: float = 4 * 3600.0
    max_pixels: int = 4096 * 2304
    max_frame_rate: float = 240.0
    max_frames: int = 4 * 3600 * 60
    max_streams: int = 16


DEFAULT_LIMITS = MediaLimits()


@dataclass(frozen=True, slots=True)
class Orientation:
    """How to turn a stored picture upright: swap its axes first, then mirror."""

    swaps_axes: bool = False
    flips_x: bool = False
    flips_y: bool = False

    @classmethod
    def from_display_matrix(cls, matrix: bytes) -> Orientation:
        """Read the 3 × 3 matrix of ISO/IEC 14496-12, 8.3.2.3 (nine little-endian int32); the nearest quarter turn."""
        a, b, _, c, d = np.frombuffer(matrix[:20], "<i4").tolist() if len(matrix) >= 20 else (1, 0, 0, 0, 1)
        if abs(a) + abs(d) >= abs(b) + abs(c):
            return cls(False, a < 0, d < 0)
        return cls(True, c < 0, b < 0)

    def apply(self, image: RGBImage) -> RGBImage:
        """Return the upright picture; the same array when nothing is to be done."""
        if self.swaps_axes:
            image = image.transpose(1, 0, 2)
        if self.flips_x:
            image = image[:, ::-1]
        if self.flips_y:
            image = image[::-1]
        return np.ascontiguousarray(image)


@dataclass(frozen=True, slots=True)
class Source:
    """An open file with its one video stream; `start` is the second on the file's clock where a player begins."""

    container: InputContainer
    stream: VideoStream
    start: Fraction
    duration_ms: int
    frame_rate: float
    pixel_shape: Fraction
    orientation: Orientation

    @property
    def info(self) -> MediaInfo:
        """What the header says."""
        context = self.stream.codec_context
        width, height = self.displayed_size(context.width, context.height)
        container = self.container.format.name.split(",")[0]
        return MediaInfo(self.duration_ms, width, height, self.frame_rate, context.codec.canonical_name, container)

    def at_ms(self, ticks: int, time_base: AVRational | None) -> int:
        """Convert a file time to whole milliseconds on the player's clock."""
        return round((ticks * _fraction(time_base) - self.start) * 1000)

    def displayed_size(self, width: int, height: int) -> tuple[int, int]:
        """Return width and height with square pixels and upright; like a browser, only the width is stretched."""
        stretched = max(1, round(width * self.pixel_shape))
        return (height, stretched) if self.orientation.swaps_axes else (stretched, height)

    def upright(self, picture: VideoFrame, long_side: int) -> RGBImage:
        """Return the picture scaled by swscale straight to its final size, then turned."""
        width, height = self.displayed_size(picture.width, picture.height)
        scale = min(1.0, long_side / max(width, height))
        width, height = max(1, round(width * scale)), max(1, round(height * scale))
        if self.orientation.swaps_axes:
            width, height = height, width
        scaled = picture.reformat(width, height, "rgb24", threads=1).to_ndarray()
        return self.orientation.apply(scaled.astype(np.uint8, copy=False))

    def keyframes_suffice(self, interval_ms: float) -> bool:
        """Say whether the file's index, at no cost, shows a keyframe in each interval up to the end."""
        time_base, previous = _fraction(self.stream.time_base), None
        longest = Fraction(interval_ms) / 1000
        for entry in self.stream.index_entries:
            if not entry.is_keyframe:
                continue
            if previous is not None and (entry.timestamp - previous) * time_base > longest:
                return False
            previous = entry.timestamp
        end = self.start + Fraction(self.duration_ms, 1000)
        return previous is not None and end - previous * time_base <= longest


@contextmanager
def opened(path: Path, limits: MediaLimits) -> Iterator[Source]:
    """Open a video and judge its header; raise `UnreadableMedia` when it is no video or breaks a limit."""
    file_bytes = _checked_file_size(path, limits)
    with explained(lambda: "This file is not a video that can be read: it is damaged, incomplete or of another kind."):
        container = av.open(str(path), container_options=_CONTAINER_OPTIONS)
    with container:
        with explained(lambda: "The header of this video is damaged. Export it again."):
            source = _source(path, container, limits)
            _check_limits(source, limits)
            _check_all_bytes_present(source, file_bytes)
            source.stream.thread_type = ThreadType.NONE
            source.stream.thread_count = 1
            # The size may change later on; coded sizes are multiples of 16 to 128, so they get a twentieth more.
            source.stream.codec_context.options = {"max_pixels": str(limits.max_pixels * 21 // 20)}
        yield source


def _checked_file_size(path: Path, limits: MediaLimits) -> int:
    try:
        status = os.stat(path)
    except OSError as error:
        raise UnreadableMedia("The video file is missing or may not be read. Upload it again.") from error
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableMedia("This is not a file, so it cannot be a video.")
    if status.st_size == 0:
        raise UnreadableMedia("The file is empty (0 bytes). Upload it again.")
    if status.st_size > limits.max_file_bytes:
        allowed = limits.max_file_bytes / 1e9
        raise UnreadableMedia(f"The file has {status.st_size / 1e9:.1f} GB; at most {allowed:.1f} GB are allowed.")
    return status.st_size


def _source(path: Path, container: InputContainer, limits: MediaLimits) -> Source:
    if len(container.streams) > limits.max_streams:
        count = len(container.streams)
        raise UnreadableMedia(f"The file holds {count} streams; at most {limits.max_streams} are allowed.")
    stream = _video_stream(container)
    start = Fraction(container.start_time or 0, av.time_base)
    rate = stream.average_rate or stream.guessed_rate
    shape = stream.sample_aspect_ratio
    matrix = stream.codec_context.coded_side_data.get("display_matrix", b"")
    return Source(
        container,
        stream,
        start,
        duration_ms=round(_duration(path, container, start) * 1000),
        frame_rate=float(rate) if rate else 0.0,
        pixel_shape=_fraction(shape) if shape and shape > 0 else Fraction(1),
        orientation=Orientation.from_display_matrix(matrix),
    )


def _video_stream(container: InputContainer) -> VideoStream:
    if not container.streams:
        raise UnreadableMedia("The file ends before the first picture: it is incomplete. Upload it again.")
    stream = next((s for s in container.streams.video if not s.disposition & Disposition.attached_pic), None)
    if stream is None:
        raise UnreadableMedia("The file has no picture track (sound only). Upload a video.")
    if stream.codec_context is None or stream.codec_context.codec.canonical_name not in VIDEO_CODECS:
        raise UnreadableMedia("The video's encoding is not supported. Export it as H.264 (MP4) and upload that.")
    return stream


def _duration(path: Path, container: InputContainer, start: Fraction) -> Fraction:
    if not container.duration:
        return _measured_end(path) - start
    declared = Fraction(container.duration, av.time_base)
    # FFmpeg writes the time of the end into Matroska where the length belongs.
    return declared - start if "matroska" in container.format.name and 0 < start < declared else declared


def _measured_end(path: Path) -> Fraction:
    """Read through all packets, without decoding, for files that do not declare a duration (recorded in a browser)."""
    with av.open(str(path), container_options=_CONTAINER_OPTIONS) as container:
        ends = (
            (packet.pts + (packet.duration or 0)) * _fraction(packet.time_base)
            for packet in container.demux()
            if packet.pts is not None
        )
        return max(ends, default=Fraction(0))


def _check_limits(source: Source, limits: MediaLimits) -> None:
    info = source.info
    if info.width * info.height == 0 or info.duration_ms <= 0:
        raise UnreadableMedia("The video holds no pictures. Export it again.")
    if info.width * info.height > limits.max_pixels or max(info.width, info.height) > 2**15:
        raise UnreadableMedia(f"The picture has {info.width} × {info.height} pixels; export it at 4K or less.")
    if info.duration_ms > limits.max_duration_s * 1000:
        raise UnreadableMedia(too_long_message(info.duration_ms, limits))
    if round(info.frame_rate) > limits.max_frame_rate:
        allowed = f"{limits.max_frame_rate:g}"
        raise UnreadableMedia(f"The video has {info.frame_rate:.0f} pictures a second; at most {allowed} are allowed.")
    if max(source.stream.frames, len(source.stream.index_entries)) > limits.max_frames:
        raise UnreadableMedia(too_many_frames_message(limits))


def _check_all_bytes_present(source: Source, file_bytes: int) -> None:
    for entry in source.stream.index_entries:
        if entry.pos + entry.size > file_bytes:
            raise UnreadableMedia(break_off_message(source.at_ms(entry.timestamp, source.stream.time_base)))


def _fraction(value: AVRational | None) -> Fraction:
    if value is None:
        raise UnreadableMedia("The video's clock is damaged. Export it again.")
    return Fraction(value.numerator, value.denominator)


def break_off_message(at_ms: int) -> str:
    """Tell the owner up to where the file could be read."""
    moment = f"{max(0, at_ms) / 1000:.1f} s"
    return f"The video breaks off at {moment}: the file is incomplete or damaged. Upload it again."


def too_long_message(duration_ms: int, limits: MediaLimits) -> str:
    """Tell the owner how long the video is and may be."""
    hours, allowed = duration_ms / 3.6e6, limits.max_duration_s / 3600
    return f"The video is {hours:.1f} hours long; at most {allowed:g} hours are allowed."


def too_many_frames_message(limits: MediaLimits) -> str:
    """Tell the owner how many pictures a video may have."""
    return f"The video has more than {limits.max_frames:,} pictures. Cut it into shorter videos."


@contextmanager
def explained(message: Callable[[], str]) -> Iterator[None]:
    """Turn whatever a hostile file makes the decoder raise into a sentence for its owner."""
    try:
        yield
    except UnreadableMedia:
        raise
    except MemoryError as error:
        raise UnreadableMedia("Decoding this video takes more memory than allowed. Export it smaller.") from error
    except Exception as error:
        raise UnreadableMedia(message()) from error
