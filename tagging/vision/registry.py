"""The exchangeable models: what each kind must offer, and how one is chosen by its identifier.

To add a model, write one file with a class that satisfies the protocol and register its factory here by dotted path;
the import happens at first use, so that a process which never looks at pictures never loads a model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import Protocol, cast

from .types import Detection, RGBImage, Vector, Word


class Model(Protocol):
    """What every model has: a name, a version that changes when its answers do, and something to close."""

    identifier: str
    version: str

    def close(self) -> None:
        """Free what the model holds; it cannot be used afterwards."""


class Detector(Model, Protocol):
    """Finds objects in a picture."""

    def detect(self, image: RGBImage) -> list[Detection]:
        """Return the objects seen, best first."""


class Embedder(Model, Protocol):
    """Turns a picture of one object into features whose cosine tells how alike two objects look."""

    dimensions: int

    def embed(self, image: RGBImage) -> Vector:
        """Return features of shape (dimensions,), not normalised."""


class TextReader(Model, Protocol):
    """Reads the words on a picture."""

    def read(self, image: RGBImage) -> tuple[Word, ...]:
        """Return the words from top to bottom; none when there is no text."""


class UnknownModel(LookupError):
    """No model of that kind has the identifier; the message lists those that exist."""


@dataclass(frozen=True)
class Registry[T: Model]:
    """Maps identifiers to dotted paths of classes that are built without arguments."""

    kind: str
    paths: dict[str, str] = field(default_factory=dict)

    def register(self, identifier: str, path: str) -> None:
        """Add or replace a model: `path` is "package.module.ClassName"."""
        self.paths[identifier] = path

    def create(self, identifier: str) -> T:
        """Load and return the model; raise `UnknownModel` when there is none of that name."""
        try:
            module, _, name = self.paths[identifier].rpartition(".")
        except KeyError:
            known = ", ".join(sorted(self.paths))
            raise UnknownModel(f"There is no {self.kind} called {identifier!r}; choose one of: {known}.") from None
        return cast(T, getattr(import_module(module), name)())


detectors: Registry[Detector] = Registry(
    "detector",
    {
        "efficientdet-lite0": "tagging.vision.efficientdet.EfficientDetLite0",
        "objectness": "tagging.vision.proposals.Objectness",
        "efficientdet-lite0+objectness": "tagging.vision.detection.NamedAndUnnamed",
    },
)
embedders: Registry[Embedder] = Registry(
    "embedder", {"efficientnet-lite0": "tagging.vision.efficientnet.EfficientNetLite0"}
)
readers: Registry[TextReader] = Registry("reader", {"ppocr-v6": "tagging.vision.ppocr.PPOCRReader"})
