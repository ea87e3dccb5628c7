"""How entries of lists are written so that rules can compare them: one form for each kind of list."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from .gtin import LENGTHS, InvalidGtin, clean_gtin
from .models import Brand, ListEntry, Seller
from .rules.forms import folded_words
from .rules.listing_facts import ListKind

LONGEST = 300
"""The longest entry, in letters."""
_HEX = re.compile(r"(?:0x)?([0-9a-f]{16})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as people read it, and its key as rules compare it."""

    value: str
    key: str


@dataclass(frozen=True, slots=True)
class Unfit:
    """What cannot stand in a list, and why not."""

    value: str
    reason: str


def read_entries(kind: ListKind, values: Sequence[str]) -> tuple[list[Entry], list[Unfit]]:
    """Return the entries that `values` mean in a list of this kind, each once, and what means none.

    Asks the database once for sellers and brands. Empty values are left out.
    """
    wanted = [value.strip() for value in values if value.strip()]
    short = [value for value in wanted if len(value) <= LONGEST and "\0" not in value]
    entries: dict[str, Entry] = {}
    unfit = [Unfit(value[:LONGEST], _("This is too long, or no text.")) for value in wanted if value not in set(short)]
    for found in _READERS[kind](short):
        if isinstance(found, Unfit):
            unfit.append(found)
        else:
            entries.setdefault(found.key, found)
    return list(entries.values()), unfit


def hash_key(perceptual_hash: int) -> str:
    """Return the key of a photo's hash (64 bits, signed): 16 hexadecimal digits of its bits.

    >>> hash_key(-1)
    'ffffffffffffffff'
    """
    return f"{perceptual_hash & (2**64 - 1):016x}"


def hash_of(key: str) -> int:
    """Return the hash, signed, that a key stands for."""
    bits = int(key, 16)
    return bits - 2**64 if bits >= 2**63 else bits


def texts_of(kind: ListKind, key: str) -> list[str]:
    """Return the texts that an entry is equal to: for a GTIN its spellings in all lengths that hold it, else itself."""
    if kind != ListKind.ARTICLES or len(key) != max(LENGTHS) or not key.isdigit():
        return [key]
    return [key[-length:] for length in LENGTHS if not key[:-length].strip("0")]


def follow_brand(old: str, new: str) -> None:
    """Let lists of brands go on naming a brand that has another name now; in the caller's transaction.

    Where the new name stands already, the old one is taken off.
    """
    standing = ListEntry.objects.filter(list__kind=ListKind.BRANDS, removed_at__isnull=True)
    known = standing.filter(key=new).values("list")
    standing.filter(key=old, list__in=known).update(removed_at=timezone.now())
    standing.filter(key=old).update(key=new, value=new)


def _sellers(values: Sequence[str]) -> list[Entry | Unfit]:
    known = set(Seller.objects.filter(slug__in=values).values_list("slug", flat=True))
    missing = _("There is no seller of this short name.")
    return [Entry(value, value) if value in known else Unfit(value, missing) for value in values]


def _brands(values: Sequence[str]) -> list[Entry | Unfit]:
    known = Brand.objects.resolve(values)
    missing = _("We know no brand of that name, or several.")
    return [Entry(brand.name, brand.name) if (brand := known[value]) else Unfit(value, missing) for value in values]


def _words(values: Sequence[str]) -> list[Entry | Unfit]:
    found: list[Entry | Unfit] = []
    for value in values:
        key = folded_words(value)
        fits = 0 < len(key) <= LONGEST
        found.append(Entry(value, key) if fits else Unfit(value, _("There are no letters or digits in this.")))
    return found


def _articles(values: Sequence[str]) -> list[Entry | Unfit]:
    """A GTIN has the form of 14 digits; anything else is a seller's own article number, as it is."""
    found: list[Entry | Unfit] = []
    for value in values:
        try:
            found.append(Entry(value, clean_gtin(value).zfill(max(LENGTHS))))
        except InvalidGtin:
            found.append(Entry(value, value))
    return found


def _photos(values: Sequence[str]) -> list[Entry | Unfit]:
    missing = _("A photo’s hash has 16 hexadecimal digits.")
    found: list[Entry | Unfit] = []
    for value in values:
        match = _HEX.fullmatch(value)
        found.append(Entry(match[1].lower(), match[1].lower()) if match else Unfit(value, missing))
    return found


_READERS: Mapping[ListKind, Callable[[Sequence[str]], list[Entry | Unfit]]] = {
    ListKind.SELLERS: _sellers,
    ListKind.BRANDS: _brands,
    ListKind.WORDS: _words,
    ListKind.ARTICLES: _articles,
    ListKind.PHOTOS: _photos,
}
