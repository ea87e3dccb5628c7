"""The timeline on the page of a thing tells who changed it and how, to everybody what they may read."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from pytest_django import DjangoAssertNumQueries

from catalog.models import Seller
from shopadmin.accounts.models import User
from tests import factories
from tests.shopadmin.audit_rows import soap

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


@pytest.fixture
def mine(mallory: User) -> Seller:
    return factories.seller("Mine", mallory)


def shown(user: User, number: int = 1) -> str:
    page = '{% load accounts %}{% timeline "catalog.Product" number %}'
    return Template(page).render(Context({"user": user, "number": number}))


def test_a_timeline_shows_the_newest_about_one_thing(alice: User) -> None:
    for number in range(25):
        soap(1, action=f"listing.done-{number}")
    soap(2, action="listing.other")

    text = shown(alice)

    assert "done 24" in text
    assert "done 5<" in text
    assert "done 4<" not in text
    assert "other" not in text
    assert "target=catalog.product%3A1" in text


def test_a_timeline_shows_everybody_what_they_may_read(alice: User, mallory: User, bob: User, mine: Seller) -> None:
    soap(1, actor=alice, tenant_key=mine.pk, reason="for all")
    soap(1, actor=alice, reason="internal")

    assert "internal" in shown(alice)
    assert "for all" in shown(mallory)
    assert "internal" not in shown(mallory)
    assert "Alice" not in shown(mallory)
    assert shown(bob).strip() == ""


def test_of_an_offer_the_parts_that_changed_are_told_as_people_write_them(alice: User) -> None:
    before = {"price_minor": 123456, "currency": "USD", "stock": 4}
    soap(
        1, before={"offer-US": before, "offer-DE": before}, after={"offer-US": {**before, "stock": 5}, "offer-DE": None}
    )

    text = " ".join(shown(alice).split())

    assert "stock US: <del>4</del> → <ins>5</ins>" in text
    assert "price DE: <del>$1,234.56</del> → nothing" in text
    assert "price US" not in text


def test_counts_of_none_are_not_told_at_a_glance(alice: User) -> None:
    soap(1, after={"rows": 6, "same": 0})

    assert "rows" in shown(alice)
    assert 'audit-gist">same' not in shown(alice)
    assert ">same</th>" in shown(alice)


def test_a_timeline_of_nothing_says_so(alice: User) -> None:
    assert "Nobody has changed anything yet" in shown(alice)


def test_a_timeline_asks_the_database_as_often_for_many_as_for_one(
    alice: User, mallory: User, mine: Seller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for person, queries in ((alice, 1), (mallory, 2)):
        assert person.roles
        for _ in range(2):
            soap(1, tenant_key=mine.pk)
            with django_assert_num_queries(queries):
                shown(person)
