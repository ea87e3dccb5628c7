"""What people call the makers of facts."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .fact_finding.brand_names import LETTERS
from .photo_signals import INDEX, READER

WORDS: Mapping[str, str | Promise] = {
    INDEX: _("Likeness of photos (search index)"),
    READER: _("Words in photos (text reader)"),
    LETTERS: _("Look-alike letters and ordinary words"),
    "listing": _("The listing’s own rows"),
    "seller": _("The seller’s record"),
    "brand": _("Brands and authorisations"),
    "price": _("Prices beside authorised sellers’"),
    "photo": _("Photos that other sellers have too"),
    "photo models": _("What models say of photos"),
    "names": _("Names of brands in texts"),
    "names in photos": _("Names of brands in photos"),
    "history": _("Listings that come again"),
}


def words_of(maker: str) -> str | Promise:
    """Return what people call a maker; one that is unknown here is called by its name."""
    return WORDS.get(maker, maker)
