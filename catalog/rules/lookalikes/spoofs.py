"""PURE. The brand attack bench: spoofs of a name, and ordinary words near it, to see what is caught before it is saved.

Each spoof is a brand's name changed in one way, in one to three places. The ways have names of their own (`Attack`) and
substitutions of their own (`spoof_letters`), so that finding is not measured with the tables that it uses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from random import Random

from rapidfuzz import process
from rapidfuzz.distance import OSA

from .brand_index import BrandEntry, BrandIndex
from .names import names_in
from .naming import Kind
from .spoof_letters import ACCENTS, HIDDEN, HOMOGLYPHS, LEET, MARKS, MISREAD, NEXT_KEYS, SMALL_CAPITALS
from .words import bare, words_of

NEAR_LANGUAGES = ("en", "es", "fr", "it")
"""Innocent words come from these; only the first two are known to the index, so that the others put it to the test."""

TRIES = 20


class Attack(StrEnum):
    """How a name is spoofed."""

    HOMOGLYPH = "homoglyph"
    LEET = "leet"
    SPACING = "spacing"
    REPEATS = "repeats"
    ZERO_WIDTH = "zero-width"
    COMBINING = "combining"
    TRANSPOSITION = "transposition"
    OMISSION = "omission"
    INSERTION = "insertion"
    MISREAD = "misread"
    OTHER_SHAPES = "other-shapes"
    ACCENTS = "accents"


@dataclass(frozen=True, slots=True)
class Spoof:
    """A name as a spoofer writes it."""

    brand: str
    attack: Attack
    text: str


@dataclass(frozen=True, slots=True)
class BrandBench:
    """What became of a brand's spoofs by attack, and which innocent words were taken for it."""

    brand: str
    caught: Mapping[Attack, tuple[str, ...]]
    missed: Mapping[Attack, tuple[str, ...]]
    innocents: int
    false: tuple[str, ...]

    @property
    def recall(self) -> float:
        """Which share of the spoofs was caught, 0..1; 1 without spoofs."""
        caught, missed = (sum(map(len, group.values())) for group in (self.caught, self.missed))
        return caught / (caught + missed) if caught + missed else 1.0


def bench_brand(brand: BrandEntry, index: BrandIndex, count: int = 120, seed: int = 0) -> BrandBench:
    """Return how an index, which has the brand, does on spoofs of it and on the innocent words nearest to it.

    All are looked up in the brand's first category, where the gates are widest open.
    """
    category = brand.categories[0] if brand.categories else ""
    caught: dict[Attack, tuple[str, ...]] = {}
    missed: dict[Attack, tuple[str, ...]] = {}
    for spoof in generate(brand.name, count, seed):
        group = caught if is_named(spoof.text, brand.name, index, category) else missed
        group[spoof.attack] = (*group.get(spoof.attack, ()), spoof.text)
    innocents = nearest_innocents(brand.name, count)
    false = tuple(word for word in innocents if is_named(word, brand.name, index, category))
    return BrandBench(brand.name, caught, missed, len(innocents), false)


def is_named(text: str, brand: str, index: BrandIndex, category: str) -> bool:
    """Say whether a text is told to name the brand otherwise than plainly."""
    found = names_in(text, index, category)
    return any(naming.brand == brand and naming.kind is not Kind.EXACT for naming in found)


def nearest_innocents(brand: str, count: int) -> list[str]:
    """Return the ordinary words of `NEAR_LANGUAGES` nearest to a name, nearest first; not the name itself.

    The first call takes about a second, to read the words.
    """
    name = bare(brand)
    words = [word for word in _innocent_words() if abs(len(word) - len(name)) <= 2 and bare(word) != name]
    near = process.extract(name, words, scorer=OSA.distance, limit=count)
    return [word for word, _distance, _place in near]


@cache
def _innocent_words() -> tuple[str, ...]:
    return tuple(sorted(word for word in words_of(NEAR_LANGUAGES) if word.isalpha()))


