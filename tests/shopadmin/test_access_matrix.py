"""Every address × everybody × every method: one table says who may, and an address that is not in it fails."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from itertools import batched

import pytest
from django.contrib.admin import site
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from shopadmin.accounts.models import User
from tagging.models import Creator, Video
from tests import factories
from tests.shopadmin import logins
from tests.shopadmin.access_rows import arguments as arguments
from tests.shopadmin.access_table import ANY, METHODS, READ, TABLE, Rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


def addresses(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern, inner)
        else:
            yield f"{namespace}{pattern.name or pattern.pattern}", pattern


ADDRESSES = dict(addresses(get_resolver()))
SOME_AT_ONCE = list(batched(sorted(TABLE), 24))
"""So many addresses share the rows that they are about: making these takes longer than asking."""


@pytest.fixture
def people(dana: Creator, erin: Creator, mallory: User, bob: User, alice: User, charlie: User) -> dict[str, User]:
    return {"dana": dana.user, "erin": erin.user, "mallory": mallory, "bob": bob, "alice": alice, "charlie": charlie}


@pytest.fixture
def clients(people: dict[str, User]) -> dict[str, Client]:
    """Everybody's browser, in which they have just shown who they are: else safety pages would only ask for that."""
    logged_in = {person: Client() for person in people}
    for person, user in people.items():
        logged_in[person].force_login(user)
        logins.show_again(logged_in[person], user)
    return logged_in


def status_of(client: Client, method: str, address: str) -> tuple[int, str]:
    """Ask, and undo what the answer has changed, here and in the browser."""
    cookies = copy(client.cookies)
    with transaction.atomic():
        response = client.generic(method, address, content_type="application/x-www-form-urlencoded")
        transaction.set_rollback(True)
    client.cookies = cookies
    return response.status_code, response.headers.get("Location", "")


def expected(rule: Rule, name: str, method: str) -> range | set[int]:
    fine = {200, 201, 202, 204, 286, 302, 400, 409, 422, 428}
    may = rule.may if method in READ or rule.may_write is None else rule.may_write
    if rule.is_api and name not in may | rule.hidden_from:
        return {403}
    if method not in rule.methods:
        return {404, 405} if name in rule.hidden_from else {405}
    if name in may:
        return fine | {405} if rule.methods == ANY else fine
    return {404} if name in rule.hidden_from else {403}


def test_every_address_is_in_the_table() -> None:
    assert {name for name in ADDRESSES if not name.startswith("admin:")} == set(TABLE)


@pytest.mark.parametrize("names", SOME_AT_ONCE, ids=lambda names: names[0])
def test_each_person_may_what_the_table_says(
    names: tuple[str, ...], clients: dict[str, Client], arguments: dict[str, list[object]]
) -> None:
    wrong = {}
    for name in names:
        rule = TABLE[name]
        address = reverse(name, args=arguments[rule.arguments])
        for method in METHODS:
            for person, client in clients.items():
                status, _ = status_of(client, method, address)
                if status not in expected(rule, person, method):
                    wrong[name, person, method] = status

    assert wrong == {}


@pytest.mark.parametrize("names", SOME_AT_ONCE, ids=lambda names: names[0])
def test_a_stranger_is_sent_to_the_login(names: tuple[str, ...], arguments: dict[str, list[object]]) -> None:
    wrong = {}
    for name in names:
        address = reverse(name, args=arguments[TABLE[name].arguments])
        for method in METHODS:
            status, location = status_of(Client(), method, address)
            if not is_right_for_strangers(TABLE[name], method, status, location):
                wrong[name, method] = status, location

    assert wrong == {}


def is_right_for_strangers(rule: Rule, method: str, status: int, location: str) -> bool:
    if not rule.is_public:
        return status == 401 if rule.is_api else status == 302 and location.startswith("/accounts/login/?next=")
    if method not in rule.methods:
        return status == 405
    return status < 400 or status in {405, 422} or (bool(rule.hidden_from) and status == 404)


def back_office_address(pattern: URLPattern) -> str:
    keys = {*pattern.pattern.converters, *pattern.pattern.regex.groupindex}
    return reverse(f"admin:{pattern.name}", kwargs={key: "catalog" if key == "app_label" else "1" for key in keys})


def test_the_back_office_is_closed_to_all_but_its_staff(clients: dict[str, Client]) -> None:
    patterns = [pattern for name, pattern in ADDRESSES.items() if name.startswith("admin:") and pattern.name]
    open_to = {}
    for pattern in patterns:
        address = back_office_address(pattern)
        if pattern.name not in {"login", "logout"}:
            for person, client in {**clients, "nobody": Client()}.items():
                response = client.get(address)
                if not (response.status_code == 302 and "login" in response["Location"]):
                    open_to[address, person] = response.status_code

    assert len(patterns) > 50
    assert open_to == {}


def test_a_video_that_is_hidden_looks_like_one_that_is_not_there(clients: dict[str, Client], dana: Creator) -> None:
    video = factories.video(dana)
    address = video.get_absolute_url()

    hidden = clients["erin"].get(address)
    Video.objects.filter(pk=video.pk).delete()
    missing = clients["erin"].get(address)

    assert hidden.status_code == missing.status_code == 404
    assert b"There is nothing here" in hidden.content
    assert b"There is nothing here" in missing.content


def test_the_back_office_opens_to_its_staff(client: Client, arguments: dict[str, list[object]]) -> None:
    client.force_login(User.objects.create_superuser("root@example.com"))
    refused = {}
    for model in site._registry:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        row = model._default_manager.first()
        pages = [address, f"{address}?q=a"] + ([f"{address}{row.pk}/change/"] if row else [])
        refused |= {page: status for page in pages if (status := client.get(page).status_code) != 200}

    assert refused == {}
