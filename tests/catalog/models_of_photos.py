"""A reader of photos for tests, of which versions come and go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from catalog import photo_signals
from catalog.model_releases import note_offers
from catalog.models import ModelRelease
from catalog.photo_signals import READER, PhotoSignals, offer_photo_signals


@dataclass
class Reader:
    """Reads in every photo what `reads` has for its version; versions in `lost` cannot be asked any more."""

    offered: str = "reader@1"
    reads: dict[str, str] = field(default_factory=lambda: {"reader@1": "a cup", "reader@2": "a replica"})
    lost: set[str] = field(default_factory=set)

    def offer(self, version: str) -> ModelRelease:
        """Have another version look at photos from now on; return its release."""
        self.offered = version
        note_offers()
        return ModelRelease.objects.filter(maker=READER, version=version).latest("pk")

    def signals(self, keys: Sequence[int], versions: Mapping[str, str]) -> Mapping[int, PhotoSignals]:
        wanted = versions.get(READER)
        if wanted is None:
            return {}
        if wanted in self.lost:
            return {key: PhotoSignals(made_by={READER: self.offered}) for key in keys}
        return {key: PhotoSignals(self.reads[wanted], made_by={READER: wanted}) for key in keys}


@contextmanager
def reading() -> Iterator[Reader]:
    """Have a reader asked in the place of what the site offers."""
    before, reader = list(photo_signals._providers), Reader()
    offer_photo_signals(reader.signals, lambda: {READER: reader.offered})
    yield reader
    photo_signals._providers[:] = before
