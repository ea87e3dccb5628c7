"""PURE. Facts as JSON, which come back the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .fact_types import FactType
from .facts import FACTS
from .listing_facts import ListingFacts


def to_json(facts: ListingFacts) -> dict[str, Any]:
    """Return the facts as JSON takes them: moments in ISO 8601; `from_json` gives back the same."""
    return {
        "as_of": facts.as_of.isoformat(),
        "values": {
            name: value.isoformat() if FACTS[name].type == FactType.DAYS else value
            for name, value in facts.values.items()
        },
        "failed": dict(facts.failed),
    }


def from_json(kept: Mapping[str, Any]) -> ListingFacts:
    """Return the facts that `to_json` made this of, also after PostgreSQL has kept it, which makes 1e22 a whole number.

    A fact that the registry does not know any more is left out.
    """
    values = {name: _revived(FACTS[name].type, value) for name, value in kept["values"].items() if name in FACTS}
    return ListingFacts(values, datetime.fromisoformat(kept["as_of"]), dict(kept["failed"]))


def _revived(type_: FactType, value: Any) -> Any:
    match type_:
        case FactType.DOUBLE:
            return float(value)
        case FactType.DAYS:
            return datetime.fromisoformat(value)
        case _:
            return value
