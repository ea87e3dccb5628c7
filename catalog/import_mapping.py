"""The columns of a file as people correct them: what each is taken for, and what its first cells would become."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.http import QueryDict
from django.utils.translation import gettext as _

from .listing_import.amounts import decimal_mark
from .listing_import.columns import COLUMNS
from .listing_import.encodings import CHOICES as ENCODINGS
from .listing_import.guessing import Guess
from .listing_import.headers import IGNORE, PRICE_IN, SURE, ColumnGuess, ColumnMapping, is_field
from .listing_import.problems import Problem, shown
from .listing_import.rows import Standing, Terms, judge_row
from .listing_import.tables import TableFormat
from .listing_import.vocabularies import country_of, currency_of, read_condition
from .listing_import.wording import HELP, label_of, mapping_message, message

ROWS_SHOWN = 10
LONGEST_SHOWN = 80
QUOTES = ('"', "'", "")
_READ_WORD = {"condition": read_condition, "currency": currency_of, "market": country_of}
_SHOWS_POINT, _SHOWS_COMMA = re.compile(r"\.[0-9]{1,2}\b(?!.*[.,])"), re.compile(r",[0-9]{1,2}\b(?!.*[.,])")


@dataclass(frozen=True, slots=True)
class SampleCell:
    """One of the first cells of a column, and what is wrong with it; empty when nothing is, as far as one can tell."""

    text: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A column of the file: its name, the field that it is taken for (empty: left out), how sure that is, its cells."""

    position: int
    name: str
    field: str
    sureness: str
    is_sure: bool
    cells: Sequence[SampleCell]

    @property
    def help(self) -> str:
        """What the field takes."""
        return str(HELP.get("price" if self.field.startswith(PRICE_IN) else self.field, ""))

    @property
    def problems_count(self) -> int:
        """How many of the cells that are shown have a problem."""
        return sum(bool(cell.problem) for cell in self.cells)


@dataclass(frozen=True, slots=True)
class MappingPage:
    """All that the mapping page shows of a file: its columns, how they are read now, and what is wrong with that."""

    columns: Sequence[FileColumn]
    mapping: ColumnMapping
    problems: Sequence[str]
    notes: Sequence[str]
    missing: Sequence[str]

    @property
    def rows(self) -> list[list[tuple[FileColumn, SampleCell]]]:
        """The first rows: each cell with its column."""
        across = zip(*(column.cells for column in self.columns), strict=True)
        return [list(zip(self.columns, row, strict=True)) for row in across]


def mapping_page(guess: Guess, mapping: ColumnMapping) -> MappingPage:
    """Return what the file would be read as with `mapping`, which may be one that cannot be used yet."""
    sample = guess.sample[:ROWS_SHOWN]
    cells = _judged(sample, mapping)
    columns = [
        FileColumn(at, name, field, *_sureness(field, column), [row[at] for row in cells])
        for at, (name, field, column) in enumerate(zip(guess.header, mapping.fields, guess.columns, strict=True))
    ]
    codes = {problem.code for problem in mapping.problems()}
    notes = [mapping_message(note) for note in guess.notes if note not in guess.mapping.problems()]
    return MappingPage(columns, mapping, [*map(mapping_message, mapping.problems())], notes, _missing(mapping, codes))


def field_choices(
    mapping: ColumnMapping, guesses: Sequence[ColumnGuess], markets: Sequence[str]
) -> list[tuple[str, str]]:
    """Return the fields that a column can be taken for, with their labels; prices in markets that are in use, too."""
    own = {name for name in (*mapping.fields, *(guess.field for guess in guesses)) if name.startswith(PRICE_IN)}
    prices = sorted(own | {f"{PRICE_IN}{market}" for market in markets})
    return [(name, label_of(name)) for name in (*(column.name for column in COLUMNS), *prices)]


