"""Spoofs of brands' names beside innocent words and titles: what is caught, what is falsely flagged, and how fast.

Brands and words are split in two halves by their hash: gates and thresholds were chosen on the one, and all that is
reported here is of the other. Spoofs come from a generator with substitutions of its own. Innocent words are of six
languages, of which the index knows English and Spanish; Spanish words come from the very list that the index knows, so
what it does not know is counted apart.
Every listing is in a category in which the brand is sold, or in none, which opens the gate for all brands. Peers see
each text and all its runs of one to three words, behind the same gate, at the threshold that is best for them on this
very half: the highest recall with at most 1 % of innocents flagged.
"""

from __future__ import annotations

import hashlib
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import islice
from random import Random
from typing import Any

from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler

from catalog.rules.lookalikes.brand_index import BrandEntry, BrandIndex
from catalog.rules.lookalikes.names import names_in
from catalog.rules.lookalikes.skeleton import skeleton
from catalog.rules.lookalikes.spoofs import Attack, generate, nearest_innocents
from catalog.rules.lookalikes.words import OFTEN, bare, ordinary_words, words_of
from tests.bench.brand_facts import NAMED_INNOCENTS, brands, titles

LANGUAGES = ("en", "es", "de", "fr", "it", "pt")
SPOOFS_EACH, WORDS_EACH, TITLES, NEAREST_EACH, PEER_TITLES = 60, 1500, 5000, 40, 1000
FALSE_MOST, RECALL_LEAST = 0.01, 0.95
ROUNDS, TIMED = 5, 400

type Rows = list[dict[str, Any]]
type Scorer = Callable[..., float]


@dataclass(frozen=True)
class Case:
    """A text in a category, and the brand that it imitates; empty if it is innocent."""

    text: str
    category: str
    brand: str = ""
    attack: str = ""


def rows() -> Rows:
    """Return recall and false flags on the half that was not used, beside the peers, and microseconds for a title."""
    entries = brands()
    index = BrandIndex(entries, ordinary_words())
    spoofs = list(_spoofs(entries))
    words = list(_innocent_words(entries))
    listings = [Case(title, category) for title, category in titles([case.text for case in words], TITLES, seed=11)]
    return [
        *_recall_rows(index, spoofs, listings),
        *_plain_rows(index, entries, listings),
        *_false_rows(index, entries, words, listings),
        *_peer_rows(index, entries, spoofs, [*words, *listings[:PEER_TITLES]]),
        *(_speed_row(entries, listings, size) for size in (30, 1000, 5000)),
    ]


def is_held_out(name: str) -> bool:
    """Say whether a brand or word belongs to the half that is only reported on."""
    return hashlib.sha256(name.encode()).digest()[0] % 2 == 1


def _spoofs(entries: Sequence[BrandEntry]) -> Iterator[Case]:
    for entry in entries:
        if is_held_out(entry.name):
            for number, spoof in enumerate(generate(entry.name, SPOOFS_EACH, seed=23)):
                category = entry.categories[number % len(entry.categories)]
                yield Case(spoof.text, category, entry.name, spoof.attack)


def _innocent_words(entries: Sequence[BrandEntry]) -> Iterator[Case]:
    """Yield words of each language, half of them in a category, and all that our research names."""
    random = Random(29)
    names = {bare(entry.name) for entry in entries}
    categories = sorted({category for entry in entries for category in entry.categories})
    for language in LANGUAGES:
        listed = _english() if language == "en" else words_of([language])
        known = sorted(word for word in listed if word.isalpha() and len(word) > 2 and bare(word) not in names)
        held_out = [word for word in known if is_held_out(word)]
        for number, word in enumerate(random.sample(held_out, WORDS_EACH)):
            yield Case(word, random.choice(categories) if number % 2 else "")
    for word in NAMED_INNOCENTS:
        yield from (Case(word, category) for category in ("", "Clothing", "Shoes"))


def _english() -> list[str]:
    """Return the English words of another list than the gate's, the one that `symspellpy` carries."""
    file = resources.files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt")
    return [line.split()[0] for line in file.read_text(encoding="utf-8-sig").splitlines()]


def _is_caught(index: BrandIndex, case: Case, text: str) -> bool:
    return any(naming.brand == case.brand for naming in names_in(text, index, case.category))


