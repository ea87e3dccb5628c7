"""Forms for trader files: what the seller says, and what staff decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import TraderFile, TraderVerification
from ..trader_file import CHECKED_FIELDS
from .countries import CountryField

WHY = {
    "legal_name": _("Your name or your company’s, as in the register or on the identity document."),
    "email": _("Customers write to it."),
    "phone": _("With the country’s code, for example +34 600 000 000."),
    "register": _("Where the company is registered, for example “Registro Mercantil de Madrid”. Empty if it is not."),
    "registration_number": _("The number in that register."),
    "tax_number": _("Needed for sellers of high volume in the US, and for invoices in the EU."),
    "payment_account_holder": _("Who the account belongs to that your payouts go to."),
    "payment_account_last4": _("Only these, so that staff can compare them with the payout provider’s."),
}
AUTOCOMPLETE = {
    "legal_name": "organization",
    "street": "street-address",
    "postal_code": "postal-code",
    "city": "address-level2",
    "country": "country",
    "email": "email",
    "phone": "tel",
    "payment_account_holder": "off",
    "payment_account_last4": "off",
}


class TraderFileForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a seller says about the trader that it is. It can be saved half filled in."""

    country = CountryField(label=_("Country"), required=False, empty=_("choose a country"))

    payment_account_last4 = forms.CharField(
        label=_("Last four of the payment account"), required=False, help_text=WHY["payment_account_last4"]
    )

    class Meta:
        model = TraderFile
        fields = CHECKED_FIELDS
        help_texts = WHY

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, purpose in AUTOCOMPLETE.items():
            self.fields[name].widget.attrs["autocomplete"] = purpose
        self.fields["payment_account_last4"].widget.attrs["inputmode"] = "numeric"

    def clean_payment_account_last4(self) -> str:
        """Refuse what are not four letters or digits: nobody should leave a whole account number here."""
        last = self.cleaned_data["payment_account_last4"].strip()
        if last and not (len(last) == 4 and last.isalnum()):
            raise forms.ValidationError(_("Give exactly the last four characters, for example 4821."))
        return str(last)

    def clean_phone(self) -> str:
        """Refuse what nobody could dial."""
        phone = self.cleaned_data["phone"].strip()
        if phone and (
            sum(character.isdigit() for character in phone) < 5 or not set(phone) <= set("+0123456789 ()-./x")
        ):
            raise forms.ValidationError(_("That is no phone number. Write it like +34 600 000 000."))
        return str(phone)


class CertificationForm(forms.Form):
    """The seller's own word."""

    is_true = forms.BooleanField(
        label=_("I certify for this seller that the file is true and up to date, and that we only offer goods and "
                "services that the law of the European Union allows."),
        error_messages={"required": _("Tick the box to certify.")},
    )  # fmt: skip


class VerificationForm(forms.ModelForm):  # type: ignore[type-arg]
    """What staff decide on a file; whoever does not verify it says why."""

    outcome = forms.ChoiceField(
        label=_("Your decision"),
        choices=[("", _("choose")), *TraderVerification.Outcome.choices],
        error_messages={"required": _("Choose what you decide.")},
    )

    class Meta:
        model = TraderVerification
        fields = ("outcome", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}  # noqa: RUF012
        labels = {"note": _("Note to the seller")}  # noqa: RUF012

    def clean(self) -> dict[str, Any]:
        """Ask for a note unless the file is verified: the seller has to know what to do."""
        data = super().clean() or {}
        if data.get("outcome") != TraderVerification.Outcome.VERIFIED and not data.get("note", "").strip():
            self.add_error("note", _("Say what is wrong and what the seller can do."))
        return data
