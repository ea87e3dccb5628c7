"""Fixtures for tests of imports."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from catalog.models import Seller
from shopadmin.accounts.models import User
from shopadmin.jobs.heartbeat import Heartbeat


@pytest.fixture
def still(db: None, monkeypatch: pytest.MonkeyPatch, settings, tmp_path) -> None:
    """Run jobs inside the test's own transaction, which the heartbeat's connection could not see."""
    monkeypatch.setattr(Heartbeat, "_beat", lambda self: None)
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def me(login: Callable[[User], Client], mallory: User, shop: Seller) -> Client:
    """The browser of mallory, who works for the shop."""
    return login(mallory)
