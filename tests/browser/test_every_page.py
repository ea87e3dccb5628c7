"""axe looks at every address that answers a page, in both themes and on a narrow screen: a new one is looked at, too.

Which addresses there are says the table of addresses; who gets a page there is asked without a browser first. Parts of
pages count as seen when a page that was looked at had fetched them. An address without a look stands below with the
reason.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import copy
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.admin import site
from django.db import transaction
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from shopadmin.accounts.models import User
from tagging.models import Creator
from tests.browser.rounds import Walk
from tests.browser.rounds import walk as walk
from tests.catalog import shops
from tests.shopadmin import logins
from tests.shopadmin.access_rows import arguments as arguments
from tests.shopadmin.access_table import TABLE
from tests.shopadmin.test_access_matrix import ADDRESSES

pytestmark = pytest.mark.browser

NO_PAGE = {
    "home": "sends on to the first page that one may see",
    "health-live": "a word for machines",
    "health-ready": "a word for machines",
    "accounts:audit-export": "a file",
    "accounts:notification-open": "sends on to what the notification is about",
    "account_confirm_login_code": "login by mailed code is off: sends on",
    "account_set_password": "sends on, since everybody has a password",
    "mfa_list_webauthn": "sends on to the page of the second factor",
    "mfa_login_webauthn": "what the browser asks the device, as JSON",
    "mfa_download_recovery_codes": "a file",
    "catalog:product-export": "a file",
    "catalog:finding-detail": "sends on to the queue, or to what was decided",
    "catalog:product-edit": "sends on to the listing's page",
    "catalog:product-photos": "sends on to the listing's page",
    "catalog:import-template": "a file",
    "catalog:import-errors": "a file",
    "catalog:photo-file": "a picture",
    "catalog:photo-thumbnail": "a picture",
    "catalog:invitation-accept": "takes the secret out of the address and sends on",
    "catalog:authorization-document": "a file",
    "catalog:appeal-document": "a file",
    "tagging:video-tracks": "JSON for the player",
    "tagging:video-file": "a film",
    "tagging:video-poster": "a picture",
    "tagging:view-crop": "a picture",
    "tagging:view-frame": "a picture",
    "tagging:link-export": "a file",
}
"""Addresses that never answer a page."""

IN_THEIR_STATE = {
    "mfa_authenticate": "between the password and the second factor",
    "catalog:product-count": "beside a list of more than one page",
    "catalog:brand-suggest": "while one types a brand, into a form or a filter",
    "catalog:category-suggest": "while one types a category",
    "catalog:product-news": "when somebody else changed the listing meanwhile",
    "catalog:invitation-answer": "after a link with a secret",
    "catalog:import-progress": "while a worker is at it",
    "catalog:import-undo": "of an import that was applied",
    "catalog:import-photos": "of an import that was applied",
    "catalog:bulk-progress": "while a worker is at it",
    "catalog:backtest-progress": "while a worker is at it",
    "tagging:job-progress": "while a worker is at it",
}
"""Addresses that answer a page, or part of one, only now and then: a test of that state looks at them."""


def asked_for() -> set[str]:
    return {name for name, rule in TABLE.items() if "GET" in rule.methods and not rule.is_api}


@pytest.fixture
def readers(alice: User, mallory: User, arguments: dict[str, list[object]]) -> list[User | None]:
    """An admin, a merchant with a busy shop, the creator to whom the rows belong, another merchant, and nobody."""
    _seller, owner = shops.busy_shop()
    return [alice, owner, User.objects.get(email="dana@example.com"), mallory, None]


def answers_page(client: Client, address: str) -> bool:
    """Tell whether a page is answered; nothing is changed by asking."""
    cookies = copy(client.cookies)
    with transaction.atomic():
        answer = client.get(address)
        transaction.set_rollback(True)
    client.cookies = cookies
    is_html = answer.headers.get("Content-Type", "").startswith("text/html")
    return is_html and answer.status_code in {200, 286, 422}


def pages_for(user: User | None, names: set[str], arguments: dict[str, list[object]]) -> Iterator[tuple[str, str]]:
    """Names and addresses of those of the addresses at which somebody gets a page."""
    client = Client()
    if user is not None:
        client.force_login(user)
        logins.show_again(client, user)
    for name in sorted(names):
        address = reverse(name, args=arguments[TABLE[name].arguments])
        if answers_page(client, address):
            yield name, address


def test_what_is_said_of_addresses_goes_for_addresses_that_there_are() -> None:
    assert set(NO_PAGE) | set(IN_THEIR_STATE) <= asked_for()
    assert not set(NO_PAGE) & set(IN_THEIR_STATE)


def test_every_address_that_answers_a_page_is_clean(
    walk: Walk, readers: list[User | None], arguments: dict[str, list[object]]
) -> None:
    left = asked_for() - set(IN_THEIR_STATE)
    for user in readers:
        for name, address in pages_for(user, left, arguments):
            walk.log_in(user)  # each time: the page that confirms somebody else's address logs out
            walk.visit(address, f"{name} as {user}")
            left.discard(name)

    assert walk.faults == {}
    assert left == set(NO_PAGE)
    assert asked_for() - walk.seen - set(NO_PAGE) - set(IN_THEIR_STATE) == set()


@pytest.mark.browser_context_args(bypass_csp=True)
def test_pages_of_refusals_and_errors_are_clean(walk: Walk, erin: Creator, monkeypatch: pytest.MonkeyPatch) -> None:
    walk.log_in(erin.user)
    walk.visit("/catalog/sellers/add", "what one may not see (403)")
    walk.visit("/nothing", "what is not there (404)")
    page = walk.inspector.page
    page.goto(f"{walk.origin}/accounts/")
    page.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_role("heading", name="The page was out of date")).to_be_visible()
    walk.look("a form that was out of date (403)")

    def break_down(*_: object) -> None:
        raise RuntimeError("This view is broken.")

    monkeypatch.setattr("shopadmin.accounts.views.profile.render_page", break_down)
    walk.visit("/accounts/", "what broke (500)")
    assert page.get_by_role("heading", name="Something broke on our side").is_visible()

    assert walk.faults == {}


def back_office_addresses() -> Iterator[tuple[str, str]]:
    """Names and addresses of the back office, with the first row where a row is asked for."""
    models = {f"{model._meta.app_label}_{model._meta.model_name}_": model for model in site._registry}
    for name, pattern in ADDRESSES.items():
        if name.startswith("admin:") and pattern.name:
            prefix = pattern.name.rsplit("_", 1)[0] + "_"
            row = models[prefix]._default_manager.first() if prefix in models else None
            keys = {*pattern.pattern.converters, *pattern.pattern.regex.groupindex}
            values = {"app_label": "catalog", "object_id": row.pk if row else "0"}
            if keys <= set(values):
                yield name, reverse(name, kwargs={key: values[key] for key in keys})


@pytest.mark.browser_context_args(bypass_csp=True)
def test_the_back_office_is_clean(walk: Walk, arguments: dict[str, list[object]]) -> None:
    root = User.objects.create_superuser("root@example.com")
    client = Client()
    client.force_login(root)
    pages = {name: address for name, address in back_office_addresses() if answers_page(client, address)}
    walk.log_in(root)
    for name, address in pages.items():
        walk.visit(address, name)

    assert walk.faults == {}
    assert set(pages) - walk.seen == set()
    assert len(pages) > 40


def test_what_states_are_said_to_show_is_asserted_by_their_tests() -> None:
    """Each address of `IN_THEIR_STATE` stands in an assertion of one of the tests of states."""
    asserted = {
        constant.value
        for test in ast.walk(ast.parse((Path(__file__).parent / "test_every_state.py").read_text()))
        if isinstance(test, ast.Assert)
        for constant in ast.walk(test)
        if isinstance(constant, ast.Constant)
    }
    assert set(IN_THEIR_STATE) <= asserted
