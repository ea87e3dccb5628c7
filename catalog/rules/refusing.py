"""PURE. How a reader of rules refuses a part of one."""

from __future__ import annotations

import re

from .problems import Problem, problem_at
from .wording import Says


class Refusal(Exception):
    """A part of a rule was refused; the reader has the problem."""


class Refuses:
    """Collects what is wrong with one rule."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.problems: list[Problem] = []

    def word_at(self, at: int) -> str:
        """Return the name, number, text or sign that stands at an offset."""
        match = re.compile(r"\w+|\"[^\"\n]*\"|'[^'\n]*'|&&|\|\||[<>=!]=|\S").match(self.text, at)
        return match.group() if match else ""

    def refused(self, at: int, says: Says, hint: Says | None = None, **values: str) -> Refusal:
        """Note a problem at a word of the text; message and hint draw on the same values. To be raised."""
        self.problems.append(problem_at(self.text, at, len(self.word_at(at)), says, hint, **values))
        return Refusal()
