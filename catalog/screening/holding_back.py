"""The hold that rules place: what is wrong and what the merchant can do, in words that give no threshold away."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import translation
from django.utils.translation import gettext as _

from ..holding import place_hold
from ..models import Hold, Product, VerdictChoices
from ..rules.explaining import explain
from ..rules.listing_facts import ListingFacts, RuleList
from ..stating import languages_of
from ..telling_sellers import told_in_words
from .deciding import Decided


def hold_back(product: Product, decided: Decided, facts: ListingFacts, lists: Mapping[str, RuleList]) -> Hold:
    """Hold a listing back for the reason that was decided on, in the language that its seller reads."""
    if decided.verdict == VerdictChoices.ERROR or decided.reason is None:
        return hold_unchecked(product)
    version, rule = decided.reason.version, decided.reason.rule
    told = explain(rule, facts, lists).for_seller() if rule else None
    with _language_of(product):
        seen = told_in_words(told.facts) if told else ""
        words = [version.seller_message.strip(), seen]
        explanation = "\n\n".join(filter(None, words)) or _("An automatic check holds this listing back.")
    return place_hold(
        product=product,
        ground=Hold.Ground(version.rule.ground),
        explanation=explanation,
        remedy=version.remedy,
        actor=None,
        seen=seen,
    )


def hold_unchecked(product: Product) -> Hold:
    """Hold a listing back that could not be checked; staff see why, the merchant need not do anything."""
    with _language_of(product):
        explanation = _("This listing could not be checked automatically, so our staff will look at it.")
        remedy = _("You need not do anything. The listing comes back once somebody has looked at it.")
    return place_hold(product=product, ground=Hold.Ground.OTHER, explanation=explanation, remedy=remedy, actor=None)


def _language_of(product: Product) -> translation.override:
    return translation.override(languages_of([product.seller_id])[product.seller_id])
