"""Finding out the facts of listings, for many at once.

The number of statements does not depend on how many listings there are, unless a provider raises: then its listings are
halved until the ones that it cannot bear are alone, so that a poisonous listing spoils nobody else's facts. A provider
runs in a savepoint, so that its database error does not spoil the caller's transaction.

Facts of a version other than the wanted one are *failed*, whatever they say (see `versions`).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from shopadmin.faults import AWAY

from ..rules.fact_types import Fact
from ..rules.fact_values import Unfit, converted
from ..rules.facts import FACTS
from ..rules.listing_facts import ListingFacts
from ..rules.wording import Says
from . import brands, history, listings, names, photo_models, photos, prices, sellers
from .batch import Batch, load
from .providers import Given, Known, Provider
from .versions import not_approved, offered_by, versions_in_force

logger = logging.getLogger(__name__)

MOST_FAILURES = 40
"""A provider that raised so often in a batch is out of order: the rest of its listings fails together."""

PROVIDERS: tuple[Provider, ...] = (
    listings.PROVIDER,
    sellers.PROVIDER,
    brands.PROVIDER,
    prices.PROVIDER,
    photos.PROVIDER,
    photo_models.PROVIDER,
    names.PROVIDER,
    names.PHOTO_PROVIDER,
    history.PROVIDER,
)
"""All providers, in the order in which they are asked: the names read in photos need the photos' words."""


@dataclass(frozen=True, slots=True)
class FoundFacts:
    """The facts of a listing in that version of it; `made_by` has the versions of what made them, by its name."""

    facts: ListingFacts
    made_by: Mapping[str, str]
    product_version: int


def find_facts(
    product_ids: Sequence[int],
    *,
    now: datetime,
    providers: Sequence[Provider] = PROVIDERS,
    versions: Mapping[str, str] | None = None,
) -> dict[int, FoundFacts]:
    """Return the facts as of `now` of the products with those keys, at most 500; keys that are gone are left out.

    They are made by these `versions` of their makers; without any, by those that people let act. Raises the database's
    errors while it does not answer (`shopadmin.faults.AWAY`): nothing is known then.
    """
    wanted = versions_in_force(offered_by(providers)) if versions is None else versions
    batch = load(product_ids, now, wanted)
    known: dict[int, Given] = {key: Given() for key in batch.products}
    for provider in providers:
        given = _ask_wanted(provider, batch, known)
        for key in known:
            known[key] = _joined(known[key], given.get(key, Given()), provider, batch)
    return {
        listed.product.pk: FoundFacts(
            ListingFacts(known[listed.product.pk].values, now, known[listed.product.pk].failed),
            known[listed.product.pk].made_by,
            listed.product.version,
        )
        for listed in batch.listings
    }


def _ask_wanted(provider: Provider, batch: Batch, known: Known) -> dict[int, Given]:
    """Ask the wanted version of a provider; all fails where it is not to be had any more."""
    version = batch.versions.get(provider.name)
    wanted = provider.of(version)
    if wanted is None:
        reason = not_approved(provider.name, provider.version, version)
        return {key: Given(failed=dict.fromkeys(provider.facts, reason)) for key in batch.products}
    given = _ask(wanted, batch, known, [MOST_FAILURES])
    made_by = {provider.name: wanted.version}
    return {
        key: replace(each, made_by={**made_by, **each.made_by})
        for key in batch.products
        for each in [given.get(key, Given())]
    }


def _ask(provider: Provider, batch: Batch, known: Known, left: list[int]) -> dict[int, Given]:
    """Ask a provider; where it raises, ask for halves. `left[0]` is how many more failures are looked into."""
    try:
        with transaction.atomic():
            return dict(provider.find(batch, known))
    except AWAY:
        raise
    except Exception as error:
        left[0] -= 1
        if len(batch.listings) > 1 and left[0] > 0:
            first, second = batch.halves()
            return _ask(provider, first, known, left) | _ask(provider, second, known, left)
        logger.warning("Facts of %s of the listings %s fail.", provider.name, batch.products, exc_info=True)
        reason = f"{provider.name}: {type(error).__name__}: {error}"[:300].replace("\0", "")
        return {key: Given(failed=dict.fromkeys(provider.facts, reason)) for key in batch.products}


def _joined(before: Given, given: Given, provider: Provider, batch: Batch) -> Given:
    """Add what a provider gave, after a look whether it is what the registry promises, and made by what may."""
    values: dict[str, Any] = dict(before.values)
    failed = dict(before.failed)
    for name in provider.facts:
        if name in given.failed:
            failed[name] = given.failed[name]
        elif (problem := _unapproved(provider, name, given, batch.versions)) is not None:
            failed[name] = problem
        elif (problem := _problem(FACTS[name], given.values, batch.now)) is not None:
            failed[name] = f"{provider.name}: {problem}"
        elif name in given.values:
            values[name] = given.values[name]
    return Given(values, failed, {**before.made_by, **given.made_by})


def _unapproved(provider: Provider, fact: str, given: Given, versions: Mapping[str, str]) -> str | None:
    """Say that another version of a model than the wanted one made a fact, or looked for it; None where it did not."""
    model = provider.model_of(fact)
    if model is None or (fact not in given.values and model not in given.made_by):
        return None
    made_by, wanted = given.made_by.get(model), versions.get(model)
    return None if made_by == wanted else not_approved(model, made_by, wanted)


def _problem(fact: Fact, values: Mapping[str, Any], now: datetime) -> str | None:
    """Say what is wrong with what `values` has for the fact, None where it is as the registry says."""
    if fact.name not in values:
        return None if fact.can_lack else Says.NOTHING_FOUND.value
    try:
        converted(fact, values[fact.name], now)
    except Unfit as error:
        return str(error)
    return None
