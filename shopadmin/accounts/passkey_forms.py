"""allauth's forms of passkeys, for which what is no credential at all is a mistake to report, not to break on."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms
from cryptography.exceptions import InvalidSignature
from django.core.exceptions import ValidationError

NOT_A_CREDENTIAL = (AttributeError, LookupError, TypeError, ValueError, struct.error, InvalidSignature)
"""What the library raises while it reads bytes and JSON that no browser has made."""


def _read[T](clean: Callable[[], T]) -> T:
    try:
        return clean()
    except ValidationError:
        raise
    except NOT_A_CREDENTIAL as error:
        raise get_adapter().validation_error("incorrect_code") from error


class Add(forms.AddWebAuthnForm):  # type: ignore[misc]
    """Registers a passkey."""

    def clean_credential(self) -> dict[str, Any]:
        """Refuse what is no object: allauth looks only into what counts as true, and would register a zero."""
        credential = self.cleaned_data["credential"]
        if not isinstance(credential, dict):
            raise get_adapter().validation_error("incorrect_code")
        return credential

    def clean(self) -> Any:
        """Read the credential that the browser has made."""
        return _read(super().clean)


class Authenticate(forms.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """Uses a passkey after the password."""

    def clean_credential(self) -> Any:
        """Read what the browser has signed."""
        return _read(super().clean_credential)


class Login(forms.LoginWebAuthnForm):  # type: ignore[misc]
    """Uses a passkey in the password's place."""

    def clean_credential(self) -> Any:
        """Read what the browser has signed."""
        return _read(super().clean_credential)


class Reauthenticate(forms.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """Uses a passkey to show again who one is."""

    def clean_credential(self) -> Any:
        """Read what the browser has signed."""
        return _read(super().clean_credential)
