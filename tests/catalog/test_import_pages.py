"""The pages of an import: corrected, looked at, applied, mended and undone; and only by those who may."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.listing_import import services
from catalog.membership import MemberRole
from catalog.models import ImportBatch, ImportResult, Product, Seller
from shopadmin.accounts.models import User
from tests import factories

from . import imports
from .import_fixtures import me as me
from .import_fixtures import still as still
from .import_forms import text_of, upload
from .imports import csv_of, work

pytestmark = pytest.mark.usefixtures("still", "served")
type Login = Callable[[User], Client]


def test_a_file_is_sent_corrected_checked_applied_and_undone(me: Client, shop: Seller) -> None:
    known = factories.product("Apple juice", of=shop, photos=0)
    content = f"Artikel;Name;Preis\n{known.sku};Pear juice;5,49\nNEW;Mug;12,50\nBAD;Jug;12,5O\n".encode("utf-16")

    response = upload(me, content)
    batch = ImportBatch.objects.get()
    assert response.headers["Location"] == batch.get_absolute_url()
    assert (batch.seller, batch.format["encoding"], batch.format["delimiter"]) == (shop, "utf-16-le", ";")
    page = text_of(me.get(batch.get_absolute_url()))
    assert "Say which column holds the SKU" in page

    columns = f"{batch.get_absolute_url()}columns"
    chosen = {"field-0": "sku", "field-1": "title", "field-2": "price", "market": "ES", "currency": "EUR"}
    part = me.post(columns, chosen, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert "“12,5O” is not an amount in EUR; did you mean 12,50?" in text_of(part)
    batch.refresh_from_db()
    assert batch.column_mapping.fields == ("sku", "title", "price")

    assert me.post(columns, chosen).headers["Location"] == batch.get_absolute_url()
    assert "waiting for a worker" in text_of(me.get(batch.get_absolute_url())).lower()
    batch = work(batch)
    page = text_of(me.get(batch.get_absolute_url()))
    assert "1 new listing is added." in page
    assert "1 listing is changed." in page
    assert "1 row with errors is left out." in page
    assert "3 rows read = 2 accepted + 1 with errors + 0 blank" in page

    page = text_of(me.get(f"{batch.get_absolute_url()}?tab=change"))
    assert "<bdi>Apple juice</bdi></del>" in page
    assert "<bdi>Pear juice</bdi></ins>" in page

    me.post(f"{batch.get_absolute_url()}apply")
    batch = work(batch)
    assert set(Product.objects.filter(seller=shop).values_list("title", flat=True)) == {"Pear juice", "Mug"}
    page = text_of(me.get(f"{batch.get_absolute_url()}?tab=change"))
    assert "In the catalogue since" in page
    assert "<bdi>Apple juice</bdi></del>" in page

    Product.objects.filter(sku="NEW").update(title="Edited", version=2)
    page = text_of(me.get(f"{batch.get_absolute_url()}undo"))
    assert "1 listing gets back what it was before." in page
    assert "1 listing was edited after the import and stays as it is." in page
    assert "Edited</a>" in page
    me.post(f"{batch.get_absolute_url()}undo")
    batch = work(batch)
    assert set(Product.objects.filter(seller=shop).values_list("title", flat=True)) == {"Apple juice", "Edited"}
    assert "1 restored, 0 deleted, 0 removed, 1 left alone" in text_of(me.get(batch.get_absolute_url()))


def test_failed_rows_are_downloaded_mended_and_checked_in_the_same_way(me: Client, shop: Seller) -> None:
    batch = imports.received(b"a;b;c\nA;Mug;12,50\nB;Jug;12,5O\n", of=shop)
    services.set_mapping(batch, imports.mapping("sku", "title", "price", market="ES", currency="EUR"))
    batch = imports.run(services.request_check(batch, None))

    response = me.get(f"{batch.get_absolute_url()}errors.csv")
    failed = b"".join(response).decode("utf-8-sig")
    assert failed.splitlines()[0] == "a;b;c;problem"
    assert len(failed.splitlines()) == 2
    assert 'filename="listings-errors.csv"' in response.headers["Content-Disposition"]

    upload(me, failed.replace("12,5O;", "12,50;", 1).encode(), seller=shop.slug, mends=str(batch.pk))
    mended = ImportBatch.objects.latest("pk")
    assert mended.state == ImportBatch.State.CHECKING
    assert mended.column_mapping.fields == ("sku", "title", "price", "")
    mended = work(mended)
    assert imports.counts(mended) == {"rows": 1, "create": 1}


def test_mended_rows_with_other_columns_are_looked_at_first(me: Client, shop: Seller) -> None:
    batch = imports.checked(csv_of("A,Mug,x,USD,US,1"), of=shop)
    upload(me, b"sku,title\nA,Mug\n", seller=shop.slug, mends=str(batch.pk))
    assert ImportBatch.objects.latest("pk").state == ImportBatch.State.RECEIVED


def test_four_thousand_errors_of_one_kind_are_one_line_that_opens(
    me: Client, shop: Seller, django_assert_max_num_queries
) -> None:
    rows = [f"S{number},Mug,free,USD,US,1" for number in range(4000)]
    batch = imports.checked(csv_of(*rows, "X,,1,USD,US,1"), of=shop)
    address = batch.get_absolute_url()

    closed = text_of(me.get(address))
    assert closed.count("import-kind-head") == 2
    assert ">4000</span>" in closed
    assert "row 2, price" not in closed
    with django_assert_max_num_queries(24):
        opened = text_of(me.get(f"{address}?tab=error&kind=price:no-amount"))
    assert "row 2, price: “free” is not an amount in USD" in opened
    assert opened.count("<p><bdi>row ") == 25
    assert "row 27, price" not in opened


@pytest.mark.parametrize("tab", ["create", "change", "same"])
def test_a_tab_asks_as_often_for_many_rows_as_for_one(tab: str, me: Client, shop: Seller) -> None:
    counts = []
    for number in (1, 20):
        lines = []
        for at in range(number):
            item = factories.product(f"Mug {number} {at}", of=shop)
            lines += [f"{item.sku},{item.title},4.99,USD,US,10", f"N{number}-{at},Jug,5,USD,US,1"]
            lines.append(f"{factories.product(of=shop).sku},Other {at},5,USD,US,1")
        batch = imports.checked(csv_of(*lines), of=shop)
        with CaptureQueriesContext(connection) as asked:
            me.get(f"{batch.get_absolute_url()}?tab={tab}")
        counts.append(len(asked))
    assert counts[0] == counts[1] < 30


def test_the_list_asks_as_often_for_many_imports_as_for_one(me: Client, shop: Seller) -> None:
    imports.checked(csv_of("A,Mug,5,USD,US,1"), of=shop)
    with CaptureQueriesContext(connection) as few:
        me.get("/catalog/imports/")
    for number in range(5):
        imports.received(csv_of(f"A{number},Mug,5,USD,US,1"), of=shop)
    with CaptureQueriesContext(connection) as many:
        page = text_of(me.get("/catalog/imports/"))
    assert len(few) == len(many)
    assert page.count("listings.csv") == 6


def test_another_delimiter_reads_the_columns_anew(me: Client, shop: Seller) -> None:
    batch = imports.received(b"sku;title,more\nA;Mug,1\n", of=shop)
    columns = f"{batch.get_absolute_url()}columns"
    other = "," if batch.format["delimiter"] == ";" else ";"
    before = batch.header
    part = me.post(columns, {"delimiter": other, "encoding": "utf-8"}, headers={"HX-Request": "true"})
    assert part.status_code == 200
    batch.refresh_from_db()
    assert batch.format["delimiter"] == other
    assert batch.header != before


def test_another_sheet_of_a_workbook_is_read_and_imported(me: Client, shop: Seller) -> None:
    goods, more = [["sku", "title"], ["A", "Mug"]], [["sku", "name", "price"], ["B", "Jug", 1]]
    batch = imports.received(imports.workbook_of(Cover=[["Us"]], Goods=goods, More=more, Empty=[]), of=shop)
    columns = f"{batch.get_absolute_url()}columns"
    assert '<option value="Goods" selected>Goods</option>' in text_of(me.get(columns))
    part = me.post(columns, {"sheet": "More"}, headers={"HX-Request": "true"})
    assert "Jug" in text_of(part)
    batch.refresh_from_db()
    assert batch.header == ["sku", "name", "price"]
    assert me.post(columns, {"sheet": "No such"}, headers={"HX-Request": "true"}).status_code == 200
    assert me.post(columns, {"sheet": "More"}).status_code == 302
    assert imports.outcomes(work(batch)) == {2: "create"}


def test_an_empty_sheet_says_so_and_leaves_the_choice(me: Client, shop: Seller) -> None:
    batch = imports.received(imports.workbook_of(Goods=[["sku", "title"], ["A", "Mug"]], Empty=[]), of=shop)
    columns = f"{batch.get_absolute_url()}columns"
    part = text_of(me.post(columns, {"sheet": "Empty"}, headers={"HX-Request": "true"}))
    assert "The file has no rows below its header." in part
    assert '<option value="Empty" selected>Empty</option>' in part
    assert "Mug" in text_of(me.post(columns, {"sheet": "Goods"}, headers={"HX-Request": "true"}))


def test_a_workbook_with_one_sheet_has_no_choice_of_sheets(me: Client, shop: Seller) -> None:
    batch = imports.received(imports.workbook_of(Goods=[["sku", "title"], ["A", "Mug"]]), of=shop)
    page = text_of(me.get(f"{batch.get_absolute_url()}columns"))
    assert 'name="sheet"' not in page
    assert "Excel workbook; its first visible sheet is read." in page


def test_a_choice_that_cannot_be_used_is_shown_and_not_kept(me: Client, shop: Seller) -> None:
    batch = imports.received(csv_of("A,Mug,5,USD,US,1"), of=shop)
    columns = f"{batch.get_absolute_url()}columns"
    part = me.post(columns, {"field-1": "sku"}, headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "Two columns are taken for “SKU”; choose one." in text_of(part)
    assert me.post(columns, {"field-1": "sku"}).status_code == 422
    batch.refresh_from_db()
    assert batch.column_mapping.fields[:2] == ("sku", "title")
    assert me.post(columns, {"field-1": "no_such", "market": "??"}, headers={"HX-Request": "true"}).status_code == 200


def test_a_waiting_check_is_cancelled_and_can_be_done_again(me: Client, shop: Seller) -> None:
    batch = imports.received(csv_of("A,Mug,5,USD,US,1"), of=shop)
    me.post(f"{batch.get_absolute_url()}columns", {})
    me.post(f"{batch.get_absolute_url()}cancel")
    batch.refresh_from_db()
    assert batch.state == ImportBatch.State.CANCELLED
    assert "Cancelled. Nothing in the catalogue was changed" in text_of(me.get(batch.get_absolute_url()))
    me.post(f"{batch.get_absolute_url()}columns", {})
    assert work(batch).state == ImportBatch.State.READY


def test_when_the_work_has_ended_the_progress_leads_to_the_result(me: Client, shop: Seller) -> None:
    batch = imports.received(csv_of("A,Mug,5,USD,US,1"), of=shop)
    services.request_check(batch, None)
    address = f"{batch.get_absolute_url()}progress"
    assert "every 1s" in text_of(me.get(address, headers={"HX-Request": "true"}))
    work(batch)
    ended = me.get(address, headers={"HX-Request": "true"})
    assert ended.headers["HX-Redirect"] == batch.get_absolute_url()


ADDRESSES = ("", "columns", "progress", "errors.csv", "apply", "undo", "cancel")


@pytest.mark.parametrize("part", ADDRESSES)
def test_another_merchant_s_import_does_not_exist(part: str, me: Client) -> None:
    batch = imports.checked(csv_of("A,Mug,x,USD,US,1"), of=factories.seller("Theirs"))
    address = f"{batch.get_absolute_url()}{part}"
    assert {me.get(address).status_code, me.post(address).status_code} <= {404, 405}
    batch.refresh_from_db()
    assert batch.state == ImportBatch.State.READY


def test_a_viewer_sees_imports_and_changes_nothing(login: Login, mallory: User) -> None:
    shop = factories.seller("Mine", mallory, MemberRole.VIEWER)
    batch = imports.checked(csv_of("A,Mug,x,USD,US,1", "B,Jug,1,USD,US,1"), of=shop)
    waiting = imports.received(csv_of("A,Mug,1,USD,US,1"), of=shop)
    me = login(mallory)
    assert me.get("/catalog/imports/").status_code == 200
    for one in (batch, waiting):
        page = text_of(me.get(one.get_absolute_url()))
        assert "import-apply" not in page
        assert 'id="check-file"' not in page
        for part in ("columns", "apply", "undo", "cancel"):
            assert me.post(f"{one.get_absolute_url()}{part}").status_code == 403
    assert upload(me, b"sku\nA\n", seller=shop.slug).status_code == 403
    assert ImportResult.objects.filter(batch=batch).count() == 2