def _recall_rows(index: BrandIndex, spoofs: Sequence[Case], listings: Sequence[Case]) -> Rows:
    alone = [_is_caught(index, case, case.text) for case in spoofs]
    within = [
        _is_caught(index, case, f"{case.text} {listing.text.split(maxsplit=1)[1]}")
        for case, listing in zip(spoofs, [*listings, *listings], strict=False)
    ]
    by_attack = [
        _share(f"recall, {attack}", [hit for hit, case in zip(alone, spoofs, strict=True) if case.attack == attack])
        for attack in Attack
    ]
    return [
        _share(f"recall of {len(spoofs)} spoofs", alone, least=RECALL_LEAST),
        _share("recall of the same at the head of a title", within, least=RECALL_LEAST),
        *by_attack,
    ]


def _plain_rows(index: BrandIndex, entries: Sequence[BrandEntry], listings: Sequence[Case]) -> Rows:
    """Measure what the rule for brands that are words costs: brands plainly written at any place of a title."""
    random = Random(31)
    told: dict[bool, list[bool]] = {True: [], False: []}
    for entry in entries:
        for listing in random.sample(listings, 10):
            words = listing.text.split()
            words.insert(random.randrange(len(words) + 1), entry.name)
            case = Case(" ".join(words), entry.categories[0], entry.name)
            told[ordinary_words().get(bare(entry.name), 0) >= OFTEN].append(_is_caught(index, case, case.text))
    return [
        _share("plain naming told, brands that are only names", told[False], least=RECALL_LEAST),
        _share("plain naming told, brands that are ordinary words", told[True]),
    ]


def _false_rows(
    index: BrandIndex, entries: Sequence[BrandEntry], words: Sequence[Case], listings: Sequence[Case]
) -> Rows:
    known = ordinary_words()
    open_gate = [bool(names_in(case.text, index)) for case in words]
    unlisted = [flag for flag, case in zip(open_gate, words, strict=True) if case.text not in known]
    gated = [bool(names_in(case.text, index, case.category)) for case in words]
    titled = [bool(names_in(case.text, index, case.category)) for case in listings]
    near = list(_nearest(entries))
    told = [bool(names_in(case.text, index, case.category)) for case in near]
    unknown = [flag for flag, case in zip(told, near, strict=True) if case.text not in known]
    named = [bool(names_in(word, index)) for word in NAMED_INNOCENTS]
    return [
        _share(f"innocents flagged, {len(words)} words of six languages", gated, most=FALSE_MOST),
        _share("innocents flagged, the same words without a category", open_gate, most=FALSE_MOST),
        _share(f"the same, only the {len(unlisted)} words that the index does not know", unlisted, most=FALSE_MOST),
        _share(f"innocents flagged, {len(listings)} titles", titled, most=FALSE_MOST),
        _share(f"innocents flagged, the {len(named)} words of our research", named, most=FALSE_MOST),
        _share(f"innocents flagged, the {NEAREST_EACH} words nearest to each brand, in its category", told),
        _share(f"the same, only the {len(unknown)} words that the index does not know", unknown),
    ]


def _nearest(entries: Sequence[BrandEntry]) -> Iterator[Case]:
    """Yield for each brand the innocent words nearest to it, where it is sold; not those that are another brand."""
    names = {bare(entry.name) for entry in entries}
    for entry in entries:
        if is_held_out(entry.name):
            for word in nearest_innocents(entry.name, NEAREST_EACH):
                if bare(word) not in names:
                    yield Case(word, entry.categories[0])


def _peer_rows(
    index: BrandIndex, entries: Sequence[BrandEntry], spoofs: Sequence[Case], innocents: Sequence[Case]
) -> Rows:
    ours = sum(_is_caught(index, case, case.text) for case in spoofs) / len(spoofs)
    scorers: dict[str, Scorer] = {
        "RapidFuzz ratio": fuzz.ratio,
        "RapidFuzz WRatio": fuzz.WRatio,
        "RapidFuzz partial_ratio": fuzz.partial_ratio,
        "RapidFuzz Jaro-Winkler": JaroWinkler.similarity,
    }
    measured = [
        (name, *_best(_scores(scorer, entries, spoofs), _scores(scorer, entries, innocents)))
        for name, scorer in scorers.items()
    ]
    for name, make in (("PyICU SpoofChecker", _icu_skeleton()), ("skeleton of UTS #39", skeleton)):
        caught = _equal_skeletons(make, entries, spoofs)
        flagged = _equal_skeletons(make, entries, innocents)
        measured.append((name, sum(caught) / len(caught), sum(flagged) / len(flagged)))
    return [
        _row("recall beside a peer", ours, peer=f"{name}, {100 * false:.2g} % false", peer_value=recall)
        | {"ratio": ours / recall if recall else None, "target": "> 1", "met": ours > recall}
        for name, recall, false in measured
    ]


