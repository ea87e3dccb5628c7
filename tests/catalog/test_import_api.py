"""Programs import through the API as people do on the pages, with the same checks."""

from __future__ import annotations

import io
import json

import pytest
from django.test import Client

from catalog.listing_import import jobs
from catalog.membership import MemberRole
from catalog.models import ImportBatch, ImportJob, Product, Seller
from shopadmin.accounts.models import User
from shopadmin.accounts.permissions import Permission
from shopadmin.accounts.services import create_api_token
from tests import factories

from . import imports
from .import_fixtures import still as still
from .imports import csv_of

pytestmark = pytest.mark.usefixtures("still", "served")

API = "/api/catalog/imports/"
ROWS = csv_of("A,Mug,12.50,USD,US,1", "B,Jug,12.5O,USD,US,1")


@pytest.fixture
def program(client: Client, mallory: User, shop: Seller) -> Client:
    """A program with a token that may only import."""
    _token, text = create_api_token(
        user=mallory, name="stock system", lives_for=None, permissions=[Permission.IMPORT_LISTINGS]
    )
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {text}"
    return client


def send(program: Client, content: bytes = ROWS, **terms: str):
    file = io.BytesIO(content)
    file.name = "stock.csv"
    return program.post(API, {"seller": "mine", "file": file, **terms})


def work() -> None:
    """Be the worker until nothing waits."""
    while (job := ImportJob.objects.unfinished().first()) is not None:
        assert jobs.run_job(job.pk) is not None


def test_a_dry_run_says_what_would_happen_and_is_applied_and_undone_when_asked(program: Client, shop: Seller) -> None:
    sent = send(program, dry_run="true")
    assert sent.status_code == 202
    said = sent.json()
    assert (said["state"], said["dry_run"], said["progress"]["kind"]) == ("checking", True, "check")
    assert sent.headers["Location"].endswith(f"{API}{said['id']}/")
    work()

    address = f"{API}{said['id']}/"
    ready = program.get(address).json()
    assert (ready["state"], ready["progress"]) == ("ready", None)
    assert {name: ready["counts"][name] for name in ("rows", "create", "error")} == {"rows": 2, "create": 1, "error": 1}
    assert not Product.objects.exists()
    failed = program.get(f"{address}rows/?outcome=error").json()["results"]
    assert [(row["row"], row["problems"][0]["code"], row["problems"][0]["suggestion"]) for row in failed] == [
        (3, "no-amount", "12.50")
    ]
    assert b"".join(program.get(f"{address}errors.csv/")).decode("utf-8-sig").startswith("sku,title")

    assert program.post(f"{address}apply/").status_code == 202
    assert program.post(f"{address}apply/").status_code == 409
    work()
    assert Product.objects.get().title == "Mug"
    assert program.post(f"{address}undo/").status_code == 202
    work()
    assert program.get(address).json()["undo_counts"]["deleted"] == 1
    assert not Product.objects.exists()


def test_without_a_dry_run_the_file_is_applied_when_it_is_checked(program: Client, shop: Seller) -> None:
    said = send(program).json()
    work()
    assert program.get(f"{API}{said['id']}/").json()["state"] == "applied"
    assert Product.objects.get().sku == "A"


def test_while_another_import_is_written_a_checked_one_waits_to_be_applied_by_hand(
    program: Client, shop: Seller
) -> None:
    other = imports.checked(csv_of("X,Cup,1,USD,US,1"), of=shop)
    said = send(program).json()
    ImportJob.objects.create(batch=other, seller=shop, kind=ImportJob.Kind.APPLY)
    jobs.run_job(ImportJob.objects.get(batch=said["id"]).pk)
    assert program.get(f"{API}{said['id']}/").json()["state"] == "ready"


def test_a_file_without_a_good_row_is_not_applied(program: Client, shop: Seller) -> None:
    said = send(program, csv_of("B,Jug,12.5O,USD,US,1")).json()
    work()
    assert program.get(f"{API}{said['id']}/").json()["state"] == "ready"


def test_the_same_file_is_one_import_unless_one_insists(program: Client, shop: Seller) -> None:
    first = send(program)
    work()
    second = send(program)
    assert (second.status_code, second.json()["id"]) == (200, first.json()["id"])
    assert ImportBatch.objects.count() == 1
    again = send(program, again="true")
    assert (again.status_code, ImportBatch.objects.count()) == (202, 2)
    work()
    assert program.get(f"{API}{again.json()['id']}/").json()["counts"]["same"] == 1


def test_the_body_itself_may_be_the_file(program: Client, shop: Seller) -> None:
    lines = imports.json_lines([{"sku": "A", "title": "Mug"}, {"sku": "B", "title": "Jug"}])
    sent = program.post(f"{API}?seller=mine", lines, content_type="application/x-ndjson")
    assert (sent.status_code, sent.json()["name"]) == (202, "import.jsonl")
    work()
    assert Product.objects.count() == 2
    table = program.post(f"{API}?seller=mine&name=stock.csv", ROWS, content_type="text/csv")
    assert (table.status_code, table.json()["name"]) == (202, "stock.csv")


