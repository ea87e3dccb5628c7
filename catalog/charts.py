"""PURE. Small charts: numbers become whole heights in a box, for SVG that needs no styles of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BAR_WIDTH = 10
GAP = 2


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar in the box: its left and upper edge and its size; `number` is its value."""

    x: int
    y: int
    height: int
    number: int
    width: int = BAR_WIDTH


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars side by side in a box of `width` × `height`; `line` is how high a threshold lies, None without one."""

    bars: Sequence[Bar]
    width: int
    height: int
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a line from 0 to 100: its beginning and width, at least 1; `point` lies on it, None if unknown."""

    x: int
    width: int
    point: int | None


def span(low: float, high: float, point: float | None) -> Span:
    """Return an interval of shares (0..1) as a stretch of a line, with the share that is likeliest."""
    start, end = round(low * 100), round(high * 100)
    x = min(start, 99)
    return Span(x, max(1, end - x), None if point is None else round(point * 100))


def bars(numbers: Sequence[int], *, height: int, threshold: int | None = None) -> Chart:
    """Return a chart that the largest number, or the threshold, fills; what is above 0 is at least one unit high."""
    top = max([*numbers, threshold or 0, 1])
    heights = [0 if number <= 0 else max(1, round(number * height / top)) for number in numbers]
    drawn = [
        Bar(at * (BAR_WIDTH + GAP), height - tall, tall, number)
        for at, (number, tall) in enumerate(zip(numbers, heights, strict=True))
    ]
    width = max(1, len(numbers) * (BAR_WIDTH + GAP) - GAP)
    return Chart(drawn, width, height, None if threshold is None else height - round(threshold * height / top))
