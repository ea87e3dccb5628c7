"""PURE. What facts are called to sellers: their meaning, without figures that could be taken for thresholds."""

from __future__ import annotations

from collections.abc import Mapping

SELLER_WORDS: Mapping[str, str] = {
    "title": "the listing’s title",
    "description": "the listing’s description",
    "sku": "the listing’s article number",
    "gtin": "the listing’s trade article number",
    "condition": "the listing’s condition",
    "category": "the listing’s category",
    "markets": "the markets in which it is offered",
    "photo_count": "the number of its photos",
    "listing_age_days": "how long the listing has existed",
    "seller": "your shop",
    "seller_name": "your shop’s name",
    "seller_age_days": "how long your shop has existed",
    "seller_is_verified": "the check of your trader file",
    "seller_country": "the country in your trader file",
    "seller_orders": "your recent orders",
    "seller_refund_rate": "your recent refunds",
    "seller_dispute_rate": "your recent disputes",
    "brand": "the declared brand",
    "brand_is_protected": "that the declared brand is protected",
    "is_authorized": "your authorisation for the declared brand",
    "unauthorized_markets": "your authorisation for the declared brand in some markets",
    "price": "the price",
    "currency": "the currency of the price",
    "photo_hashes": "the photos",
    "photo_text": "the words in the photos",
    "photo_text_brands": "other brands in the photos",
    "title_other_brands": "other brands in the title",
    "title_confusable_brands": "how brands are written in the title",
    "title_obfuscated_brands": "how brands are written in the title",
    "title_edited_brands": "how brands are written in the title",
    "brand_confusable_brands": "how the declared brand is written",
    "brand_obfuscated_brands": "how the declared brand is written",
    "brand_edited_brands": "how the declared brand is written",
    "seller_name_confusable_brands": "brands in your shop’s name",
    "seller_name_obfuscated_brands": "brands in your shop’s name",
    "seller_name_edited_brands": "brands in your shop’s name",
    "photo_text_confusable_brands": "how brands are written in the photos",
    "photo_text_obfuscated_brands": "how brands are written in the photos",
    "photo_text_edited_brands": "how brands are written in the photos",
}
"""For every fact that a seller may be told of."""
