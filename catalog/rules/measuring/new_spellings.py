"""PURE. Spellings that nobody used before: of brands' names, and near the words of lists.

The list of words that a rule asks is known to nobody outside, but who tries long enough finds out what passes:
"replica" is held, "repl1ca" and "replicca" are not. So new writings are shown that lie near a word and come from
several listings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..forms import folded_words, skeleton_words
from ..lookalikes.edits import NearNames
from ..lookalikes.naming import Kind
from ..lookalikes.pieces import pieces_of

LEAST_LISTINGS = 2
"""A spelling in a single listing is as a rule a slip of the hand."""
LEAST_LETTERS = 4
"""Words of up to three letters are one slip away from hundreds of others."""

MOST_FORMS = 200_000
"""So many words' forms are remembered at once; takes some 50 MB."""


@dataclass(frozen=True, slots=True)
class Writing:
    """In a listing of a seller something is `written` that means `meant`: a brand's name, or an entry of a list."""

    listing: int
    seller: int
    meant: str
    kind: str
    place: str
    written: str


@dataclass(frozen=True, slots=True)
class Spelling:
    """A way to write `meant`, with the listings in which it stands, by key, and how many sellers these have."""

    meant: str
    kind: str
    place: str
    written: str
    listings: Sequence[int]
    sellers: int


def spelled(written: str) -> str:
    """Return what tells one spelling from another: what is written, whatever its case and the space around it."""
    return written.strip().casefold()


def new_spellings(writings: Iterable[Writing], known: Collection[tuple[str, str]]) -> list[Spelling]:
    """Return the spellings that stand in several listings and are not `known`, the most frequent first.

    `known` has pairs of what was meant and the spelling (see `spelled`).
    """
    groups: dict[tuple[str, str, str], list[Writing]] = {}
    for writing in writings:
        key = (writing.meant, spelled(writing.written), writing.place)
        if key[:2] not in known:
            groups.setdefault(key, []).append(writing)
    found = [_spelling(group) for group in groups.values()]
    several = [spelling for spelling in found if len(spelling.listings) >= LEAST_LISTINGS]
    return sorted(several, key=lambda each: (-len(each.listings), each.meant, each.written))


def _spelling(group: Sequence[Writing]) -> Spelling:
    first = group[0]
    listings = sorted({writing.listing for writing in group})
    sellers = len({writing.seller for writing in group})
    return Spelling(first.meant, first.kind, first.place, first.written, listings, sellers)


class NearEntries:
    """The entries of a list of words, as `mentions` folds them, to find what is written nearly like one."""

    def __init__(self, entries: Iterable[str], words: Mapping[str, int]) -> None:
        """Take the entries, and the ordinary words, which are no attempts at one."""
        self._entries = frozenset(entry.strip() for entry in entries)
        self._words = words
        long = sorted(entry for entry in self._entries if len(entry) >= LEAST_LETTERS)
        self._looks = {skeleton_words(entry).strip(): entry for entry in reversed(long)}
        self._near = NearNames((entry, 1, entry) for entry in long)
        self._sizes = {len(entry) + slip for entry in long for slip in (-1, 0, 1)}
        self._lengths = {len(entry.split()) for entry in long}
        self._forms: dict[str, tuple[str, str]] = {}

    def in_text(self, text: str) -> Iterator[tuple[str, Kind, str]]:
        """Yield the entry, how it is imitated, and what is written, for each piece of a text that is near one."""
        pieces = pieces_of(text)
        forms = [self._forms_of(piece.raw) for piece in pieces]
        for length in self._lengths:
            for first in range(len(pieces) - length + 1):
                plain, look = (" ".join(form) for form in zip(*forms[first : first + length], strict=True))
                if (meant := self._meant(plain, look)) is not None:
                    yield *meant, text[pieces[first].start : pieces[first + length - 1].end]

    def _forms_of(self, raw: str) -> tuple[str, str]:
        """Return a piece as `mentions` folds it, and what it looks like; titles share most of their words."""
        if raw not in self._forms:
            if len(self._forms) >= MOST_FORMS:
                self._forms.clear()
            self._forms[raw] = folded_words(raw).strip(), skeleton_words(raw).strip()
        return self._forms[raw]

    def _meant(self, plain: str, look: str) -> tuple[str, Kind] | None:
        """Return the entry that this is near without being one; ordinary words are near none."""
        if not plain or plain in self._entries or plain in self._words:
            return None
        if (entry := self._looks.get(look)) is not None:
            return entry, Kind.OBFUSCATED
        if len(plain) not in self._sizes:
            return None
        nearest = min(self._near.near(plain), key=lambda found: (found[1], found[0]), default=None)
        return (nearest[0], Kind.EDITED) if nearest else None
