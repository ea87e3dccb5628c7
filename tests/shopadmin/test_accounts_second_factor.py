"""Authenticator apps, recovery codes and passkeys after the password, and requiring them of the staff."""

from __future__ import annotations

import json

import pytest
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.core import mail
from django.core.cache import cache
from django.test import Client
from fido2.utils import websafe_encode
from hypothesis import HealthCheck, example, given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st
from pytest_django import Settings

from shopadmin.accounts.models import User
from shopadmin.accounts.passkey_forms import known_parts
from shopadmin.accounts.roles import Role
from tests import factories
from tests.shopadmin import logins

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]

KEYS = ("id", "rawId", "type", "response", "clientDataJSON", "attestationObject", "authenticatorData", "signature",
        "userHandle", "clientExtensionResults", "transports")  # fmt: skip
STEP = "/accounts/security/authenticate/"
SECURITY = "/accounts/security/"


def password_given(email: str = "alice@example.com") -> Client:
    client = Client()
    assert client.post("/accounts/login/", {"login": email, "password": factories.PASSWORD}).url == STEP
    return client


def test_the_password_alone_does_not_open_a_login_with_a_second_factor(alice: User) -> None:
    logins.authenticator_app(alice)

    client = password_given()

    assert client.get("/accounts/").url.startswith("/accounts/login/")
    assert client.post(STEP, {"code": "000000"}).status_code == 200
    assert client.get("/accounts/").status_code == 302


def test_the_code_of_the_app_opens_it_and_cannot_be_used_again(alice: User) -> None:
    code = logins.code_now(logins.authenticator_app(alice))

    assert password_given().post(STEP, {"code": code}).url == "/"
    assert b"does not fit" in password_given().post(STEP, {"code": code}).content


def test_a_recovery_code_opens_it_once(alice: User) -> None:
    logins.authenticator_app(alice)
    code = logins.recovery_codes(alice)[0]

    assert password_given().post(STEP, {"code": code}).url == "/"
    assert b"does not fit" in password_given().post(STEP, {"code": code}).content


def test_codes_cannot_be_guessed_without_end(alice: User) -> None:
    code = logins.code_now(logins.authenticator_app(alice))
    client = password_given()

    for _ in range(5):
        client.post(STEP, {"code": "000000"})

    assert b"Too many tries" in client.post(STEP, {"code": code}).content
    cache.clear()
    assert client.post(STEP, {"code": code}).url == "/"


def test_a_passkey_guards_the_password_as_well(alice: User) -> None:
    logins.passkey(alice)

    page = password_given().get(STEP).content.decode()

    assert "Use a passkey" in page
    assert '"challenge"' in page


def test_a_new_password_by_mail_does_not_go_around_the_second_factor(alice: User) -> None:
    logins.authenticator_app(alice)
    client = Client()
    client.post("/accounts/password/reset/", {"email": alice.email})
    link = "/accounts/" + mail.outbox[0].body.partition("/accounts/")[2].split()[0]
    page = client.get(link, follow=True)
    new = {"password1": "a new and longer one", "password2": "a new and longer one"}

    client.post(page.redirect_chain[-1][0], new)

    assert client.get("/accounts/").status_code == 302
    assert client.post("/accounts/login/", {"login": alice.email, "password": new["password1"]}).url == STEP


def test_an_app_is_set_up_after_showing_who_one_is(client: Client, alice: User) -> None:
    client.force_login(alice)
    set_up = f"{SECURITY}totp/activate/"
    assert client.get(set_up).url == f"/accounts/reauthenticate/?next={set_up.replace('/', '%2F')}"
    again = client.post(f"/accounts/reauthenticate/?next={set_up}", {"password": factories.PASSWORD})
    secret = client.get(again.url).context["form"].secret

    done = client.post(set_up, {"code": logins.code_now(secret)})

    assert done.url == f"{SECURITY}recovery-codes/"
    assert len(client.get(done.url).context["unused_codes"]) == 10


