"""What this site does differently from allauth's defaults."""

from __future__ import annotations

import base64
import hashlib
import logging
import time
from smtplib import SMTPException
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .audit.recording import record
from .devices import device
from .failed_logins import note_failed_password
from .models import User
from .sessions import SEEN_AT

log = logging.getLogger(__name__)

ACTIONS = {
    "account/email/email_changed": "user.email-changed",
    "account/email/password_changed": "user.password-changed",
    "account/email/password_reset": "user.password-reset",
    "account/email/password_set": "user.password-set",
    "mfa/email/recovery_codes_generated": "second-factor.recovery-codes-made",
    "mfa/email/totp_activated": "second-factor.app-added",
    "mfa/email/totp_deactivated": "second-factor.app-removed",
    "mfa/email/webauthn_added": "second-factor.passkey-added",
    "mfa/email/webauthn_removed": "second-factor.passkey-removed",
}
"""What goes into the audit log, by the mail that tells the user of the same."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves; people come by an invitation or through an admin."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("E-mail address and password do not fit together. Check both and try again."),
        "too_many_login_attempts": _("Too many tries. Wait five minutes, or set a new password."),
        "incorrect_password": _("That is not your password."),
        "enter_current_password": _("That is not your present password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Keep the sign-up closed."""
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """Start the session, and watch when it is used."""
        super().login(request, user)
        request.session[SEEN_AT] = time.time()
        record(user, "session.started", user, after={"ip": self.get_client_ip(request)})

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Write down that a password did not fit to an address."""
        key = self._get_login_attempts_cache_key(request, **credentials)
        note_failed_password(request, credentials.get("email", ""), key)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Go back to where the password's card is."""
        return reverse("mfa_index")

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        """Show the new address where it was changed; strangers go to the login."""
        return reverse("accounts:profile" if context.request.user.is_authenticated else "account_login")

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:
        """Write down a change of what opens a login, and tell the user.

        The change is already made: a mail server that is away must not make it look failed.
        """
        if template_prefix in ACTIONS:
            record(user, ACTIONS[template_prefix], user)
        try:
            super().send_notification_mail(template_prefix, user, *args, **kwargs)
        except (OSError, SMTPException):
            log.exception("A mail about a change to an account could not be sent.")


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the secrets of authenticator apps encrypted, and names new passkeys after the device."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("That did not work: the code or key does not fit, or it is too old. Try again."),
    }

    def encrypt(self, text: str) -> str:
        """Encrypt with a key made of SECRET_KEY."""
        return _ciphers().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt with SECRET_KEY, or with one of SECRET_KEY_FALLBACKS."""
        return _ciphers().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: User, type: Any) -> str:
        """Propose a name that says where the passkey was made."""
        made_on = device(context.request.headers.get("User-Agent", ""))
        return made_on.system or gettext("Security key")


def _ciphers() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    salted = (hashlib.blake2b(key.encode(), digest_size=32, person=b"second-factors").digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in salted])
