"""Bad files and rows: each gets a message that a merchant understands, and nothing is half done."""

from __future__ import annotations

import io

import openpyxl
import pytest

from catalog.listing_import import jobs, services
from catalog.listing_import.wording import file_message
from catalog.models import ImportBatch, Product
from tests import factories

from . import imports
from .import_fixtures import still as still
from .imports import csv_of

pytestmark = pytest.mark.usefixtures("still")


def failed(content: bytes) -> str:
    """Why the file as a whole cannot be imported: seen at once, or by the worker that reads it to its end."""
    batch = imports.received(content)
    if batch.state != ImportBatch.State.FAILED:
        jobs.run_job(services.request_check(batch, None).pk)
        batch.refresh_from_db()
    assert batch.state == ImportBatch.State.FAILED
    return file_message(batch.problem)


def test_excel_s_own_csv_with_mark_hint_and_semicolons_is_read():
    content = "\ufeffsep=;\r\nSKU;Título;Precio;Existencias\r\nA;Camión;1.234,50;7\r\n".encode()
    batch = imports.applied(content, market="ES", currency="EUR")
    assert imports.catalogue(batch.seller)["A"]["offers"] == {"ES": (123450, "EUR", 7)}
    assert imports.catalogue(batch.seller)["A"]["title"] == "Camión"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "latin-1", "cp1252", "utf-8-sig"])
def test_other_encodings_are_read(encoding):
    batch = imports.applied("sku,title\nA,Año español\n".encode(encoding))
    assert imports.catalogue(batch.seller)["A"]["title"] == "Año español"


def test_a_wrong_encoding_is_seen_and_can_be_corrected():
    content = "sku,title\nA,Año\n".encode("cp1252")
    batch = imports.received(content)
    services.set_format(batch, batch.table_format.__class__(encoding="utf-8"))
    assert imports.run(services.request_check(batch, None)).counts["error"] == 1
    assert "choose another encoding" in imports.sentences(batch)[0]


