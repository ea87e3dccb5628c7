"""A listing is added by hand, as a draft of one of one's own sellers."""

from __future__ import annotations

import pytest
from django.test import Client

from catalog.membership import MemberRole
from catalog.models import Product
from shopadmin.accounts.models import User
from tests import factories

from .listing_forms import edit, filled, texts_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


def test_a_listing_is_added_as_a_draft(merchant: Client, juice: Product) -> None:
    fields = {"title": "Soap", "sku": "SOAP", "condition": "new", "brand": "Bubbles"}

    response = merchant.post("/catalog/products/add", filled(fields, [{"market": "DE", "price": "1.99"}]))

    soap = Product.objects.get(sku="SOAP")
    assert response["Location"] == soap.get_absolute_url()
    assert (soap.status, soap.seller, soap.brand.name) == (Product.Status.DRAFT, juice.seller, "Bubbles")
    assert (soap.offers.get().price_minor, soap.offers.get().stock) == (199, 0)


def test_somebody_with_several_sellers_chooses_first(merchant: Client, juice: Product, mallory: User) -> None:
    factories.seller("Second", mallory)
    factories.seller("Only looking", mallory, MemberRole.VIEWER)

    page = merchant.get("/catalog/products/add").content.decode()
    assert "Mine" in page
    assert "Second" in page
    assert "Only looking" not in page
    assert merchant.get("/catalog/products/add?seller=second").status_code == 200
    assert merchant.get("/catalog/products/add?seller=only-looking").status_code == 403


def test_the_database_decides_between_two_listings_with_one_sku(
    merchant: Client, juice: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = factories.product("Pear juice", of=juice.seller)
    monkeypatch.setattr("catalog.forms.listings.ListingForm.clean_sku", lambda form: form.cleaned_data["sku"])
    fields = {"title": "Soap", "sku": other.sku, "condition": "new"}

    added = merchant.post("/catalog/products/add", filled(fields, []))
    edited = edit(merchant, juice, sku=other.sku)

    message = [f"You have another listing with the SKU “{other.sku}”."]
    assert texts_of(added) == texts_of(edited) == message
