"""What models know of products' photos: offered by other apps at start-up, so that catalog imports none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

READER, INDEX = "reader", "index version"
"""The makers of words and of likeness, as `made_by` and releases name them."""


@dataclass(frozen=True, slots=True)
class PhotoSignals:
    """What models see in the photos of one product.

    `words` are the words read in them, None before all were read; `likeness` is the cosine (-1 to 1) to the nearest
    photo of another seller, None without one and before all photos were compared. `error` says why models cannot look
    at a photo; then neither counts. `made_by` has the models' versions: what made `words` under `READER`, what made
    `likeness` under `INDEX`. Where only other versions than the wanted ones have looked, it names those.
    """

    words: str | None = None
    likeness: float | None = None
    error: str = ""
    made_by: Mapping[str, str] = field(default_factory=dict)


type PhotoSignalProvider = Callable[[Sequence[int], Mapping[str, str]], Mapping[int, PhotoSignals]]
"""Gives what the wanted versions of `READER` and `INDEX` know of products by their keys, in as many statements for many
as for one. A model of which no version is wanted knows nothing."""

type VersionProvider = Callable[[], Mapping[str, str]]
"""Gives the versions of `READER` and `INDEX` that look at new photos now; what does not look yet is left out."""

_providers: list[tuple[PhotoSignalProvider, VersionProvider]] = []


def offer_photo_signals(provider: PhotoSignalProvider, versions: VersionProvider = dict) -> None:
    """Have `provider` asked for photos' signals; it takes the place of another that was offered before."""
    _providers[:] = [(provider, versions)]


def photo_signals(product_ids: Sequence[int], versions: Mapping[str, str]) -> Mapping[int, PhotoSignals]:
    """Return what those versions know of the products' photos, by product; nothing where no model looks at photos."""
    return _providers[0][0](product_ids, versions) if _providers else {}


def photo_versions() -> Mapping[str, str]:
    """Return the versions of the models that look at new photos now, by `READER` and `INDEX`."""
    return _providers[0][1]() if _providers else {}
