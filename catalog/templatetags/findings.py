"""How pages show what is kept of findings: clauses with their values, and how much of a group a number is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString

from ..rules.wording import Says, Sentence
from .rules import said

register = template.Library()


@register.filter
def kept_sentence(sentence: Mapping[str, Any]) -> SafeString | str:
    """Return a sentence that was kept by its name in the reader's language; one of an older day as it was."""
    try:
        says = Says[str(sentence["says"])]
    except KeyError:
        return str(sentence.get("text", ""))
    return said(Sentence(says, sentence["values"]))


@register.filter
def is_one_fact(clause: Mapping[str, Any]) -> bool:
    """Tell whether a kept clause is nothing but a fact that is true or false, so that its truth is the value."""
    return list(clause.get("values", ())) == [clause["text"]]
