"""What is asked of all listings before it is saved: the part of a version that decides."""

from __future__ import annotations

from typing import Any

from django import forms

from ..models import LaneChoices
from ..rule_writing import Wording
from .rules import VersionForm


class BacktestForm(forms.Form):
    """The text and what it would do, as they stand in the editor, without what only a saved version needs."""

    days = forms.IntegerField(required=False, min_value=0, max_value=90)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= {name: VersionForm().fields[name] for name in DECIDING}

    def clean_days(self) -> int:
        """Return how many days back it is asked; 0 without any."""
        return self.cleaned_data["days"] or 0

    def clean_text(self) -> str:
        """Return the text with line ends as rules count them."""
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")

    @property
    def wording(self) -> Wording:
        """What the checked form says."""
        data = {name: self.cleaned_data[name] for name in DECIDING}
        return Wording(**{**data, "lane": LaneChoices(data["lane"])})


DECIDING = ("text", "lane", "order", "severity", "rollout_percent")