@pytest.mark.parametrize(
    "address", ["totp/activate/", "webauthn/add/", "recovery-codes/generate/", "webauthn/keys/{pk}/remove/"]
)
def test_nothing_of_the_factors_is_changed_without_showing_who_one_is(
    client: Client, alice: User, address: str
) -> None:
    key = logins.passkey(alice)
    client.force_login(alice)
    before = list(Authenticator.objects.values())

    answer = client.post(SECURITY + address.format(pk=key.pk), {"name": "x", "credential": "{}", "code": "000000"})

    assert answer.url.startswith("/accounts/reauthenticate/")
    assert list(Authenticator.objects.values()) == before


def test_passkeys_are_renamed_and_removed(client: Client, alice: User) -> None:
    key = logins.passkey(alice)
    client.force_login(alice)
    logins.show_again(client, alice)

    assert client.post(f"{SECURITY}webauthn/keys/{key.pk}/edit/", {"name": "Work laptop"}).status_code == 302
    assert "Work laptop" in client.get(SECURITY).content.decode()
    assert client.post(f"{SECURITY}webauthn/keys/{key.pk}/remove/").status_code == 302
    assert [message.to for message in mail.outbox] == [["alice@example.com"]]
    assert not Authenticator.objects.exists()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="ascii"), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=8),
    max_leaves=12,
)


DEEP = {"clientDataJSON": "AA", "authenticatorData": websafe_encode(bytes(32) + b"\xc1" + bytes(4) + b"\x81" * 5000)}
"""Data whose extensions are a list in a list in a list, five thousand deep."""


@pytest.mark.parametrize("address", ["login/", "reauthenticate/", "add/"])
@given(credential=JSON)
@example(credential=0)
@example(credential={"id": "AA", "rawId": 2**40, "type": "public-key", "response": {}})
@example(credential={"id": "AA", "rawId": "AA", "type": "public-key", "response": {"userHandle": 2**40}})
@example(credential={"id": "AA", "rawId": "AA", "type": "public-key", "response": {"authenticatorData": [2**40]}})
@example(credential={"id": "AA", "rawId": "AA", "type": "public-key", "response": DEEP})
@settings_of_hypothesis(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_sent_as_a_passkey_is_read_and_opens_nothing(
    client: Client, alice: User, address: str, credential: object
) -> None:
    cache.clear()
    if address == "login/":
        client = Client()
        client.get(f"{SECURITY}webauthn/login/", headers={"Accept": "application/json"})
    else:
        client.force_login(alice)
        logins.show_again(client, alice)
        client.get(f"{SECURITY}webauthn/{address}")

    answer = client.post(f"{SECURITY}webauthn/{address}", {"credential": json.dumps(credential)})

    assert answer.status_code == 200 if address == "add/" else answer.status_code == 302
    assert Authenticator.objects.count() == 0


def test_a_number_where_bytes_belong_never_reaches_what_would_make_them() -> None:
    for rest in ({"rawId": 2**40}, {"response": {"signature": 2**40}}, {"response": {"userHandle": {"a": 2**40}}}):
        with pytest.raises(ValueError, match="no"):
            known_parts({"id": "AA", "rawId": "AA", "type": "public-key", "response": {}, **rest})


@pytest.mark.parametrize("sent", ["[" * 60_000, '{"id":' * 10_000, '"' + "a" * 100_000 + '"'])
def test_json_that_is_too_deep_or_too_long_is_refused(sent: str) -> None:
    assert Client().post(f"{SECURITY}webauthn/login/", {"credential": sent}).url == "/accounts/login/"


@pytest.mark.parametrize("credential", ["", "{}", "[]", "null", '{"id": 1}', '{"response": {"userHandle": "MQ"}}', "{"])
def test_a_passkey_that_is_none_opens_nothing(alice: User, credential: str) -> None:
    logins.passkey(alice)
    client = Client()
    client.get(f"{SECURITY}webauthn/login/", headers={"Accept": "application/json"})

    answer = client.post(f"{SECURITY}webauthn/login/", {"credential": credential})

    assert answer.url == "/accounts/login/"
    assert client.get("/accounts/").status_code == 302


def test_a_passkey_of_another_site_or_a_forged_one_opens_nothing(alice: User) -> None:
    key = logins.passkey(alice)
    client = Client()
    client.get(f"{SECURITY}webauthn/login/", headers={"Accept": "application/json"})
    forged = {
        **key.data["credential"],
        "response": {
            "clientDataJSON": key.data["credential"]["response"]["clientDataJSON"],
            "authenticatorData": "AAAA",
            "signature": "AAAA",
            "userHandle": websafe_encode(user_pk_to_url_str(alice).encode()),
        },
    }

    client.post(f"{SECURITY}webauthn/login/", {"credential": json.dumps(forged)})

    assert client.get("/accounts/").status_code == 302


def test_secrets_of_apps_are_stored_encrypted_and_outlive_a_change_of_the_key(alice: User, settings: Settings) -> None:
    secret = logins.authenticator_app(alice)
    stored = Authenticator.objects.get().data["secret"]
    old = settings.SECRET_KEY

    assert secret not in stored
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key", [old]
    assert Authenticator.objects.get().wrap().validate_code(logins.code_now(secret))
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(InvalidToken):
        Authenticator.objects.get().wrap().validate_code(logins.code_now(secret))


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.POLICY, Role.STUDIO_MANAGER, Role.ADMIN])
def test_staff_without_a_second_factor_are_led_to_add_one(
    client: Client, db: None, settings: Settings, role: Role
) -> None:
    settings.REQUIRE_MFA_FOR_STAFF = True
    user = factories.user("somebody", role)
    client.force_login(user)
    htmx = {"HX-Request": "true", "HX-Current-URL": "http://testserver/videos/"}

    assert client.get("/accounts/tokens/new").url == SECURITY
    assert client.get("/videos/").url == SECURITY
    assert client.get("/api/videos/").url == SECURITY
    assert client.get("/videos/", headers=htmx)["HX-Redirect"] == SECURITY
    assert "Your role asks for a second factor" in client.get(SECURITY).content.decode()
    assert client.get(f"{SECURITY}webauthn/add/").url.startswith("/accounts/reauthenticate/")
    assert client.post("/accounts/logout/").url == "/accounts/login/"


