"""The pages of API tokens: made once, never shown again, narrowed, listed and revoked."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from shopadmin.accounts.models import ApiToken, User
from shopadmin.accounts.permissions import Permission
from tests.shopadmin import logins
from tests.shopadmin.tokens import ask, token_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
LIST = "/accounts/tokens/"
NEW = "/accounts/tokens/new"


@pytest.fixture
def known(client: Client, alice: User) -> Client:
    """Alice, who has just shown who she is."""
    client.force_login(alice)
    logins.show_again(client, alice)
    return client


def test_a_token_is_made_after_showing_who_one_is_and_shown_once(known: Client, alice: User) -> None:
    page = known.post(NEW, {"name": "warehouse robot", "lifetime": "30", "reach": "all"})
    token = ApiToken.objects.get()
    text = page.context["text"]

    assert text in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert text not in known.get(LIST).content.decode()
    assert f"sat_{token.prefix}_" in known.get(LIST).content.decode()
    assert token.expires_at - token.created_at == timedelta(days=30)
    assert ask(text).status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_token_is_made_without_showing_who_one_is(client: Client, alice: User, method: str) -> None:
    client.force_login(alice)

    answer = getattr(client, method)(NEW, {"name": "x", "lifetime": "never", "reach": "all"})

    assert answer.url.startswith("/accounts/reauthenticate/")
    assert not ApiToken.objects.exists()


def test_a_token_that_never_ends_has_to_be_chosen(known: Client) -> None:
    known.post(NEW, {"name": "warehouse robot", "lifetime": "never", "reach": "all"})

    assert ApiToken.objects.get().expires_at is None


def test_a_token_is_narrowed_to_what_was_chosen(known: Client) -> None:
    chosen = ["listing.view", "listing.import"]

    known.post(NEW, {"name": "import", "lifetime": "90", "reach": "some", "permissions": chosen})

    assert ApiToken.objects.get().allowed == {Permission.VIEW_LISTINGS, Permission.IMPORT_LISTINGS}
    assert "See listings" in known.get(LIST).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 81},
        {"name": "nul\x00"},
        {"lifetime": "1"},
        {"reach": ""},
        {"reach": "some"},
        {"reach": "some", "permissions": ["moon.view"]},
    ],
)
def test_what_makes_no_sense_is_refused_with_a_message(known: Client, wrong: dict[str, object]) -> None:
    answer = known.post(NEW, {"name": "warehouse robot", "lifetime": "90", "reach": "all", **wrong})

    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_nobody_chooses_what_they_may_not_do(client: Client, mallory: User) -> None:
    client.force_login(mallory)
    logins.show_again(client, mallory)

    answer = client.post(NEW, {"name": "x", "lifetime": "90", "reach": "some", "permissions": ["trader.verify"]})

    assert answer.status_code == 422
    assert not ApiToken.objects.exists()


def test_a_revoked_token_stops_at_once_and_stays_in_the_list_for_a_while(known: Client, alice: User) -> None:
    text = token_of(alice)
    pk = ApiToken.objects.get().pk

    known.post(f"{LIST}{pk}/revoke")
    revoked_at = ApiToken.objects.get().revoked_at
    known.post(f"{LIST}{pk}/revoke")

    assert ask(text).status_code == 401
    assert ApiToken.objects.get().revoked_at == revoked_at
    assert "revoked" in known.get(LIST).content.decode()
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert not ApiToken.objects.listed().exists()


def test_nobody_sees_or_revokes_the_tokens_of_another(known: Client, bob: User) -> None:
    text = token_of(bob)

    assert "warehouse robot" not in known.get(LIST).content.decode()
    assert known.post(f"{LIST}{ApiToken.objects.get().pk}/revoke").status_code == 404
    assert ask(text).status_code == 200


@pytest.mark.parametrize("tokens", [1, 12])
def test_the_list_asks_the_database_as_often_however_long_it_is(
    known: Client, alice: User, tokens: int, django_assert_num_queries
) -> None:
    for _ in range(tokens):
        token_of(alice, Permission.VIEW_LISTINGS)
    known.get(LIST)

    with django_assert_num_queries(6):  # session, user, tokens, roles, unread notifications, waiting notices
        known.get(LIST)


def test_nobody_makes_tokens_for_others_in_the_back_office(client: Client, alice: User) -> None:
    token_of(alice)
    row = ApiToken.objects.get()
    client.force_login(User.objects.create_superuser("root@example.com"))

    assert client.get("/back-office/accounts/apitoken/add/").status_code == 403
    assert row.digest not in client.get(f"/back-office/accounts/apitoken/{row.pk}/change/").content.decode()
