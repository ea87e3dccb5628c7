"""Two brands become one: what that does is said first, and nothing is lost."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.brand_names import SameBrand, merge_brands
from catalog.models import Brand, Product
from catalog.notices import Claim, Sender, file_notice
from shopadmin.accounts.models import AuditEntry, User
from shopadmin.accounts.roles import Role
from tests import factories
from tests.catalog import shops
from tests.catalog.races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


def merging() -> tuple[Brand, Brand, Product]:
    kept, absorbed = Brand.objects.create(name="Bravo"), shops.protected_brand("Bravo Foods", owner="Bravo AB")
    absorbed.aliases.create(name="Bravissimo")
    return kept, absorbed, factories.product(brand="Bravo Foods")


def test_a_merge_says_first_what_it_does_and_then_does_it(login, paula: User) -> None:
    kept, absorbed, product = merging()
    seller, owner = shops.owned()
    asked = shops.authorization(seller, absorbed, by=owner)
    client = login(paula)

    preview = client.get(f"/catalog/brands/{kept.pk}/merge", {"absorbed": "bravissimo"})
    assert (preview.context["effect"].products, preview.context["effect"].authorizations) == (1, 1)
    assert Brand.objects.filter(pk=absorbed.pk).exists()
    client.post(f"/catalog/brands/{kept.pk}/merge", {"absorbed": "Bravo Foods"})

    version = product.version
    product.refresh_from_db()
    kept.refresh_from_db()
    asked.refresh_from_db()
    assert (product.brand, product.version, asked.brand) == (kept, version + 1, kept)
    assert (kept.is_protected, kept.owner) == (True, "Bravo AB")
    assert set(kept.aliases.values_list("name", flat=True)) == {"Bravo Foods", "Bravissimo"}
    assert Brand.objects.resolve(["BRAVO foods"])["BRAVO foods"] == kept
    assert not Brand.objects.filter(pk=absorbed.pk).exists()
    moved = AuditEntry.objects.get(action="listing.edited")
    assert (moved.target_key, moved.tenant_key) == (str(product.pk), product.seller_id)
    assert AuditEntry.objects.get(action="brand.merged").after == {"absorbed": "Bravo Foods", "products": 1}


def test_merging_many_products_asks_as_often_as_merging_one(paula: User) -> None:
    def merge(products: int) -> int:
        kept, absorbed, _ = merging()
        for _number in range(products - 1):
            factories.product(brand=absorbed.name)
        with CaptureQueriesContext(connection) as queries:
            merge_brands(kept=kept, absorbed=absorbed, by=paula)
        Product.objects.all().delete()
        Brand.objects.all().delete()
        return len(queries)

    assert merge(1) == merge(12)


def test_a_brand_is_not_merged_into_itself(login, paula: User) -> None:
    bravo = Brand.objects.create(name="Bravo")

    response = login(paula).post(f"/catalog/brands/{bravo.pk}/merge", {"absorbed": "BRAVO"})

    assert response.status_code == 422
    with pytest.raises(SameBrand):
        merge_brands(kept=bravo, absorbed=bravo, by=paula)


def test_a_brand_that_nobody_knows_is_not_merged(login, paula: User) -> None:
    bravo = Brand.objects.create(name="Bravo")

    assert login(paula).get(f"/catalog/brands/{bravo.pk}/merge", {"absorbed": "Nobody"}).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_two_merges_at_once_lose_no_product() -> None:
    factories.rows_of_migrations()
    paula = factories.user("paula", Role.POLICY)
    one, two = Brand.objects.create(name="One"), Brand.objects.create(name="Two")
    products = [factories.product(brand=name).pk for name in ("One", "Two")]

    results = at_once([
        partial(merge_brands, kept=one, absorbed=two, by=paula),
        partial(merge_brands, kept=two, absorbed=one, by=paula),
    ])  # fmt: skip

    assert sum(isinstance(result, Brand.DoesNotExist) for result in results) == 1
    assert Product.objects.filter(pk__in=products, brand=Brand.objects.get()).count() == 2


def test_what_brand_owners_reported_is_about_the_brand_that_stays(paula: User) -> None:
    kept, absorbed, product = merging()
    claim = Claim(brand=absorbed, right="EUTM 1", jurisdiction="EU", reasons="Our logo.", is_in_good_faith=True)
    sender = Sender(name="Lena", email="lena@bravo.example")
    notice = file_notice(sender=sender, claim=claim, listings=[str(product.pk)])

    merge_brands(kept=kept, absorbed=absorbed, by=paula)

    notice.refresh_from_db()
    assert notice.brand == kept
