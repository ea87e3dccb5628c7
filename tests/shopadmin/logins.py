"""Passkeys, sessions and second factors for tests, without a browser; and clients that just showed who they are."""

from __future__ import annotations

import json
import time
from hashlib import sha256
from importlib import import_module

from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.usersessions.models import UserSession
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.http import HttpRequest
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from shopadmin.accounts.models import User
from tests import factories

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)


def log_in(email: str, password: str = factories.PASSWORD, **headers: str) -> Client:
    """Log in through the form, in a browser of its own."""
    client = Client(headers=headers)
    response = client.post("/accounts/login/", {"login": email, "password": password})
    assert response.status_code == 302, response.content
    return client


def show_again(client: Client, user: User) -> None:
    """Let the client's session know that the user has just shown who they are."""
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, user, method="password", reauthenticated=True)
    request.session.save()


def session_of(user: User, *, user_agent: str = FIREFOX, ip: str = "192.0.2.7") -> UserSession:
    """A session in which `user` is logged in somewhere."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return UserSession.objects.create(user=user, session_key=store.session_key, ip=ip, user_agent=user_agent)


def passkey(user: User, name: str = "Laptop") -> Authenticator:
    """A passkey as a browser would have registered it."""
    public_key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    credential = AttestedCredentialData.create(b"\0" * 16, name.encode().ljust(16, b"-"), public_key)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    said = AuthenticatorData.create(sha256(b"testserver").digest(), flags, 0, credential)
    said_by_browser = {"type": "webauthn.create", "challenge": "AA", "origin": "https://testserver"}
    made = {
        "id": websafe_encode(credential.credential_id),
        "rawId": websafe_encode(credential.credential_id),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(json.dumps(said_by_browser).encode()),
            "attestationObject": websafe_encode(bytes(AttestationObject.create("none", said, {}))),
        },
        "clientExtensionResults": {"credProps": {"rk": True}},
    }
    return Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": name, "credential": made}
    )


def authenticator_app(user: User) -> str:
    """Turn on an authenticator app; returns its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code_now(secret: str) -> str:
    """What the app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def recovery_codes(user: User) -> list[str]:
    """Make recovery codes."""
    return RecoveryCodes.activate(user).get_unused_codes()


def new_address(user: User, email: str = "new@example.com") -> str:
    """An address that `user` has not confirmed yet; returns the key in the mail's link."""
    return EmailConfirmationHMAC.create(EmailAddress.objects.create(user=user, email=email)).key
