"""The page of how rules overlap."""

from __future__ import annotations

import json
from datetime import timedelta

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import ListingFacts, OverlapReport
from catalog.overlap_page import keep_overlaps
from catalog.rules.measuring.overlap import from_json, overlap, to_json
from shopadmin.accounts.models import User
from tests import factories

from . import rule_rows as rows
from .bulk_buttons import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
PAGE = "/catalog/rules/overlaps/"


@pytest.fixture
def reader(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


def test_a_rule_inside_another_is_named_with_how_sure_that_is(reader: Client, paula: User, petra: User) -> None:
    wide, narrow = rows.live("Wide", paula, petra), rows.live("Narrow", paula, petra)
    for number in range(8):
        rows.known(factories.product(f"Bag {number}"))
    keys = list(ListingFacts.objects.values_list("pk", flat=True))
    ListingFacts.objects.filter(pk__in=keys[:6]).update(fired=[wide.pk])
    ListingFacts.objects.filter(pk__in=keys[:4]).update(fired=[wide.pk, narrow.pk])

    keep_overlaps(timezone.now())
    text = text_of(reader.get(PAGE))

    assert "Narrow lies inside Wide it fires on 4 listings, at least 47 % of them in common" in text


def test_before_the_first_comparison_it_says_so(reader: Client) -> None:
    assert "were not compared yet" in text_of(reader.get(PAGE))


def test_without_rules_it_says_so(reader: Client) -> None:
    keep_overlaps(timezone.now())
    assert "No rule stands in another’s way" in text_of(reader.get(PAGE))


def test_a_rule_that_was_retired_meanwhile_is_left_out(reader: Client, paula: User, petra: User) -> None:
    live = rows.live("Silent", paula, petra)
    rows.known(factories.product("Bag"))
    keep_overlaps(timezone.now())
    assert "Silent finds nothing" in text_of(reader.get(PAGE))

    live.delete()

    assert "Silent" not in text_of(reader.get(PAGE))


def test_the_page_shows_the_newest_comparison_and_compares_nothing_itself(
    reader: Client, paula: User, petra: User
) -> None:
    rows.live("Silent", paula, petra)
    keep_overlaps(timezone.now() - timedelta(hours=1))
    keep_overlaps(timezone.now())
    rows.live("Newer", paula, petra)

    with CaptureQueriesContext(connection) as queries:
        text = text_of(reader.get(PAGE))

    assert "Silent finds nothing" in text
    assert "Newer" not in text
    assert not [query for query in queries if "catalog_listingfacts" in query["sql"]]
    assert OverlapReport.objects.count() == 1


def test_writers_have_the_rules_compared_again_and_readers_do_not(reader: Client, client: Client, paula: User) -> None:
    assert "Compare again" not in text_of(reader.get(PAGE))
    assert reader.post("/catalog/rules/measure").status_code == 403
    client.force_login(paula)

    assert "Compare again" in text_of(client.get(PAGE))
    told = text_of(client.post("/catalog/rules/measure", {"page": "overlaps"}, follow=True))

    assert "being measured" in told or "within an hour" in told


def test_what_is_kept_is_what_was_found() -> None:
    hits = {1: np.array([1, 2, 3, 9]), 2: np.array([2, 3]), 3: np.array([4]), 4: np.empty(0, np.int64)}
    found = overlap(hits, 100)
    assert from_json(json.loads(json.dumps(to_json(found)))) == found
