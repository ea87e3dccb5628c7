"""The hold that rules place: what is wrong and what the merchant can do, in words that give no threshold away."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from ..holding import place_hold
from ..models import Hold, Product, VerdictChoices
from ..rules.explaining import explain
from ..rules.listing_facts import ListingFacts, RuleList
from .deciding import Decided


def hold_back(product: Product, decided: Decided, facts: ListingFacts, lists: Mapping[str, RuleList]) -> Hold:
    """Hold a listing back for the reason that was decided on."""
    if decided.verdict == VerdictChoices.ERROR or decided.reason is None:
        return hold_unchecked(product)
    version, rule = decided.reason.version, decided.reason.rule
    told = explain(rule, facts, lists).for_seller() if rule else None
    words = [version.seller_message.strip(), str(told.sentence) if told else ""]
    return place_hold(
        product=product,
        ground=Hold.Ground(version.rule.ground),
        explanation="\n\n".join(filter(None, words)) or _("An automatic check holds this listing back."),
        remedy=version.remedy,
        actor=None,
    )


def hold_unchecked(product: Product) -> Hold:
    """Hold a listing back that could not be checked; staff see why, the merchant need not do anything."""
    return place_hold(
        product=product,
        ground=Hold.Ground.OTHER,
        explanation=_("This listing could not be checked automatically, so our staff will look at it."),
        remedy=_("You need not do anything. The listing comes back once somebody has looked at it."),
        actor=None,
    )
