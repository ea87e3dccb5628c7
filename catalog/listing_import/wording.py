"""Problems in words, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..models import ImportIssue
from .column_kinds import CLEAR
from .headers import PRICE_IN
from .problems import FileProblem, Problem

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LABELS: Mapping[str, str | Promise] = {
    "sku": _("SKU"),
    "title": _("title"),
    "description": _("description"),
    "brand": _("brand"),
    "category": _("category"),
    "gtin": _("GTIN"),
    "condition": _("condition"),
    "variant_group": _("variant group"),
    "variant_name": _("variant"),
    "price": _("price"),
    "currency": _("currency"),
    "market": _("market"),
    "stock": _("stock"),
    "image_urls": _("photos"),
}
HELP: Mapping[str, str | Promise] = {
    "sku": _("Your own article number. Rows find their listings by it, so it is needed in every row."),
    "title": _("Up to 300 characters. New listings need one."),
    "description": _("Up to 20,000 characters; line breaks stay."),
    "brand": _("A brand that is not known yet is added."),
    "category": _("The whole path, as in “Home > Kitchen”, or its end where that is clear."),
    "gtin": _("EAN, UPC or ISBN with its check digit."),
    "condition": _("new, refurbished or used."),
    "variant_group": _("Listings with the same group are variants of each other."),
    "variant_name": _("What tells a variant from the others: “red, size M”."),
    "price": _("With decimal point or comma; the currency may stand beside it."),
    "currency": _("A code such as EUR, or a name."),
    "market": _("The country in which the price holds."),
    "stock": _("How many pieces can be sold."),
    "image_urls": _(
        "Up to 12 https addresses, divided by spaces, commas or bars. Photos are fetched after the import."
    ),
}
FILE_PROBLEMS: Mapping[str, str | Promise] = {
    "no-rows": _("The file has no rows below its header."),
    "too-large": _("The file is larger than %(megabytes)s MB; divide it into several."),
    "too-many-columns": _("The file has %(columns)s columns; at most %(most)s can be read. Is the delimiter right?"),
    "unclosed-quote": _(
        "A quote that opens in row %(row)s is never closed and swallows the rest of the file. Close it, or say that the"
        " file has no quotes."
    ),
    "line-too-long": _("A line of the file has more than %(most)s characters. Is it a table?"),
    "old-excel": _("This is the old Excel format; save it as .xlsx or CSV."),
    "not-a-table": _("This is a %(kind)s file and no table; send CSV, TSV, XLSX or JSON Lines."),
    "web-page": _("This is a web page and no table; open it in a spreadsheet, save it as XLSX or CSV, and send that."),
    "xml": _("This is an XML file and no table; send CSV, TSV, XLSX or JSON Lines."),
    "not-text": _("This file is no text that can be read; send XLSX or JSON Lines, or CSV saved as UTF-8."),
    "no-json-lines": _("No line of the file is a JSON object; write each listing as one object on a line of its own."),
    "json-array": _("The file is one JSON array; write one object on each line instead (JSON Lines)."),
    "not-a-workbook": _("The file is an archive but no Excel workbook; send CSV, TSV, XLSX or JSON Lines."),
    "broken-workbook": _("The workbook is broken or locked with a password; open it, save it again and send that."),
    "workbook-too-large": _("The workbook unpacks to %(megabytes)s MB, at most %(most)s can be read; save it as CSV."),
    "workbook-unfolds": _(
        "The workbook unpacks to more than %(times)s times its size, which filled ones never do; save it as CSV."
    ),
    "row-too-large": _("A row of the sheet has more than %(megabytes)s MB; save the sheet as CSV."),
    "workbook-too-long": _("The sheet has more than %(most)s rows, more than spreadsheets have; save it as CSV."),
    "other-columns": _("The file has %(columns)s columns but %(mapped)s were chosen; choose them again."),
    "too-many-different": _(
        "The column taken for “%(column)s” has more than %(most)s different values; is it the right one?"
    ),
    "too-many-brands": _("The file names %(count)s new brands, at most %(most)s can be added; is it the right column?"),
    "preview-lost": _("The preview was lost when the database restarted, and your listings have changed; check again."),
    "lost-file": _("The file is no longer stored; upload it again."),
}
MAPPING_PROBLEMS: Mapping[str, str | Promise] = {
    "no-sku-column": _("Say which column holds the SKU: rows find their listings by it."),
    "field-twice": _("Two columns are taken for “%(column)s”; choose one."),
    "unknown-field": _("There is no field “%(value)s”."),
    "market-and-price-columns": _("Prices for each market have columns of their own; leave the market column out."),
    "price-twice": _("Two columns give the price in %(market)s; choose one."),
    "no-market-chosen": _("Choose the country in which the prices hold."),
    "no-currency-chosen": _("Choose the currency of prices that do not say theirs."),
    "duplicate-header": _("Two columns are called “%(value)s”; the second one is left out."),
    "status-ignored": _("The column “%(value)s” is left out: listings are published by review, not by files."),
}
ROW_PROBLEMS: Mapping[str, str | Promise] = {
    "too-few-cells": _("the row has %(cells)s cells, the header has %(columns)s"),
    "too-many-cells": _("the row has %(cells)s cells, the header has %(columns)s; put text with delimiters in quotes"),
    "cells-over-lines": _(
        "the row has %(cells)s cells instead of %(columns)s and spans %(lines)s lines; a quote in it may not be closed"
    ),
    "not-an-object": _("the line is no JSON object"),
    "nested": _("the field “%(value)s” holds a structure; only text, numbers and lists of text can be read"),
    "late-key": _("the field “%(value)s” is not in the first %(lines)s lines; add it there, as null"),
    "cell-error": _("cell %(cell)s shows the error %(value)s; mend it in the spreadsheet"),
    "formula-without-value": _(
        "cell %(cell)s holds a formula without a stored result; open the file in Excel and save it"
    ),
    "no-sku": _("is missing"),
    "repeated-sku": _("“%(value)s” is also in row %(other)s; a SKU can be in one row only"),
    "title-needed": _("is missing, and there is no listing with this SKU yet"),
    "stock-without-price": _("has no price to go with; add a price"),
    "too-long": _("has %(length)s characters, at most %(most)s are possible"),
    "control-characters": _("“%(value)s” holds a character that cannot be shown (%(character)s); remove it"),
    "unreadable-characters": _(
        "“%(value)s” holds characters that could not be read (�); choose another encoding, or mend the text"
    ),
    "cannot-clear": _("cannot be cleared; write a new value or leave the cell empty"),
    "scientific": _("“%(value)s” is a number that a spreadsheet has shortened; format the column as text"),
    "gtin-check-digit": _("“%(value)s” has a wrong last digit"),
    "gtin-characters": _("“%(value)s” may hold digits only"),
    "gtin-length": _("“%(value)s” has %(length)s digits; a GTIN has 8, 12, 13 or 14"),
    "no-count": _("“%(value)s” is not a whole number"),
    "absurd-count": _("“%(value)s” is more than %(most)s pieces"),
    "too-many-photos": _("names %(count)s photos, at most %(most)s are possible"),
    "no-url": _("“%(value)s” is not the address of a photo"),
    "not-https": _("“%(value)s” must start with https://"),
    "no-amount": _("“%(value)s” is not an amount of money"),
    "no-amount-in": _("“%(value)s” is not an amount in %(currency)s"),
    "no-currency": _("“%(value)s” has no currency"),
    "other-currency": _("“%(value)s” says %(written)s, the row says %(currency)s"),
    "unclear-dollar": _("“%(value)s” may be any kind of dollar; write USD, CAD, AUD …"),
    "negative": _("“%(value)s” is less than nothing"),
    "zero": _("“%(value)s” gives the article away; leave the cell empty to keep the price"),
    "absurd": _("“%(value)s” is more than %(most)s %(currency)s"),
    "ambiguous": _(
        "“%(value)s” may mean %(large)s or %(small)s, and no other price in the file tells; choose the decimal mark"
    ),
    "too-many-decimals": _("“%(value)s” has more decimals than %(currency)s has (%(digits)s)"),
    "unknown-condition": _("“%(value)s” is no condition; write new, refurbished or used"),
    "unknown-currency": _("“%(value)s” is no currency in use"),
    "unknown-market": _("“%(value)s” is no country"),
    "unknown-category": _("there is no category “%(value)s”"),
    "brand-without-letters": _("“%(value)s” is no name"),
    "brand-unclear": _("“%(value)s” may be one of several brands; write the name exactly"),
    "brand-protected": _("“%(value)s” is protected; ask for authorisation to sell it, then import again"),
    "price-jump": _("the price becomes %(times)s times larger or smaller, or more; is a comma missing?"),
    "edited-meanwhile": _("the listing was edited since the check and is left alone; check again"),
}


def label_of(column: str) -> str:
    """Return what people call a column; "price in MX" for a price in a market."""
    if column.startswith(PRICE_IN):
        return gettext("price in %(market)s") % {"market": column.removeprefix(PRICE_IN)}
    return str(LABELS.get(column, column))


def message(wrong: Problem | ImportIssue) -> str:
    """Return what is wrong with a row, without saying where: "“12,5O” is not an amount in EUR; did you mean 12,50?"."""
    facts: dict[str, Any] = {"value": wrong.value, **wrong.facts}
    code = "no-amount-in" if wrong.code == "no-amount" and "currency" in facts else wrong.code
    said = str(ROW_PROBLEMS.get(code, code)) % facts
    if facts.get("nearest"):
        said += "; " + gettext("nearest: %(paths)s") % {"paths": " · ".join(facts["nearest"])}
    if facts.get("suggestion"):
        said += "; " + gettext("did you mean %(suggestion)s?") % {"suggestion": facts["suggestion"]}
    return said


def sentence(number: int, wrong: Problem | ImportIssue) -> str:
    """Return what is wrong and where: "row 847, price: “12,5O” is not an amount in EUR; did you mean 12,50?"."""
    place = {"row": number, "column": label_of(wrong.column), "problem": message(wrong)}
    if not wrong.column:
        return gettext("row %(row)s: %(problem)s") % place
    return gettext("row %(row)s, %(column)s: %(problem)s") % place


def mapping_message(wrong: Problem) -> str:
    """Return what is wrong with a choice of columns."""
    facts = {"value": wrong.value, "column": label_of(wrong.column), **wrong.facts}
    return str(MAPPING_PROBLEMS.get(wrong.code, wrong.code)) % facts


def file_message(problem: FileProblem | Mapping[str, Any]) -> str:
    """Return why a file cannot be imported; from the error, or from what `ImportBatch.problem` keeps of it."""
    code, facts = (
        (problem.code, problem.facts) if isinstance(problem, FileProblem) else (problem["code"], problem["facts"])
    )
    shown = {name: label_of(value) if name == "column" else value for name, value in facts.items()}
    return str(FILE_PROBLEMS.get(code, code)) % shown


def said_of(counts: Mapping[str, int]) -> _StrPromise:
    """Return the counts of a check or an application in a sentence, in the language of whoever reads it."""
    none = dict.fromkeys(("create", "change", "same", "error", "conflict"), 0)
    return format_lazy(
        _("{create} new, {change} changed, {same} unchanged, {error} with errors."), **{**none, **counts}
    )


def said_of_undo(counts: Mapping[str, int]) -> _StrPromise:
    """Return the counts of an undoing in a sentence, in the language of whoever reads it."""
    return format_lazy(_("{restored} restored, {deleted} deleted, {removed} removed, {kept} left alone."), **counts)


CLEAR_HELP = _("An empty cell leaves a field as it is; write %(mark)s to empty it.")


def clear_help() -> str:
    """Return how a cell empties a field."""
    return str(CLEAR_HELP) % {"mark": CLEAR}
