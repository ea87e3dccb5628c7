"""Forms about holds: why a listing is held, what its merchant says, and what comes of it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Hold
from .many_files import ManyFilesField, ManyFilesInput

LONGEST = 4000


class HoldForm(forms.Form):
    """Why a listing is held back and what its merchant can do."""

    ground = forms.ChoiceField(label=_("Ground"), choices=Hold.Ground.choices)
    explanation = forms.CharField(
        label=_("What is wrong"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The merchant reads this."),
        error_messages={"required": _("Say what is wrong: the merchant reads it.")},
    )
    remedy = forms.CharField(
        label=_("What the merchant can do"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say what the merchant can do about it.")},
    )


class ReleaseForm(forms.Form):
    """Why a hold ends."""

    reason = forms.CharField(
        label=_("Why it is released"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why the hold ends.")},
    )


class AppealForm(forms.Form):
    """What a merchant says against a hold."""

    text = forms.CharField(
        label=_("What you say"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Somebody who did not decide answers it."),
        error_messages={"required": _("Say why the hold is wrong.")},
    )
    documents = ManyFilesField(
        label=_("Documents"),
        required=False,
        widget=ManyFilesInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        help_text=_("Invoices, letters of authorisation or photos: up to five PDF, JPEG or PNG files of 10 MB."),
    )


class AnswerForm(forms.Form):
    """Whether a hold stands, and why."""

    verdict = forms.ChoiceField(
        label=_("Verdict"),
        choices=[("uphold", _("The hold stands")), ("overturn", _("Lift the hold"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether the hold stands.")},
    )
    answer = forms.CharField(
        label=_("Answer"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The merchant reads this."),
        error_messages={"required": _("Give the reason: the merchant reads it.")},
    )
