"""PURE. The one registry of facts: what a rule can ask of a listing, and what it means (see `fact_types`)."""

from __future__ import annotations

from collections.abc import Mapping

from .fact_types import Cost, Fact, FactType, Source
from .marking import to_translate as _
from .name_facts import NAME_FACTS

BOOL, INT, DOUBLE, TEXT, TEXTS, INTS, DAYS = FactType
LISTING, SELLER, BRAND, PRICE, PHOTO, _NAMES, HISTORY = Source
ROW, LOOKUP, MODEL = Cost

_LISTING = (
    Fact("title", TEXT, LISTING, ROW, _("the listing’s title"), "Nike Air Max 90", is_searched=True),
    Fact(
        "description",
        TEXT,
        LISTING,
        ROW,
        _("the beginning of the listing’s description"),
        "Mirror quality, ships without box",
        unit=_("at most 5,000 letters"),
        is_searched=True,
    ),
    Fact("sku", TEXT, LISTING, ROW, _("the seller’s own article number"), "AM90-42"),
    Fact("gtin", TEXT, LISTING, ROW, _("the article number of the trade, empty if none is given"), "04006381333931"),
    Fact("condition", TEXT, LISTING, ROW, _("new, refurbished or used"), "new"),
    Fact("category", TEXT, LISTING, ROW, _("the path of its category, empty without one"), "Shoes > Sneakers"),
    Fact(
        "markets", TEXTS, LISTING, ROW, _("the countries in which it is offered"), ["DE", "US"], unit=_("country codes")
    ),
    Fact("photo_count", INT, LISTING, ROW, _("how many photos it has"), 4),
    Fact("listing_age_days", DAYS, LISTING, ROW, _("how long ago it was added"), 3, unit=_("days")),
)

_SELLER = (
    Fact("seller", TEXT, SELLER, ROW, _("the seller’s short name"), "corner-shop"),
    Fact("seller_name", TEXT, SELLER, ROW, _("the seller’s name as buyers see it"), "Corner Shop", is_searched=True),
    Fact("seller_age_days", DAYS, SELLER, ROW, _("how long ago the seller joined"), 12, unit=_("days")),
    Fact(
        "seller_is_verified", BOOL, SELLER, LOOKUP, _("whether its trader file was checked and found in order"), False
    ),
    Fact(
        "seller_country",
        TEXT,
        SELLER,
        LOOKUP,
        _("the country in its trader file"),
        "DE",
        unit=_("country code"),
        can_lack=True,
    ),
    Fact("seller_orders", INT, SELLER, LOOKUP, _("how many orders it had in the last 90 days"), 240),
    Fact(
        "seller_refund_rate",
        DOUBLE,
        SELLER,
        LOOKUP,
        _("which share of the orders of the last 90 days was refunded; lacks below 20 orders"),
        0.08,
        unit=_("share, 0 to 1"),
        can_lack=True,
    ),
    Fact(
        "seller_dispute_rate",
        DOUBLE,
        SELLER,
        LOOKUP,
        _("which share of the orders of the last 90 days was disputed; lacks below 20 orders"),
        0.02,
        unit=_("share, 0 to 1"),
        can_lack=True,
    ),
    Fact(
        "seller_removals",
        INT,
        SELLER,
        LOOKUP,
        _("how many of its listings were found to be counterfeit and stand so"),
        1,
        seller_sees=False,
    ),
    Fact(
        "seller_strikes",
        INT,
        SELLER,
        LOOKUP,
        _("the weight of its strikes that have not expired"),
        3,
        unit=_("points"),
        seller_sees=False,
    ),
)

_BRAND = (
    Fact("brand", TEXT, BRAND, ROW, _("the declared brand, empty without one"), "Nike", is_searched=True),
    Fact(
        "brand_is_protected",
        BOOL,
        BRAND,
        LOOKUP,
        _("whether only authorised sellers may list the declared brand"),
        True,
    ),
    Fact(
        "is_authorized",
        BOOL,
        BRAND,
        LOOKUP,
        _("whether the seller may list the declared brand in all its markets today; true without a protected brand"),
        False,
    ),
    Fact(
        "unauthorized_markets",
        TEXTS,
        BRAND,
        LOOKUP,
        _("the listing’s markets in which the seller is not authorised for the declared brand today"),
        ["US"],
        unit=_("country codes"),
    ),
)

