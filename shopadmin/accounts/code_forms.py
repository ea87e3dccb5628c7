"""allauth's forms of codes from authenticator apps and of recovery codes, which here write down what failed."""

from __future__ import annotations

from allauth.core import context
from allauth.mfa.base import forms as allauth_forms
from django.core.exceptions import ValidationError

from .failed_logins import note_failed_factor
from .models import User


class _Noting:
    user: User

    def clean_code(self) -> str:
        """Check the code, and write down when it does not fit."""
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except ValidationError:
            note_failed_factor(context.request, self.user)
            raise
        return code


class Authenticate(_Noting, allauth_forms.AuthenticateForm):  # type: ignore[misc]
    """Asks for a code after the password."""


class Reauthenticate(_Noting, allauth_forms.ReauthenticateForm):  # type: ignore[misc]
    """Asks for a code to show again who one is."""
