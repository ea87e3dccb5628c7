"""The models that look at pictures, loaded once a process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.conf import settings

from ..vision.registry import Detector, Embedder, TextReader, detectors, embedders, readers


@dataclass(frozen=True, slots=True)
class LoadedModels:
    """The detector, embedder and text reader that the settings choose."""

    detector: Detector
    embedder: Embedder
    reader: TextReader

    @property
    def versions(self) -> dict[str, str]:
        """Which models these are, as evidence names them."""
        parts = {"detector": self.detector, "embedder": self.embedder, "reader": self.reader}
        return {name: f"{model.identifier}@{model.version}" for name, model in parts.items()}


@cache
def loaded_models() -> LoadedModels:
    """Return this process's models; the first call loads them, which takes some seconds."""
    return LoadedModels(
        detectors.create(settings.SHOPADMIN["DETECTOR"]),
        embedders.create(settings.SHOPADMIN["EMBEDDER"]),
        readers.create(settings.SHOPADMIN["READER"]),
    )


def close_models() -> None:
    """Free the models, if any are loaded: what MediaPipe holds must not be left to the interpreter's exit."""
    if not loaded_models.cache_info().currsize:
        return
    models = loaded_models()
    loaded_models.cache_clear()
    for model in (models.detector, models.embedder, models.reader):
        model.close()
