"""PURE. The kinds of columns that a file can have: objects that know their names in the wild and clean cells.

`clean` is the truth about a cell. `accepts` is a quicker sufficient test in SQL: a cell that passes it is clean as it
stands, so that most rows of a good file never leave the database. Cells with control characters do not get as far (see
`staging`), nor do blank ones, which mean "leave as it is".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from shopadmin.csv_cells import FORMULA_STARTS, original_text

from ..gtin import InvalidGtin, clean_gtin
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
# Every character but white space; first none of "[", with which the clearing mark begins, and the apostrophe, which may
# be the one that keeps spreadsheets from running a formula.
_EDGE = r"\u0021-\u007e\u00a1-\u167f\u1681-\u1fff\u200b-\u2027\u202a-\u202e\u2030-\u205e\u2060-\u2fff\u3001-\U0010ffff"
_FIRST = _EDGE.replace(r"\u0021-\u007e", r"\u0021-\u0026\u0028-\u005a\u005c-\u007e")
# What is no ASCII, divides addresses, or has a meaning of its own in them.
_ODD_IN_ADDRESS = "[^!-+./0-9:<-?A-Z^_`a-z{}~-]"


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

    def accepts(self, cell: str) -> str:
        """Return an SQL condition on the expression `cell` under which its text is canonical."""


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

    def accepts(self, cell: str) -> str:
        """Short enough, nothing to trim, and no line break in a single line.

        A pattern costs most of all tests and longer texts more: the first and the last byte mostly tell.
        """
        last_byte = f"get_byte(textsend({cell}), octet_length({cell}) - 1)"
        starts = (
            f"ascii({cell}) BETWEEN 40 AND 90 OR ascii({cell}) BETWEEN 92 AND 126 OR left({cell}, 1) ~ '[{_FIRST}]'"
        )
        lines = "" if self.has_lines else f" AND {cell} NOT LIKE E'%\\n%'"
        return (
            f"(octet_length({cell}) <= {self.longest} OR length({cell}) <= {self.longest}) AND ({starts}){lines}"
            f" AND octet_length({cell}) > 0 AND ({last_byte} BETWEEN 33 AND 126 OR right({cell}, 1) ~ '[{_EDGE}]')"
        )


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

    def accepts(self, cell: str) -> str:
        """Printable ASCII without spaces, "[" and "+" and an apostrophe before it, and no number with an exponent."""
        return (
            f"octet_length({cell}) <= {self.longest} AND {cell} ~ '^[!-&(-*,-Z\\\\-~][!-*,-Z\\\\-~]*$'"
            f" AND (ascii({cell}) NOT BETWEEN 48 AND 57 OR {cell} !~ '^[0-9]([.,][0-9]+)?[eE][0-9]+$')"
        )


def cleaned_sku(cell: str) -> str:
    """Return the SQL expression for the SKU that `SkuColumn.clean` makes of a cell, where it makes one."""
    spaces = "".join(f"\\u{ord(letter):04x}" for letter in _SPACES)
    original = f"regexp_replace(btrim({cell}, E'{spaces}'), '^''(''*[{_FORMULA_STARTS}])', '\\1')"
    return f"btrim(translate(replace({original}, E'\\r\\n', ' '), E'\\t\\r\\n', '   '), E'{spaces}')"


def may_be_marked(cell: str) -> str:
    """Return an SQL condition without which the text of a cell has no apostrophe of `csv_cells` before it."""
    return f"{cell} ^@ ''''"


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

    def accepts(self, cell: str) -> str:
        """Digits only, as many as a GTIN has, whose weighted sum ends with a zero (3 and 1 in turn from the right)."""
        digits = [f"{cell}::bigint / {10**place} % 10" for place in range(14)]
        odd, even = " + ".join(digits[::2]), " + ".join(digits[1::2])
        is_number = f"octet_length({cell}) IN (8, 12, 13, 14) AND {cell} !~ '[^0-9]'"
        return f"CASE WHEN {is_number} THEN ({odd} + 3 * ({even})) % 10 = 0 ELSE false END"


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

    def accepts(self, cell: str) -> str:
        """Up to seven digits."""
        return f"octet_length({cell}) <= 7 AND {cell} ~ '^(0|[1-9][0-9]*)$'"


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

    def accepts(self, cell: str) -> str:
        """One https address in ASCII, without what divides addresses, whose host begins with a letter or digit."""
        host_starts = f"get_byte(textsend({cell}), 8)"
        return (
            f"octet_length({cell}) <= {LONGEST_URL} AND {cell} LIKE 'https://_%'"
            f" AND ({host_starts} BETWEEN 48 AND 57 OR {host_starts} BETWEEN 97 AND 122)"
            f" AND {cell} !~ '{_ODD_IN_ADDRESS}'"
        )


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

    def accepts(self, cell: str) -> str:
        """Never decided by the cell alone."""
        return "true"


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

    def accepts(self, cell: str) -> str:
        """Eight digits at most, and two behind a mark, not all zero; only for currencies with two digits.

        Several plain patterns are quicker than one with branches, and lengths than counted repetitions.
        """
        length = f"octet_length({cell})"
        return (
            f"({cell} ~ '^[1-9][0-9]*[.,][0-9][0-9]$' AND {length} <= 11 OR {cell} ~ '^[1-9][0-9]*$' AND {length} <= 8"
            f" OR {cell} ~ '^0[.,](?:[1-9][0-9]|0[1-9])$')"
        )
