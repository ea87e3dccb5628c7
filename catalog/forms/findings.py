"""Forms about findings: taking a listing down with the reasons that its seller reads, and clearing it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Hold
from ..statements import EXPLANATION_LENGTH

SEVERITIES = (
    (1, _("1, slight")),
    (2, _("2")),
    (3, _("3, middling")),
    (4, _("4")),
    (5, _("5, grave")),
)


class TakeDownForm(forms.Form):
    """On which ground a listing is taken down, what its seller is told, and how grave it is."""

    ground = forms.ChoiceField(label=_("Ground"), choices=Hold.Ground.choices)
    severity = forms.TypedChoiceField(
        label=_("Severity"), choices=SEVERITIES, coerce=int, help_text=_("It decides how many points the seller gets.")
    )
    explanation = forms.CharField(
        label=_("What the seller is told"),
        max_length=EXPLANATION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why: the seller reads it, and can appeal.")},
    )


class ClearForm(forms.Form):
    """Why a listing is in order."""

    reason = forms.CharField(
        label=_("Why it is in order"),
        max_length=EXPLANATION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why it is in order: the writer of the rule reads it.")},
    )


class RestoreForm(forms.Form):
    """Why listings are released that are held for a reason that was wrong elsewhere."""

    reason = forms.CharField(
        label=_("Why they are restored"),
        max_length=EXPLANATION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why: the sellers read it.")},
    )
