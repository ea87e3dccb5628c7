"""PURE. Matching many texts with one pattern as the online engine does, by RE2 in CEL's runtime."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache

from .runtime import Activation, Expression, Failure

PATTERNS_KEPT = 256


@lru_cache(maxsize=PATTERNS_KEPT)
def matcher(pattern: str) -> Callable[[str], bool]:
    """Return the question whether a text matches. Raises ValueError for a pattern that RE2 refuses."""
    expression = Expression(f"title.matches({json.dumps(pattern, ensure_ascii=False)})")

    def matches(text: str) -> bool:
        found = expression.evaluate(Activation({"title": text}))
        if isinstance(found, Failure):
            raise ValueError(found.message)
        return bool(found)

    matches("")
    return matches
