"""What models know of products' photos: offered by other apps at start-up, so that catalog imports none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PhotoSignals:
    """What models see in the photos of one product.

    `words` are the words read in them, None before all were read; `likeness` is the cosine (-1 to 1) to the nearest
    photo of another seller, None without one and before all photos were compared. `error` says why models cannot look
    at a photo; then neither counts. `made_by` has the models' versions.
    """

    words: str | None = None
    likeness: float | None = None
    error: str = ""
    made_by: Mapping[str, str] = field(default_factory=dict)


type PhotoSignalProvider = Callable[[Sequence[int]], Mapping[int, PhotoSignals]]
"""Gives what is known of products by their keys, in as many statements for many as for one."""

_providers: list[PhotoSignalProvider] = []


def offer_photo_signals(provider: PhotoSignalProvider) -> None:
    """Have `provider` asked for photos' signals; it takes the place of another that was offered before."""
    _providers[:] = [provider]


def photo_signals(product_ids: Sequence[int]) -> Mapping[int, PhotoSignals]:
    """Return what is known of the products' photos, by product; nothing where no model looks at photos."""
    return _providers[0](product_ids) if _providers else {}
