"""PURE. To which product does a photo in an archive belong: its name says the SKU.

Accepted are `SKU.jpg`, `SKU_2.jpg`, `SKU-2.jpg`, `SKU 2.jpg`, `SKU (2).jpg` and a folder per SKU, `SKU/anything.jpg`;
folders around these do not matter. Upper and lower case are the same, and so are the characters that file names cannot
have and those that people put in their place: the photo of `AB/12` may be called `ab-12.jpg`. Of several SKUs that fit,
the longest wins; where a name and its folder say different SKUs, or two SKUs differ only in such ways, nobody is asked
to guess: it is ambiguous.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

_NUMBERED = re.compile(r"(?P<sku>.+?)(?:[-_. ]+(?P<plain>[0-9]{1,3})|[-_. ]*\((?P<round>[0-9]{1,3})\))\Z", re.DOTALL)
_SEPARATORS = re.compile(r"[\s/\\:*?\"<>|_-]+")
_DIGITS = re.compile(r"[0-9]+")
_JUST_A_NUMBER = re.compile(r"[0-9]{1,3}\Z")

type _Order = tuple[int, tuple[tuple[int, str], ...]]


@dataclass(frozen=True, slots=True)
class Match:
    """The photo called `name` belongs to the product `sku`; `order` sorts the photos of one product."""

    name: str
    sku: str
    order: _Order


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The photo called `name` may belong to any of several products."""

    name: str
    skus: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """The photo called `name` names no SKU of the seller; `sku` is what its name says."""

    name: str
    sku: str


type Verdict = Match | Ambiguous | Unknown


def key_of(sku: str) -> str:
    """Return what of a SKU a file name can say: the same for names that people would take for the same."""
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFC", sku).casefold())
    return _SEPARATORS.sub("-", plain).strip("-")


def keys_in(name: str) -> list[str]:
    """Return the keys of the SKUs that a photo's name may say: its stem, the stem without a number, its folders."""
    return [key for key, _order in _candidates(name)]


def match(name: str, skus_by_key: Mapping[str, Collection[str]]) -> Verdict:
    """Return to which of the SKUs, given by their keys, the photo called `name` belongs."""
    found = [(key, order) for key, order in _candidates(name) if skus_by_key.get(key)]
    stems, folders = [hit for hit in found if hit[1][0] < _FOLDER], [hit for hit in found if hit[1][0] == _FOLDER]
    # In a folder of its own a photo called 1.jpg is the first one, even if there is a product 1.
    if folders and _JUST_A_NUMBER.match(PurePosixPath(name).stem):
        stems = []
    best = [max(hits, key=lambda hit: len(hit[0])) for hits in (stems, folders) if hits]
    skus = sorted({sku for key, _order in best for sku in _exact(name, skus_by_key[key])})
    if not skus:
        return Unknown(name, PurePosixPath(name).stem)
    if len(skus) > 1:
        return Ambiguous(name, tuple(skus))
    return Match(name, skus[0], best[0][1])


def in_order(matches: Iterable[Match]) -> list[Match]:
    """Return the matches by SKU, and the photos of each SKU in their order."""
    return sorted(matches, key=lambda one: (one.sku, one.order, one.name))


_STEM, _NUMBER, _FOLDER = 0, 1, 2


def _candidates(name: str) -> list[tuple[str, _Order]]:
    path = PurePosixPath(name)
    stem = path.stem
    candidates: list[tuple[str, _Order]] = [(key_of(stem), (_STEM, ()))]
    if numbered := _NUMBERED.match(stem):
        number = int(numbered["plain"] or numbered["round"])
        candidates.append((key_of(numbered["sku"]), (_NUMBER, ((number, ""),))))
    candidates += [(key_of(folder), (_FOLDER, _natural(stem))) for folder in path.parts[-2::-1]]
    return [(key, order) for key, order in candidates if key]


def _exact(name: str, skus: Collection[str]) -> Collection[str]:
    """Return the one SKU that is written in the name exactly so, if there is one, else all of them."""
    path = PurePosixPath(unicodedata.normalize("NFC", name))
    said = {path.stem, *path.parts[:-1]}
    if numbered := _NUMBERED.match(path.stem):
        said.add(numbered["sku"])
    exact = [sku for sku in skus if unicodedata.normalize("NFC", sku) in said]
    return exact if len(exact) == 1 else skus


def _natural(stem: str) -> tuple[tuple[int, str], ...]:
    """Return a key that sorts 2 before 10."""
    words = _DIGITS.split(stem.casefold())
    numbers = [int(digits[:18]) for digits in _DIGITS.findall(stem)]
    return tuple(zip([-1, *numbers], words, strict=True))
