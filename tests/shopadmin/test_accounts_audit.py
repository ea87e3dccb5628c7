"""What happens to logins is written into the audit log, and never a secret with it."""

from __future__ import annotations

import json

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from shopadmin.accounts.models import ApiToken, AuditEntry, User
from shopadmin.accounts.services import create_api_token
from tests import factories
from tests.shopadmin import logins

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]

SECURITY = "/accounts/security/"
NEW = {"oldpassword": factories.PASSWORD, "password1": "a new and longer one", "password2": "a new and longer one"}


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


@pytest.fixture
def known(client: Client, alice: User) -> Client:
    """Alice, who has just shown who she is."""
    client.force_login(alice)
    logins.show_again(client, alice)
    return client


def test_a_login_is_written_down_with_its_address(alice: User) -> None:
    logins.log_in("alice@example.com")

    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_key, entry.after) == ("session.started", alice.pk, {"ip": "127.0.0.1"})


def test_a_login_that_fails_starts_nothing(alice: User) -> None:
    Client().post("/accounts/login/", {"login": "alice@example.com", "password": "wrong"})

    assert actions() == ["login.failed"]


def test_what_opens_a_login_is_written_down_without_the_secret(known: Client, alice: User) -> None:
    key = logins.passkey(alice)
    secret = logins.authenticator_app(alice)

    known.post(f"{SECURITY}webauthn/keys/{key.pk}/remove/")
    known.post(f"{SECURITY}totp/deactivate/")
    known.post("/accounts/password/change/", NEW)

    assert actions() == ["second-factor.passkey-removed", "second-factor.app-removed", "user.password-changed"]
    written = json.dumps(list(AuditEntry.objects.values("before", "after", "target_name", "reason")))
    assert not any(word in written for word in (secret, NEW["password1"], factories.PASSWORD))


def test_tokens_and_their_ends_are_written_down_and_never_their_text(known: Client, alice: User) -> None:
    _token, text = create_api_token(user=alice, name="robot", lives_for=None)
    address = f"/accounts/tokens/{ApiToken.objects.get().pk}/revoke"

    known.post(address)
    known.post(address)

    assert actions() == ["api-token.created", "api-token.revoked"]
    assert AuditEntry.objects.first().after == {"name": "robot", "may": None, "expires_at": None}
    assert text not in json.dumps(list(AuditEntry.objects.values("target_name", "after")))


def test_what_a_program_does_is_told_from_what_its_user_does(alice: User) -> None:
    from rest_framework.test import APIRequestFactory

    from shopadmin.accounts.audit.recording import Target, record
    from shopadmin.accounts.authentication import ApiTokenAuthentication

    _token, text = create_api_token(user=alice, name="robot", lives_for=None)
    request = APIRequestFactory().get("/", headers={"Authorization": f"Bearer {text}"})
    user, _ = ApiTokenAuthentication().authenticate(request)

    record(user, "listing.edited", Target("catalog.product"))

    entry = AuditEntry.objects.get(action="listing.edited")
    assert (entry.actor_name, entry.token_name) == ("Alice", "robot")


def test_sessions_that_are_ended_are_written_down(known: Client, alice: User) -> None:
    for _ in range(2):
        logins.session_of(alice)

    known.post("/accounts/sessions/end-others")

    assert actions() == ["session.ended"] * 2


def test_a_new_name_is_written_down_and_saving_the_same_is_not(known: Client) -> None:
    for _ in range(2):
        known.post("/accounts/", {"name": "Alys", "language": ""})

    entry = AuditEntry.objects.get()
    assert (entry.action, entry.before, entry.after) == ("user.edited", {"name": "Alice"}, {"name": "Alys"})


def test_a_factor_that_an_admin_takes_away_leaves_no_secret(client: Client, bob: User) -> None:
    logins.authenticator_app(bob)
    row = Authenticator.objects.get()
    client.force_login(User.objects.create_superuser("root@example.com"))

    client.post(f"/back-office/mfa/authenticator/{row.pk}/delete/", {"post": "yes"})

    entry = AuditEntry.objects.get()
    assert not Authenticator.objects.exists()
    assert (entry.action, entry.before) == ("second-factor.deleted", {"type": "totp", "user": f"Bob ({bob.pk})"})
