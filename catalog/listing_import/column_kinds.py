"""PURE. The kinds of columns that a file can have: objects that know their names in the wild and clean cells.

`clean` is the truth about a cell. `accepts` is a quicker sufficient test of many cells at once: what passes it is clean
as it stands, so that most rows of a good file are never looked at one by one. What can stand in no cell does not get as
far (see `staging`), nor do blank cells, which mean "leave as it is".
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import numpy as np

from shopadmin.csv_cells import FORMULA_STARTS, original_text

from ..gtin import LENGTHS as GTIN_LENGTHS
from ..gtin import InvalidGtin, clean_gtin
from .cells import INSIDE_LETTERS, Cells, Mask, letters_of
from .problems import Problem, problem

CLEAR = "[clear]"
"""What a cell says to make a field empty; an empty cell leaves the field as it is."""

MOST_STOCK = 9_999_999
MOST_PHOTOS = 12
LONGEST_URL = 2000
# What Excel makes of long numbers: 4.00638E+12.
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
# White space as `str.strip` has it.
_SPACES = "".join(chr(number) for number in range(1, 0x10000) if chr(number).isspace())
_FORMULA_STARTS = "".join(f"\\u{ord(letter):04x}" for letter in FORMULA_STARTS)
_DIGITS = letters_of(string.digits)
_DIGITS_AND_MARKS = letters_of(string.digits + ".,")
_OF_NUMBERS = letters_of(string.digits + ".,eE")
_OF_SKUS = letters_of("".join(sorted({*string.ascii_letters, *string.digits, *string.punctuation} - {*"+["})))
# What is no ASCII, divides addresses, or has a meaning of its own in them is left out.
_OF_ADDRESSES = letters_of(string.ascii_letters + string.digits + "!\"#$%&'()*+-./:<=>?^_`{}~")
_SECURE = b"https://"
_MOST_WHOLE = 8
_OF_HOSTS = letters_of(string.ascii_lowercase + string.digits)
_APOSTROPHE, _BRACKET, _ZERO, _POINT, _COMMA = b"'[0.,"


class Column(Protocol):
    """One field of a listing as a column of a file."""

    @property
    def name(self) -> str:
        """The field."""

    @property
    def synonyms(self) -> tuple[str, ...]:
        """What the column is called in files, in English and Spanish, by Shopify and in product feeds."""

    def clean(self, text: str) -> str | Problem:
        """Return the canonical text of a cell that is not blank, or what is wrong with it."""

    def accepts(self, cells: Cells) -> Mask:
        """Tell of cells that are not blank which are canonical for certain."""


@dataclass(frozen=True, slots=True)
class TextColumn:
    """Words: one line, or many where `has_lines`; at most `longest` characters."""

    name: str
    synonyms: tuple[str, ...]
    longest: int
    has_lines: bool = False
    can_clear: bool = True

    def clean(self, text: str) -> str | Problem:
        """Trim, and take an apostrophe before a formula away; line breaks become \\n, or spaces in a single line."""
        plain = original_text(text.strip()).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").strip()
        if not self.has_lines:
            plain = plain.replace("\n", " ")
        if plain.casefold() == CLEAR:
            return CLEAR if self.can_clear else problem("cannot-clear", text)
        if "\ufffd" in plain:
            return problem("unreadable-characters", text)
        if (control := _CONTROL.search(plain)) is not None:
            return problem("control-characters", text, character=f"U+{ord(control[0]):04X}")
        if len(plain) > self.longest:
            return problem("too-long", text, length=len(plain), most=self.longest)
        return plain

    def accepts(self, cells: Cells) -> Mask:
        """Short enough, nothing to trim, and no line break in a single line.

        First is neither "[", with which the clearing mark begins, nor the apostrophe, which may be the one that keeps
        spreadsheets from running a formula.
        """
        first = cells.from_start(0)
        is_plain: Mask = (first != _APOSTROPHE) & (first != _BRACKET)
        is_trimmed: Mask = ~cells.begin_with_space() & ~cells.end_with_space()
        is_one_line: Mask = ~cells.have_controls(but_newlines=self.has_lines)
        return is_plain & is_trimmed & is_one_line & self._are_short(cells)

    def _are_short(self, cells: Cells) -> Mask:
        are_short: Mask = cells.lengths <= self.longest
        if not are_short.all():
            are_short[~are_short] = cells.chosen(~are_short).outside(INSIDE_LETTERS) <= self.longest
        return are_short


@dataclass(frozen=True, slots=True)
class SkuColumn:
    """The seller's own number of an article, by which rows find their listings."""

    name: str = "sku"
    synonyms: tuple[str, ...] = (
        "sku", "variant sku", "id", "item id", "product id", "article number", "item number", "seller sku",
        "referencia", "código", "código de artículo", "número de artículo", "ref", "clave",
    )  # fmt: skip
    longest: int = 100

    def clean(self, text: str) -> str | Problem:
        """Trim; refuse what Excel has made of a long number."""
        if _SCIENTIFIC.fullmatch(text.strip()):
            return problem("scientific", text)
        return TextColumn(self.name, (), self.longest, can_clear=False).clean(text)

    def accepts(self, cells: Cells) -> Mask:
        """Printable ASCII without spaces, "[" and "+" and an apostrophe before it, and nothing like 1.2E11."""
        first = cells.from_start(0)
        are_plain: Mask = (cells.lengths <= self.longest) & (first != _APOSTROPHE) & cells.consist_of(_OF_SKUS)
        if (may_be_numbers := _DIGITS[first]).any():
            numbers = cells.chosen(may_be_numbers)
            are_plain[may_be_numbers] &= numbers.consist_of(_DIGITS_AND_MARKS) | ~numbers.consist_of(_OF_NUMBERS)
        return are_plain


