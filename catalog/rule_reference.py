"""What a rule can ask, for the panel beside the editor: facts by where they come from, and functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .rules.fact_types import Fact, Source
from .rules.facts import ASSUMED, FACTS
from .rules.function_calls import FUNCTIONS, METHODS, Function

SOURCES: Mapping[Source, str | Promise] = {
    Source.LISTING: _("The listing"),
    Source.SELLER: _("Its seller"),
    Source.BRAND: _("Its brand"),
    Source.PRICE: _("Its price"),
    Source.PHOTO: _("Its photos"),
    Source.NAMES: _("Brand names in it"),
    Source.HISTORY: _("What was taken down before"),
}


def facts_by_source() -> Sequence[tuple[str | Promise, Sequence[Fact]]]:
    """Return the facts under the names of their sources, in the order of the registry."""
    return [(SOURCES[source], list(facts)) for source, facts in groupby(FACTS.values(), key=lambda fact: fact.source)]


def functions() -> Sequence[Function]:
    """Return the functions and methods of the language, each way of writing one once."""
    return list({each.signature: each for each in (*FUNCTIONS.values(), *METHODS.values())}.values())


def names_by_kind() -> Mapping[str, Sequence[str]]:
    """Return the names that the language knows, for the colours that follow the typing (`static/js/rule-tokens.js`).

    `asking` has the functions of which the second value is the name of a list.
    """
    return {
        "fact": list(FACTS),
        "known": list(ASSUMED),
        "function": list(FUNCTIONS),
        "method": list(METHODS),
        "asking": [name for name, function in FUNCTIONS.items() if function.lists],
    }