_PRICE = (
    Fact(
        "price",
        DOUBLE,
        PRICE,
        ROW,
        _("the price of the offer that lies lowest beside authorised sellers’ prices, otherwise of the first market"),
        41.2,
        unit=_("whole units of `currency`"),
        can_lack=True,
    ),
    Fact("currency", TEXT, PRICE, ROW, _("the currency of `price`"), "EUR", can_lack=True),
    Fact(
        "price_quantile",
        DOUBLE,
        PRICE,
        LOOKUP,
        _(
            "which share of authorised sellers’ prices for the same brand, category, condition and currency is lower;"
            " lacks below 20 such prices, and below 3 sellers of a brand that is not protected"
        ),
        0.03,
        unit=_("share, 0 to 1"),
        can_lack=True,
        seller_sees=False,
    ),
    Fact(
        "price_to_median",
        DOUBLE,
        PRICE,
        LOOKUP,
        _("`price` as a multiple of the median of those prices"),
        0.4,
        can_lack=True,
        seller_sees=False,
    ),
    Fact("price_peers", INT, PRICE, LOOKUP, _("how many such prices there are"), 57, seller_sees=False),
)

_PHOTO = (
    Fact(
        "photo_hashes",
        INTS,
        PHOTO,
        ROW,
        _("the perceptual hashes of its photos, for `photo_in_list`"),
        [-81985529216486896],
        unit=_("64-bit hashes"),
    ),
    Fact(
        "photo_twin_sellers",
        INT,
        PHOTO,
        LOOKUP,
        _(
            "how many other sellers have a photo that looks the same (at most 4 of 64 bits differ) in a live or held"
            " listing; plain surfaces do not count"
        ),
        2,
        seller_sees=False,
    ),
    Fact(
        "photo_is_authorized_sellers",
        BOOL,
        PHOTO,
        LOOKUP,
        _("whether one of those sellers is authorised for the protected brand of its listing"),
        True,
        seller_sees=False,
    ),
    Fact(
        "photo_likeness",
        DOUBLE,
        PHOTO,
        MODEL,
        _("how like its photos are to the nearest photo of another seller, by what the embedder sees"),
        0.93,
        unit=_("cosine, -1 to 1"),
        can_lack=True,
        seller_sees=False,
    ),
    Fact(
        "photo_text",
        TEXT,
        PHOTO,
        MODEL,
        _("the words read in its photos"),
        "Just do it",
        can_lack=True,
        is_searched=True,
    ),
    Fact(
        "photo_text_brands",
        TEXTS,
        PHOTO,
        MODEL,
        _("protected brands named in its photos other than the declared one"),
        ["Adidas"],
        unit=_("brand names"),
        can_lack=True,
    ),
)


_HISTORY = (
    Fact(
        "relists_photo",
        BOOL,
        HISTORY,
        LOOKUP,
        _("whether a photo looks the same as one of a listing that was taken down as counterfeit"),
        True,
        seller_sees=False,
    ),
    Fact(
        "relists_text",
        BOOL,
        HISTORY,
        LOOKUP,
        _("whether title and brand are in substance those of a listing that was taken down as counterfeit"),
        True,
        seller_sees=False,
    ),
    Fact(
        "relist_signals",
        INT,
        HISTORY,
        LOOKUP,
        _(
            "how many of photo, text and price (within 5 percent) agree with the same listing that was taken down; a"
            " price alone does not count"
        ),
        2,
        unit=_("0 to 3"),
        seller_sees=False,
    ),
)

FACTS: Mapping[str, Fact] = {
    fact.name: fact for group in (_LISTING, _SELLER, _BRAND, _PRICE, _PHOTO, NAME_FACTS, _HISTORY) for fact in group
}
"""All facts by name, in the order in which people look for them."""

ASSUMED: Mapping[str, Fact] = {fact.has_name: fact for fact in FACTS.values() if fact.can_lack}
"""Facts that can lack something, by the name under which a rule asks whether they are known."""
