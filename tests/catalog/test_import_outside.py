"""Imports as pages, the API and the command line meet them: previews, failed rows, addresses, who sees what."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.listing_import import receiving, services
from catalog.listing_import.previews import describe
from catalog.membership import MemberRole
from catalog.models import ImportBatch, ImportResult, Product
from shopadmin.accounts.permissions import Permission
from tests import factories

from . import imports
from .import_fixtures import still as still
from .imports import csv_of

pytestmark = pytest.mark.usefixtures("still")


def test_a_preview_shows_each_field_before_and_after():
    product = factories.product(photos=0, description="Sweet")
    row = f'{product.sku},Pear juice,[clear],Nova,"5,49",USD,3'
    content = csv_of(row, header="sku,title,description,brand,price,currency,stock")
    batch = imports.checked(content, of=product.seller)
    (row,) = describe(batch, ImportResult.objects.filter(batch=batch).with_outcome("change"))
    assert [(change.label, change.before, change.after) for change in row.changes] == [
        ("title", "Apple juice", "Pear juice"),
        ("description", "Sweet", ""),
        ("brand", "Bravo", "Nova"),
        ("price in US", "$4.99", "$5.49"),
        ("stock", "10", "3"),
    ]
    assert (row.number, row.sku, row.product) == (2, product.sku, product)


def test_a_check_of_many_new_brands_asks_as_often_as_of_one():
    asked = []
    for brands in (1, 50):
        rows = (f"{number},Mug,5,Brand {brands} {number}" for number in range(brands))
        batch = imports.received(csv_of(*rows, header="sku,title,price,brand"))
        job = services.request_check(batch, None)
        with CaptureQueriesContext(connection) as queries:
            batch = imports.run(job)
        assert imports.counts(batch) == {"rows": brands, "create": brands}
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_a_preview_of_many_rows_asks_as_often_as_of_one(django_assert_num_queries):
    products = [factories.product(photos=1) for _ in range(12)]
    batch = imports.checked(csv_of(*(f"{product.sku},New,9,USD,US,1" for product in products)), of=products[0].seller)
    results = list(ImportResult.objects.filter(batch=batch).with_outcome("change"))
    for some in (results[:1], results):
        with django_assert_num_queries(5):
            rows = describe(batch, some)
            assert all(row.product and list(row.product.images.all()) for row in rows)


def test_failed_rows_come_back_as_a_file_that_can_be_mended_and_sent_again():
    content = "SKU;Título;Precio;nota\nA;Año;5;x\n\nB;;5;ñ\nC;=1+1;1O;-5\n".encode("cp1252")
    batch = imports.applied(content, market="ES", currency="EUR")
    failed = b"".join(services.error_file(batch))
    lines = failed.decode("cp1252").splitlines()
    assert lines == [
        "SKU;Título;Precio;nota;problem",
        "B;;5;ñ;title: is missing, and there is no listing with this SKU yet",
        'C;\'=1+1;1O;-5;"price: “1O” is not an amount in EUR; did you mean 10?"',
    ]
    mended = failed.replace(b";;5;", "; Niño;5;".encode("cp1252")).replace(b";1O;", b";10;")
    again = imports.applied(mended, of=batch.seller, market="ES", currency="EUR")
    assert imports.counts(again) == {"rows": 2, "create": 2}
    assert imports.catalogue(batch.seller)["B"]["title"] == "Niño"


def test_an_error_file_of_thousands_of_rows_holds_each_once():
    rows = [f"S{n},,1,USD,US,1" if n % 3 else f"S{n},Thing,1,USD,US,1" for n in range(5000)]
    batch = imports.checked(csv_of(*rows))
    lines = b"".join(services.error_file(batch)).decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == [f"S{n}" for n in range(5000) if n % 3]


def test_the_same_file_again_is_known():
    first = imports.applied(csv_of("A,Mug,5,USD,US,1"))
    again = imports.received(csv_of("A,Mug,5,USD,US,1"))
    other = imports.received(csv_of("A,Mug,5,USD,US,1"), of=factories.seller("Other"))
    assert ImportBatch.objects.same_file(again).get() == first
    assert not ImportBatch.objects.same_file(other).exists()
    imports.undone(first)
    assert not ImportBatch.objects.same_file(again).exists()


def test_members_see_their_seller_s_imports_and_viewers_may_not_start_any(mallory, alice, charlie):
    mine = imports.received(csv_of("A,Mug,5,USD,US,1"), of=factories.seller("Mine", mallory, MemberRole.VIEWER))
    imports.received(csv_of("A,Mug,5,USD,US,1"), of=factories.seller("Other"))
    assert list(ImportBatch.objects.for_user(mallory)) == [mine]
    assert not ImportBatch.objects.for_user(mallory, Permission.IMPORT_LISTINGS).exists()
    assert ImportBatch.objects.for_user(alice).count() == 2
    assert not ImportBatch.objects.for_user(charlie).exists()


def test_an_import_that_was_applied_cannot_be_mapped_anew():
    batch = imports.applied(csv_of("A,Mug,5,USD,US,1"))
    with pytest.raises(services.ImportRefused, match="This import is applied"):
        services.set_mapping(batch, batch.column_mapping)
    with pytest.raises(services.ImportRefused):
        services.forget(batch)


def test_addresses_are_only_fetched_from_allowed_storages(settings):
    seller = factories.seller()
    with pytest.raises(services.ImportRefused, match="upload the file"):
        services.receive_url(seller=seller, actor=None, url="https://files.example/a.csv")
    settings.SHOPADMIN = {**settings.SHOPADMIN, "IMPORT_URL_HOSTS": ["files.example"]}
    for url in (
        "https://other.example/a.csv",
        "http://files.example/a.csv",
        "https://127.0.0.1/a.csv",
        "file:///etc/passwd",
    ):
        with pytest.raises(services.ImportRefused):
            services.receive_url(seller=seller, actor=None, url=url)


def test_a_file_at_an_allowed_address_is_received(settings, monkeypatch):
    """The fetcher itself has tests of its own; here is what becomes of the file that it brings."""
    from catalog.photos.fetching import Fetched

    settings.SHOPADMIN = {**settings.SHOPADMIN, "IMPORT_URL_HOSTS": ["files.example"]}

    def fetched(url, **options):
        assert options["allowed_hosts"] == ["files.example"]
        return Fetched(
            io.BytesIO(csv_of("A,Mug,5,USD,US,1")), "text/csv", "https://files.example/x/my%20shop.csv?k=v", "", 9
        )

    monkeypatch.setattr(receiving, "fetch", fetched)
    batch = services.receive_url(seller=factories.seller(), actor=None, url="https://files.example/go")
    assert (batch.name, batch.source, batch.state) == ("my shop.csv", "url", "received")


def command(tmp_path, content: bytes, *options: str, seller: str = "corner-shop") -> tuple[str, str, int]:
    path = tmp_path / "listings.csv"
    path.write_bytes(content)
    factories.seller()
    out, err, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command("import_products", str(path), "--seller", seller, *options, stdout=out, stderr=err)
    except SystemExit as end:
        code = int(str(end.code))
    return out.getvalue(), err.getvalue(), code


def test_the_command_imports_a_file_and_says_what_it_did(tmp_path):
    out, err, code = command(tmp_path, csv_of("A,Mug,5,USD,US,1", "B,,5,USD,US,1"))
    assert code == 2
    assert err == "row 3, title: is missing, and there is no listing with this SKU yet\n"
    assert [line.split() for line in out.splitlines()][:3] == [["rows", "2"], ["blank", "0"], ["create", "1"]]
    assert Product.objects.get().sku == "A"


def test_a_dry_run_says_the_same_and_leaves_nothing(tmp_path):
    content = csv_of("A,Mug,5,USD,US,1", "B,,5,USD,US,1")
    out, _, code = command(tmp_path, content, "--dry-run", "--json")
    said = json.loads(out)
    assert (said["import"], said["counts"]["create"], said["counts"]["error"], code) == (None, 1, 1, 2)
    assert said["problems"][0]["message"] == "row 3, title: is missing, and there is no listing with this SKU yet"
    assert not Product.objects.exists()
    assert not ImportBatch.objects.exists()


def test_the_command_takes_a_mapping_and_writes_the_failed_rows(tmp_path):
    errors = tmp_path / "errors.csv"
    options = ("--mapping", "x=sku", "--mapping", "y=title", "--errors", str(errors))
    _, _, code = command(tmp_path, b"x,y\nA,Mug\n,Jug\n", *options)
    assert code == 2
    assert errors.read_text("utf-8-sig").splitlines() == ["x,y,problem", ",Jug,SKU: is missing"]


def test_the_command_takes_a_sheet(tmp_path):
    book = imports.workbook_of(Goods=[["sku", "title"], ["A", "Mug"]], More=[["sku", "title"], ["B", "Jug"]])
    _, _, code = command(tmp_path, book, "--sheet", "More")
    assert code == 0
    assert Product.objects.get().sku == "B"


@pytest.mark.parametrize(
    ("content", "options", "seller", "said"),
    [
        (b"sku,title\n", (), "corner-shop", "The file has no rows below its header."),
        (b"title\nMug\n", (), "corner-shop", "Say which column holds the SKU"),
        (b"sku\nA\n", ("--mapping", "nonsense"), "corner-shop", "--mapping needs COLUMN=FIELD"),
        (b"sku\nA\n", ("--sheet", "x"), "corner-shop", "The file has no visible sheet “x”; it has: none."),
        (b"sku\nA\n", (), "nobody", "There is no seller “nobody”; known are: corner-shop."),
    ],
)
def test_the_command_says_in_a_sentence_why_it_cannot(tmp_path, content, options, seller, said):
    with pytest.raises(CommandError, match=said.replace("(", "\\(")):
        command(tmp_path, content, *options, seller=seller)


def test_a_file_that_is_not_there_is_named(tmp_path):
    factories.seller()
    with pytest.raises(CommandError, match=r"none\.csv cannot be read: No such file or directory"):
        call_command("import_products", str(tmp_path / "none.csv"), "--seller", "corner-shop")
