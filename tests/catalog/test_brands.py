"""Brands: found by any spelling, named by one brand only, listed, and changed by staff only."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.brand_names import NameEmpty, NameTaken, add_alias, add_brand
from catalog.models import Brand, BrandAlias
from catalog.models.brands import FoldedField
from shopadmin.accounts.models import AuditEntry, User
from shopadmin.accounts.roles import Role
from tests import factories
from tests.catalog import shops
from tests.catalog.races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


def test_a_brand_is_found_by_its_exact_name_by_one_that_folds_alike_and_by_an_alias(django_assert_num_queries) -> None:
    loreal, bravo = Brand.objects.create(name="L'Oréal"), Brand.objects.create(name="Bravo")
    BrandAlias.objects.create(brand=bravo, name="Bravo Foods")
    names = ["L'Oréal", "LOREAL ", "l oreal", "bravo-foods", "Bravo", "Nobody", ""]

    with django_assert_num_queries(1):
        found = Brand.objects.resolve(names)

    assert found == dict(zip(names, [loreal, loreal, loreal, bravo, bravo, None, None], strict=True))


def test_nothing_is_asked_for_no_names(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert Brand.objects.resolve([]) == {}


def test_brands_that_fold_alike_are_only_known_by_their_exact_names(db: None) -> None:
    soap, chocolate = Brand.objects.create(name="Dove"), Brand.objects.create(name="DOVE!")

    found = Brand.objects.resolve(["Dove", "DOVE!", "dove"])

    assert found == {"Dove": soap, "DOVE!": chocolate, "dove": None}


def test_a_name_wins_over_an_alias(db: None) -> None:
    bravo, other = Brand.objects.create(name="Bravo"), Brand.objects.create(name="Other")
    BrandAlias.objects.create(brand=other, name="bravo")

    assert Brand.objects.resolve(["BRAVO"]) == {"BRAVO": bravo}


def test_brands_without_letters_are_not_mixed_up(db: None) -> None:
    one, two = Brand.objects.create(name="!!!"), Brand.objects.create(name="???")

    assert Brand.objects.resolve(["!!!", "???", "..."]) == {"!!!": one, "???": two, "...": None}


def test_the_folded_form_follows_the_name_also_in_bulk_and_however_long(db: None) -> None:
    Brand.objects.bulk_create([Brand(name="Ünïcode"), Brand(name="\ufdfa" * 100)])
    row = Brand.objects.get(name="Ünïcode")
    row.name = "Plain"
    row.save(update_fields=["name", "folded"])

    assert set(Brand.objects.values_list("folded", flat=True)) == {"plain", FoldedField.key("\ufdfa" * 100)}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=30), max_size=8))
def test_whatever_it_is_called_a_brand_is_found_by_its_own_name(names: list[str]) -> None:
    with transaction.atomic():
        Brand.objects.bulk_create([Brand(name=name) for name in set(names)])

        assert {name: brand.name for name, brand in Brand.objects.resolve(names).items()} == {n: n for n in names}
        transaction.set_rollback(True)


def test_a_new_name_that_another_brand_has_names_that_brand(login, paula: User) -> None:
    bravo, other = Brand.objects.create(name="Bravo"), Brand.objects.create(name="Other")
    BrandAlias.objects.create(brand=bravo, name="Bravo Foods")
    client = login(paula)

    for path, data in (
        ("add", {"name": "BRAVO"}),
        (f"{other.pk}/edit", {"name": "bravo foods"}),
        (f"{other.pk}/aliases/add", {"alias": "Brávo"}),
    ):
        response = client.post(f"/catalog/brands/{path}", data)
        assert response.status_code == 422
        assert "“Bravo” is called that already." in response.content.decode()
    assert set(Brand.objects.values_list("name", flat=True)) == {"Bravo", "Other"}


def test_a_name_without_letters_is_refused(paula: User) -> None:
    with pytest.raises(NameEmpty):
        add_brand(name="!!!", by=paula)


def test_a_brand_may_keep_its_name_when_it_is_edited(login, paula: User) -> None:
    bravo = Brand.objects.create(name="Bravo")

    login(paula).post(f"/catalog/brands/{bravo.pk}/edit", {"name": "BRAVO", "owner": "Bravo AB", "is_protected": "on"})

    bravo.refresh_from_db()
    assert (bravo.name, bravo.owner, bravo.is_protected) == ("BRAVO", "Bravo AB", True)
    assert AuditEntry.objects.get(action="brand.edited").before == {"name": "Bravo", "owner": "", "is_protected": False}


def test_aliases_come_and_go(login, paula: User) -> None:
    bravo = Brand.objects.create(name="Bravo")
    client = login(paula)

    client.post(f"/catalog/brands/{bravo.pk}/aliases/add", {"alias": "Bravo Foods"})
    alias = bravo.aliases.get()
    assert Brand.objects.resolve(["bravofoods"])["bravofoods"] == bravo
    client.post(f"/catalog/brands/{bravo.pk}/aliases/{alias.pk}/remove")
    client.post(f"/catalog/brands/{bravo.pk}/aliases/{alias.pk}/remove")

    assert not bravo.aliases.exists()
    assert sorted(AuditEntry.objects.values_list("action", flat=True)) == ["brand.alias-added", "brand.alias-removed"]


def test_merchants_read_brands_and_change_none(login, mallory: User) -> None:
    bravo = Brand.objects.create(name="Bravo")
    client = login(mallory)

    assert "Save the brand" not in client.get(f"/catalog/brands/{bravo.pk}/").content.decode()
    for path in ("edit", "merge", "aliases/add"):
        assert client.post(f"/catalog/brands/{bravo.pk}/{path}", {"name": "Mine"}).status_code == 403


def test_a_merchant_counts_only_own_products_and_sees_only_own_authorisations(login, alice: User) -> None:
    mine, owner = shops.owned("Mine")
    theirs, other = shops.owned("Theirs", "zed")
    luxor = shops.protected_brand()
    factories.product("Own perfume", of=mine, brand="Luxor")
    factories.product("Foreign perfume", of=theirs, brand="Luxor")
    shops.authorization(theirs, luxor, by=other)
    client = login(owner)

    page = client.get(f"/catalog/brands/{luxor.pk}/")

    assert client.get("/catalog/brands/").context["rows"] == [(luxor, 1)]
    assert "Foreign perfume" not in page.content.decode()
    assert "Theirs" not in page.content.decode()
    assert login(alice).get("/catalog/brands/").context["rows"] == [(luxor, 2)]


@pytest.mark.parametrize("words", ["loreal", "L'ORÉ", "oréal par"])
def test_the_list_is_searched_by_name_and_alias_whatever_the_spelling(login, paula: User, words: str) -> None:
    brand = Brand.objects.create(name="L'Oréal")
    brand.aliases.create(name="Loreal Paris")
    Brand.objects.create(name="Bravo")

    assert login(paula).get("/catalog/brands/", {"q": words}).context["rows"] == [(brand, 0)]


def test_the_list_asks_as_often_for_many_brands_as_for_one(login, paula: User) -> None:
    shops.protected_brand().aliases.create(name="Lux")
    client = login(paula)
    before = shops.queries_of(client, "/catalog/brands/")
    for number in range(5):
        Brand.objects.create(name=f"Brand {number}").aliases.create(name=f"Alias {number}")
        factories.product(brand=f"Brand {number}")

    assert shops.queries_of(client, "/catalog/brands/") == before <= 8


@pytest.mark.django_db(transaction=True)
def test_the_same_alias_added_at_once_is_added_once() -> None:
    factories.rows_of_migrations()
    paula = factories.user("paula", Role.POLICY)
    brands = [Brand.objects.create(name=f"Brand {number}") for number in range(8)]

    results = at_once([partial(add_alias, brand=brand, name="Shared", by=paula) for brand in brands])

    assert sum(isinstance(result, NameTaken) for result in results) == 7
    assert BrandAlias.objects.count() == 1
