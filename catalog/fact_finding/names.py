"""Protected brands that are named or imitated in title, declared brand, seller's name and the words read in photos.

A brand is not imitated by a listing that declares it, nor by one whose seller is authorised for it in all the listing's
markets.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..rules.lookalikes.names import names_in
from ..rules.lookalikes.naming import Kind, Naming
from .batch import Batch, Listed
from .brand_names import LETTERS, BrandNames, brand_names, letters_version
from .providers import Given, Known, Provider
from .versions import not_approved

IMITATIONS = (Kind.CONFUSABLE, Kind.OBFUSCATED, Kind.EDITED)
PLACES = ("title", "brand", "seller_name")
PHOTO_TEXT = "photo_text"


def _facts_of(place: str) -> tuple[str, ...]:
    """Return the facts of brands that are imitated in one place."""
    return tuple(f"{place}_{kind}_brands" for kind in IMITATIONS)


def find(batch: Batch, known: Known) -> Known:
    """Return the brands in titles, declared brands and sellers' names; asks the database once, see `brand_names`."""
    reader = _Reader(batch, brand_names())
    return {listed.product.pk: reader.given(_in_rows(reader, listed)) for listed in batch.listings}


def find_in_photos(batch: Batch, known: Known) -> Known:
    """Return the brands in the words that `known` says were read in photos; asks the database once."""
    reader = _Reader(batch, brand_names())
    found = {}
    for listed in batch.listings:
        key = listed.product.pk
        before = known[key]
        if PHOTO_TEXT in before.failed:
            found[key] = Given(failed=dict.fromkeys(PHOTO_FACTS, before.failed[PHOTO_TEXT]))
        elif PHOTO_TEXT in before.values:
            found[key] = reader.given(_in_photos(reader, listed, before.values[PHOTO_TEXT]))
    return found


class _Reader:
    """Looks for names in the texts of a batch; a text that several listings share is read once."""

    def __init__(self, batch: Batch, names: BrandNames) -> None:
        self._batch = batch
        self._names = names
        self._read: dict[tuple[str, str], list[Naming]] = {}

    def given(self, values: dict[str, object]) -> Given:
        """Return what was found, with what it depends on."""
        return Given(values, made_by={"brand names": self._names.fingerprint, **_offers()})

    def imitated(self, place: str, text: str, listed: Listed) -> dict[str, object]:
        """Return the brands that a text imitates, for each way of imitating them."""
        found = [name for name in self._namings(text, listed) if not self._is_open(name.brand, listed)]
        return {f"{place}_{kind}_brands": _brands(found, kind) for kind in IMITATIONS}

    def named(self, text: str, listed: Listed) -> list[str]:
        """Return the brands that a text names plainly."""
        return _brands(self._namings(text, listed), Kind.EXACT)

    def _namings(self, text: str, listed: Listed) -> list[Naming]:
        """Return which brands other than the declared one the text names, and how."""
        key = (text, listed.category)
        if key not in self._read:
            self._read[key] = names_in(text, self._names.index, listed.category)
        own = listed.product.brand_id
        return [naming for naming in self._read[key] if self._names.keys[naming.brand] != own]

    def _is_open(self, name: str, listed: Listed) -> bool:
        """Tell whether the seller is authorised for a brand in all markets of the listing."""
        seller, brand = listed.product.seller_id, self._names.keys[name]
        grants = self._batch.grants
        return (seller, brand) in grants.territories and not grants.closed(seller, brand, listed.markets)


def _brands(namings: list[Naming], kind: Kind) -> list[str]:
    return sorted({naming.brand for naming in namings if naming.kind == kind})


def _in_rows(reader: _Reader, listed: Listed) -> dict[str, object]:
    product = listed.product
    declared = product.brand.name if product.brand else ""
    found: dict[str, object] = {"title_other_brands": reader.named(product.title, listed)}
    for place, text in zip(PLACES, (product.title, declared, product.seller.name), strict=True):
        found |= reader.imitated(place, text, listed)
    return found


def _in_photos(reader: _Reader, listed: Listed, text: str) -> dict[str, object]:
    return {"photo_text_brands": reader.named(text, listed), **reader.imitated(PHOTO_TEXT, text, listed)}


def _offers() -> dict[str, str]:
    return {LETTERS: letters_version()}


def letters_lack(versions: Mapping[str, str]) -> str:
    """Say that the tables of letters that are installed are not those in force; empty where they are."""
    version, wanted = letters_version(), versions.get(LETTERS)
    return "" if version == wanted else not_approved(LETTERS, version, wanted)


FACTS = ("title_other_brands", *(fact for place in PLACES for fact in _facts_of(place)))
PHOTO_FACTS = ("photo_text_brands", *_facts_of(PHOTO_TEXT))
PROVIDER = Provider("names", "1", FACTS, find, models={LETTERS: FACTS}, offers=_offers)
PHOTO_PROVIDER = Provider(
    "names in photos",
    "1",
    PHOTO_FACTS,
    find_in_photos,
    models={LETTERS: PHOTO_FACTS},
    offers=_offers,
    needs=(PHOTO_TEXT,),
)
