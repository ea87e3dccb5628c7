"""Fixtures for all tests: people, and where the shared photos and videos are.

alice is an admin, bob a reviewer, charlie has no role; dana is a creator with consent, erin one without; mallory is a
merchant.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import translation

from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from shopadmin.embedded_postgres.server import ensure_running
from tagging.models import Creator

from . import factories
from .served import served as served

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Hash passwords quickly: how slowly is Django's matter, and hundreds of tests make people."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Begin each test in English: the language of a request stays with its thread until the next one."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Let the audit log of the test database be emptied: tests that commit empty all tables when they end.

    The database of the queue exists too, without a queue in it, so that ringing for workers fails at once: where there
    is none, each bell waits for seconds.
    """
    if connection.settings_dict["ENGINE"] == "shopadmin.embedded_postgres":
        ensure_running(settings.EMBEDDED_DATA_DIR, "shopadmin")
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"ALTER DATABASE {name} SET shopadmin.audit_may_be_emptied = 'on'")
        cursor.execute("SET shopadmin.audit_may_be_emptied = 'on'")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real photos and videos beside the checkout; tests that need it are skipped where it is not."""
    folder = Path(os.environ.get("SHOPADMIN_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the shared photos and videos are not beside this checkout")
    return folder


@pytest.fixture
def alice(db: None) -> User:
    return factories.user("alice", Role.ADMIN)


@pytest.fixture
def bob(db: None) -> User:
    return factories.user("bob", Role.REVIEWER)


@pytest.fixture
def charlie(db: None) -> User:
    return factories.user("charlie")


@pytest.fixture
def mallory(db: None) -> User:
    return factories.user("mallory", Role.MERCHANT)


@pytest.fixture
def dana(db: None) -> Creator:
    creator = factories.creator("dana")
    factories.grant(creator)
    return creator


@pytest.fixture
def erin(db: None) -> Creator:
    return factories.creator("erin")


@pytest.fixture
def login(client: Client):
    """Log somebody in and return the client."""

    def log_in(user: User) -> Client:
        client.force_login(user)
        return client

    return log_in
