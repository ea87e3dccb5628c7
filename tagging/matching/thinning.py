"""Taking fewer of many items."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def thinned[T](items: Sequence[T], most: int) -> Sequence[T]:
    """Return at most `most` of the items, evenly spread over their order."""
    if len(items) <= most:
        return items
    return [items[place] for place in np.linspace(0, len(items) - 1, most).round().astype(int)]
