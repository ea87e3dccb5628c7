"""PURE. Which rules say the same, which lie inside others, which never meet, and what each adds to all others.

Each rule's hits are packed into bits, so that two rules are compared by one AND and a count of bits. Only listings that
some rule hits have a bit. What holds for all hits of a sample is bounded for the whole catalogue: after n of n hits the
share is, with 95 % confidence, at least 0.05 ^ (1 / n) (Clopper and Pearson, 1934; what is missing to 1 is about 3 / n,
the "rule of three" of J. A. Hanley and A. Lippman-Hand, JAMA 249, 1983).

500 rules on a million listings took 4 s and 150 MB with 5,000 hits each, 11 s and 380 MB with 50,000 (one core).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95
LEAST_EXPECTED = 5.0
"""Two rules are said never to meet where so many common hits would be expected of rules that do not know each other.

Of such rules less than one pair in a hundred has none by chance."""

type Integers = NDArray[np.int64]
type Words = NDArray[np.uint64]


class Kind(StrEnum):
    """How a rule stands to another, or alone."""

    SAME = "same"
    INSIDE = "inside"
    NEVER_TOGETHER = "never together"
    REDUNDANT = "redundant"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Relation:
    """Something that holds of the rule `rule` and, but for REDUNDANT and SILENT, of `other`, in the sample.

    SAME: both hit the same `shared` listings. INSIDE: all `hits` of the rule are hits of `other`, which has more.
    NEVER_TOGETHER: they share none. REDUNDANT: each hit is one of some other rule too. SILENT: there is none.

    `bound` says what of it holds for the catalogue (95 %, one-sided): for SAME and INSIDE the least share of the rule's
    hits that `other` hits; for REDUNDANT the least share that some other does; for NEVER_TOGETHER the largest share of
    listings hit by both; for SILENT the largest share of listings hit.
    """

    kind: Kind
    rule: int
    other: int | None
    hits: int
    other_hits: int
    shared: int
    bound: float


@dataclass(frozen=True, slots=True)
class Contribution:
    """Of the rule's `hits`, `alone` are hit by no other rule: what would be lost without it."""

    rule: int
    hits: int
    alone: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """What was found in `listings` listings, of which `hit` are hit by some rule; rules are in ascending order.

    Dropping *one* rule loses what it contributes; of rules that are the same, one must stay.
    """

    listings: int
    hit: int
    contributions: Sequence[Contribution]
    relations: Sequence[Relation]


def to_json(found: Overlap) -> dict[str, Any]:
    """Return what was found as plain JSON."""
    return asdict(found)


def from_json(kept: Mapping[str, Any]) -> Overlap:
    """Return what `to_json` has kept."""
    return Overlap(
        listings=kept["listings"],
        hit=kept["hit"],
        contributions=[Contribution(**each) for each in kept["contributions"]],
        relations=[Relation(**{**each, "kind": Kind(each["kind"])}) for each in kept["relations"]],
    )


def overlap(hits: Mapping[int, Integers], listings: int) -> Overlap:
    """Compare rules by the listings that each hits (rising keys, each once), out of a random sample of `listings`.

    Raises `ValueError` where keys do not rise, or more listings are hit than there are.
    """
    for rule, keys in hits.items():
        if np.any(np.diff(keys) <= 0):
            raise ValueError(f"The keys of listings that rule {rule} hits must rise.")
    rules = sorted(hits)
    found, places = _places([hits[rule] for rule in rules])
    if found > listings:
        raise ValueError(f"{found} listings are hit, but only {listings} were looked at.")
    times = np.bincount(np.concatenate([*places, np.empty(0, np.int64)]), minlength=found)
    contributions = [
        Contribution(rule, len(at), int((times[at] == 1).sum())) for rule, at in zip(rules, places, strict=True)
    ]
    relations = [*_alone(contributions, listings), *_pairs(rules, places, found, listings)]
    return Overlap(listings, found, contributions, sorted(relations, key=_by_rule))


def _by_rule(relation: Relation) -> tuple[int, int]:
    return relation.rule, -1 if relation.other is None else relation.other


def _places(keys: Sequence[Integers]) -> tuple[int, list[Integers]]:
    """Return how many listings are hit at all, and for each rule the places of its hits among them."""
    union = np.unique(np.concatenate([*keys, np.empty(0, np.int64)]))
    return len(union), [np.searchsorted(union, own) for own in keys]


def _alone(contributions: Sequence[Contribution], listings: int) -> Iterator[Relation]:
    """Find the rules that hit nothing, and those that hit nothing by themselves."""
    for one in contributions:
        if not one.hits:
            yield Relation(Kind.SILENT, one.rule, None, 0, 0, 0, _at_most(listings))
        elif not one.alone:
            yield Relation(Kind.REDUNDANT, one.rule, None, one.hits, 0, one.hits, _at_least(one.hits))


def _pairs(rules: Sequence[int], places: Sequence[Integers], found: int, listings: int) -> Iterator[Relation]:
    """Find what holds of two rules; those without hits are left out."""
    active = [number for number, at in enumerate(places) if len(at)]
    packed = _packed([places[number] for number in active], found)
    sizes = [len(places[number]) for number in active]
    for row, number in enumerate(active):
        shared = np.bitwise_count(packed[row] & packed[row + 1 :]).sum(axis=1, dtype=np.int64)
        for column, both in enumerate(shared.tolist(), start=row + 1):
            relation = _relation(rules[number], rules[active[column]], sizes[row], sizes[column], both, listings)
            if relation:
                yield relation


def _packed(places: Sequence[Integers], found: int) -> Words:
    """Return one row of 64-bit words for each rule, with a bit set for each hit."""
    packed = np.zeros((len(places), -(-found // 64)), dtype=np.uint64)
    flags = np.zeros(packed.shape[1] * 64, dtype=np.bool_)
    for row, at in zip(packed, places, strict=True):
        flags[at] = True
        row[:] = np.packbits(flags).view(np.uint64)
        flags[at] = False
    return packed


def _relation(rule: int, other: int, hits: int, other_hits: int, shared: int, listings: int) -> Relation | None:
    """Return what holds of two rules that both hit something, if anything does."""
    if hits == other_hits == shared:
        return Relation(Kind.SAME, rule, other, hits, other_hits, shared, _at_least(hits))
    if shared == hits:
        return Relation(Kind.INSIDE, rule, other, hits, other_hits, shared, _at_least(hits))
    if shared == other_hits:
        return Relation(Kind.INSIDE, other, rule, other_hits, hits, shared, _at_least(other_hits))
    if not shared and hits * other_hits >= LEAST_EXPECTED * listings:
        return Relation(Kind.NEVER_TOGETHER, rule, other, hits, other_hits, 0, _at_most(listings))
    return None


def _at_least(trials: int) -> float:
    """Return the least share that is compatible with success in all trials."""
    return float((1.0 - CONFIDENCE) ** (1.0 / trials))


def _at_most(trials: int) -> float:
    """Return the largest share that is compatible with success in no trial; 1 without a trial."""
    return 1.0 - _at_least(trials) if trials else 1.0
