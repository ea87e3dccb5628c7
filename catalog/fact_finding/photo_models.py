"""What machine-learning models see and read in the photos of listings (see `catalog.photo_signals`)."""

from __future__ import annotations

from ..photo_signals import INDEX, READER, PhotoSignals, photo_signals, photo_versions
from .batch import Batch
from .providers import Given, Known, Provider


def find(batch: Batch, known: Known) -> Known:
    """Return what models know of the photos; nothing of listings whose photos were not all looked at yet."""
    signals = photo_signals(batch.products, batch.versions)
    return {key: _given(signals[key]) for key in batch.products if key in signals}


def _given(signals: PhotoSignals) -> Given:
    values: dict[str, object] = {}
    if signals.words is not None:
        values["photo_text"] = signals.words
    if signals.likeness is not None:
        values["photo_likeness"] = signals.likeness
    failed = dict.fromkeys(("photo_text", "photo_likeness"), signals.error) if signals.error else {}
    return Given({} if failed else values, failed, signals.made_by)


PROVIDER = Provider(
    "photo models",
    "1",
    ("photo_text", "photo_likeness"),
    find,
    models={READER: ("photo_text",), INDEX: ("photo_likeness",)},
    offers=photo_versions,
)
