"""The makers of facts: each provider, and each model behind one, with all facts that change with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .finding import PROVIDERS
from .versions import offered_by


@dataclass(frozen=True, slots=True)
class Maker:
    """What makes facts in versions; `facts` has those too that other makers make of its own."""

    name: str
    facts: tuple[str, ...]


def offered_versions() -> dict[str, str]:
    """Return the version of each maker that this code offers; see `offered_by`."""
    return offered_by(PROVIDERS)


def _makers() -> dict[str, Maker]:
    own: dict[str, tuple[str, ...]] = {}
    for provider in PROVIDERS:
        for name, facts in {provider.name: provider.facts, **provider.models}.items():
            own[name] = own.get(name, ()) + facts
    return {name: Maker(name, _with_made_of(facts)) for name, facts in own.items()}


def _with_made_of(facts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the facts with those that are made of them; providers are asked in such an order that once is enough."""
    found = list(facts)
    for provider in PROVIDERS:
        if any(need in found for need in provider.needs):
            found += [fact for fact in provider.facts if fact not in found]
    return tuple(found)


MAKERS: Mapping[str, Maker] = _makers()
