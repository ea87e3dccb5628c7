"""A field for a country."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language

from ..countries import names


class CountryField(forms.ChoiceField):
    """A country, chosen by its name in the reader's language and kept as its two-letter code."""

    def __init__(self, *, empty: Any = "", **kwargs: Any) -> None:
        super().__init__(choices=lambda: [("", empty), *names(get_language() or "en").items()], **kwargs)
