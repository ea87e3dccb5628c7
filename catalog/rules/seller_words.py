"""PURE. What facts are called to sellers: their meaning, without figures that could be taken for thresholds."""

from __future__ import annotations

from collections.abc import Mapping

from .marking import to_translate as _

SELLER_WORDS: Mapping[str, str] = {
    "title": _("the listing’s title"),
    "description": _("the listing’s description"),
    "sku": _("the listing’s article number"),
    "gtin": _("the listing’s trade article number"),
    "condition": _("the listing’s condition"),
    "category": _("the listing’s category"),
    "markets": _("the markets in which it is offered"),
    "photo_count": _("the number of its photos"),
    "listing_age_days": _("how long the listing has existed"),
    "seller": _("your shop"),
    "seller_name": _("your shop’s name"),
    "seller_age_days": _("how long your shop has existed"),
    "seller_is_verified": _("the check of your trader file"),
    "seller_country": _("the country in your trader file"),
    "seller_orders": _("your recent orders"),
    "seller_refund_rate": _("your recent refunds"),
    "seller_dispute_rate": _("your recent disputes"),
    "brand": _("the declared brand"),
    "brand_is_protected": _("that the declared brand is protected"),
    "is_authorized": _("your authorisation for the declared brand"),
    "unauthorized_markets": _("your authorisation for the declared brand in some markets"),
    "price": _("the price"),
    "currency": _("the currency of the price"),
    "photo_hashes": _("the photos"),
    "photo_text": _("the words in the photos"),
    "photo_text_brands": _("other brands in the photos"),
    "title_other_brands": _("other brands in the title"),
    "title_confusable_brands": _("how brands are written in the title"),
    "title_obfuscated_brands": _("how brands are written in the title"),
    "title_edited_brands": _("how brands are written in the title"),
    "brand_confusable_brands": _("how the declared brand is written"),
    "brand_obfuscated_brands": _("how the declared brand is written"),
    "brand_edited_brands": _("how the declared brand is written"),
    "seller_name_confusable_brands": _("brands in your shop’s name"),
    "seller_name_obfuscated_brands": _("brands in your shop’s name"),
    "seller_name_edited_brands": _("brands in your shop’s name"),
    "photo_text_confusable_brands": _("how brands are written in the photos"),
    "photo_text_obfuscated_brands": _("how brands are written in the photos"),
    "photo_text_edited_brands": _("how brands are written in the photos"),
}
"""For every fact that a seller may be told of."""
