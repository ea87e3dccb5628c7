"""Attacking a brand's name: which spoofs of it are caught, which innocent words are taken for it, and one's own try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from django.utils.translation import gettext_lazy as _

from .fact_finding.brand_names import brand_names
from .models import Brand, Category
from .rules.lookalikes.brand_index import BrandEntry, BrandIndex
from .rules.lookalikes.names import names_in
from .rules.lookalikes.naming import Naming
from .rules.lookalikes.spoofs import Attack, BrandBench, bench_brand, nearest_innocents
from .rules.lookalikes.words import ordinary_words

SPOOFS = 120
BAR = 100
LONGEST_NAME, LONGEST_TRY = 80, 300
WORDS = {
    Attack.HOMOGLYPH: _("look-alike letters"),
    Attack.LEET: _("digits and signs for letters"),
    Attack.SPACING: _("spaces and dots between"),
    Attack.REPEATS: _("repeated letters"),
    Attack.ZERO_WIDTH: _("hidden letters"),
    Attack.COMBINING: _("marks on letters"),
    Attack.TRANSPOSITION: _("swapped letters"),
    Attack.OMISSION: _("a letter left out"),
    Attack.INSERTION: _("a letter too many"),
    Attack.MISREAD: _("misread from photos"),
    Attack.OTHER_SHAPES: _("letters of other shapes"),
    Attack.ACCENTS: _("accents"),
}
"""What the ways to spoof a name are called."""


@dataclass(frozen=True, slots=True)
class KindRow:
    """The spoofs of one kind: those that were missed first. `bar` is the caught share, 0..100."""

    attack: Attack
    name: str
    caught: Sequence[str]
    missed: Sequence[str]

    @property
    def total(self) -> int:
        """How many spoofs there are of this kind."""
        return len(self.caught) + len(self.missed)

    @property
    def bar(self) -> float:
        """The caught share in percent, to draw it."""
        return BAR * len(self.caught) / self.total


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text that was tried, with what it is taken for, if anything."""

    text: str
    naming: Naming | None


@dataclass(frozen=True, slots=True)
class Bench:
    """How the detector does on a name; `is_in_catalogue` says if all protected brands were looked for beside it."""

    entry: BrandEntry
    category: str
    is_in_catalogue: bool
    recall: float
    kinds: Sequence[KindRow]
    innocents: Sequence[tuple[str, bool]]
    pieces: Sequence[Piece]
    namings: Sequence[Naming]

    @property
    def false(self) -> int:
        """How many innocent words are taken for the brand."""
        return sum(is_false for _word, is_false in self.innocents)

    @property
    def caught(self) -> int:
        """How many spoofs are caught."""
        return sum(len(kind.caught) for kind in self.kinds)

    @property
    def total(self) -> int:
        """How many spoofs were made."""
        return sum(kind.total for kind in self.kinds)


def bench(name: str, category: str, tried: str) -> Bench:
    """Attack a name, as if its brand were sold in a category (a path, empty for where it is sold in the catalogue).

    A brand that is not protected yet is looked for alone, as it would be found once it is. Some statements.
    """
    names = brand_names()
    entry, is_known = _entry(name, category)
    index = names.index if is_known and not category else BrandIndex([entry], ordinary_words())
    found = _attacked(entry, _Index(index, f"{names.fingerprint}:{is_known and not category}"))
    false = frozenset(found.false)
    where = entry.categories[0] if entry.categories else ""
    namings = names_in(tried, index, where)
    return Bench(
        entry=entry,
        category=where,
        is_in_catalogue=is_known and not category,
        recall=found.recall,
        kinds=[_row(attack, found) for attack in Attack if attack in found.caught or attack in found.missed],
        innocents=sorted(
            ((word, word in false) for word in nearest_innocents(entry.name, SPOOFS)), key=lambda pair: not pair[1]
        ),
        pieces=_pieces(tried, namings),
        namings=namings,
    )


def category_paths() -> list[str]:
    """Return the paths of all categories, to choose from. One statement."""
    return list(Category.objects.order_by("path").values_list("path", flat=True))


class _Index:
    """An index that is told apart by what it was made of, so that a bench is not run twice on the same."""

    def __init__(self, index: BrandIndex, made_of: str) -> None:
        self.index = index
        self.made_of = made_of

    def __hash__(self) -> int:
        return hash(self.made_of)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Index) and other.made_of == self.made_of


@lru_cache(maxsize=64)
def _attacked(entry: BrandEntry, index: _Index) -> BrandBench:
    return bench_brand(entry, index.index, SPOOFS)


def _entry(name: str, category: str) -> tuple[BrandEntry, bool]:
    """Return the brand as it stands in the catalogue, or one of that name, and whether it is protected there."""
    brand = Brand.objects.filter(name__iexact=name).prefetch_related("aliases").order_by("pk").first()
    if brand is None:
        return BrandEntry(name, categories=(category,) if category else ()), False
    sold = Category.objects.filter(products__brand=brand, products__status="live").distinct().order_by("path")
    aliases = tuple(alias.name for alias in brand.aliases.all())
    entry = BrandEntry(brand.name, aliases, tuple(sold.values_list("path", flat=True)))
    return (replace(entry, categories=(category,)) if category else entry), brand.is_protected


def _row(attack: Attack, found: BrandBench) -> KindRow:
    return KindRow(attack, str(WORDS[attack]), found.caught.get(attack, ()), found.missed.get(attack, ()))


def _pieces(text: str, namings: Sequence[Naming]) -> list[Piece]:
    """Return the text in pieces; of namings of the same letters the first stands for all."""
    pieces, at = [], 0
    for naming in namings:
        if naming.start < at:
            continue
        pieces += [Piece(text[at : naming.start], None), Piece(text[naming.start : naming.end], naming)]
        at = naming.end
    return [piece for piece in [*pieces, Piece(text[at:], None)] if piece.text]
