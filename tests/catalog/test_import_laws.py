"""What holds for every file, tried with files that Hypothesis makes up."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.listing_import import applying, checking, filling, services, undoing
from catalog.listing_import.columns import COLUMNS
from catalog.listing_import.headers import ColumnMapping
from catalog.listing_import.problems import FileProblem
from catalog.listing_import.tables import TableFormat
from catalog.models import Brand, ImportBatch, ImportIssue, ImportResult, ImportRow, Product, Seller
from tests import factories

from . import imports

pytestmark = pytest.mark.django_db

FIELDS = (
    "sku", "title", "description", "brand", "category", "gtin", "condition", "price", "currency", "market", "stock",
    "image_urls",
)  # fmt: skip
CELLS: dict[str, list[str]] = {
    "sku": ["A", "B", " C ", "12", "1E+5", "a b", "", "Ä", "x\ty", "D\n", "'=E", "''-E", "=E", "'\t@F"],
    "title": ["Mug", " Mug ", "Año", "", "x" * 301, "[clear]", "=1+1", "🫖", 'say "hi"', "two\nlines", "nbsp\u00a0",
              "'=1+1", "''=1+1", "'n Sync", "'\n-x"],
    "description": ["", "long\r\ntext", "[clear]", "ends ñ", " x", "y\n", "[not clear", "\\N", "\\.",
                    "'- a\n- b", "'a'"],
    "brand": ["Bravo", "bravo", "Nova", "NOVA ", "", "[clear]", "…", "'=Nova", "'-"],
    "category": ["Home", "home > kitchen", "Kitchen", "Garden", "", "[clear]"],
    "gtin": ["4006381333931", "4006381333930", "", "036000291452", "12", "[clear]", "4006381333931 ", "{", "{0}"],
    "condition": ["new", "Nuevo", "", "old", "used"],
    "price": ["4.99", "4,99", "5", "0", "0.50", "-1", "1.234", "1.234,50", "12,5O", "$5", "", "99999999.99", "007",
              "'+5", "'-5"],
    "currency": ["USD", "usd", "EUR", "JPY", "", "XQZ"],
    "market": ["US", "Spain", "", "Narnia"],
    "stock": ["1", "007", "", "-1", "many", "1,000", "9999999", "'-1"],
    "image_urls": ["https://a.example/1.jpg", "https://a.example/1.jpg https://a.example/2.jpg", "", "http://a", "https://A/x"],
}  # fmt: skip

GOOD = ("Mug", "long", "Bravo", "Home", "4006381333931", "new", "4.99", "USD", "US", "1", "https://a.example/1.jpg")
odd_text = st.text(st.characters(codec="utf-8"), max_size=6)


@st.composite
def file_rows(draw: st.DrawFn) -> tuple[str, ...]:
    """A row of good cells but for a few, so that each odd cell has the last word about some row."""
    row = [draw(st.sampled_from(CELLS["sku"])), *GOOD]
    for place in draw(st.lists(st.integers(0, len(FIELDS) - 1), max_size=3)):
        row[place] = draw(st.one_of(st.sampled_from(CELLS[FIELDS[place]]), odd_text))
    return tuple(row)


rows = st.lists(file_rows(), min_size=1, max_size=8)
quietly = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def shop(settings, tmp_path) -> Seller:
    """A seller with a few listings that the rows will meet."""
    settings.MEDIA_ROOT = tmp_path
    imports.category("Home > Kitchen")
    seller = factories.seller()
    for sku, title in (("A", "Apple juice"), ("C", "Mug"), ("a b", "'=1+1"), ("=E", "=1+1"), ("''-E", "''=1+1")):
        product = factories.product(title, of=seller, photos=0)
        Product.objects.filter(pk=product.pk).update(sku=sku)
    return seller


def file_of(lines: list[tuple[str, ...]], header: tuple[str, ...] = FIELDS) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *lines])
    return out.getvalue().encode()


def batch_of(seller: Seller, content: bytes) -> ImportBatch:
    """An import of the content as it is, without guessing."""
    batch = imports.received(content, of=seller)
    services.set_format(batch, TableFormat())
    services.set_mapping(batch, ColumnMapping(FIELDS, market="US", currency="USD"))
    return batch


def silent(stage: str, share: float) -> None:
    """Report to nobody."""


def check(batch: ImportBatch, name: str = "a") -> dict[str, int]:
    batch.counts = checking.check(batch, name, silent)
    batch.state = ImportBatch.State.READY
    batch.save()
    return batch.counts


def said(batch: ImportBatch) -> tuple[list[Any], list[Any], list[Any]]:
    """Everything that a check leaves in the database, but for which cells were judged."""
    kept = ImportRow.objects.filter(batch=batch).exclude(
        number__in=ImportResult.objects.filter(batch=batch, outcome="error").values("number")
    )
    names = [column.name for column in COLUMNS]
    return (
        list(
            ImportResult.objects.filter(batch=batch).order_by("number").values_list("number", "outcome", "product_id")
        ),
        list(
            ImportIssue.objects.filter(batch=batch)
            .order_by("number", "position")
            .values_list("number", "column", "code")
        ),
        list(kept.order_by("number").values_list("number", *names)),
    )


@quietly
@given(lines=rows)
def test_rows_read_are_accepted_or_rejected_or_blank(shop, lines):
    with transaction.atomic():
        counts = check(batch_of(shop, file_of(lines)))
        assert counts["rows"] == len(lines)
        accepted = counts["create"] + counts["change"] + counts["same"]
        assert counts["rows"] == accepted + counts["error"] + counts["blank"]
        transaction.set_rollback(True)


@quietly
@given(lines=rows)
def test_a_file_that_the_database_reads_itself_says_the_same_as_one_that_we_read(shop, lines):
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        batch = batch_of(shop, file_of(lines))
        directly = (check(batch, "a"), said(batch))
        patch.setattr(filling, "may_go_directly", lambda *_: False)
        assert (check(batch, "b"), said(batch)) == directly
        transaction.set_rollback(True)


@quietly
@given(lines=rows)
def test_what_is_accepted_at_a_glance_has_the_same_value_when_it_is_judged(shop, lines):
    """Judged cell by cell, every row has the outcome and the text that it has without."""
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        batch = batch_of(shop, file_of(lines))
        quick = (check(batch, "a"), said(batch))
        patch.setattr("catalog.listing_import.plan.Plan.is_clean", lambda self: "s.mark = 'clean'")
        slow = (check(batch, "b"), said(batch))
        assert _without_spelling(slow) == _without_spelling(quick)
        transaction.set_rollback(True)


def _without_spelling(found: Any) -> Any:
    """Prices by amount: 5 and 5.00, 4,99 and 4.99 are the same; the canonical text is only made where it is needed."""
    counts, (results, issues, kept) = found
    at = 1 + [column.name for column in COLUMNS].index("price")
    plain = [(*row[:at], row[at] and float(row[at].replace(",", ".")), *row[at + 1 :]) for row in kept]
    return counts, results, issues, plain


SUGGESTED = (
    "price:no-amount", "gtin:gtin-check-digit", "gtin:gtin-length", "image_urls:not-https", "currency:unknown-currency",
    "market:unknown-market", "condition:unknown-condition",
)  # fmt: skip


@quietly
@given(lines=rows, taken=st.sets(st.sampled_from(SUGGESTED)))
def test_rows_with_suggestions_for_their_cells_are_accepted_and_applied_like_all_others(shop, lines, taken):
    with transaction.atomic():
        batch = batch_of(shop, file_of(lines))
        without = check(batch)
        services.set_mapping(batch, replace(batch.column_mapping, taken=tuple(sorted(taken))))
        counts = check(batch, "b")
        assert counts["error"] <= without["error"]
        left = ImportIssue.objects.filter(batch=batch, is_warning=False).values_list("column", "code", "facts")
        assert not [kind for kind in left if f"{kind[0]}:{kind[1]}" in taken and "suggestion" in kind[2]]
        applied = applying.apply(batch, "c", silent)
        assert {name: applied[name] for name in counts} == counts
        transaction.set_rollback(True)


raw_cells = st.text('Ax"\n', max_size=4)
raw_lines = st.lists(st.tuples(raw_cells, raw_cells).map(",".join), max_size=5).map("\n".join)


def _with_returns(text: str) -> str:
    return text.replace("\n", "\r\n")


@settings(quietly, max_examples=300)
@given(
    text=st.one_of(
        raw_lines, raw_lines.map(lambda text: text.replace("\n", "\r\n")), st.text('AB",\n\r ;x\\', max_size=40)
    ),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_a_file_with_quotes_anywhere_is_read_alike_by_the_database_and_by_us(shop, text, end):
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        content = io.BytesIO(f"sku,title{end}{text}".encode())
        batch = services.receive_file(seller=shop, actor=None, file=content, name="x")
        form = {"kind": "delimited", "encoding": "utf-8", "delimiter": ",", "quote": '"'}
        batch.format, batch.mapping = form, imports.mapping("sku", "title").as_json()
        directly = _checked_or_not(batch, "a")
        patch.setattr(filling, "may_go_directly", lambda *_: False)
        assert _checked_or_not(batch, "b") == directly
        transaction.set_rollback(True)


def _checked_or_not(batch: ImportBatch, name: str) -> Any:
    try:
        with transaction.atomic():
            return check(batch, name), said(batch)
    except FileProblem as problem:
        return problem.code, problem.facts


@quietly
@given(lines=rows)
def test_applying_does_what_the_check_said_and_undoing_gives_everything_back(shop, lines):
    with transaction.atomic():
        before, brands = imports.catalogue(shop), Brand.objects.count()
        batch = batch_of(shop, file_of(lines))
        expected = check(batch)
        batch.counts = applying.apply(batch, "b", silent)
        assert batch.counts == {**expected, "conflict": 0}
        after = imports.catalogue(shop)
        assert (after == before) == (not expected["create"] + expected["change"])
        assert batch.changes.count() == expected["create"] + expected["change"]
        if not expected["create"] + expected["change"]:
            assert Brand.objects.count() == brands
        undoing.undo(batch, silent)
        assert imports.catalogue(shop) == before
        transaction.set_rollback(True)


@quietly
@given(lines=rows)
def test_applying_twice_is_applying_once(shop, lines):
    with transaction.atomic():
        batch = batch_of(shop, file_of(lines))
        first = check(batch)
        applying.apply(batch, "b", silent)
        after = imports.catalogue(shop)
        again = batch_of(shop, file_of(lines))
        second = check(again)
        assert (second["create"], second["change"]) == (0, 0)
        assert second["same"] == first["create"] + first["change"] + first["same"]
        applying.apply(again, "b", silent)
        assert imports.catalogue(shop) == after
        transaction.set_rollback(True)


@quietly
@given(
    content=st.one_of(st.binary(max_size=200), st.binary(max_size=200).map(lambda some: b"sku,title,price\n" + some))
)
def test_any_bytes_end_in_a_check_or_in_words(shop, content):
    with transaction.atomic():
        batch = services.receive_file(seller=shop, actor=None, file=io.BytesIO(content), name="x.csv")
        if batch.state == ImportBatch.State.RECEIVED and not batch.column_mapping.problems():
            try:
                counts = check(batch)
            except FileProblem:
                pass
            else:
                assert (
                    counts["rows"]
                    == counts["create"] + counts["change"] + counts["same"] + counts["error"] + counts["blank"]
                )
        transaction.set_rollback(True)
