"""Forms for sellers, their people and those who are invited."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from shopadmin.accounts.models import User

from ..models import Seller, SellerInvitation, SellerMember


class SellerForm(forms.ModelForm):  # type: ignore[type-arg]
    """A seller's name."""

    class Meta:
        model = Seller
        fields = ("name",)
        error_messages = {"name": {"required": _("Give the seller a name.")}}  # noqa: RUF012


class NewSellerForm(SellerForm):
    """A new seller's name, and who is invited to be its owner."""

    owner = forms.EmailField(
        label=_("Invite an owner"),
        required=False,
        help_text=_(
            "Their e-mail address. They get a link with which they can set the shop up; you can do this later."
        ),
    )


class MemberRoleForm(forms.ModelForm):  # type: ignore[type-arg]
    """As what somebody works for a seller."""

    class Meta:
        model = SellerMember
        fields = ("role",)


class InvitationForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whom to invite, and as what."""

    class Meta:
        model = SellerInvitation
        fields = ("email", "role")
        error_messages = {"email": {"required": _("Whom do you invite? Give an e-mail address.")}}  # noqa: RUF012


class NewLoginForm(forms.Form):
    """The name and the password of somebody who accepts an invitation without having a login."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Tell the others who you are.")},
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least 8 characters; a few words that belong to nobody else are easy to keep in mind."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Choose a password.")},
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        """Refuse passwords that are easy to guess, also from the person's own name and address."""
        data = super().clean() or {}
        if password := data.get("password"):
            person = User(email=self.email, name=data.get("name", ""))
            try:
                password_validation.validate_password(password, person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data
