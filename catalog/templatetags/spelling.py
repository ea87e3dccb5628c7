"""How pages show letters that one does not see."""

from __future__ import annotations

import unicodedata

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
HIDDEN = frozenset({"Cf", "Cc", "Cs", "Co", "Cn"})


@register.filter
def visible(text: str) -> SafeString:
    """Return a text in which letters without a shape are shown by their number."""
    parts = [_shown(letter) if unicodedata.category(letter) in HIDDEN else escape(letter) for letter in text]
    return mark_safe("".join(parts))  # noqa: S308 - every part was escaped


def _shown(letter: str) -> SafeString:
    name = unicodedata.name(letter, "")
    return format_html('<span class="hidden-letter" title="{}">{}</span>', name, f"{ord(letter):04X}")
