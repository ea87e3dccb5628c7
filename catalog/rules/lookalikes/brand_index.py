"""PURE. The names of protected brands, arranged so that a text is compared with thousands of them at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from .edits import NearNames, allowed
from .pieces import flat, joints, key, pieces_of, plainly
from .skeleton import look
from .words import OFTEN, bare

PATH_SEPARATOR = " > "
"""Between the names of a category's path, as the catalogue writes it."""

ANCHOR_OFTEN = 2_000_000
"""A name of several words is not looked for by a word that is said this often ("the", "of"): all titles have them."""

REPEATS = 3
"""In pieces, a name is read on for at most this many times the length of the longest name."""


@dataclass(frozen=True, slots=True)
class BrandEntry:
    """A brand: what it is called, and the paths of the categories in which it is sold, empty if that is not known.

    `is_product_word` says that its name is also what sellers call things that they sell there, as polo is for shirts.
    """

    name: str
    aliases: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    is_product_word: bool = False

    def is_sold_in(self, category: str) -> bool:
        """Say whether a listing in this category may be the brand's; where either is not known, it may."""
        return not category or not self.categories or any(_lies_along(category, own) for own in self.categories)


def _lies_along(one: str, other: str) -> bool:
    """Say whether one of two category paths is the beginning of the other."""
    one, other = f"{one.casefold()}{PATH_SEPARATOR}", f"{other.casefold()}{PATH_SEPARATOR}"
    return one.startswith(other) or other.startswith(one)


@dataclass(frozen=True, eq=False)
class Spelling:
    """One of the names of a brand, `written` so; `is_ordinary` says that it is a word that buyers use otherwise."""

    entry: BrandEntry
    written: str
    is_ordinary: bool

    @cached_property
    def plain(self) -> frozenset[str]:
        """The forms of `pieces.plainly` that are the name itself: with and without its accents."""
        own = "".join(filter(str.isalnum, unicodedata.normalize("NFC", self.written).casefold()))
        return frozenset({own, bare(self.written)})

    @cached_property
    def letters(self) -> int:
        """How many letters and digits the name has."""
        return len(bare(self.written))

    @cached_property
    def breaks(self) -> frozenset[int]:
        """After how many letters the name may be broken, as it is broken itself."""
        lengths = [len(plainly([piece])) for piece in pieces_of(self.written)]
        return frozenset(accumulate(lengths))

    @cached_property
    def joints(self) -> tuple[str, ...]:
        """What stands between the words of the name: ("&",) in H&M."""
        return joints(self.written, pieces_of(self.written))

    @cached_property
    def word_looks(self) -> tuple[str, ...]:
        """What each word of the name looks like."""
        return tuple(piece.look for piece in pieces_of(self.written))

    @cached_property
    def looks(self) -> frozenset[str]:
        """What the name looks like in small, capital and title letters: the three have different skeletons."""
        cased = (self.written, self.written.lower(), self.written.upper(), self.written.title())
        return frozenset(map(look, cased))

    @cached_property
    def flats(self) -> frozenset[str]:
        """The same with what is written for letters undone, as in `pieces.flat`."""
        return frozenset(map(flat, self.looks))


class BrandIndex:
    """All names of all brands, built once and asked for each text (see `names`).

    `words` are ordinary words with how often each was said, as `words.ordinary_words` has them. Names of brands that
    are in them, but said too rarely to be words of their own (Nike, Nikes), do not count as words.
    """

    def __init__(self, entries: Iterable[BrandEntry], words: Mapping[str, int]) -> None:
        self.entries = tuple(entries)
        self.by_key: dict[str, list[Spelling]] = {}
        self.by_word: dict[str, list[tuple[Spelling, int]]] = {}
        self.beginnings: set[str] = set()
        spellings = list(_spellings(self.entries, words))
        self._words = words
        rare = [spelling for spelling in spellings if not spelling.is_ordinary]
        self._names = frozenset(name + ending for spelling in rare for name in spelling.plain for ending in ("", "s"))
        for spelling in spellings:
            self._add(spelling)
        self.most_words = max((len(spelling.word_looks) for spelling in spellings), default=1)
        self.longest = REPEATS * max((len(form) for spelling in spellings for form in spelling.looks), default=0)
        self.near = _near_names(spellings)
        self.near_long = _near_names([spelling for spelling in spellings if len(spelling.word_looks) > 1])

    def is_word(self, word: str) -> bool:
        """Say whether this, in small letters, is an ordinary word and no attempt at a name."""
        return word in self._words and word not in self._names

    def _add(self, spelling: Spelling) -> None:
        for form in set(map(key, spelling.looks)):
            self.by_key.setdefault(form, []).append(spelling)
        for form in spelling.looks:
            self.beginnings.update(key(form[:length]) for length in range(1, len(form) + 1))
        words = spelling.word_looks
        for place, word in enumerate(words if len(words) > 1 else ()):
            if self._words.get(word, 0) < ANCHOR_OFTEN:
                self.by_word.setdefault(flat(word), []).append((spelling, place))


def _near_names(spellings: Iterable[Spelling]) -> NearNames[Spelling]:
    """Return names by what they are within a few slips of, as they look in each case."""
    near = {(form, spelling) for spelling in spellings for form in spelling.flats}
    return NearNames((form, allowed(spelling.letters), spelling) for form, spelling in near)


def _spellings(entries: Iterable[BrandEntry], words: Mapping[str, int]) -> Iterator[Spelling]:
    """Yield each name and alias that has letters, with "and" in place of "&" too."""
    for entry in entries:
        names = dict.fromkeys((entry.name, *entry.aliases))
        names |= dict.fromkeys(name.replace("&", " and ") for name in names)
        for name in names:
            plain = bare(name)
            if plain:
                yield Spelling(entry, name, words.get(plain, 0) >= OFTEN)
