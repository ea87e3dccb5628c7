"""The forms of one's own account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from .models import User
from .permission_labels import PERMISSION_LABELS
from .permissions import Permission, Scope

LIFETIMES = {
    "30": (timedelta(days=30), _("30 days")),
    "90": (timedelta(days=90), _("90 days")),
    "365": (timedelta(days=365), _("1 year")),
    "never": (None, _("no end")),
}


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """One's name and language."""

    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=lambda: [("", _("As my browser says")), *settings.LANGUAGES],
    )

    class Meta:
        model = User
        fields = ("name", "language")


class ApiTokenForm(forms.Form):
    """What a new token is for, how long it works and what it may do."""

    name = forms.CharField(label=_("Name"), max_length=80)
    lifetime = forms.ChoiceField(
        label=_("Works for"), choices=[(value, words) for value, (_span, words) in LIFETIMES.items()], initial="90"
    )
    reach = forms.ChoiceField(
        label=_("May do"),
        choices=[("all", _("All that I may")), ("some", _("Only what I choose"))],
        initial="all",
    )
    permissions = forms.MultipleChoiceField(
        label=_("Permissions"), required=False, widget=forms.CheckboxSelectMultiple, choices=()
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choosable = [permission for permission in Permission if user.scope(permission) != Scope.NONE]
        field = self.fields["permissions"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(permission.value, PERMISSION_LABELS[permission]) for permission in self.choosable]

    def clean(self) -> dict[str, Any]:
        """Ask for at least one permission where the token is to be narrowed."""
        cleaned = super().clean() or {}
        if cleaned.get("reach") == "some" and not cleaned.get("permissions") and "permissions" not in self.errors:
            self.add_error("permissions", _("Choose at least one, or let the token do all that you may."))
        return cleaned

    @property
    def lives_for(self) -> timedelta | None:
        """How long the token is to work; None is without an end. Only on a valid form."""
        return LIFETIMES[self.cleaned_data["lifetime"]][0]

    @property
    def chosen(self) -> list[Permission] | None:
        """The permissions to which the token is to be narrowed; None for all. Only on a valid form."""
        if self.cleaned_data["reach"] == "all":
            return None
        return [Permission(value) for value in self.cleaned_data["permissions"]]
