"""Forms about lists: a new one, what is put into it, and why something is taken off."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..models import ListKindChoices

MOST_LINES = 5000
MOST_LETTERS = 500_000
HINTS = {
    ListKindChoices.SELLERS: _("One short name of a seller a line, as in the address of its page."),
    ListKindChoices.BRANDS: _("One brand a line, by any name of it in the catalogue."),
    ListKindChoices.WORDS: _("One word or phrase a line. Case, accents and signs do not count."),
    ListKindChoices.ARTICLES: _("One GTIN or article number a line."),
    ListKindChoices.PHOTOS: _("One photo’s hash a line: 16 hexadecimal digits."),
}
"""What can stand in a list, by its kind."""


class ListForm(forms.Form):
    """A new, empty list."""

    title = forms.CharField(label=_("Title"), max_length=200)
    name = forms.SlugField(
        label=_("Name in rules"), max_length=80, help_text=_("Rules ask by it, so it cannot change later.")
    )
    kind = forms.ChoiceField(
        label=_("What stands in it"), choices=ListKindChoices.choices, help_text=_("It cannot change later.")
    )

    def clean_name(self) -> str:
        """Return the name, which does not stand for another page."""
        name: str = self.cleaned_data["name"]
        if name == "add":
            raise forms.ValidationError(_("Another page is called so. Choose another name."))
        return name


class EntriesForm(forms.Form):
    """What is put into a list, one a line, and until when."""

    values = forms.CharField(
        label=_("Entries"),
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        error_messages={"required": _("Write at least one entry.")},
    )
    note = forms.CharField(
        label=_("Why"), max_length=500, error_messages={"required": _("Say why: others read it later.")}
    )
    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The last day; empty for always."),
    )

    def clean_values(self) -> list[str]:
        """Return the lines that say something."""
        lines = [line.strip() for line in self.cleaned_data["values"].splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(_("At most 5,000 entries can be added at once. Send them in parts."))
        return lines

    @property
    def expires_at(self) -> datetime | None:
        """The end of the last day, None for always."""
        last = self.cleaned_data["until"]
        return timezone.make_aware(datetime.combine(last + timedelta(days=1), time())) if last else None
