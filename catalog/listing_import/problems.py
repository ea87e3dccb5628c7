"""PURE. What can be wrong with a file, a row or a cell: data, which `wording` turns into sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LONGEST_SHOWN = 60

type Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with one cell, or with the whole row when `column` is empty.

    `code` chooses the sentence and `facts` fill its gaps, `value` is the cell as it was, safely shortened. A problem
    whose `is_warning` is set does not keep the row out.
    """

    code: str
    column: str = ""
    value: str = ""
    facts: Facts = field(default_factory=dict)
    is_warning: bool = False

    @property
    def kind(self) -> str:
        """The kind of problem in one word: the column and the code."""
        return f"{self.column}:{self.code}"

    def at(self, column: str) -> Problem:
        """Return the problem as one of that column."""
        return Problem(self.code, column, self.value, self.facts, self.is_warning)


class FileProblem(Exception):
    """The file as a whole cannot be read; `code` and `facts` say why, as in `Problem`."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts: Facts = facts


def problem(code: str, text: str = "", **facts: Any) -> Problem:
    """Return a problem with the cell `text`."""
    return Problem(code, value=shown(text), facts=facts)


def shown(text: str, longest: int = LONGEST_SHOWN) -> str:
    """Return the text as it can be shown in a sentence: short, and with a visible stand-in for what has no shape.

    Control characters become their pictures (␀, ␉, ␊), lone surrogates and marks that turn the direction of the text
    become �, so that a cell can neither break a page nor reverse the sentence that quotes it.
    """
    cut = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return "".join(_picture(letter) for letter in cut)


def _picture(letter: str) -> str:
    number = ord(letter)
    if number < 0x20:
        return chr(0x2400 + number)
    if number == 0x7F:
        return "␡"
    is_shapeless = 0x80 <= number <= 0x9F or 0xD800 <= number <= 0xDFFF
    turns_direction = 0x202A <= number <= 0x202E or 0x2066 <= number <= 0x2069
    return "\ufffd" if is_shapeless or turns_direction else letter
