"""What the watch suspects, before it is kept as a sign, and the rule that it proposes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..models import EvasionSign, RuleVersion
from ..rules.language import compile_rule
from ..rules.listing_facts import ListKind
from ..rules.problems import RuleRefused

SAMPLE = 12
"""So many listings are shown beside a sign."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A sign as `EvasionSign` keeps it; brand and list by key. Without a rule to propose `proposal` is empty."""

    kind: EvasionSign.Kind
    key: str
    evidence: Mapping[str, Any]
    proposal: str = ""
    entry: str = ""
    version: RuleVersion | None = None
    brand: int | None = None
    list: int | None = None


def key_of(*parts: object) -> str:
    """Return a short key that is the same for the same parts."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def evidence_of(listings: Sequence[int], sellers: int, **more: Any) -> dict[str, Any]:
    """Return what is kept of some listings: how many, of how many sellers, and the newest of them."""
    return {"count": len(listings), "sellers": sellers, "listings": sorted(listings, reverse=True)[:SAMPLE], **more}


def if_rule(text: str, lists: Mapping[str, ListKind]) -> str:
    """Return the text if it is a rule, else nothing: what is proposed can always be tried."""
    try:
        compile_rule(text, lists)
    except RuleRefused:
        return ""
    return text