def cleaned_sku(cell: str) -> str:
    """Return the SQL expression for the SKU that `SkuColumn.clean` makes of a cell, where it makes one."""
    spaces = "".join(f"\\u{ord(letter):04x}" for letter in _SPACES)
    original = f"regexp_replace(btrim({cell}, E'{spaces}'), '^''(''*[{_FORMULA_STARTS}])', '\\1')"
    return f"btrim(translate(replace({original}, E'\\r\\n', ' '), E'\\t\\r\\n', '   '), E'{spaces}')"


@dataclass(frozen=True, slots=True)
class GtinColumn:
    """The global article number: EAN, UPC, ISBN-13."""

    name: str = "gtin"
    synonyms: tuple[str, ...] = (
        "gtin", "ean", "upc", "isbn", "barcode", "variant barcode", "ean13", "gtin13", "código de barras", "ean code",
    )  # fmt: skip

    def clean(self, text: str) -> str | Problem:
        """Return the digits; the check digit must fit. A leading apostrophe and a trailing ".0" are Excel's."""
        plain = text.strip().removeprefix("'").removesuffix(".0")
        if plain.casefold() == CLEAR:
            return CLEAR
        if _SCIENTIFIC.fullmatch(plain):
            return problem("scientific", text)
        try:
            return clean_gtin(plain)
        except InvalidGtin as error:
            if error.suggestion:
                return problem("gtin-check-digit", text, suggestion=error.suggestion)
        digits = re.sub(r"[\s\-]", "", plain)
        if not re.fullmatch("[0-9]+", digits):
            return problem("gtin-characters", text)
        return problem("gtin-length", text, length=len(digits), **_with_lost_zeros(digits))

    def accepts(self, cells: Cells) -> Mask:
        """Digits only, as many as a GTIN has, whose weighted sum ends with a zero (1 and 3 in turn from the right)."""
        found = np.zeros(len(cells.starts), np.bool_)
        for length in GTIN_LENGTHS:
            if (are_so_long := cells.lengths == length).any():
                digits = cells.chosen(are_so_long).beginnings(length) - np.uint8(_ZERO)
                sums = digits[:, ::-2].sum(axis=1) + 3 * digits[:, -2::-2].sum(axis=1)
                found[are_so_long] = (digits <= 9).all(axis=1) & (sums % 10 == 0)
        return found


def _with_lost_zeros(digits: str) -> dict[str, str]:
    """Return as a suggestion the GTIN whose leading zeros a spreadsheet has taken away, if there is one."""
    for length in (8, 12, 13):
        if 0 < length - len(digits) <= 2:
            try:
                return {"suggestion": clean_gtin(digits.zfill(length))}
            except InvalidGtin:
                continue
    return {}


@dataclass(frozen=True, slots=True)
class StockColumn:
    """How many pieces can be sold."""

    name: str = "stock"
    synonyms: tuple[str, ...] = (
        "stock", "quantity", "qty", "inventory", "variant inventory qty", "units", "on hand", "available",
        "existencias", "cantidad", "unidades", "inventario", "disponible",
    )  # fmt: skip

    def clean(self, text: str) -> str | Problem:
        """Return a whole number; "1,000", "1.000" and "5.0" are numbers too, "out of stock" is 0."""
        plain = re.sub(r"\s", "", original_text(text.strip()))
        if plain.casefold() in {"outofstock", "out_of_stock", "agotado", "sinexistencias"}:
            return "0"
        if plain.startswith(("-", "−")) and plain[1:].isdecimal():
            return problem("negative", text)
        if re.fullmatch(r"[0-9]{1,3}(?:([.,'])[0-9]{3})(?:\1[0-9]{3})*", plain):
            plain = re.sub(r"[.,']", "", plain)
        plain = re.sub(r"[.,]0{1,2}$", "", plain)
        if not re.fullmatch("[0-9]+", plain):
            return problem("no-count", text)
        if len(plain.lstrip("0")) > len(str(MOST_STOCK)):
            return problem("absurd-count", text, most=MOST_STOCK)
        return str(int(plain))

    def accepts(self, cells: Cells) -> Mask:
        """Up to seven digits, the first no zero unless it is the only one."""
        lengths = cells.lengths
        are_short: Mask = (lengths <= len(str(MOST_STOCK))) & ((cells.from_start(0) != _ZERO) | (lengths == 1))
        return are_short & cells.consist_of(_DIGITS)


