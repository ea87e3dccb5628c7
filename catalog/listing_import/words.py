"""What the words of a file mean: each different brand, category, condition, currency and market is looked up once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from django.utils import timezone
from rapidfuzz import fuzz, process

from .. import markets
from ..models import Brand, Category, ImportBatch
from ..models.brands import FoldedField
from ..money import minor_digits
from ..names import folded
from .column_kinds import CLEAR
from .columns import BRAND, CATEGORY
from .partitions import copying, execute, rows_of
from .plan import Plan
from .problems import FileProblem, Problem, problem
from .vocabularies import country_of, currency_of, read_condition

MOST_DIFFERENT = 20_000
"""The most different words of a column; with more, it is not the column that it is taken for."""
_MOST_SUGGESTED = 200
_NEAREST = 3
_SEPARATORS = str.maketrans(dict.fromkeys("›»/|\\", ">"))


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word stands for: a row's key (negative for a brand that is still to be made), or a value."""

    key: int | None = None
    value: str = ""
    currency: str = ""


class Words:
    """The table of words of one import, and the same as the judge of rows wants it.

    `new_brands` are the names, by their negative keys, of brands that nobody has made yet.
    """

    def __init__(self, batch: ImportBatch, plan: Plan) -> None:
        self.meanings: dict[str, dict[str, str | Problem]] = {}
        self.new_brands: dict[int, str] = {}
        self._batch = batch
        self._plan = plan
        self._keys_of_new_brands: dict[str, int] = {}
        execute(
            f"CREATE UNLOGGED TABLE {plan.tables.words} (name text, word text, is_known boolean, key bigint,"
            " value text, currency text, factor int)"
        )
        self._keep("currency", {code: _value(currency_of(code)) for code in markets.currencies()})

    def add(self, rows: str) -> int:
        """Look up the words in `rows` (a query for staged rows) that are not in the table yet; return how many.

        Raises `FileProblem` for a column with too many different words.
        """
        added = 0
        for name in self._plan.words:
            known = self.meanings.get(name, {})
            different = rows_of(
                f"SELECT DISTINCT {name} FROM ({rows}) s WHERE {name} IS NOT NULL LIMIT {MOST_DIFFERENT + 1}"
            )
            words = [str(word) for (word,) in different if word not in known]
            if len(known) + len(words) > MOST_DIFFERENT:
                raise FileProblem("too-many-different", column=name, most=MOST_DIFFERENT)
            found = self._look_up(name, words)
            self._keep(name, found)
            meant = {self._plan.mapping.meant(wrong.at(name)) for wrong in found.values() if isinstance(wrong, Problem)}
            self._keep(name, self._look_up(name, sorted(meant - {"", *self.meanings.get(name, {})})))
            added += len(words)
        execute(f"ANALYZE {self._plan.tables.words}")
        return added

    def _keep(self, name: str, found: Mapping[str, Meaning | Problem]) -> None:
        with copying(f"COPY {self._plan.tables.words} FROM STDIN") as copy:
            for word, meaning in found.items():
                said = meaning.value if isinstance(meaning, Meaning) else meaning
                self.meanings.setdefault(name, {})[word] = said
                copy.write_row(_word_row(name, word, meaning))

    def _look_up(self, name: str, words: list[str]) -> dict[str, Meaning | Problem]:
        match name:
            case "condition":
                return {word: _value(read_condition(word)) for word in words}
            case "currency":
                return {word: _value(currency_of(word)) for word in words}
            case "market":
                return {word: _market(word) for word in words}
            case "category":
                return dict(_categories(words)) if words else {}
            case _:
                return dict(self._look_up_brands(words)) if words else {}

    def _look_up_brands(self, words: list[str]) -> Iterator[tuple[str, Meaning | Problem]]:
        """Find brands by name or alias, whatever case and accents; unknown ones are made when rows are applied."""
        cleaned = {word: BRAND.clean(word) for word in words}
        names = {name for name in cleaned.values() if isinstance(name, str) and name not in {"", CLEAR}}
        brands = Brand.objects.resolve(names)
        blocked = self._blocked_brands({brand.pk for brand in brands.values() if brand is not None})
        alike = _brands_alike(name for name, brand in brands.items() if brand is None)
        for word, name in cleaned.items():
            if isinstance(name, Problem):
                yield word, name
            elif name not in names:
                yield word, Meaning()
            elif (brand := brands[name]) is None:
                yield word, self._new_brand(word, name, alike.get(FoldedField.key(name), []))
            elif brand.pk in blocked:
                yield word, problem("brand-protected", word, key=brand.pk)
            else:
                yield word, Meaning(brand.pk)

    def _new_brand(self, word: str, name: str, alike: list[str]) -> Meaning | Problem:
        key = FoldedField.key(name)
        if not key:
            return problem("brand-without-letters", word)
        if alike:
            return problem("brand-unclear", word, nearest=alike)
        if key not in self._keys_of_new_brands:
            self._keys_of_new_brands[key] = -1 - len(self.new_brands)
            self.new_brands[self._keys_of_new_brands[key]] = name
        return Meaning(self._keys_of_new_brands[key])

    def _blocked_brands(self, keys: set[int]) -> set[int]:
        """Return those of the brands that the seller may not list in some market of the file."""
        brands = Brand.objects.filter(pk__in=keys, is_protected=True)
        protected = set(brands.values_list("pk", flat=True))
        mapping, seller, today = self._plan.mapping, self._batch.seller, timezone.localdate()
        said = [code for code in self.meanings.get("market", {}).values() if isinstance(code, str)]
        blocked: set[int] = set()
        for market in {*mapping.price_markets} or {mapping.market, *said} if protected else ():
            blocked |= protected - set(brands.open_to(seller, market=market, on=today).values_list("pk", flat=True))
        return blocked


