"""A listing goes before customers, back, out of the shop and in again."""

from __future__ import annotations

import pytest
from django.test import Client

from catalog.completeness import Lack
from catalog.listings import (
    Incomplete,
    Refusal,
    publish_listing,
    remove_listing,
    restore_listing,
    withdraw_listing,
)
from catalog.models import Offer, Product
from shopadmin.accounts.audit.models import AuditEntry
from shopadmin.accounts.models import User
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
DRAFT, LIVE, HELD, REMOVED = Product.Status.DRAFT, Product.Status.LIVE, Product.Status.HELD, Product.Status.REMOVED
VERBS = {
    publish_listing: {DRAFT: LIVE},
    withdraw_listing: {LIVE: DRAFT},
    remove_listing: {DRAFT: REMOVED, LIVE: REMOVED},
    restore_listing: {REMOVED: DRAFT},
}


@pytest.mark.parametrize("status", Product.Status)
@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
def test_each_verb_goes_from_where_it_may_and_nowhere_else(verb, status: Product.Status, alice: User) -> None:
    item = factories.product(status=status)
    goal = VERBS[verb].get(status)
    if goal is None:
        with pytest.raises(Refusal):
            verb(product=item, actor=alice)
    else:
        verb(product=item, actor=alice)

    item.refresh_from_db()
    assert (item.status, item.version) == ((goal, 2) if goal else (status, 1))
    written = [(entry.before, entry.after) for entry in AuditEntry.objects.all()]
    assert written == ([({"status": status}, {"status": goal})] if goal else [])


def test_a_draft_says_what_it_lacks_and_stays_one(client: Client, mallory: User) -> None:
    item = factories.product(of=factories.seller("Mine", mallory), photos=0, status=DRAFT)
    Offer.objects.all().delete()
    client.force_login(mallory)

    page = client.get(item.get_absolute_url()).content.decode()
    answer = client.post(f"{item.get_absolute_url()}publish", follow=True).content.decode()

    for text in (page, answer):
        assert "A photo is missing." in text
        assert "There is no price in any market." in text
    item.refresh_from_db()
    assert item.status == DRAFT


def test_what_is_missing_comes_as_data(alice: User) -> None:
    with pytest.raises(Incomplete) as caught:
        publish_listing(product=factories.product(photos=0, status=DRAFT), actor=alice)

    assert caught.value.lacks == (Lack.PHOTO,)


@pytest.mark.parametrize("status", [DRAFT, LIVE])
def test_removing_is_undone_to_what_it_was(client: Client, mallory: User, status: Product.Status) -> None:
    item = factories.product(of=factories.seller("Mine", mallory), status=status)
    client.force_login(mallory)

    page = client.post(f"{item.get_absolute_url()}remove", follow=True)
    assert "The listing is removed." in page.content.decode()
    client.post(f"{item.get_absolute_url()}restore", {"to": page.context["undo"]})

    item.refresh_from_db()
    assert item.status == status


def test_an_undo_brings_nothing_live_that_lacks_something(alice: User) -> None:
    item = factories.product(status=REMOVED, photos=0)

    assert restore_listing(product=item, actor=alice, to=LIVE) == DRAFT


def test_a_merchant_never_gets_a_listing_held_nor_out_of_a_hold(client: Client, mallory: User) -> None:
    item = factories.product(of=factories.seller("Mine", mallory), status=HELD)
    removed = factories.product(of=item.seller, status=REMOVED)
    client.force_login(mallory)

    for verb in ("publish", "withdraw", "remove", "restore"):
        answer = client.post(f"{item.get_absolute_url()}{verb}", {"to": "live"}, follow=True)
        assert "The listing is held back." in answer.content.decode()
    client.post(f"{removed.get_absolute_url()}restore", {"to": "held"})

    item.refresh_from_db()
    removed.refresh_from_db()
    assert (item.status, removed.status) == (HELD, DRAFT)
    assert client.post(f"{item.get_absolute_url()}hold").status_code == 403