def test_what_cannot_be_imported_is_refused_with_a_reason_and_not_kept(program: Client, shop: Seller, settings) -> None:
    assert send(program, b"%PDF-1.7").json() == {
        "file": ["This is a PDF file and no table; send CSV, TSV, XLSX or JSON Lines."]
    }
    assert "Say which column holds the SKU" in send(program, b"a,b\n1,2\n").json()["file"][0]
    assert program.post(API, {"seller": "mine"}).json() == {"file": ["Send the file as the part “file”."]}
    assert "seller" in program.post(API, {}).json()
    assert program.post(f"{API}?seller=mine", json.dumps({}), content_type="application/json").status_code == 415
    settings.SHOPADMIN = {**settings.SHOPADMIN, "IMPORT_MAX_BYTES": 10}
    assert program.post(f"{API}?seller=mine", ROWS, content_type="text/csv").status_code == 413
    assert send(program).status_code == 413
    assert not ImportBatch.objects.exists()


def test_a_sheet_of_a_workbook_is_chosen_and_is_another_file_than_its_other_sheets(
    program: Client, shop: Seller
) -> None:
    goods, more = [["sku", "title"], ["A", "Mug"]], [["sku", "title"], ["B", "Jug"]]
    book = imports.workbook_of(Goods=goods, More=more)
    first = send(program, book).json()["id"]
    other = send(program, book, sheet="More").json()["id"]
    assert send(program, book).json()["id"] == first
    assert send(program, book, sheet="More").json()["id"] == other != first
    work()
    assert set(Product.objects.values_list("sku", flat=True)) == {"A", "B"}


def test_a_sheet_that_a_file_does_not_have_is_refused_with_those_that_it_has(program: Client, shop: Seller) -> None:
    book = imports.workbook_of(Goods=[["sku"], ["A"]], More=[["sku"], ["B"]])
    said = "The file has no visible sheet “Secret”; it has: Goods, More."
    assert send(program, book, sheet="Secret").json() == {"sheet": [said]}
    assert send(program, sheet="Goods").json() == {"sheet": ["The file has no visible sheet “Goods”; it has: none."]}
    assert "file" in send(program, b"%PDF-1.7", sheet="Goods").json()
    assert not ImportBatch.objects.exists()


def test_a_wrong_outcome_is_told_which_there_are(program: Client, shop: Seller) -> None:
    batch = imports.checked(ROWS, of=shop)
    answer = program.get(f"{API}{batch.pk}/rows/?outcome=wrong")
    assert (answer.status_code, answer.json()["outcome"][0][:18]) == (400, "Choose one of crea")


def test_a_check_is_cancelled(program: Client, shop: Seller) -> None:
    said = send(program).json()
    assert program.post(f"{API}{said['id']}/cancel/").json()["state"] == "cancelled"
    assert program.post(f"{API}{said['id']}/cancel/").status_code in {202, 409}


def test_what_is_suggested_can_stand_for_the_cells_of_all_rows(program: Client, shop: Seller) -> None:
    send(program, csv_of('A,Mug,"12,5O",EUR,ES,1'), dry_run="true")
    work()
    batch = ImportBatch.objects.get()
    address = f"{API}{batch.pk}/"
    assert program.post(f"{address}suggestions/").status_code == 400
    assert program.post(f"{address}suggestions/?kind=price:zero").status_code == 409
    assert program.post(f"{address}suggestions/?kind=price:no-amount").status_code == 202
    work()
    assert program.get(address).json()["counts"]["create"] == 1


@pytest.mark.parametrize(
    "part", ["", "rows/", "errors.csv/", "suggestions/?kind=price:zero", "apply/", "undo/", "cancel/"]
)
def test_another_merchant_s_import_does_not_exist_for_a_program(part: str, program: Client) -> None:
    batch = imports.checked(ROWS, of=factories.seller("Theirs"))
    address = f"{API}{batch.pk}/{part}"
    answers = {program.get(address).status_code, program.post(address).status_code}
    assert answers <= {404, 405}
    assert send(program, seller="theirs").status_code == 404
    batch.refresh_from_db()
    assert batch.state == ImportBatch.State.READY


def test_a_viewer_reads_and_does_not_import(client: Client, mallory: User) -> None:
    shop = factories.seller("Mine", mallory, MemberRole.VIEWER)
    batch = imports.checked(ROWS, of=shop)
    client.force_login(mallory)
    assert client.get(f"{API}{batch.pk}/").status_code == 200
    assert client.post(f"{API}{batch.pk}/apply/").status_code == 403
    assert send(client).status_code == 403


def test_a_token_for_something_else_does_not_import(client: Client, mallory: User, shop: Seller) -> None:
    _token, text = create_api_token(user=mallory, name="eye", lives_for=None, permissions=[Permission.VIEW_LISTINGS])
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {text}"
    assert client.get(API).status_code == 200
    assert send(client).status_code == 403
