"""API tokens in use: what they open, how far they reach, and what the API says to those that do not work."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from catalog.models import Product, Seller
from shopadmin.accounts.access import granted_scope
from shopadmin.accounts.api_tokens import digest
from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.models import ApiToken, User
from shopadmin.accounts.permissions import Permission, Scope
from tests import factories
from tests.shopadmin import logins
from tests.shopadmin.tokens import API, ask, token_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


class Answers(APIView):
    """An API view without permission classes of its own."""

    def get(self, request: Request) -> Response:
        return Response({"scope": granted_scope(request, Permission.VIEW_LISTINGS)})

    post = get


def answered(text: str, method: str = "get", **of_view: object) -> Response:
    request = getattr(APIRequestFactory(), method)("/x", headers={"Authorization": f"Bearer {text}"})
    return type("View", (Answers,), of_view).as_view()(request)


def test_a_token_opens_the_api_as_its_user(alice: User) -> None:
    assert ask(token_of(alice)).status_code == 200


def test_a_token_opens_no_page(alice: User) -> None:
    answer = Client().get("/videos/", headers={"Authorization": f"Bearer {token_of(alice)}"})

    assert answer.url.startswith("/accounts/login/")


def test_only_a_digest_is_kept(alice: User) -> None:
    text = token_of(alice)
    row = ApiToken.objects.values().get()

    assert row["digest"] == digest(text)
    assert all(text[13:] not in str(value) for value in row.values())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"revoked_at": timezone.now()}, "revoked"),
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "expired"),
        ({"digest": "0" * 64}, "not known"),
        ({"prefix": "aaaaaaaa"}, "not known"),
    ],
)
def test_a_token_that_does_not_work_says_why(alice: User, change: dict[str, object], says: str) -> None:
    answer = ask(token_of(alice, **change))

    assert answer.status_code == 401
    assert says in answer.json()["detail"]
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'


def test_the_token_of_somebody_who_was_switched_off_does_not_work(alice: User) -> None:
    text = token_of(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert "not active" in ask(text).json()["detail"]


def test_the_token_of_somebody_who_must_add_a_second_factor_waits_for_it(alice: User, settings: Settings) -> None:
    settings.REQUIRE_MFA_FOR_STAFF = True
    text = token_of(alice)

    assert "second factor" in ask(text).json()["detail"]
    logins.passkey(alice)
    assert ask(text).status_code == 200


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda text: text[:-1], "typo"),
        (lambda text: text[:20] + ("a" if text[20] != "a" else "b") + text[21:], "typo"),
        (lambda text: "ghp_" + text, "not an API token"),
        (lambda text: "", "not an API token"),
        (lambda text: text + " " + text, "typo"),
        (lambda text: "sat_ä\x00", "typo"),
    ],
)
def test_a_typo_is_told_from_a_token_that_is_not_known(alice: User, spoil, says: str) -> None:
    answer = ask(spoil(token_of(alice)))

    assert answer.status_code == 401
    assert says in answer.json()["detail"]


def test_without_anything_the_api_asks_for_a_token() -> None:
    answer = Client().get(API)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_bad_token_is_not_forgiven_for_a_good_session(client: Client, alice: User) -> None:
    client.force_login(alice)

    assert ask(token_of(alice, revoked_at=timezone.now()), client).status_code == 401


def test_the_use_is_written_once_a_minute(alice: User, django_assert_num_queries) -> None:
    text = token_of(alice)
    listing = 2  # roles, videos
    with django_assert_num_queries(2 + listing):  # the token with its user, and its use
        ask(text)
    first = ApiToken.objects.get().last_used_at

    with django_assert_num_queries(1 + listing):
        ask(text)

    assert ApiToken.objects.get().last_used_at == first
    with time_machine.travel(first + timedelta(seconds=61)):
        ask(text)
        assert ApiToken.objects.get().last_used_at > first


def test_many_tokens_cost_no_more_than_one(alice: User, django_assert_num_queries) -> None:
    texts = [token_of(alice) for _ in range(30)]

    with django_assert_num_queries(4):
        ask(texts[17])


def test_a_narrowed_token_reaches_the_rows_of_what_it_names_and_no_others(mallory: User) -> None:
    own = factories.product(of=factories.seller("Own", member=mallory))
    factories.product(of=factories.seller("Foreign"))
    narrowed = User.objects.get(pk=mallory.pk)
    narrowed.allowed = frozenset({Permission.VIEW_LISTINGS})

    assert list(Product.objects.for_user(narrowed)) == [own]
    assert not Product.objects.for_user(narrowed, Permission.EDIT_LISTINGS).exists()
    assert not Seller.objects.for_user(narrowed).exists()
    assert list(Product.objects.for_user(mallory, Permission.EDIT_LISTINGS)) == [own]


def test_a_narrowed_token_does_not_open_what_only_roles_guard(alice: User) -> None:
    assert ask(token_of(alice, Permission.VIEW_LISTINGS)).status_code == 403


def test_a_view_says_which_permission_a_token_needs(alice: User) -> None:
    seeing, editing = token_of(alice, Permission.VIEW_LISTINGS), token_of(alice, Permission.EDIT_LISTINGS)
    by_method = {"GET": Permission.VIEW_LISTINGS, "POST": Permission.EDIT_LISTINGS}

    assert answered(seeing, required_permission=Permission.VIEW_LISTINGS).status_code == 200
    assert answered(editing, required_permission=Permission.VIEW_LISTINGS).status_code == 403
    assert answered(seeing, "post", required_permission=by_method).status_code == 403
    assert answered(editing, "post", required_permission=by_method).status_code == 200


def test_a_view_that_names_no_permission_is_closed_to_narrowed_tokens(alice: User) -> None:
    assert answered(token_of(alice, Permission.VIEW_LISTINGS)).status_code == 403
    assert answered(token_of(alice, *Permission), "post", required_permission={}).status_code == 403
    assert answered(token_of(alice)).status_code == 200


def test_a_token_gives_nobody_what_their_roles_do_not(charlie: User, bob: User) -> None:
    assert answered(token_of(charlie, *Permission), required_permission=Permission.VIEW_LISTINGS).status_code == 403
    assert answered(token_of(bob, *Permission), required_permission=Permission.EDIT_LISTINGS).status_code == 403
    assert answered(token_of(bob), required_permission=Permission.VIEW_LISTINGS).data == {"scope": Scope.ALL}


def test_a_role_that_was_taken_away_is_gone_from_the_token_too(alice: User) -> None:
    text = token_of(alice, Permission.VIEW_LISTINGS)
    alice.groups.clear()

    assert answered(text, required_permission=Permission.VIEW_LISTINGS).status_code == 403


def test_a_permission_that_is_no_more_allows_nothing(alice: User) -> None:
    text = token_of(alice, permissions=["moon.view"])

    assert ApiToken.objects.get().allowed == frozenset()
    assert answered(text, required_permission=Permission.VIEW_LISTINGS).status_code == 403


def test_the_decorator_of_views_sees_the_tokens_limits(alice: User) -> None:
    request = RequestFactory().get("/")
    request.user = alice
    view = permission_required(Permission.EDIT_LISTINGS)(lambda request: HttpResponse("done"))

    assert view(request).content == b"done"
    alice.allowed = frozenset({Permission.VIEW_LISTINGS})
    with pytest.raises(PermissionDenied):
        view(request)


def test_strangers_are_granted_nothing() -> None:
    from django.contrib.auth.models import AnonymousUser

    request = RequestFactory().get("/")
    request.user = AnonymousUser()

    assert {granted_scope(request, permission) for permission in Permission} == {Scope.NONE}
