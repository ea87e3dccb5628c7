"""How a table comes in: as a file, pasted or from an address, for a shop of one's own, and within limits."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from catalog.models import ImportBatch, ImportJob, Seller
from shopadmin.accounts.models import User
from tests import factories

from . import imports
from .import_fixtures import me as me
from .import_fixtures import still as still
from .import_forms import ADD, text_of, upload
from .imports import csv_of

pytestmark = pytest.mark.usefixtures("still", "served")


def test_a_file_that_was_sent_before_is_named(me: Client, shop: Seller) -> None:
    content = csv_of("A,Mug,5,USD,US,1")
    first = imports.applied(content, of=shop)
    upload(me, content)
    page = text_of(me.get(ImportBatch.objects.latest("pk").get_absolute_url()))
    assert f'The same file was <a href="{first.get_absolute_url()}">' in page


def test_a_file_that_cannot_be_read_says_why(me: Client, shop: Seller) -> None:
    upload(me, b"%PDF-1.7 nothing")
    batch = ImportBatch.objects.get()
    assert batch.state == ImportBatch.State.FAILED
    assert "This is a PDF file and no table" in text_of(me.get(batch.get_absolute_url()))
    assert me.post(f"{batch.get_absolute_url()}columns", {}).status_code == 422
    assert ImportJob.objects.count() == 0


@pytest.mark.parametrize("name", ["list." + "n" * 245, "list." + "ñ" * 120, "n" * 400 + ".csv"])
def test_a_file_may_be_called_anything(me: Client, shop: Seller, name: str) -> None:
    response = me.post(ADD, {"file": SimpleUploadedFile(name, csv_of("A,Mug,5,USD,US,1"), "text/csv")})
    assert response.status_code == 302
    assert ImportBatch.objects.get().state == ImportBatch.State.RECEIVED


def test_the_templates_come_in_without_a_correction(me: Client, shop: Seller) -> None:
    imports.category("Home > Kitchen")
    for kind in ("csv", "xlsx"):
        content = me.get(f"/catalog/imports/template.{kind}").content
        batch = imports.checked(content, of=shop, name=f"listings.{kind}")
        assert imports.counts(batch) == {"rows": 1, "create": 1}
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    assert [cell.value for cell in sheet[1]][:2] == ["sku", "title"]
    assert me.get("/catalog/imports/template.exe").status_code == 404


def test_a_pasted_table_comes_in(me: Client, shop: Seller) -> None:
    me.post(ADD, {"text": "sku\ttitle\nA\tMug\n"})
    batch = ImportBatch.objects.get()
    assert (batch.name, batch.format["delimiter"], batch.state) == ("pasted.csv", "\t", ImportBatch.State.RECEIVED)


def test_an_address_is_only_taken_from_storages_that_are_allowed(me: Client, shop: Seller, settings) -> None:
    address = {"address": "https://files.example/listings.csv"}
    assert "Files cannot be fetched from addresses here" in text_of(me.post(ADD, address))
    settings.SHOPADMIN = {**settings.SHOPADMIN, "IMPORT_URL_HOSTS": ["storage.example"]}
    refused = me.post(ADD, address)
    assert refused.status_code == 422
    assert "files.example" in text_of(refused)
    assert not ImportBatch.objects.exists()


def test_nothing_at_all_is_refused_beside_the_field(me: Client, shop: Seller) -> None:
    refused = me.post(ADD, {})
    assert refused.status_code == 422
    assert "Choose a file, name an address, or paste a table." in text_of(refused)
    script = me.post(ADD, {}, headers={"Accept": "application/json"})
    assert script.json() == {"errors": {"file": ["Choose a file, name an address, or paste a table."]}}


def test_a_file_that_is_too_large_is_refused_before_it_is_read(me: Client, shop: Seller, settings) -> None:
    settings.SHOPADMIN = {**settings.SHOPADMIN, "IMPORT_MAX_BYTES": 1000}
    assert upload(me, b"sku\n" + b"A\n" * 100_000).status_code == 413
    assert upload(me, b"sku\n" + b"A\n" * 1000).status_code == 422
    assert not ImportBatch.objects.exists()


def test_who_works_for_several_shops_chooses_one(me: Client, shop: Seller, mallory: User) -> None:
    factories.seller("Second", mallory)
    assert "Choose the seller" in text_of(upload(me, b"sku\nA\n"))
    assert upload(me, b"sku,title\nA,Mug\n", seller="second").status_code == 302
    assert ImportBatch.objects.get().seller.slug == "second"


def test_nobody_imports_into_a_shop_of_others(me: Client) -> None:
    factories.seller("Theirs")
    assert upload(me, b"sku\nA\n", seller="theirs").status_code == 404
    assert not ImportBatch.objects.exists()