def test_with_one_everything_opens(client: Client, alice: User, settings: Settings) -> None:
    settings.REQUIRE_MFA_FOR_STAFF = True
    logins.recovery_codes(alice)
    client.force_login(alice)
    assert client.get("/videos/").status_code == 302

    logins.passkey(alice)

    assert client.get("/videos/").status_code == 200


def test_merchants_and_creators_choose_themselves(client: Client, mallory: User, settings: Settings) -> None:
    settings.REQUIRE_MFA_FOR_STAFF = True
    client.force_login(mallory)

    assert client.get("/catalog/products/").status_code == 200


def test_back_office_users_count_as_staff_whatever_their_role(
    client: Client, charlie: User, settings: Settings
) -> None:
    settings.REQUIRE_MFA_FOR_STAFF = True
    User.objects.filter(pk=charlie.pk).update(is_staff=True)
    client.force_login(charlie)

    assert client.get("/back-office/").url == SECURITY


def test_where_it_is_not_required_nobody_is_led_anywhere_and_nothing_is_asked(
    client: Client, alice: User, django_assert_num_queries
) -> None:
    client.force_login(alice)
    client.get("/accounts/no-role")

    with django_assert_num_queries(5):  # session, user, roles, unread notifications, notices that wait
        assert client.get("/accounts/no-role").status_code == 200


def test_the_back_office_does_not_show_anybodys_secrets(client: Client, alice: User) -> None:
    secret = logins.authenticator_app(alice)
    row = Authenticator.objects.get()
    client.force_login(User.objects.create_superuser("root@example.com"))

    page = client.get(f"/back-office/mfa/authenticator/{row.pk}/change/").content.decode()

    assert "Alice" in page
    assert secret not in page
    assert row.data["secret"] not in page
