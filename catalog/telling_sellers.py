"""What sellers are told of a rule that fired: which of their facts counted, in the language that they read."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from .models import Finding
from .rules.seller_words import SELLER_WORDS
from .rules.wording import Says


def told_in_words(facts: Iterable[str]) -> str:
    """Return what a seller is told where these facts counted, in the language that is active."""
    words = dict.fromkeys(_(SELLER_WORDS[name]) for name in facts if name in SELLER_WORDS)
    if not words:
        return _(Says.SELLER_NOTHING.value)
    return _(Says.SELLER_COULD.value) % {"facts": "; ".join(words)}


def told_of(finding: Finding) -> str:
    """Return what the seller is told of a finding, in the language that is active; empty where a rule failed."""
    told = finding.explanation.get("told")
    return "" if told is None else told_in_words(told)