def _scores(scorer: Scorer, entries: Sequence[BrandEntry], cases: Sequence[Case]) -> list[float]:
    """Return the best score of each text with the brands that may be meant in its category."""
    folded = [entry.name.casefold() for entry in entries]
    scores = []
    for case in cases:
        names = [name for name, entry in zip(folded, entries, strict=True) if entry.is_sold_in(case.category)]
        best = 0.0
        for run in _word_runs(case.text.casefold()):
            found = process.extractOne(run, names, scorer=scorer)
            best = max(best, found[1] if found else 0.0)
        scores.append(best)
    return scores


def _word_runs(text: str) -> set[str]:
    words = text.split()
    runs = {" ".join(words[first : first + count]) for first in range(len(words)) for count in (1, 2, 3)}
    return runs | {text}


def _best(spoofs: Sequence[float], innocents: Sequence[float]) -> tuple[float, float]:
    """Return the highest recall with at most 1 % of innocents flagged, over all thresholds, and that share."""
    ordered = sorted(innocents, reverse=True)
    limit = ordered[int(FALSE_MOST * len(ordered))]
    recall = sum(score > limit for score in spoofs) / len(spoofs)
    return recall, sum(score > limit for score in innocents) / len(innocents)


def _icu_skeleton() -> Callable[[str], str]:
    import icu

    checker = icu.SpoofChecker()
    return lambda text: str(checker.getSkeleton(0, text))


def _equal_skeletons(make: Callable[[str], str], entries: Sequence[BrandEntry], cases: Sequence[Case]) -> list[bool]:
    """Say of each text whether a run of its words has the skeleton of a brand in small, capital or title letters."""
    names = [name for entry in entries for name in (entry.name, entry.name.lower(), entry.name.upper())]
    skeletons = {make(name) for name in names}
    return [any(make(run) in skeletons for run in _word_runs(case.text)) for case in cases]


def _speed_row(entries: Sequence[BrandEntry], listings: Sequence[Case], size: int) -> dict[str, Any]:
    """Time a title beside RapidFuzz's own `extract` of each of its words among as many names."""
    made_up = (
        BrandEntry(word.title(), (), (entries[place % len(entries)].categories[0],))
        for place, word in enumerate(sorted(words_of(["it"])))
        if word.isalpha() and len(word) > 3 and place % 17 == 0 and ordinary_words().get(word, 0) < OFTEN
    )
    known = [*entries, *made_up][:size] if size > len(entries) else list(islice(entries, 0, None, 6))[:size]
    index = BrandIndex(known, ordinary_words())
    texts, names = listings[:TIMED], [entry.name.casefold() for entry in known]

    def peer() -> None:
        for case in texts:
            process.cdist(case.text.casefold().split(), names, scorer=fuzz.ratio, workers=1)

    def ours() -> None:
        for case in texts:
            names_in(case.text, index, case.category)

    taken = [(_timed(ours), _timed(peer)) for _round in range(ROUNDS)]
    ours_us, peer_us = (statistics.median(times) * 1e6 / TIMED for times in zip(*taken, strict=True))
    row = _row(f"a title among {len(known)} brands", ours_us, "µs", peer="RapidFuzz ratio, cdist", peer_value=peer_us)
    return row | {"ratio": ours_us / peer_us, "target": "≤ 500", "met": ours_us <= 500}


def _timed(act: Callable[[], None]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def _share(
    name: str, flags: Sequence[bool], *, least: float | None = None, most: float | None = None
) -> dict[str, Any]:
    value = sum(flags) / len(flags) if flags else 0.0
    row = _row(name, value)
    if least is not None:
        row |= {"target": f"≥ {least}", "met": value >= least}
    if most is not None:
        row |= {"target": f"≤ {most}", "met": value <= most}
    return row


def _row(name: str, value: float, unit: str = "", *, peer: str | None = None, peer_value: float | None = None) -> Any:
    return {"name": name, "value": value, "unit": unit, "peer": peer, "peer_value": peer_value}
