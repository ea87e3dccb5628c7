"""allauth's forms of passkeys, which here read only what a browser can have made.

The library below takes what it is given: of a number where bytes belong it makes that many bytes, so that one request
of a stranger would take all memory. So a credential is reduced to its known parts, all texts, before it gets there.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms as allauth_forms
from cryptography.exceptions import InvalidSignature
from django import forms
from django.core.exceptions import ValidationError

from .failed_logins import note_failed_factor
from .models import User

LONGEST = 64 * 1024
"""Characters of a credential; those of browsers have a few thousand."""

RESPONSE_TEXTS = ("clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle")
UNREADABLE = (AttributeError, LookupError, TypeError, ValueError, RecursionError, struct.error, InvalidSignature)
"""What the library raises while it reads bytes that no browser has made."""


def known_parts(credential: object) -> dict[str, Any]:
    """Return the parts of a credential that are needed. Raises ValueError where one is missing or is no text."""
    match credential:
        case {"id": str(key), "rawId": str(raw), "type": str(kind), "response": dict(response)}:
            texts = {name: response[name] for name in RESPONSE_TEXTS if response.get(name) is not None}
        case _:
            raise ValueError("This is no credential.")
    if not all(isinstance(text, str) for text in texts.values()):
        raise ValueError("A part of the response is no text.")
    match credential:
        case {"clientExtensionResults": {"credProps": {"rk": bool(rk)}}}:
            extensions = {"credProps": {"rk": rk}}
        case _:
            extensions = {}
    return {"id": key, "rawId": raw, "type": kind, "response": texts, "clientExtensionResults": extensions}


class CredentialField(forms.JSONField):
    """What the browser answers when it is asked for a passkey."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        """Return the known parts of the credential."""
        if isinstance(value, str) and len(value) > LONGEST:
            raise get_adapter().validation_error("incorrect_code")
        try:
            credential = super().to_python(value)
            return credential if credential in self.empty_values else known_parts(credential)
        except (ValueError, RecursionError) as error:
            raise get_adapter().validation_error("incorrect_code") from error


def _read[T](clean: Callable[[], T], user: User | None = None) -> T:
    """Read a credential; write down for `user`, whose password was right, that it did not fit."""
    try:
        return clean()
    except (ValidationError, *UNREADABLE) as error:
        if user is not None:
            note_failed_factor(context.request, user)
        if isinstance(error, ValidationError):
            raise
        raise get_adapter().validation_error("incorrect_code") from error


class Add(allauth_forms.AddWebAuthnForm):  # type: ignore[misc]
    """Registers a passkey."""

    credential = CredentialField()

    def clean(self) -> Any:
        """Read the credential that the browser has made."""
        return _read(super().clean)


class Authenticate(allauth_forms.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """Uses a passkey after the password."""

    credential = CredentialField()

    def clean_credential(self) -> Any:
        """Read what the browser has signed."""
        return _read(super().clean_credential, self.user)


class Login(allauth_forms.LoginWebAuthnForm):  # type: ignore[misc]
    """Uses a passkey in the password's place."""

    credential = CredentialField()

    def clean_credential(self) -> Any:
        """Read what the browser has signed."""
        return _read(super().clean_credential)


class Reauthenticate(allauth_forms.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """Uses a passkey to show again who one is."""

    credential = CredentialField()

    def clean_credential(self) -> Any:
        """Read what the browser has signed."""
        return _read(super().clean_credential, self.user)
