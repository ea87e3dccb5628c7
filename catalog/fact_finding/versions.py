"""Which versions of the makers of facts act on listings: a change of a model is a change of the rules.

This code *offers* a version of each maker: the code of each provider, with the tables that it reads, and each model
behind one. A version acts once a person has let it (`catalog.model_releases`). While another one waits:

- facts are made by the version in force wherever that can still be done: models of photos keep their vectors and words
  by version, and a provider keeps its `former` versions;
- where it cannot, the facts of what is screened are *failed*, neither those of the new version nor lacking. Rules that
  ask them hold the listing, as after any error, and the approval lets go again of what was held for nothing else.

Letting the new version act only where it is milder, or only where it is stricter, was the alternative. Either way facts
that nobody approved would decide: a listing would pass that the version in force holds, or a seller be held by a model
on trial. The price of failing is paid where a former version was thrown away, on listings that change meanwhile; what
does not change keeps the facts that it has. So that reviewers are not flooded, one decision ends all of these holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..models import ModelRelease
from .providers import Provider


def offered_by(providers: Iterable[Provider]) -> dict[str, str]:
    """Return the version of each maker that this code offers; a model that has not looked at anything yet is left out.

    Asks the database as often as the providers' `offers` do.
    """
    found: dict[str, str] = {}
    for provider in providers:
        found[provider.name] = provider.version
        found |= {model: version for model, version in provider.offers().items() if model in provider.models}
    return found


def versions_in_force(offered: Mapping[str, str]) -> dict[str, str]:
    """Return the version of each maker that acts on listings; asks the database once.

    Of a maker that was never seen before it is the offered one: that is what a first release is made of.
    """
    live = dict(ModelRelease.objects.live().values_list("maker", "version"))
    return {**offered, **live}


def not_approved(maker: str, version: str | None, wanted: str | None) -> str:
    """Say why a fact failed: the version of its maker that made it, or would, is not the one in force."""
    return f"{sign_of(maker)} {version or '–'}, while {wanted or '–'} is in force"


def sign_of(maker: str = "") -> str:
    """Return what stands in each reason of `not_approved`: of this maker, or without one of any."""
    return f"not approved: “{maker}”" if maker else "not approved: “"