def _brands_alike(names: Iterable[str]) -> dict[str, list[str]]:
    """Return the names of brands that are written like one of `names`, by their folded form."""
    alike: dict[str, list[str]] = {}
    found = Brand.objects.filter(folded__in={FoldedField.key(name) for name in names})
    for key, name in found.values_list("folded", "name"):
        alike.setdefault(key, []).append(name)
    return alike


def _word_row(name: str, word: str, meaning: Meaning | Problem) -> tuple[object, ...]:
    if isinstance(meaning, Problem):
        return name, word, False, meaning.facts.get("key"), None, None, None
    currency = meaning.currency or (meaning.value if name == "currency" else "")
    factor = 10 ** minor_digits(currency) if currency else None
    return name, word, True, meaning.key, meaning.value or None, currency or None, factor


def _value(found: str | Problem) -> Meaning | Problem:
    return found if isinstance(found, Problem) else Meaning(value=found)


def _market(word: str) -> Meaning | Problem:
    country = country_of(word)
    return country if isinstance(country, Problem) else Meaning(value=country, currency=markets.currency_of(country))


def _categories(words: list[str]) -> Iterator[tuple[str, Meaning | Problem]]:
    """Find categories by their whole path, or by its end where only one path ends so. None is ever made."""
    paths = dict(Category.objects.values_list("path", "pk"))
    ends: dict[tuple[str, ...], set[int]] = {}
    for path, key in paths.items():
        names = _path(path)
        for start in range(len(names)):
            ends.setdefault(names[start:], set()).add(key)
    whole = {_path(path): key for path, key in paths.items()}
    suggested = count()
    for word in words:
        cleaned = CATEGORY.clean(word)
        if isinstance(cleaned, Problem):
            yield word, cleaned
        elif not cleaned or cleaned == CLEAR:
            yield word, Meaning()
        elif _path(cleaned) in whole:
            yield word, Meaning(whole[_path(cleaned)])
        elif len(found := ends.get(_path(cleaned), set())) == 1:
            yield word, Meaning(next(iter(found)))
        else:
            near = _nearest(cleaned, paths) if next(suggested) < _MOST_SUGGESTED else []
            yield word, problem("unknown-category", word, nearest=near)


def _nearest(name: str, paths: Mapping[str, int]) -> list[str]:
    return [
        path for path, *_ in process.extract(name, paths.keys(), scorer=fuzz.WRatio, limit=_NEAREST, score_cutoff=60)
    ]


def _path(text: str) -> tuple[str, ...]:
    return tuple(name for part in text.translate(_SEPARATORS).split(">") if (name := folded(part)))
