"""Lists that rules ask: what may stand in them, and how rules see them."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog import list_writing
from catalog.brand_names import edit_brand, merge_brands
from catalog.list_entries import hash_key, hash_of, read_entries
from catalog.list_writing import ListInUse, add_entries, add_list, add_photos, delete_list, remove_entries
from catalog.listings import Refusal
from catalog.models import Brand, ListEntry, Product, ProductImage, RuleSweep, Seller, ValueList
from catalog.rules.forms import folded_words
from catalog.rules.listing_facts import ListKind
from catalog.value_lists import lists_as_rules_see_them
from shopadmin.accounts.models import AuditEntry, User
from shopadmin.accounts.roles import Role
from tests import factories

from .races import at_once
from .rule_shop import drafted, live, proposed

pytestmark = pytest.mark.django_db


def listed(by: User, kind: ListKind, *values: str) -> ValueList:
    row = add_list(name=f"my-{kind}", title="Mine", kind=kind, by=by)
    add_entries(to=row, values=values, by=by)
    return row


def seen(row: ValueList) -> frozenset[str] | frozenset[int]:
    return lists_as_rules_see_them(timezone.now())[row.name].entries


def test_words_stand_in_a_list_as_rules_compare_them(paula: User) -> None:
    row = listed(paula, ListKind.WORDS, "Réplica  exacta!", "replica exacta", "1:1 copy")

    assert seen(row) == {" replica exacta ", " 1 1 copy "}
    assert list(row.entries.values_list("value", flat=True)) == ["1:1 copy", "Réplica  exacta!"]


def test_only_sellers_that_exist_stand_in_a_list(paula: User, shop: Seller) -> None:
    row = listed(paula, ListKind.SELLERS)

    added = add_entries(to=row, values=[shop.slug, "nobody", ""], by=paula)

    assert (added.added, [unfit.value for unfit in added.unfit]) == (1, ["nobody"])
    assert seen(row) == {shop.slug}


def test_brands_stand_under_the_name_that_listings_declare(paula: User) -> None:
    Brand.objects.create(name="Luxor")

    row = listed(paula, ListKind.BRANDS, "LUXOR", "Nobody")

    assert seen(row) == {"Luxor"}


def test_lists_follow_a_brand_to_its_new_name_and_into_a_merge(paula: User) -> None:
    luxor, apex = Brand.objects.create(name="Luxor"), Brand.objects.create(name="Apex")
    row = listed(paula, ListKind.BRANDS, "Luxor", "Apex")

    edit_brand(brand=luxor, name="Luxor Paris", owner="", is_protected=False, by=paula)
    assert seen(row) == {"Luxor Paris", "Apex"}
    merge_brands(kept=apex, absorbed=luxor, by=paula)
    assert seen(row) == {"Apex"}


def test_a_gtin_is_known_in_each_of_its_lengths_and_other_numbers_as_they_are(paula: User) -> None:
    row = listed(paula, ListKind.ARTICLES, "4006381333931", "AM90-42")

    assert seen(row) == {"04006381333931", "4006381333931", "AM90-42"}


def test_photos_are_known_by_their_hashes(paula: User, juice: Product) -> None:
    row = listed(paula, ListKind.PHOTOS, "0xFFFFFFFFFFFFFFFF", "no hash")
    ProductImage.objects.update(perceptual_hash=-81985529216486896)

    added = add_photos(to=row, photos=ProductImage.objects.all(), by=paula)

    assert (added.added, seen(row)) == (1, {-1, -81985529216486896})


def test_a_photo_whose_looks_are_not_known_yet_is_returned_with_the_reason(paula: User, juice: Product) -> None:
    ProductImage.objects.update(perceptual_hash=None)

    added = add_photos(to=listed(paula, ListKind.PHOTOS), photos=ProductImage.objects.all(), by=paula)

    assert (added.added, len(added.unfit)) == (0, 1)


@pytest.mark.parametrize("bits", [0, 1, -1, 2**63 - 1, -(2**63)])
def test_a_hash_and_its_key_are_the_same(bits: int) -> None:
    assert hash_of(hash_key(bits)) == bits


@pytest.mark.parametrize("value", ["---", "x" * 301, "a\0b"])
def test_what_is_no_word_does_not_stand_in_a_list(value: str) -> None:
    entries, unfit = read_entries(ListKind.WORDS, [value])

    assert (entries, len(unfit)) == ([], 1)


def test_values_that_stand_already_are_counted_and_not_added_twice(paula: User) -> None:
    row = listed(paula, ListKind.WORDS, "replica")

    added = add_entries(to=row, values=["REPLICA", "fake"], by=paula)

    assert (added.added, added.stood_already, row.entries.count()) == (1, 1, 2)


def test_an_expired_entry_stands_no_more_and_can_be_added_again(paula: User) -> None:
    row = listed(paula, ListKind.WORDS)
    soon = timezone.now() + timedelta(minutes=1)
    add_entries(to=row, values=["replica"], by=paula, expires_at=soon)
    assert seen(row) == {" replica "}
    assert lists_as_rules_see_them(soon)[row.name].entries == frozenset()

    ListEntry.objects.filter(list=row).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert add_entries(to=row, values=["replica"], by=paula).added == 1
    with pytest.raises(Refusal, match="expire in the past"):
        add_entries(to=row, values=["fake"], by=paula, expires_at=timezone.now())


def test_many_values_take_as_many_statements_as_few(paula: User) -> None:
    row = listed(paula, ListKind.WORDS)
    used = []
    for count in (2, 1500):
        with CaptureQueriesContext(connection) as queries:
            add_entries(to=row, values=[f"word{count} {number}" for number in range(count)], by=paula)
        used.append(len(queries))

    assert used[0] == used[1]


def test_what_is_taken_off_is_noted_and_was_there_then(paula: User) -> None:
    row = listed(paula, ListKind.WORDS, "replica", "fake")
    before = timezone.now()

    entries = [*row.entries.filter(value="fake").values_list("pk", flat=True), 0]
    assert remove_entries(of=row, entries=entries, reason="Fake fur is fine.", by=paula) == 1

    assert seen(row) == {" replica "}
    assert lists_as_rules_see_them(before)[row.name].entries == {" replica ", " fake "}
    assert AuditEntry.objects.get(action="list.entries-removed").before["entries"] == ["fake"]
    assert remove_entries(of=row, entries=entries, reason="Again.", by=paula) == 0


def test_rules_that_ask_a_list_are_asked_again_when_it_changes(paula: User, petra: User) -> None:
    row = listed(paula, ListKind.WORDS)
    live(paula, petra, f'mentions_any(title, "{row.name}")')
    live(paula, petra, slug="other")
    RuleSweep.objects.all().delete()

    add_entries(to=row, values=["replica"], by=paula)

    assert RuleSweep.objects.count() == 1


def test_lists_that_are_the_same_are_read_once(paula: User) -> None:
    row = listed(paula, ListKind.WORDS, "replica")
    known = lists_as_rules_see_them(timezone.now())

    with CaptureQueriesContext(connection) as queries:
        assert lists_as_rules_see_them(timezone.now()) is known
    assert len(queries) == 1
    add_entries(to=row, values=["fake"], by=paula)
    assert lists_as_rules_see_them(timezone.now()).fingerprint != known.fingerprint


def test_a_list_that_rules_ask_or_asked_is_not_deleted(paula: User, petra: User) -> None:
    kinds = {name: listed(paula, kind) for name, kind in
             (("live", ListKind.WORDS), ("draft", ListKind.SELLERS), ("proposed", ListKind.BRANDS))}  # fmt: skip
    acting = live(paula, petra, f'mentions_any(title, "{kinds["live"].name}")')
    proposed(paula, f'in_list(brand, "{kinds["proposed"].name}")', slug="waiting")
    drafted(paula, f'in_list(seller, "{kinds["draft"].name}")', slug="draft")

    for name in ("live", "proposed"):
        with pytest.raises(ListInUse, match="Take its entries out"):
            delete_list(of=kinds[name], by=petra)
    list_writing.versions_asking(kinds["live"])[0].rule.versions.update(state="retired")
    assert acting.live_since is not None
    with pytest.raises(ListInUse, match="decided on listings"):
        delete_list(of=kinds["live"], by=petra)
    delete_list(of=kinds["draft"], by=petra)
    assert not ValueList.objects.filter(name=kinds["draft"].name).exists()


def test_the_name_of_a_list_is_given_once(paula: User) -> None:
    listed(paula, ListKind.WORDS)

    with pytest.raises(Refusal, match="Another list"):
        listed(paula, ListKind.WORDS)


def test_two_lists_come_with_the_shop(db: None) -> None:
    lists = lists_as_rules_see_them(timezone.now())

    words = lists["evasive-words"].entries
    assert {" mirror quality ", " sin caja original ", " inspired by ", " calidad espejo "} <= words
    assert len(words) > 120
    assert not ListEntry.objects.filter(list__name="evasive-words", note="").exists()
    assert lists["watched-sellers"].entries == frozenset()


@pytest.mark.parametrize("title", [
    "Resistance band for 30 reps", "Pipe fitting 1 1/2 inch", "AAA batteries, pack of 8", "Imitation leather sofa",
    "Nike Air Max 90", "Zapatillas de imitación piel", "Original Apple juice 1 l", "Mirror with top light",
])  # fmt: skip
def test_no_evasive_phrase_stands_in_an_ordinary_title(db: None, title: str) -> None:
    phrases = lists_as_rules_see_them(timezone.now())["evasive-words"].entries

    assert [phrase for phrase in phrases if str(phrase) in folded_words(title)] == []


@pytest.mark.django_db(transaction=True)
def test_the_same_value_added_twice_at_once_stands_once(served) -> None:
    row, paula = list_of_paula()

    results = at_once([partial(add_entries, to=row, values=["replica"], by=paula)] * 4)

    assert sorted(result.added for result in results) == [0, 0, 0, 1]


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_somebody_would_have_failed(served, monkeypatch) -> None:
    """The negative control of the test above."""
    monkeypatch.setattr(list_writing, "_locked", lambda of: ValueList.objects.get(pk=of.pk))
    row, paula = list_of_paula()
    both_have_looked = threading.Barrier(2)

    def made(**fields) -> ListEntry:
        both_have_looked.wait(timeout=30)
        return ListEntry(**fields)

    made.objects = ListEntry.objects
    monkeypatch.setattr(list_writing, "ListEntry", made)

    results = at_once([partial(add_entries, to=row, values=["replica"], by=paula)] * 2)

    assert any(isinstance(result, IntegrityError) for result in results)


def list_of_paula() -> tuple[ValueList, User]:
    factories.rows_of_migrations()
    paula = factories.user("paula", Role.POLICY)
    return listed(paula, ListKind.WORDS), paula
