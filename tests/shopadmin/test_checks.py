"""Settings that would hurt are named before the site starts."""

import pytest
from django.conf import settings
from django.core import checks as django_checks

from shopadmin import checks


def ids(messages: list[django_checks.CheckMessage]) -> list[str]:
    return [str(message.id) for message in messages]


def test_the_defaults_pass() -> None:
    assert ids(django_checks.run_checks()) == []


def test_the_public_key_may_not_be_deployed(settings) -> None:
    settings.SECRET_KEY = settings.INSECURE_KEY

    assert ids(checks.secret_key_is_own(None)) == ["shopadmin.E001"]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({}, ["shopadmin.E002"]),
        ({"script-src": ["'self'", "'unsafe-inline'"]}, ["shopadmin.E003"]),
        ({"script-src": ["*"]}, ["shopadmin.E003"]),
    ],
)
def test_a_loose_policy_is_an_error(settings, policy: dict[str, list[str]], expected: list[str]) -> None:
    settings.SECURE_CSP = policy

    assert ids(checks.content_security_policy_is_strict(None)) == expected


def test_another_database_is_an_error(settings) -> None:
    settings.DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3"}}

    assert ids(checks.database_is_postgresql(None)) == ["shopadmin.E004"]


@pytest.mark.parametrize("url", ["filesystem://", "sqla+sqlite:///queue.db", "memory://"])
def test_a_broker_that_loses_messages_is_an_error(settings, url: str) -> None:
    settings.CELERY_BROKER_URL = url

    assert ids(checks.broker_keeps_messages(None)) == ["shopadmin.E005"]


@pytest.mark.parametrize(("name", "value"), [("FRAMES_PER_SECOND", 0.0), ("LINKS_PER_TRACK", 0), ("JOB_LEASE_S", 1)])
def test_a_number_out_of_range_is_an_error(settings, name: str, value: float) -> None:
    settings.SHOPADMIN = {**settings.SHOPADMIN, name: value}

    assert "shopadmin.E006" in ids(checks.numbers_are_in_range(None))


def test_every_page_is_guarded_by_login() -> None:
    assert "shopadmin.accounts.middleware.LoginRequiredMiddleware" in settings.MIDDLEWARE
