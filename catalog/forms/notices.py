"""Forms about notices of brand owners: what one must say, which notices staff looks at, and what they decide."""

from __future__ import annotations

from difflib import get_close_matches

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..models import Brand, Hold
from ..notices import LIMITS, Claim, Sender, fault_of_listings
from ..statements import EXPLANATION_LENGTH
from .findings import SEVERITIES

LONGEST = 4000
"""How many letters the reasons of a notice take: a person reads them."""

NEAR, MOST_NEAR, MOST_COMPARED = 0.6, 3, 5000
"""How alike a brand's name must be (0..1) to be suggested for one that is unknown, how many are, and among how many."""


class NoticeForm(forms.Form):
    """What a notice must have (Digital Services Act, Article 16(2)): all that is wrong is said at once."""

    brand = forms.CharField(
        label=_("Brand"),
        max_length=200,
        widget=forms.TextInput(attrs={"list": "notice-brands", "autocomplete": "off"}),
        error_messages={"required": _("Name the brand whose rights are infringed.")},
    )
    right = forms.CharField(
        label=_("Right and its registration"),
        max_length=LIMITS["right"],
        help_text=_("For example “EU trade mark 018123456”."),
        error_messages={"required": _("Name the right, and the number under which it is registered.")},
    )
    jurisdiction = forms.CharField(
        label=_("Where it is registered"),
        max_length=LIMITS["jurisdiction"],
        help_text=_("The country, or the European Union."),
        error_messages={"required": _("Name the country, or the union, where the right holds.")},
    )
    listings = forms.CharField(
        label=_("Listings"),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("Their addresses or numbers, each on a line of its own, up to 100."),
        error_messages={"required": _("Name at least one listing, by its address.")},
    )
    reasons = forms.CharField(
        label=_("Why they infringe the right"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What tells you that these are no articles of the brand? The sellers read it."),
        error_messages={"required": _("Say why: without reasons nobody can judge the notice.")},
    )
    sender_name = forms.CharField(
        label=_("Your name"),
        max_length=LIMITS["sender_name"],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Say who you are. Sellers do not read your name.")},
    )
    sender_email = forms.EmailField(
        label=_("Your e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("The receipt and the outcome go there."),
        error_messages={
            "required": _("Give an e-mail address to which we can answer."),
            "invalid": _("That is no complete e-mail address, such as name@example.com."),
        },
    )
    on_behalf_of = forms.CharField(
        label=_("On whose behalf"),
        max_length=LIMITS["on_behalf_of"],
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        help_text=_("The company that holds the right. The sellers read it. Empty if it is the owner of the brand."),
    )
    is_in_good_faith = forms.BooleanField(
        label=_("I believe in good faith that what I say is accurate and complete."),
        error_messages={"required": _("A notice counts only with this statement.")},
    )

    def clean_brand(self) -> Brand:
        """Return the brand of that name or alias; of an unknown one the nearest names are said."""
        name = self.cleaned_data["brand"]
        brand = Brand.objects.resolve([name])[name]
        if brand is None:
            raise forms.ValidationError(_unknown_brand(name))
        return brand

    def clean_listings(self) -> list[str]:
        """Return the listings as they are named, one on each line."""
        listings = [line.strip() for line in self.cleaned_data["listings"].splitlines() if line.strip()]
        if fault := fault_of_listings(listings):
            raise forms.ValidationError(fault)
        return listings

    def sender(self) -> Sender:
        """Return who sends it, of a form that is in order."""
        data = self.cleaned_data
        return Sender(name=data["sender_name"], email=data["sender_email"], on_behalf_of=data["on_behalf_of"])

    def claim(self) -> Claim:
        """Return what it says, of a form that is in order."""
        named = ("brand", "right", "jurisdiction", "reasons", "is_in_good_faith")
        return Claim(**{name: self.cleaned_data[name] for name in named})


class AcceptForm(forms.Form):
    """On which ground a noticed listing is taken down, how grave that is, and what its seller is told."""

    ground = forms.ChoiceField(label=_("Ground"), choices=Hold.Ground.choices)
    severity = forms.TypedChoiceField(
        label=_("Severity"), choices=SEVERITIES, coerce=int, help_text=_("It decides how many points the seller gets.")
    )
    reason = forms.CharField(
        label=_("What the seller is told"),
        max_length=EXPLANATION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The seller also reads for whom the notice was sent, and its reasons; not who sent it."),
        error_messages={"required": _("Say why: the seller reads it, and can appeal.")},
    )


class RejectForm(forms.Form):
    """Why a notice is wrong about a listing."""

    reason = forms.CharField(
        label=_("What the sender is told"),
        max_length=EXPLANATION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why the notice is wrong about this listing: its sender reads it.")},
    )


def _unknown_brand(name: str) -> str:
    names = Brand.objects.filter(is_protected=True).values_list("name", flat=True)[:MOST_COMPARED]
    near = get_close_matches(name, names, MOST_NEAR, NEAR)
    if near:
        return gettext("We know no brand of that name. Did you mean %(names)s?") % {"names": ", ".join(near)}
    return gettext(
        "We know no brand of that name. Write it as it stands on the products; the list below the field helps."
    )
