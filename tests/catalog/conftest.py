"""Fixtures for tests of the catalogue: mallory's shop and a listing in it, and who of the staff decides on policy."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from catalog.models import Product, Seller
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from tests import factories

from .hostile_servers import Authority


@pytest.fixture(autouse=True)
def no_sample(settings: Settings) -> None:
    """Keep no screening because of the listing's key; tests of the sample say how large it is."""
    settings.SHOPADMIN = {**settings.SHOPADMIN, "SCREENINGS_KEPT_OF_CLEAN": 0}


@pytest.fixture
def shop(mallory: User) -> Seller:
    return factories.seller("Mine", mallory)


@pytest.fixture
def juice(shop: Seller) -> Product:
    """A live listing of mallory's shop."""
    return factories.product("Apple juice", of=shop)


@pytest.fixture
def merchant(client: Client, mallory: User) -> Client:
    """Mallory's browser."""
    client.force_login(mallory)
    return client


@pytest.fixture
def paula(db: None) -> User:
    return factories.user("paula", Role.POLICY)


@pytest.fixture
def petra(db: None) -> User:
    return factories.user("petra", Role.POLICY)


@pytest.fixture
def policy(petra: User) -> User:
    """Somebody who decides on policy."""
    return petra


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority that the tests' network trusts."""
    return Authority(tmp_path_factory.mktemp("authority"))
