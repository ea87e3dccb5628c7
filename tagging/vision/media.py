"""Says what a video file is and samples its pictures: upright, small and timed on the player's clock.

A file that breaks off is refused as a whole, even when some pictures could be read: half a video must not be tagged as
if it were all of it. Pictures that the decoder itself marks as damaged are left out. What is opened at all, and which
limits hold, is in `media_source`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from av.video.frame import VideoFrame

from .media_source import (
    DEFAULT_LIMITS,
    MediaLimits,
    Source,
    break_off_message,
    explained,
    opened,
    too_long_message,
    too_many_frames_message,
)
from .types import Frame, MediaInfo, UnreadableMedia

__all__ = ["DEFAULT_LIMITS", "MediaLimits", "Sampler", "probe", "sample_frames"]

_END_TOLERANCE_MS = 500
"""How far the last packet may end before the declared end; muxers differ by a few frames, a lost tail by more."""


def probe(path: Path, limits: MediaLimits = DEFAULT_LIMITS) -> MediaInfo:
    """Return what the file's header says; raise `UnreadableMedia` when it is no video or breaks a limit."""
    with opened(path, limits) as source:
        return source.info


def sample_frames(
    path: Path, *, frames_per_second: float = 2.0, long_side: int = 1280, limits: MediaLimits = DEFAULT_LIMITS
) -> Iterator[Frame]:
    """Yield the pictures that `Sampler` keeps, in order of time, one in memory at a time.

    Pictures are scaled down so that the longer side has at most `long_side` pixels, never up. `at_ms` counts from the
    earliest stream's start, where a browser starts playing, and strictly increases. A picture that stays on screen for
    longer than the sampling interval (variable frame rate) is yielded once. One thread is used: scale by processes.

    Raises `UnreadableMedia` like `probe`, and when decoding fails, breaks a limit or yields no picture at all.
    """
    sampler, progress = Sampler(1000 / frames_per_second), _Progress()
    with opened(path, limits) as source, explained(lambda: break_off_message(progress.at_ms)):
        if source.keyframes_suffice(sampler.interval_ms):
            source.stream.codec_context.skip_frame = "NONKEY"
        for picture in _decoded(source, limits, progress):
            if sampler.keeps(progress.at_ms, bool(picture.key_frame)):
                yield Frame(progress.at_ms, source.upright(picture, long_side), bool(picture.key_frame))
        if progress.at_ms < 0:
            raise UnreadableMedia("No picture of this video can be decoded. Export it again and upload the new file.")
        if progress.end_ms < source.duration_ms - _END_TOLERANCE_MS:
            raise UnreadableMedia(break_off_message(progress.end_ms))


@dataclass(slots=True)
class Sampler:
    """Decides which pictures to keep: the first at or after each multiple of the interval, and sparse keyframes.

    A keyframe is sparse when none came within the interval before it. Encoders put such keyframes at cuts, so they
    show a new scene at its start; where every picture is a keyframe, being one says nothing.
    At most two pictures are kept in an interval.
    """

    interval_ms: float
    _due_ms: float = 0.0
    _last_keyframe_ms: float = -float("inf")

    def keeps(self, at_ms: int, is_keyframe: bool) -> bool:
        """Say whether to keep the picture at `at_ms`; to be asked for every picture once, in order of time."""
        is_sparse = is_keyframe and at_ms - self._last_keyframe_ms >= self.interval_ms
        if is_keyframe:
            self._last_keyframe_ms = at_ms
        if at_ms >= self._due_ms:
            self._due_ms = (at_ms // self.interval_ms + 1) * self.interval_ms
            return True
        return is_sparse


@dataclass(slots=True)
class _Progress:
    """How far decoding has come: pictures decoded, time of the latest, end of the latest packet of any stream."""

    pictures: int = 0
    at_ms: int = -1
    end_ms: int = 0


def _decoded(source: Source, limits: MediaLimits, progress: _Progress) -> Iterator[VideoFrame]:
    """Yield every sound picture, with its time in `progress`, checking the limits that a header can lie about."""
    for packet in source.container.demux():
        if packet.pts is not None:
            end_ms = source.at_ms(packet.pts + (packet.duration or 0), packet.time_base)
            progress.end_ms = max(progress.end_ms, end_ms)
        if packet.stream.index != source.stream.index:  # not `packet.stream_index`: it is 0 in the last, empty packets
            continue
        for picture in source.stream.decode(packet):
            progress.pictures += 1
            _check_picture(picture, progress, limits)
            if picture.pts is None or picture.is_corrupt:
                continue
            at_ms = source.at_ms(picture.pts, picture.time_base)
            if at_ms > limits.max_duration_s * 1000:
                raise UnreadableMedia(too_long_message(at_ms, limits))
            if at_ms > progress.at_ms:
                progress.at_ms = at_ms
                yield picture


def _check_picture(picture: VideoFrame, progress: _Progress, limits: MediaLimits) -> None:
    if progress.pictures > limits.max_frames:
        raise UnreadableMedia(too_many_frames_message(limits))
    if picture.width * picture.height > limits.max_pixels:
        raise UnreadableMedia("The picture grows beyond 4K within the video. Export it at 4K or less.")
