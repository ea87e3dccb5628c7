"""What a file probably is: its format, its columns, and what goes for all its rows. People correct it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast

from .. import markets
from ..models import ImportBatch, Offer, Seller
from .amounts import read_amount
from .headers import PRICE_IN, ColumnGuess, ColumnMapping, guess_columns, names_of
from .opening import open_table
from .problems import Problem, shown
from .staging import as_kept
from .tables import TableFormat

SAMPLE_ROWS = 20
FALLBACK_MARKET = "US"


@dataclass(frozen=True, slots=True)
class Guess:
    """How a file is read now, what its columns are called and taken for, and its first rows.

    `mapping` is what was chosen, or guessed until then; `columns` is always the guess. `notes` are worth saying:
    repeated headers, columns that are left out, why the mapping cannot be used.
    """

    format: TableFormat
    header: Sequence[str]
    columns: Sequence[ColumnGuess]
    mapping: ColumnMapping
    sample: Sequence[Sequence[str]]
    notes: Sequence[Problem]


def guess_file(batch: ImportBatch) -> Guess:
    """Read the beginning of the file and say what it is. Raises `FileProblem` when it cannot be read."""
    with batch.file.open("rb") as file:
        header, sample = read_sample(cast(BinaryIO, file), batch.table_format)
    columns = guess_columns(header)
    mapping = batch.column_mapping if batch.mapping else guess_mapping(batch.seller, columns, sample)
    return Guess(batch.table_format, names_of(header), columns, mapping, sample, notes_of(header, columns, mapping))


def read_sample(file: BinaryIO, form: TableFormat) -> tuple[Sequence[str], list[Sequence[str]]]:
    """Return the header and the first rows that are not blank, as they are staged."""
    table = open_table(file, form)
    block = next(table.blocks, None)
    sample = [row for row in block.rows if row][:SAMPLE_ROWS] if block is not None else []
    return table.header, [[as_kept(cell) for cell in row] for row in sample]


def guess_mapping(seller: Seller, columns: Sequence[ColumnGuess], sample: Sequence[Sequence[str]]) -> ColumnMapping:
    """Return the mapping of the guessed columns, with the market and currency that the seller has used most lately."""
    market, currency = usual_market(seller)
    fields = tuple(column.field for column in columns)
    if "price" in fields:
        said = _currencies_said(sample, fields.index("price"))
        currency = said.most_common(1)[0][0] if said else currency
        own = [code for code in (f"{PRICE_IN}{market}",) if code in fields]
        fields = tuple("" if name in own else name for name in fields)
    return ColumnMapping(fields, market, currency)


def usual_market(seller: Seller) -> tuple[str, str]:
    """Return market and currency of most of the seller's newest offers; else those of the trader's country."""
    newest = Offer.objects.filter(product__seller=seller).order_by("-pk").values_list("market", "currency")[:100]
    for (market, currency), _ in Counter(newest).most_common():
        if currency in markets.currencies():
            return market, currency
    trader = getattr(seller, "trader", None)
    country = trader.country if trader is not None and trader.country else FALLBACK_MARKET
    market = markets.market_named(country, "en") or FALLBACK_MARKET
    return market, markets.currency_of(market)


def _currencies_said(sample: Sequence[Sequence[str]], place: int) -> Counter[str]:
    """Count the currencies that stand beside prices."""
    found: Counter[str] = Counter()
    for row in sample:
        amount = read_amount(row[place], "", ".")
        if not isinstance(amount, Problem) and amount.currency:
            found[amount.currency] += 1
    return found


def notes_of(header: Sequence[str], columns: Sequence[ColumnGuess], mapping: ColumnMapping) -> list[Problem]:
    """Return what is worth saying about the header and the choice of columns."""
    repeated = [name for name, count in Counter(filter(None, header)).items() if count > 1]
    notes = [Problem("duplicate-header", value=shown(name)) for name in repeated]
    for name, column in zip(header, columns, strict=True):
        if column.ignored_as == "status":
            notes.append(Problem("status-ignored", value=shown(name)))
    return [*notes, *mapping.problems()]
