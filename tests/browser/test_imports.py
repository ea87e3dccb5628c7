"""A merchant imports a broken file in a real browser: drops it, corrects it, mends its rows, applies and undoes it."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog.listing_import import services
from catalog.models import ImportBatch, ImportJob, PhotoArchive, PhotoFetch, Product, Seller
from shopadmin.accounts.models import User
from tests import factories
from tests.browser.test_accessibility import Inspector
from tests.browser.test_accessibility import inspector as inspector
from tests.catalog import imports

pytestmark = pytest.mark.browser

DROP = """([name, content]) => {
    const transfer = new DataTransfer();
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type: "text/csv" }));
    return transfer;
}"""
HEADER = "Codigo;Titulo;Marca;Preis;Bestand;Bild"


@pytest.fixture
def shop(mallory: User) -> Seller:
    return factories.seller("Mine", mallory)


def work() -> ImportBatch:
    """Be the worker for what waits."""
    return imports.run(ImportJob.objects.unfinished().get())


def broken_file(shop: Seller) -> bytes:
    known = factories.product("Apple juice", of=shop)
    rows = [f"{known.sku};Pear juice;Bravo;5,49;3;", "MUG;Müslischale;Nova;12,5O;4;", "CUP;Cup;Nova;3,20;4;"]
    return "\r\n".join([HEADER, *rows]).encode("cp1252")


def drop(page: Page, name: str, content: bytes) -> None:
    """Drop a file on the page for a new import, to which a link was followed, and go on to its columns."""
    page.wait_for_url("**/imports/add*")  # with its scripts, which take what is dropped
    transfer = page.evaluate_handle(DROP, [name, base64.b64encode(content).decode()])
    page.locator("#drop").dispatch_event("drop", {"dataTransfer": transfer})
    page.get_by_role("button", name="Go on to the columns").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def say_where(page: Page) -> None:
    """Say market and currency of all rows."""
    page.get_by_label("Market, where no column says it").select_option("US")
    page.get_by_label("Currency, where no column says it").select_option("USD")


def check(page: Page, button: str = "Check the file") -> None:
    page.get_by_role("button", name=button).click()
    expect(page.get_by_text("Waiting for a worker.")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="This is what will happen")).to_be_visible()


def apply(page: Page, button: str) -> ImportBatch:
    page.get_by_role("button", name=button).click()
    expect(page.get_by_text("You can leave this page")).to_be_visible()
    applied = work()
    expect(page.get_by_text("In the catalogue since")).to_be_visible()
    return applied


def failed_rows(page: Page) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("link", name="Download 1 failed row").click()
    return Path(download.value.path()).read_bytes()


def mend(page: Page, failed: bytes) -> None:
    """Upload the failed row with its price mended, check it and apply it."""
    mended = {"name": "mended.csv", "mimeType": "text/csv", "buffer": failed.replace(b";12,5O;", b";12,50;")}
    page.get_by_label("Upload the fixed rows").set_input_files(mended)
    check(page, "Check them")
    apply(page, "Apply 1 row")


def undo(page: Page, address: str, *, foretold: str, told: str) -> None:
    """Undo the import at that address: read beforehand and afterwards what comes of it."""
    page.goto(address)
    page.get_by_role("link", name="Undo…").click()
    expect(page.get_by_text(foretold)).to_be_visible()
    page.get_by_role("button", name="Undo the import").click()
    expect(page.get_by_text("You can leave this page")).to_be_visible()
    work()
    expect(page.get_by_text(told)).to_be_visible()


def correct_columns(page: Page) -> None:
    """Say by keyboard and by choice what the columns are, and see the preview follow."""
    expect(page.get_by_label("Encoding")).to_have_value("cp1252")
    price = page.get_by_label("Field for the column Preis")
    expect(price).to_have_value("")
    price.focus()
    page.keyboard.type("price")
    expect(page.get_by_text("“12,5O” is not an amount in")).to_be_visible()
    expect(page.get_by_label("Field for the column Preis")).to_be_focused()
    page.get_by_label("Field for the column Codigo").select_option("sku")
    say_where(page)
    expect(page.get_by_text("“12,5O” is not an amount in USD; did you mean 12,50?")).to_be_visible()
    expect(page.get_by_text("Say which column holds the SKU")).to_be_hidden()


def look_through(page: Page) -> None:
    """See in the preview what changes and what is wrong."""
    page.locator("#tab-change").click()
    expect(page.locator("del").get_by_text("Apple juice")).to_be_visible()
    page.locator("#tab-error").click()
    page.get_by_role("link", name="is not an amount in USD").click()
    expect(page.get_by_text("row 3, price: “12,5O” is not an amount in USD; did you mean 12,50?")).to_be_visible()


def titles() -> set[str]:
    return set(Product.objects.values_list("title", flat=True))


def test_a_broken_file_is_dropped_corrected_mended_applied_and_undone(
    page: Page, log_in, live_server: LiveServer, mallory: User, shop: Seller
) -> None:
    content = broken_file(shop)
    log_in(mallory)
    page.goto(f"{live_server.url}/catalog/products/")
    page.get_by_role("link", name="Import", exact=True).click()
    drop(page, "spring.csv", content)
    correct_columns(page)
    check(page)
    look_through(page)
    failed = failed_rows(page)
    assert "Müslischale" in failed.decode("cp1252")
    first = apply(page, "Apply 2 rows")
    mend(page, failed)
    assert titles() == {"Pear juice", "Müslischale", "Cup"}
    address = live_server.url + first.get_absolute_url()
    undo(page, address, foretold="1 listing gets back what it was before.", told="1 restored, 1 deleted")
    assert titles() == {"Apple juice", "Müslischale"}


def states(shop: Seller, mallory: User) -> dict[str, str]:
    """An import in every state, by what it is called, with the address of its page."""
    known = [factories.product(f"Apple juice {number}", of=shop) for number in range(3)]
    header = "sku,name of article,title,price,currency,market,stock,image_urls"
    lines = [f"{item.sku},x,Pear juice {at},5.49,USD,US,3," for at, item in enumerate(known)]
    lines += [f"NEW{at},x,Mug {at},12.50,USD,US,5,https://cdn.example/{at}.jpg" for at in range(8)]
    lines += [f"BAD{at},x,Jug {at},12.5O,USD,US,5," for at in range(40)] + ["G,x,,5,USD,US,1,", "H,x,Cup,1,XXQ,US,-4,"]
    content = imports.csv_of(*lines, f"{known[0].sku},x,Again,5,USD,US,1,", header=header)
    few = imports.csv_of(f"{known[1].sku},Plum juice,6,USD,US,9", "N,Bowl,3,USD,US,1", "E,Bowl,x,USD,US,1")
    ready = imports.checked(content, of=shop)
    undone = imports.undone(imports.applied(few, of=shop, name="undone.csv"))
    applied = imports.applied(few, of=shop, name="applied.csv")
    guessed = imports.received(b"codigo;titulo;precoi;x\nA;Mug;1,5O;?\n", of=shop, name="guessed.csv")
    failed = imports.received(b"%PDF-1.7", of=shop, name="failed.pdf")
    cancelled = imports.received(few + b"\n", of=shop, name="cancelled.csv")
    services.cancel(cancelled)
    checking = imports.received(few + b"\n\n", of=shop, name="checking.csv")
    services.request_check(checking, mallory)
    applying = imports.checked(imports.csv_of("W,Bowl,3,USD,US,1"), of=shop, name="applying.csv")
    services.request_apply(applying, mallory)
    ImportJob.objects.unfinished().filter(kind="apply").update(stage="write", progress=40)
    PhotoFetch.objects.create(
        product=known[1], url="https://cdn.example/gone.jpg", import_batch_id=applied.pk, state="failed", error="Gone."
    )
    PhotoFetch.objects.create(product=known[1], url="https://cdn.example/next.jpg", import_batch_id=applied.pk)
    wrong = {"name": "UNKNOWN.jpg", "reason": "There is no product with the SKU UNKNOWN."}
    got = {"sku": known[0].sku, "product_id": known[0].pk, "added": ["a.jpg"], "known": []}
    report = {"products": [got], "problems": [wrong], "warnings": [{**wrong, "reason": "It is small."}]}
    archives = [
        PhotoArchive.objects.create(seller=shop, requested_by=mallory, name="photos.zip", state=state, report=said)
        for state, said in (("succeeded", report), ("pending", {}))
    ]
    rows = {"ready": ready, "undone": undone, "applied": applied, "guessed": guessed, "failed": failed,
            "cancelled": cancelled, "checking": checking, "applying": applying}  # fmt: skip
    return {
        "add": "/catalog/imports/add",
        "list": "/catalog/imports/",
        **{name: batch.get_absolute_url() for name, batch in rows.items()},
        "kinds open": f"{ready.get_absolute_url()}?tab=error&kind=price:no-amount",
        "changes": f"{ready.get_absolute_url()}?tab=change",
        "creations": f"{ready.get_absolute_url()}?tab=create",
        "columns again": f"{ready.get_absolute_url()}columns",
        "archive": archives[0].get_absolute_url(),
        "archive waiting": archives[1].get_absolute_url(),
        "undo": f"{applied.get_absolute_url()}undo",
    }


def test_an_import_is_clean_in_every_state(
    inspector: Inspector, log_in, live_server: LiveServer, mallory: User, shop: Seller
) -> None:
    log_in(mallory)
    assert inspector.faults_of(f"{live_server.url}/catalog/imports/") == []
    for address in states(shop, mallory).values():
        assert inspector.faults_of(live_server.url + address) == []


@pytest.mark.parametrize("width", [320, 390])
def test_imports_fit_a_narrow_screen(
    width: int, page: Page, log_in, live_server: LiveServer, mallory: User, shop: Seller
) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    log_in(mallory)
    too_wide = {}
    for name, address in states(shop, mallory).items():
        page.goto(live_server.url + address)
        if (found := page.evaluate("document.documentElement.scrollWidth")) > width:
            too_wide[name] = found
    assert too_wide == {}


def test_without_scripts_a_file_is_corrected_and_checked(
    browser, live_server: LiveServer, mallory: User, shop: Seller, log_in, page: Page
) -> None:
    log_in(mallory)
    context = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    plain = context.new_page()
    plain.goto(f"{live_server.url}/catalog/imports/add")
    plain.locator("#id_file").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": b"x,title\nA,Mug\n"})
    plain.get_by_role("button", name="Go on to the columns").click()
    plain.get_by_label("Field for the column x").select_option("sku")
    plain.get_by_role("button", name="Check the file").click()
    expect(plain.get_by_text("Waiting for a worker.")).to_be_visible()
    assert work().counts["create"] == 1
    context.close()


def test_who_leaves_while_a_file_is_checked_comes_back_to_the_preview(
    page: Page, log_in, live_server: LiveServer, mallory: User, shop: Seller
) -> None:
    batch = imports.received(imports.csv_of("A,Mug,5,USD,US,1"), of=shop)
    services.request_check(batch, mallory)
    log_in(mallory)
    page.goto(live_server.url + batch.get_absolute_url())
    page.get_by_role("link", name="Products").click()
    work()
    page.goto(f"{live_server.url}/accounts/notifications/")
    page.get_by_role("link", name="listings.csv is checked and ready to apply").click()
    expect(page.get_by_role("button", name="Apply 1 row")).to_be_visible()