@dataclass(frozen=True, slots=True)
class PhotosColumn:
    """Addresses of photos, in one cell, divided by spaces, commas, semicolons, bars or line breaks."""

    name: str = "image_urls"
    synonyms: tuple[str, ...] = (
        "image urls", "image url", "image", "images", "image src", "image link", "photo", "photos", "photo url",
        "picture", "variant image", "imagen", "imágenes", "foto", "fotos", "url de imagen", "enlace imagen",
    )  # fmt: skip

    def clean(self, text: str) -> str | Problem:
        """Return the addresses divided by spaces, each once."""
        addresses = dict.fromkeys(part for part in re.split(r"[\s|;]+|,(?=\s*(?:https?:|$))", text) if part)
        for address in addresses:
            if (wrong := _address_problem(address)) is not None:
                return wrong
        if len(addresses) > MOST_PHOTOS:
            return problem("too-many-photos", text, count=len(addresses), most=MOST_PHOTOS)
        return " ".join(addresses)

    def accepts(self, cells: Cells) -> Mask:
        """One https address in ASCII, without what divides addresses, whose host begins with a letter or digit."""
        found: Mask = (cells.lengths <= LONGEST_URL) & (cells.lengths > len(_SECURE))
        beginnings = cells.chosen(found).beginnings(len(_SECURE) + 1)
        found[found] = (beginnings[:, :-1] == np.frombuffer(_SECURE, np.uint8)).all(axis=1) & _OF_HOSTS[
            beginnings[:, -1]
        ]
        return found & cells.consist_of(_OF_ADDRESSES)


def _address_problem(address: str) -> Problem | None:
    if len(address) > LONGEST_URL:
        return problem("too-long", address, length=len(address), most=LONGEST_URL)
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return problem("no-url", address)
    if parts.scheme == "http" and host:
        return problem("not-https", address, suggestion=f"https{address[4:]}")
    has_odd_letters = "\ufffd" in address or _CONTROL.search(address)
    return problem("no-url", address) if parts.scheme != "https" or not host or has_odd_letters else None


@dataclass(frozen=True, slots=True)
class WordColumn:
    """One of a few values, or a name: what its words mean is looked up once for each different word (see `words`)."""

    name: str
    synonyms: tuple[str, ...]
    longest: int = 1000

    def clean(self, text: str) -> str | Problem:
        """Trim."""
        return TextColumn(self.name, (), self.longest).clean(text)

    def accepts(self, cells: Cells) -> Mask:
        """Never decided by the cell alone."""
        return np.ones(len(cells.starts), np.bool_)


@dataclass(frozen=True, slots=True)
class PriceColumn:
    """A price; what is an amount depends on currency and decimal mark, so `amounts.read_amount` reads it."""

    name: str = "price"
    synonyms: tuple[str, ...] = (
        "price", "variant price", "unit price", "sale price", "amount", "retail price", "precio", "precio unitario",
        "precio de venta", "importe", "pvp",
    )  # fmt: skip

    def clean(self, text: str) -> str | Problem:
        """Trim."""
        return text.strip()

    def accepts(self, cells: Cells) -> Mask:
        """Eight digits at most, and two behind a mark, not all zero; only for currencies with two digits."""
        lengths, first, others = cells.lengths, cells.from_start(0), cells.outside(_DIGITS)
        mark = cells.from_end(2)
        are_whole: Mask = (others == 0) & (first != _ZERO) & (lengths <= _MOST_WHOLE)
        have_mark: Mask = (others == 1) & ((mark == _POINT) | (mark == _COMMA)) & (lengths <= _MOST_WHOLE + 3)
        are_cents: Mask = (lengths == 4) & ((cells.from_end(0) != _ZERO) | (cells.from_end(1) != _ZERO))
        are_typed: Mask = (lengths > 3) & ((first != _ZERO) | are_cents)
        return are_whole | have_mark & are_typed
