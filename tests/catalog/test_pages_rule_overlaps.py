"""The page of how rules overlap."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from catalog.models import ListingFacts
from shopadmin.accounts.models import User
from tests import factories

from . import rule_rows as rows
from .bulk_buttons import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
PAGE = "/catalog/rules/overlaps/"


@pytest.fixture
def reader(client: Client, bob: User) -> Client:
    cache.clear()
    client.force_login(bob)
    return client


def test_a_rule_inside_another_is_named_with_how_sure_that_is(reader: Client, paula: User, petra: User) -> None:
    wide, narrow = rows.live("Wide", paula, petra), rows.live("Narrow", paula, petra)
    for number in range(8):
        rows.known(factories.product(f"Bag {number}"))
    keys = list(ListingFacts.objects.values_list("pk", flat=True))
    ListingFacts.objects.filter(pk__in=keys[:6]).update(fired=[wide.pk])
    ListingFacts.objects.filter(pk__in=keys[:4]).update(fired=[wide.pk, narrow.pk])

    text = text_of(reader.get(PAGE))

    assert "Narrow lies inside Wide it fires on 4 listings, at least 47 % of them in common" in text


def test_without_rules_it_says_so(reader: Client) -> None:
    assert "No rule stands in another’s way" in text_of(reader.get(PAGE))


def test_a_rule_that_was_retired_meanwhile_is_left_out(reader: Client, paula: User, petra: User) -> None:
    live = rows.live("Silent", paula, petra)
    rows.known(factories.product("Bag"))
    assert "Silent finds nothing" in text_of(reader.get(PAGE))

    live.delete()

    assert "Silent" not in text_of(reader.get(PAGE))
