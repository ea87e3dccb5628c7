"""Watches a video: from frames to shots and to the appearances of the objects in them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Final, Protocol

from .detection import add_moving
from .motion import Small, movement, reduced
from .registry import Detector
from .tracking import Tracker, TrackerSettings
from .types import Appearance, Detection, Frame, Shot

REACH: Final = 3  # frames to each side with which a frame is compared: what turns slowly shows only over a second


class FindsCuts(Protocol):
    """Tells from the frames alone where a new shot starts."""

    def feed(self, frame: Frame) -> bool:
        """Take the next frame; return True when it starts a new shot."""


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """What was seen in a video: its shots without gaps between them, and the appearances in the order of time."""

    shots: tuple[Shot, ...]
    appearances: tuple[Appearance, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Moment:
    """A frame with its reduced picture; `neighbours` are those of an earlier and a later frame of its shot, if any."""

    frame: Frame
    is_cut: bool
    picture: Small
    neighbours: tuple[Small, ...] = ()


def watch(
    frames: Iterable[Frame],
    detector: Detector,
    shot_detector: FindsCuts,
    duration_ms: int,
    *,
    sellable: Callable[[str], bool] = lambda label: True,
    settings: TrackerSettings | None = None,
    on_frame: Callable[[int], None] = lambda at_ms: None,
    use_movement: bool = True,
) -> Watched:
    """Take the frames one by one, in the order of time, and return the shots and appearances.

    No more than six frames are held at a time, beside the best views. `sellable` says whether objects of that name may
    be followed; unnamed ones always are. `on_frame` is called before each frame with its time; what it raises ends the
    watching, which is how a job is cancelled. With `use_movement`, what moves by itself is followed too. A video that
    goes on after `duration_ms` ends with its last frame. The detector works in a thread of its own, one frame ahead.
    """
    tracker = Tracker(settings)
    starts: list[int] = []
    last_ms = 0
    with closing(_detected(_moments(frames, shot_detector), detector)) as looked_at:
        for moment, detections in looked_at:
            last_ms = moment.frame.at_ms
            on_frame(last_ms)
            if moment.is_cut or not starts:
                starts.append(last_ms if starts else 0)
            if use_movement:
                detections = add_moving(detections, movement(moment.picture, moment.neighbours))
            tracker.feed(moment.frame, [one for one in detections if _is_wanted(one, sellable)], moment.is_cut)
    end_ms = max(duration_ms, last_ms + 1) if starts else duration_ms
    ends = [*starts[1:], end_ms]
    shots = tuple(Shot(number, start, end) for number, (start, end) in enumerate(zip(starts, ends, strict=False)))
    return Watched(shots, tracker.finish(end_ms))


def _moments(frames: Iterable[Frame], shot_detector: FindsCuts) -> Iterator[_Moment]:
    """Yield each frame once `REACH` later ones or the end of its shot are known."""
    past: deque[Small] = deque(maxlen=REACH)
    waiting: deque[_Moment] = deque()

    def take() -> _Moment:
        moment = waiting.popleft()
        if moment.is_cut:
            past.clear()
        before = [past[0]] if past else []
        after = [waiting[-1].picture] if waiting else []
        past.append(moment.picture)
        return replace(moment, neighbours=(*before, *after))

    for frame in frames:
        is_cut = shot_detector.feed(frame)
        while waiting and (is_cut or len(waiting) > REACH):
            yield take()
        waiting.append(_Moment(frame, is_cut, reduced(frame.image)))
    while waiting:
        yield take()


def _detected(moments: Iterable[_Moment], detector: Detector) -> Generator[tuple[_Moment, list[Detection]]]:
    """Yield each moment with its detections; the next one is looked at while the caller works on this one."""
    with ThreadPoolExecutor(1, thread_name_prefix="detector") as ahead:
        waiting: tuple[_Moment, Future[list[Detection]]] | None = None
        for moment in moments:
            asked = ahead.submit(detector.detect, moment.frame.image)
            if waiting is not None:
                yield waiting[0], waiting[1].result()
            waiting = moment, asked
        if waiting is not None:
            yield waiting[0], waiting[1].result()


def _is_wanted(detection: Detection, sellable: Callable[[str], bool]) -> bool:
    return not detection.label or sellable(detection.label)
