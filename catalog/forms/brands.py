"""Forms for brands, and for the permission to sell protected ones."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..documents import UnreadableDocument, ending_of
from ..models import Brand, BrandAuthorization
from .countries import CountryField

DOCUMENT_FAULTS = {
    "large": _("The document is larger than 10 MB, or its picture larger than 60 million pixels. Save it smaller."),
    "empty": _("The file is empty. Export the document again and choose the new file."),
    "kind": _("That is not a readable PDF, JPEG or PNG file. Export the document as one of these."),
}


class BrandForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a brand is called, whose it is, and whether only authorised sellers may list it."""

    name = forms.CharField(label=_("Name"), max_length=200, error_messages={"required": _("A brand needs a name.")})

    class Meta:
        model = Brand
        fields = ("name", "owner", "is_protected")
        help_texts = {"is_protected": _("Only sellers with a granted authorisation may list it.")}  # noqa: RUF012

    def _post_clean(self) -> None:
        """Leave the row alone: whether the name is free is the service's to say, which names the other brand."""


class AliasForm(forms.Form):
    """Another name of a brand."""

    alias = forms.CharField(
        label=_("Another name"), max_length=200, error_messages={"required": _("Write the other name first.")}
    )


class MergeForm(forms.Form):
    """Which brand is merged into the one on the page, by its name or one of its aliases."""

    absorbed = forms.CharField(
        label=_("The brand that goes"),
        max_length=200,
        help_text=_("Its name or one of its aliases. Its products, aliases and authorisations move here."),
        error_messages={"required": _("Name the brand that is merged into this one.")},
    )

    def clean_absorbed(self) -> Brand:
        """Return the brand of that name."""
        name = self.cleaned_data["absorbed"]
        brand = Brand.objects.resolve([name])[name]
        if brand is None:
            raise forms.ValidationError(_("No brand is called that. Check the spelling in the list of brands."))
        return brand


class AuthorizationForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a seller asks for: a brand, where, for how long, and the document that shows that it may."""

    brand = forms.CharField(
        label=_("Brand"),
        max_length=200,
        widget=forms.TextInput(attrs={"list": "brand-names", "autocomplete": "off"}),
        error_messages={"required": _("Which brand do you want to sell?")},
    )
    territory = CountryField(label=_("Territory"), required=False, empty=_("everywhere"))
    valid_from = forms.DateField(
        label=_("Valid from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valid_until = forms.DateField(
        label=_("Valid until"),
        required=False,
        help_text=_("Empty if the document names no end."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    document = forms.FileField(
        label=_("Document"),
        help_text=_("The licence, letter of authorisation or invoice: PDF, JPEG or PNG, up to 10 MB."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        error_messages={"required": _("Add the document that shows that you may sell the brand.")},
    )

    class Meta:
        model = BrandAuthorization
        fields = ("territory", "valid_from", "valid_until", "document")

    def clean_brand(self) -> Brand:
        """Return the brand that the name means."""
        name = self.cleaned_data["brand"]
        brand = Brand.objects.resolve([name])[name]
        if brand is None:
            raise forms.ValidationError(_("We know no brand of that name. Choose one of the suggestions."))
        if not brand.is_protected:
            raise forms.ValidationError(_("Everybody may sell this brand; you need no authorisation."))
        return brand

    def clean_document(self) -> UploadedFile[bytes]:
        """Refuse what is no document of a known kind, judged by its content."""
        document: UploadedFile[bytes] = self.cleaned_data["document"]
        try:
            ending_of(document)  # type: ignore[arg-type]
        except UnreadableDocument as error:
            raise forms.ValidationError(DOCUMENT_FAULTS[error.reason]) from error
        return document

    def clean(self) -> dict[str, Any]:
        """Refuse times that end before they start, or are over already."""
        data = super().clean() or {}
        start, end = data.get("valid_from"), data.get("valid_until")
        if end and start and end < start:
            self.add_error("valid_until", _("It cannot end before it starts."))
        elif end and end < timezone.localdate():
            self.add_error("valid_until", _("This is over already. Ask with a document that still holds."))
        return data

    def _post_clean(self) -> None:
        """Leave the row to the service that writes it."""


class DecisionForm(forms.Form):
    """Granting or refusing, with the reason that the seller reads."""

    decision = forms.ChoiceField(
        label=_("Your decision"),
        choices=[("", _("choose")), ("grant", _("grant")), ("refuse", _("refuse"))],
        error_messages={"required": _("Choose what you decide.")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        help_text=_("The seller reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why: the seller has to understand it.")},
    )


class WithdrawalForm(forms.Form):
    """Taking an authorisation back."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why it is taken back.")},
    )
