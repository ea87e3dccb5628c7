"""The words in which a clip is described before it is rendered: plain, frozen values, checked when made.

Places are fractions of the scene's stage, the part of the backdrop that a camera at rest sees: (0, 0) is its left
upper and (1, 1) its right lower corner. Times are milliseconds from the start of the scene.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Move:
    """A steady movement; `size` is the longer side of the object as a share of the stage's shorter side."""

    start: tuple[float, float]
    end: tuple[float, float]
    start_size: float = 0.4
    end_size: float = 0.4
    start_degrees: float = 0.0
    end_degrees: float = 0.0

    def __post_init__(self) -> None:
        """Refuse sizes that cannot be drawn."""
        if not (0 < self.start_size <= 2 and 0 < self.end_size <= 2):
            raise ValueError(
                f"The size of a sprite must be above 0 and at most 2, not {self.start_size}–{self.end_size}."
            )


@dataclass(frozen=True, slots=True)
class Sprite:
    """A product cut out of `photo` that moves over the backdrop; it is there from `enter_ms` until `leave_ms`.

    `product` is the caller's key. Without `leave_ms` it stays until the scene ends.
    """

    product: str
    photo: Path
    move: Move
    enter_ms: int = 0
    leave_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Camera:
    """Where the camera looks (centre, in stage fractions), how close (1 is the whole stage) and how it trembles.

    `shake` is the standard deviation of the trembling as a share of the stage's shorter side; 0.004 looks hand-held.
    """

    start: tuple[float, float] = (0.5, 0.5)
    end: tuple[float, float] = (0.5, 0.5)
    start_zoom: float = 1.0
    end_zoom: float = 1.0
    shake: float = 0.0

    def __post_init__(self) -> None:
        """Refuse zooms that would show what is behind the stage."""
        if self.start_zoom < 1 or self.end_zoom < 1:
            raise ValueError(f"The zoom must be at least 1, not {self.start_zoom}–{self.end_zoom}.")


@dataclass(frozen=True, slots=True)
class Light:
    """How the light changes: brightness as a factor, and warmth from -1 (blue) to 1 (amber)."""

    start_brightness: float = 1.0
    end_brightness: float = 1.0
    start_warmth: float = 0.0
    end_warmth: float = 0.0


@dataclass(frozen=True, slots=True)
class Scene:
    """One shot: a backdrop (a photograph, or footage that plays in a loop) and sprites, the last one in front."""

    backdrop: Path
    duration_ms: int
    sprites: tuple[Sprite, ...] = ()
    camera: Camera = field(default_factory=Camera)
    light: Light = field(default_factory=Light)

    def __post_init__(self) -> None:
        """Refuse a scene without time."""
        if self.duration_ms <= 0:
            raise ValueError(f"A scene must last longer than 0 ms, not {self.duration_ms}.")


@dataclass(frozen=True, slots=True)
class ClipScript:
    """A whole clip: its scenes follow each other with hard cuts. The same script gives the same pictures."""

    scenes: tuple[Scene, ...]
    width: int = 540
    height: int = 960
    frame_rate: int = 25
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what H.264 with 4:2:0 colour cannot hold, and a clip without scenes."""
        if self.width % 2 or self.height % 2 or min(self.width, self.height) < 16:
            raise ValueError(f"Width and height must be even and at least 16, not {self.width}×{self.height}.")
        if not self.scenes:
            raise ValueError("A clip needs at least one scene.")
        if not 1 <= self.frame_rate <= 120:
            raise ValueError(f"The frame rate must be between 1 and 120, not {self.frame_rate}.")