def test_a_price_with_a_letter_says_what_was_meant():
    rows = [f"S{n},Thing,1.00,EUR,ES,1" for n in range(2, 847)] + ['S847,Thing,"12,5O",EUR,ES,1']
    batch = imports.checked(csv_of(*rows))
    assert imports.sentences(batch) == ["row 847, price: “12,5O” is not an amount in EUR; did you mean 12,50?"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("A,Mug,-5,USD,US,1", "price: “-5” is less than nothing"),
        ("A,Mug,999999999999,USD,US,1", "price: “999999999999” is more than 99999999.99 USD"),
        ("A,Mug,999999999,USD,US,1", "price: “999999999” is more than 99999999.99 USD"),
        ("A,Mug,5,XQZ,US,1", "currency: “XQZ” is no currency in use"),
        ("A,Mug,5,EUE,US,1", "currency: “EUE” is no currency in use; did you mean EUR?"),
        ("A,Mug,5,,US,1", "price: “5” has no currency"),
        ("A,Mug,5,USD,Narnia,1", "market: “Narnia” is no country"),
        ("A,Mug,5,USD,US,lots", "stock: “lots” is not a whole number"),
        (",Mug,5,USD,US,1", "SKU: is missing"),
        ("A,,5,USD,US,1", "title: is missing, and there is no listing with this SKU yet"),
        ("A,Mug,,,US,1", "stock: has no price to go with; add a price"),
        (f"A,{'x' * 400},5,USD,US,1", "title: has 400 characters, at most 300 are possible"),
        ("A,Mug\x00,5,USD,US,1", "title: “Mug�” holds characters that could not be read (�); choose another encoding,"
                                 " or mend the text"),
        ("A,Mug\x07,5,USD,US,1", "title: “Mug␇” holds a character that cannot be shown (U+0007); remove it"),
        ("A,Mug,1.234,EUR,ES,1", "price: “1.234” may mean 1234.00 or 1.234, and no other price in the file tells;"
                                 " choose the decimal mark"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_named_with_its_row(row, said):
    batch = imports.checked(csv_of(row))
    assert f"row 2, {said}" in imports.sentences(batch)
    assert batch.counts["error"] == 1


def test_the_first_rows_are_shown_as_they_are_judged():
    content = csv_of("A,Mug\x00,5,USD,US,1")
    assert services.guess(imports.received(content)).sample[0][1] == "Mug\ufffd"
    assert "“Mug�” holds characters that could not be read" in imports.sentences(imports.checked(content))[0]


def test_all_problems_of_a_row_are_named():
    batch = imports.checked(csv_of(",x,-1,XQZ,Narnia,lots"))
    assert [column for _, column, _ in imports.codes(batch)] == ["currency", "market", "stock", "sku"]


def test_a_10_mb_cell_is_named_with_its_length():
    batch = imports.checked(b"sku,title,description\nA,Mug," + b"x" * 10_000_000 + b"\nB,Mug,fine\n")
    assert imports.sentences(batch) == ["row 2, description: has 10000000 characters, at most 20000 are possible"]
    assert batch.counts["create"] == 1


@pytest.mark.parametrize(
    "content",
    [
        b"sku,title\rA,Mug\rB,Jug\r",
        b"sku,title\rA,Mug\rB,Jug",
        b"sku,title\rA,Mug\nB,Jug\n",
        b"sku,title\rA,Mug\r\nB,Jug\r\n",
    ],
)
def test_lines_that_end_as_old_macintoshes_did_are_rows_from_the_first_on(content):
    batch = imports.applied(content)
    assert {sku: row["title"] for sku, row in imports.catalogue(batch.seller).items()} == {"A": "Mug", "B": "Jug"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b"<!DOCTYPE html><html><table><tr><td>sku</td></tr></table></html>",
            "This is a web page and no table; open it",
        ),
        (
            b"\xef\xbb\xbf <html xmlns:x='urn:schemas-microsoft-com:office:excel'><table>",
            "This is a web page and no table",
        ),
        (b"<?xml version='1.0'?><rss><item/></rss>", "This is an XML file and no table"),
        (bytes(number * 7919 % 256 for number in range(50_000)), "This file is no text that can be read"),
        (bytes(100_000), "This file is no text that can be read"),
        (
            "sku,title\nA,A mug that nobody has read the name of\n".encode("utf-32"),
            "This file is no text that can be read",
        ),
        (b'{\n  "products": [\n', "No line of the file is a JSON object"),
        (b'{"sku":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n", "No line of the file is a JSON object"),
    ],
)
def test_what_is_no_table_is_called_what_it_is(content, said):
    assert failed(content).startswith(said)


@pytest.mark.parametrize("content", [b"", b"sku,title\n", b"sku,title\n,\n\n"])
def test_a_file_without_rows_says_so(content):
    assert "no rows" in failed(content)


def test_duplicate_headers_are_noted_and_the_first_is_taken():
    batch = imports.received(b"sku,title,title\nA,first,second\n")
    assert [note.code for note in services.guess(batch).notes] == ["duplicate-header"]
    assert batch.header == ["sku", "title", "title (2)"]
    assert batch.column_mapping.fields == ("sku", "title", "")


def test_missing_columns_leave_their_fields_alone():
    product = factories.product(description="Sweet", photos=0, gtin="4006381333931")
    before = imports.catalogue(product.seller)
    imports.applied(f"sku,title\n{product.sku},Pear juice\n".encode(), of=product.seller)
    before[product.sku]["title"] = "Pear juice"
    assert imports.catalogue(product.seller) == before


def test_a_file_without_a_sku_column_is_not_checked():
    batch = imports.received(b"title,price\nMug,5\n")
    with pytest.raises(services.MappingRefused, match="which column holds the SKU"):
        services.request_check(batch, None)


def test_a_sku_in_two_rows_refuses_both_and_names_them():
    batch = imports.checked(csv_of("A,Mug,5,USD,US,1", "B,Cup,5,USD,US,1", " A ,Jug,5,USD,US,1"))
    assert imports.outcomes(batch) == {2: "error", 3: "create", 4: "error"}
    assert imports.sentences(batch) == [
        "row 2, SKU: “A” is also in row 4; a SKU can be in one row only",
        "row 4, SKU: “A” is also in row 2; a SKU can be in one row only",
    ]


def test_emoji_right_to_left_titles_and_formulas_are_text():
    titles = ["Tasse 🫖", "كوب قهوة", "=SUM(A1:A9)", "@cmd", "𝕏 + ﷺ"]
    batch = imports.applied(b"sku,title\n" + "\n".join(f"S{n},{title}" for n, title in enumerate(titles)).encode())
    assert {row["title"] for row in imports.catalogue(batch.seller).values()} == set(titles)


def test_an_unknown_category_names_the_nearest():
    imports.category("Home > Kitchen")
    batch = imports.checked(b"sku,title,category\nA,Mug,Home > Kitchn\nB,Jug,kitchen\nC,Cup,Home/Kitchen\n")
    assert imports.sentences(batch) == [
        "row 2, category: there is no category “Home > Kitchn”; nearest: Home > Kitchen · Home"
    ]
    assert batch.counts["create"] == 2


def test_a_quote_that_is_never_closed_fails_the_file_and_nothing_else():
    near, far = b"B,y\n" * 100, b"B,y\n" * 200_000
    assert failed(b"sku,title\nA,x\n" + near + b'C,"open\nD,z\n').startswith("A quote that opens in row 103 is never")
    assert failed(b"sku,title\nA,x\n" + far + b'C,"open\nD,z\n').startswith("A quote that opens in row 200003 is never")
    assert not Product.objects.exists()


def test_a_workbook_s_formula_without_a_result_is_named():
    book = openpyxl.Workbook()
    for line in (["sku", "title", "stock"], ["A", "Mug", "=1+1"], ["B", "Jug", None]):
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    batch = imports.checked(out.getvalue(), name="listings.xlsx")
    assert imports.sentences(batch) == [
        "row 2: cell C2 holds a formula without a stored result; open the file in Excel and save it"
    ]


def test_a_file_that_is_too_large_is_not_kept(settings):
    settings.SHOPADMIN = {**settings.SHOPADMIN, "IMPORT_MAX_BYTES": 10}
    with pytest.raises(services.ImportRefused, match="larger than"):
        imports.received(b"sku,title\nA,x\n")
    assert not ImportBatch.objects.exists()


def test_the_column_evidence_tells_what_a_lone_mark_means():
    batch = imports.applied(csv_of('A,Mug,"12,50",EUR,ES,1', "B,Jug,1.234,EUR,ES,1"))
    assert imports.catalogue(batch.seller)["B"]["offers"]["ES"][0] == 123400
    assert batch.decimal_mark == ","


def test_a_price_fifty_times_the_old_one_is_warned_of():
    product = factories.product(photos=0)
    batch = imports.checked(csv_of(f"{product.sku},,499,USD,US,"), of=product.seller)
    assert imports.counts(batch) == {"rows": 1, "change": 1, "warnings": 1}
    assert "is a comma missing?" in imports.sentences(batch)[0]


def test_a_protected_brand_is_refused_but_may_stay():
    product = factories.product(photos=0, brand="Nike")
    product.brand.is_protected = True
    product.brand.save()
    content = f"sku,title,brand\n{product.sku},Shoe,nike\nB,Shoe,Nike\n".encode()
    batch = imports.checked(content, of=product.seller)
    assert imports.codes(batch) == [(3, "brand", "brand-protected")]
    assert imports.outcomes(batch) == {2: "change", 3: "error"}


@pytest.mark.parametrize(("written", "market"), [("USA", "US"), ("gbr", "GB"), ("UK", "GB"), ("724", "ES")])
def test_countries_go_by_their_other_codes_too(written, market):
    batch = imports.applied(csv_of(f"A,Mug,5,EUR,{written},1"))
    assert list(imports.catalogue(batch.seller)["A"]["offers"]) == [market]


def test_a_state_is_no_country():
    batch = imports.checked(csv_of("A,Mug,5,USD,CT,1"))
    assert imports.sentences(batch) == ["row 2, market: “CT” is no country"]


def test_the_name_of_a_file_cannot_lead_anywhere():
    batch = imports.received(b"sku,title\nA,x\n", name="../../etc/pass\x00wd.csv")
    assert batch.name == "passwd.csv"
    assert batch.file.name.startswith("imports/")
    assert batch.file.name.endswith("/file.csv")


def test_a_sku_with_spaces_around_it_finds_its_listing():
    product = factories.product(photos=0)
    content = f"sku,title,stock\n\u00a0{product.sku} ,,3\n".encode()
    batch = imports.applied(content, of=product.seller)
    assert imports.counts(batch) == {"rows": 1, "change": 1}
    assert imports.catalogue(product.seller)[product.sku]["offers"] == {"US": (499, "USD", 3)}
