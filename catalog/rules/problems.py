"""PURE. What is wrong with a rule and where, with the line and a mark under it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from .wording import Says, Sentence

SHOWN = 100
"""Of longer lines only so many code points around the place are shown: what fits beside a form."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a rule.

    `line` and `column` count from 1, `length` is how much to mark (at least 1), all in code points; `source` is the
    line. `what` is wrong; `hint` says what to write instead, where that is known.
    """

    line: int
    column: int
    length: int
    source: str
    what: Sentence
    hint: Sentence | None = None

    @property
    def message(self) -> str:
        """What is wrong, in English."""
        return str(self.what)

    @property
    def advice(self) -> str:
        """What to write instead, in English; empty where nothing is known."""
        return str(self.hint) if self.hint else ""

    def show(self) -> str:
        """Return the message with its place, the source line with a mark under the place, and the hint."""
        start = max(0, self.column - 1 - SHOWN // 2)
        line = self.source[start : start + SHOWN]
        before = line[: self.column - 1 - start]
        mark = "^" * max(1, min(self.length, len(line) - len(before)))
        shown = [f"{self.line}:{self.column}: {self.message}", f"  {line}", f"  {_blank(before)}{mark}"]
        return "\n".join([*shown, f"  {self.advice}"] if self.hint else shown)


MOST = 20
"""How many problems of a rule are said at once; CEL stops counting there too, and what follows is often their doing."""


class RuleRefused(Exception):
    """A text is not a rule that can be saved; `problems` has the first 20, in the order of the text."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.line, problem.column))[:MOST])
        super().__init__("\n".join(problem.show() for problem in self.problems))


def problem_at(text: str, at: int, length: int, what: Says, hint: Says | None = None, /, **values: str) -> Problem:
    """Return a problem at an offset of the rule's text, in code points; beyond the end is the end.

    What is wrong and the hint draw on the same values.
    """
    at = min(max(at, 0), len(text))
    line = text.count("\n", 0, at)
    column = at - text.rfind("\n", 0, at)
    source = text.split("\n")[line]
    marked = max(1, min(length, len(source) - column + 1))
    return Problem(line + 1, column, marked, source, Sentence(what, values), Sentence(hint, values) if hint else None)


def offset_of(text: str, line: int, column: int) -> int:
    """Return the offset of a place given by line and column from 1; places before the text are its beginning."""
    if line < 1:
        return 0
    lines = text.split("\n")
    return min(sum(len(each) + 1 for each in lines[: line - 1]) + max(column - 1, 0), len(text))


def cannot_hold(text: str) -> int | None:
    """Return where a text has a letter that PostgreSQL or UTF-8 cannot hold (NUL, half a surrogate pair)."""
    return next((at for at, letter in enumerate(text) if letter == "\0" or "\ud800" <= letter <= "\udfff"), None)


def _blank(text: str) -> str:
    """Return white space as wide as a text in a font of fixed width: wide letters take two places, marks none."""
    return "".join(_blank_for(letter) for letter in text)


def _blank_for(letter: str) -> str:
    if letter == "\t":
        return "\t"
    if unicodedata.combining(letter):
        return ""
    return "\u3000" if unicodedata.east_asian_width(letter) in "WF" else " "
