"""PURE. The facts of brands that are named or imitated, by place and by how."""

from __future__ import annotations

from .fact_types import Cost, Fact, FactType, Source
from .marking import to_translate as _

_IMITATIONS = (
    ("title_confusable", _("protected brands in the title, written with letters that look the same")),
    (
        "title_obfuscated",
        _("protected brands in the title, plain after undoing digits, signs, spaces or repeats in them"),
    ),
    (
        "title_edited",
        _("protected brands in the title, one or two letters away, in a category where the brand is sold"),
    ),
    ("brand_confusable", _("protected brands in the declared brand, written with letters that look the same")),
    (
        "brand_obfuscated",
        _("protected brands in the declared brand, plain after undoing signs, spaces or repeats in them"),
    ),
    ("brand_edited", _("protected brands in the declared brand, one or two letters away, where the brand is sold")),
    ("seller_name_confusable", _("protected brands in the seller’s name, written with letters that look the same")),
    ("seller_name_obfuscated", _("protected brands in the seller’s name, plain after undoing signs or spaces in them")),
    (
        "seller_name_edited",
        _("protected brands in the seller’s name, one or two letters away, where the brand is sold"),
    ),
    ("photo_text_confusable", _("protected brands read in its photos, written with letters that look the same")),
    ("photo_text_obfuscated", _("protected brands read in its photos, plain after undoing signs or spaces in them")),
    ("photo_text_edited", _("protected brands read in its photos, one or two letters away, where the brand is sold")),
)
"""Where brands are imitated and how, with what that means."""

IMITATIONS = tuple(f"{name}_brands" for name, _meaning in _IMITATIONS)
"""The facts that list brands which a listing imitates, the surest place first."""


def _imitation(name: str, meaning: str) -> Fact:
    is_read = name.startswith("photo_text")
    cost, unit = Cost.MODEL if is_read else Cost.LOOKUP, _("brand names")
    return Fact(f"{name}_brands", FactType.TEXTS, Source.NAMES, cost, meaning, ["Nike"], unit=unit, can_lack=is_read)


NAME_FACTS = (
    Fact(
        "title_other_brands",
        FactType.TEXTS,
        Source.NAMES,
        Cost.LOOKUP,
        _("protected brands named plainly in the title other than the declared one"),
        ["Nike"],
        unit=_("brand names"),
    ),
    *(_imitation(name, meaning) for name, meaning in _IMITATIONS),
)
