"""The demo's videos: real footage, and short portrait clips composed of real product photos."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tagging.composing import Camera, ClipScript, Light, Move, Scene, Sprite, compose

from .sources import demo_folder, packaged_video, shared_folder


@dataclass(frozen=True, slots=True)
class DemoVideo:
    """A video to upload for the creator with `handle`; a composed one is made from `script` first."""

    handle: str
    title: str
    name: str
    script: ClipScript | None = None
    file: Path | None = None

    def path(self) -> Path:
        """Return the file, composing it when it is not there yet."""
        if self.file is not None:
            return self.file
        if self.script is None:
            raise ValueError(f"The demo video {self.name} has neither a file nor a script.")
        path = demo_folder() / "clips" / f"{self.name}.mp4"
        if not path.is_file():
            path.parent.mkdir(exist_ok=True)
            unfinished = path.with_suffix(".part.mp4")
            compose(self.script, unfinished)
            unfinished.rename(path)
        return path


def footage() -> Iterator[DemoVideo]:
    """Yield the real footage that is at hand."""
    bikes = packaged_video("bikes.mp4")
    if bikes is not None:
        yield DemoVideo("tomas", "Bikes on the quay", "bikes", file=bikes)
    folder = shared_folder()
    if folder is None:
        return
    for handle, title, name in (
        ("maya", "Fruit and vegetables, unpacked", "fruit-and-vegetable-detection"),
        ("maya", "Which bottle is it?", "bottle-detection"),
        ("maya", "A walk along the aisle", "store-aisle-detection"),
        ("noor", "My classroom", "classroom"),
    ):
        file = folder / "videos" / f"{name}.mp4"
        if file.is_file():
            yield DemoVideo(handle, title, name, file=file)


def composed(photos: Path) -> Iterator[DemoVideo]:
    """Yield clips of the photographs in the npm package's folder: pans, zooms, cuts, changing light, shaking hands."""
    for number, (handle, title, name, wanted) in enumerate(
        (
            ("lin", "Desk setup tour", "desk-tour", ("juan-gomez", "derick-david", "oscar-ivan", "alexandru-acea")),
            ("lin", "Analogue corner", "analogue", ("eniko-kis", "alexander-andrews", "jakob-owens")),
            ("tomas", "Sneaker rotation", "sneakers", ("chuttersnap-584518", "imani-clovis", "mitch-lensink")),
            ("lin", "Plants that forgive you", "plants", ("charles-deluvio", "silvia-agrasar", "mark-tegethoff")),
        )
    ):
        pictures = [next((photos / "images").glob(f"{start}*")) for start in wanted]
        yield DemoVideo(handle, title, name, script=tour(pictures, seed=number))


def tour(pictures: Sequence[Path], *, seed: int) -> ClipScript:
    """Return a portrait clip that shows each picture for three seconds, filmed by hand in changing light."""
    scenes = []
    for number, picture in enumerate(pictures):
        closer = number % 2 == 0
        camera = Camera(
            start=(0.45, 0.5) if closer else (0.55, 0.5),
            end=(0.55, 0.5) if closer else (0.45, 0.52),
            start_zoom=1.0 if closer else 1.3,
            end_zoom=1.3 if closer else 1.0,
            shake=0.004,
        )
        light = Light(start_brightness=0.9, end_brightness=1.1, start_warmth=-0.2, end_warmth=0.3)
        scenes.append(Scene(picture, 3000, camera=camera, light=light))
    return ClipScript(tuple(scenes), seed=seed)


def shopping_bag(backdrop: Path, products: Sequence[tuple[str, Path]], *, seed: int) -> ClipScript:
    """Return a portrait clip in which products, cut out of their photos, cross a table two at a time."""
    scenes = []
    for first in range(0, len(products), 2):
        pair = products[first : first + 2]
        sprites = tuple(
            Sprite(
                key,
                photo,
                Move(
                    start=(0.3 + 0.4 * place, 0.35 + 0.3 * place),
                    end=(0.45 + 0.2 * place, 0.3 + 0.4 * place),
                    start_size=0.45,
                    end_size=0.55,
                    end_degrees=8.0 - 16.0 * place,
                ),
            )
            for place, (key, photo) in enumerate(pair)
        )
        scenes.append(Scene(backdrop, 4000, sprites, camera=Camera(shake=0.003)))
    return ClipScript(tuple(scenes), seed=seed)