def sent_format(form: TableFormat, data: QueryDict) -> TableFormat:
    """Return the format with what was sent; what is no known choice is left as it was."""
    encoding, delimiter, quote, sheet = (data.get(name) for name in ("encoding", "delimiter", "quote", "sheet"))
    return replace(
        form,
        encoding=encoding if encoding in ENCODINGS else form.encoding,
        delimiter="\t" if delimiter == "tab" else delimiter if delimiter and len(delimiter) == 1 else form.delimiter,
        quote=quote if quote is not None and quote in QUOTES else form.quote,
        sheet=sheet if sheet is not None and sheet in form.sheets else form.sheet,
    )


def sent_mapping(mapping: ColumnMapping, data: QueryDict) -> ColumnMapping:
    """Return the mapping with what was sent; what is no known choice, or was not sent, is left as it was."""
    fields = tuple(_field(data.get(f"field-{at}"), field) for at, field in enumerate(mapping.fields))
    mark = data.get("decimal_mark", mapping.decimal_mark)
    return ColumnMapping(
        fields,
        market=data.get("market", mapping.market),
        currency=data.get("currency", mapping.currency),
        decimal_mark=mark if mark in {".", ",", ""} else mapping.decimal_mark,
        goes_live=data["goes_live"] == "live" if "goes_live" in data else mapping.goes_live,
    )


def carried_over(earlier_header: Sequence[str], earlier: ColumnMapping, header: Sequence[str]) -> ColumnMapping | None:
    """Return an earlier file's mapping for another file with the same columns; None where it lacks one of them."""
    fields = dict(zip(earlier_header, earlier.fields, strict=True))
    if not set(earlier_header) <= set(header):
        return None
    return replace(earlier, taken=(), fields=tuple(fields.get(name, "") for name in header))


def _field(sent: str | None, standing: str) -> str:
    return sent if sent is not None and (sent == IGNORE or is_field(sent)) else standing


def _sureness(field: str, guess: ColumnGuess) -> tuple[str, bool]:
    """Say how a column came to its field, and whether one need not look at it again."""
    if not field:
        return (_("left out"), True) if not guess.field else (_("left out by you"), True)
    if field != guess.field:
        return _("chosen by you"), True
    if guess.score >= SURE:
        return _("recognised"), True
    return _("guessed, %(score)d %% sure") % {"score": guess.score}, False


def _missing(mapping: ColumnMapping, codes: set[str]) -> list[str]:
    """Say what new listings will lack."""
    said = []
    if "no-sku-column" not in codes and not mapping.has("title"):
        said.append(_("No column holds the title: only listings that you have already can be changed."))
    if not mapping.has("price") and not mapping.price_markets:
        said.append(_("No column holds a price: prices stay as they are, and new listings start as drafts."))
    return said


def _judged(sample: Sequence[Sequence[str]], mapping: ColumnMapping) -> list[list[SampleCell]]:
    fields = {field: at for at, field in enumerate(mapping.fields) if field}
    terms = Terms(mapping, mapping.decimal_mark or _mark(sample, fields), _words(sample, fields))
    known = Standing(exists=True, is_priced=True, keeps_brand=True)
    judged = []
    for row in sample:
        problems = judge_row({field: row[at] for field, at in fields.items()}, known, terms).problems
        said = {problem.column: message(problem) for problem in reversed(problems)}
        cells = zip(row, mapping.fields, strict=True)
        judged.append([SampleCell(shown(text, LONGEST_SHOWN), said.get(field, "")) for text, field in cells])
    return judged


def _mark(sample: Sequence[Sequence[str]], fields: Mapping[str, int]) -> str:
    places = [at for field, at in fields.items() if field == "price" or field.startswith(PRICE_IN)]
    texts = [row[at] for row in sample for at in places]
    points, commas = (sum(bool(shows.search(text)) for text in texts) for shows in (_SHOWS_POINT, _SHOWS_COMMA))
    return decimal_mark(points, commas)


def _words(sample: Sequence[Sequence[str]], fields: Mapping[str, int]) -> dict[str, dict[str, str | Problem]]:
    return {
        name: {text: read(text) for row in sample if (text := row[fields[name]]).strip()}
        for name, read in _READ_WORD.items()
        if name in fields
    }
