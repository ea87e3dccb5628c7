"""Who finds out which facts: a provider is a source that is asked for many listings at once.

A provider, and each model behind one, is a *maker* of facts. Its version acts on listings once a person has let it (see
`versions`).

A provider knows nothing of the others. What one of them raises makes its facts *failed* for the listings of that call,
never lacking, and leaves the facts of the others as they are (see `finding`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .batch import Batch


@dataclass(frozen=True, slots=True)
class Given:
    """What a provider knows of one listing.

    `values` by fact; what is in neither `values` nor `failed` is lacking. `failed` has what could not be found out, and
    why. `made_by` names what the values depend on beside the listing itself: models, indexes, tables.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    made_by: Mapping[str, str] = field(default_factory=dict)


type Known = Mapping[int, Given]
"""What is known of each product by its key."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A source of facts. `find` is given the batch and what earlier providers found, and answers for each product.

    `version` changes whenever the same rows would give other values than before. `former` are earlier versions that can
    still be asked: who changes a provider keeps the one before until the new one is approved. `models` are makers with
    versions of their own (models, tables), with the facts that each makes; `offers` has the versions that would do so
    now, and `find` says in `made_by` which one did. `needs` are facts of earlier providers that these are made of.
    """

    name: str
    version: str
    facts: tuple[str, ...]
    find: Callable[[Batch, Known], Known]
    former: tuple[Provider, ...] = ()
    models: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    offers: Callable[[], Mapping[str, str]] = dict
    needs: tuple[str, ...] = ()

    def of(self, version: str | None) -> Provider | None:
        """Return the provider in that version, None where it cannot be asked any more."""
        return next((each for each in (self, *self.former) if each.version == version), None)

    def model_of(self, fact: str) -> str | None:
        """Return the name of the model that makes a fact, None where the provider itself does."""
        return next((model for model, facts in self.models.items() if fact in facts), None)