def generate(brand: str, count: int, seed: int) -> Iterator[Spoof]:
    """Yield so many different spoofs of a name, the attacks in turn; fewer if the name is too short for that many.

    The same seed gives the same spoofs. None is the name itself, whatever its case. One letter cannot be spoofed.
    """
    if len(brand) < 2:
        return
    random = Random(f"{seed}:{brand}")  # noqa: S311 - no secret
    seen = {brand.casefold()}
    made = 0
    for turn in range(count * TRIES):
        attack = list(Attack)[turn % len(Attack)]
        text = _ATTACKS[attack](random.choice((brand, brand, brand.upper(), brand.lower())), random)
        if text.casefold() not in seen:
            seen.add(text.casefold())
            made += 1
            yield Spoof(brand, attack, text)
        if made == count:
            return


def _substituted(table: Mapping[str, str]) -> Callable[[str, Random], str]:
    """Return the attack that writes one to three letters otherwise."""

    def attack(name: str, random: Random) -> str:
        places = [place for place, letter in enumerate(name) if letter in table or letter.lower() in table]
        letters = list(name)
        for place in random.sample(places, min(len(places), random.randint(1, 3))):
            letters[place] = random.choice(table.get(letters[place]) or table[letters[place].lower()])
        return "".join(letters)

    return attack


def _inserted(what: str) -> Callable[[str, Random], str]:
    """Return the attack that puts one to three of these behind letters."""

    def attack(name: str, random: Random) -> str:
        for _time in range(random.randint(1, 3)):
            place = random.randint(1, len(name) - 1)
            name = name[:place] + random.choice(what) + name[place:]
        return name

    return attack


def _spacing(name: str, random: Random) -> str:
    separator = random.choice((" ", ".", "-", "_", " . ", "*", "·", "/"))
    if random.random() < 0.6:
        return separator.join(name.replace(" ", ""))
    place = random.randint(1, len(name) - 1)
    return name[:place] + separator + name[place:]


def _repeats(name: str, random: Random) -> str:
    for _time in range(random.randint(1, 2)):
        place = random.randrange(len(name))
        if name[place].isalpha():
            name = name[:place] + name[place] * random.randint(1, 2) + name[place:]
    return name


def _transposition(name: str, random: Random) -> str:
    place = random.randrange(len(name) - 1)
    if not name[place : place + 2].isalpha():
        return name
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]


def _omission(name: str, random: Random) -> str:
    place = random.randrange(len(name))
    return name[:place] + name[place + 1 :] if name[place].isalpha() else name


def _insertion(name: str, random: Random) -> str:
    place = random.randrange(len(name))
    more = random.choice(NEXT_KEYS.get(name[place].lower(), "x"))
    return name[: place + 1] + (more.upper() if name.isupper() else more) + name[place + 1 :]


def _misread(name: str, random: Random) -> str:
    known = [form for form in MISREAD if form in name]
    for form in random.sample(known, min(len(known), random.randint(1, 2))):
        name = name.replace(form, random.choice(MISREAD[form]), 1)
    return name


def _other_shapes(name: str, random: Random) -> str:
    if random.random() < 0.5:
        return "".join(SMALL_CAPITALS.get(letter.lower(), letter) for letter in name)
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in name)


_ATTACKS: Mapping[Attack, Callable[[str, Random], str]] = {
    Attack.HOMOGLYPH: _substituted(HOMOGLYPHS),
    Attack.LEET: _substituted(LEET),
    Attack.SPACING: _spacing,
    Attack.REPEATS: _repeats,
    Attack.ZERO_WIDTH: _inserted(HIDDEN),
    Attack.COMBINING: _inserted(MARKS),
    Attack.TRANSPOSITION: _transposition,
    Attack.OMISSION: _omission,
    Attack.INSERTION: _insertion,
    Attack.MISREAD: _misread,
    Attack.OTHER_SHAPES: _other_shapes,
    Attack.ACCENTS: _substituted(ACCENTS),
}
