"""PURE. Judging a whole row: its cells one by one, and what they must say together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .. import markets
from .amounts import Amount, read_amount
from .columns import BY_NAME, WORDS
from .headers import PRICE_IN, ColumnMapping
from .problems import Problem, problem


@dataclass(frozen=True, slots=True)
class Terms:
    """What the cells of a file are judged by.

    `decimal_mark` is that of the file's amounts, or empty when that is unknown. `words` says for each different word
    of the columns that are looked up its value, or why it has none.
    """

    mapping: ColumnMapping
    decimal_mark: str = ""
    words: Mapping[str, Mapping[str, str | Problem]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the seller has already: whether there is a listing for the row's SKU, whether any market of the row has a
    price, and whether the brand that the row names is the listing's own."""

    exists: bool = False
    is_priced: bool = False
    keeps_brand: bool = False


@dataclass(slots=True)
class Judged:
    """The canonical text of each cell that is not blank, and all problems of the row."""

    cells: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_accepted(self) -> bool:
        """Whether nothing keeps the row out."""
        return all(problem.is_warning for problem in self.problems)


def judge_row(cells: Mapping[str, str], standing: Standing, terms: Terms) -> Judged:
    """Judge the cells, by field, of a row that is not blank. Every problem is found, not only the first."""
    judged = Judged()
    for name, text in cells.items():
        if not text.strip():
            continue
        cleaned = _cleaned(name, text, standing, terms)
        if isinstance(cleaned, Problem) and (meant := terms.mapping.meant(cleaned.at(name))):
            cleaned = _cleaned(name, meant, standing, terms)
        if isinstance(cleaned, Problem):
            judged.problems.append(cleaned.at(name))
        elif cleaned:
            judged.cells[name] = cleaned
    _judge_prices(judged, terms)
    _judge_together(judged, cells, standing, terms)
    return judged


def _cleaned(name: str, text: str, standing: Standing, terms: Terms) -> str | Problem:
    if name.startswith(PRICE_IN):
        return text
    cleaned = BY_NAME[name].clean(text)
    if name not in WORDS or isinstance(cleaned, Problem):
        return cleaned
    meaning = terms.words.get(name, {}).get(text, "")
    if name == "brand" and standing.keeps_brand:
        return text
    # The word itself stays in the row: its meaning is looked up again when the row is compared and applied.
    return meaning if isinstance(meaning, Problem) else text


def _judge_prices(judged: Judged, terms: Terms) -> None:
    """Turn each price into a plain amount in its currency."""
    for name in [name for name in judged.cells if name == "price" or name.startswith(PRICE_IN)]:
        text = judged.cells.pop(name)
        amount = _amount(name, text, judged, terms)
        if isinstance(amount, Problem) and (meant := terms.mapping.meant(amount.at(name))):
            amount = _amount(name, meant, judged, terms)
        if isinstance(amount, Problem):
            judged.problems.append(amount.at(name))
            continue
        judged.cells[name] = amount.text
        if name == "price" and amount.currency:
            judged.cells.setdefault("currency", amount.currency)


def _amount(name: str, text: str, judged: Judged, terms: Terms) -> Amount | Problem:
    if name != "price":
        return read_amount(text, markets.currency_of(name.removeprefix(PRICE_IN)), terms.decimal_mark)
    mapping = terms.mapping
    if mapping.has("currency"):
        if any(wrong.column == "currency" for wrong in judged.problems):
            return Amount(text)
        return read_amount(text, _meaning(judged, "currency", terms), terms.decimal_mark)
    market = market_of(judged.cells, terms)
    currency = mapping.currency if market in {"", mapping.market} else markets.currency_of(market)
    amount = read_amount(text, currency, terms.decimal_mark)
    if isinstance(amount, Problem) and amount.code == "other-currency":
        return read_amount(text, "", terms.decimal_mark)
    return amount


def market_of(cells: Mapping[str, str], terms: Terms) -> str:
    """Return the market of the row's own price: what its cell says, or what was chosen for the whole file."""
    word = cells.get("market", "")
    meaning = terms.words.get("market", {}).get(word, "")
    return meaning if meaning and isinstance(meaning, str) else terms.mapping.market


def _meaning(judged: Judged, name: str, terms: Terms) -> str:
    meaning = terms.words.get(name, {}).get(judged.cells.get(name, ""), "")
    return meaning if isinstance(meaning, str) else ""


def _judge_together(judged: Judged, cells: Mapping[str, str], standing: Standing, terms: Terms) -> None:
    bad = {wrong.column for wrong in judged.problems}
    if "sku" not in judged.cells and "sku" not in bad:
        judged.problems.append(Problem("no-sku", "sku"))
    if not standing.exists and "title" not in judged.cells and "title" not in bad:
        judged.problems.append(Problem("title-needed", "title"))
    has_price = any(name == "price" or name.startswith(PRICE_IN) for name, text in cells.items() if text.strip())
    if "stock" in judged.cells and not has_price and not standing.is_priced:
        judged.problems.append(problem("stock-without-price", judged.cells["stock"]).at("stock"))
