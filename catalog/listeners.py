"""Who wants to know of changes in the catalogue: filled by other apps at start-up, so that catalog imports none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

type ImagesChanged = Callable[[Sequence[int]], None]

_images_changed: list[ImagesChanged] = []


def on_images_changed(listener: ImagesChanged) -> None:
    """Have `listener` called, after commit, with the keys of product photos that came in or whose text changed."""
    if listener not in _images_changed:
        _images_changed.append(listener)


def tell_images_changed(image_ids: Sequence[int]) -> None:
    """Call the listeners; the caller does this after its transaction has committed."""
    for listener in _images_changed:
        listener(image_ids)
