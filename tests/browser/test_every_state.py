"""axe looks at the states of pages that come and go: of imports, bulk actions and listings, empty lists, the way in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from catalog import listing_page
from catalog.backtests import services as backtests
from catalog.bulk import services as bulk
from catalog.bulk.kinds import Kind
from catalog.decisions import take_down
from catalog.holding import answer_appeal, make_appeal, place_hold
from catalog.listing_import import jobs as import_jobs
from catalog.listing_import import services
from catalog.listings import edit_listing, values_of
from catalog.models import (
    Backtest,
    BulkAction,
    BulkJob,
    Category,
    Decision,
    Hold,
    ImportBatch,
    ImportJob,
    LaneChoices,
    ListingFacts,
    PhotoFetch,
    Product,
    Seller,
)
from catalog.rule_writing import Wording
from shopadmin.accounts.models import User
from tagging.models import Creator
from tests import factories
from tests.browser.rounds import Walk
from tests.browser.rounds import walk as walk
from tests.browser.test_working import running_job
from tests.catalog import imports, rule_rows, shops
from tests.catalog.bulk_shop import applied, many, previewed
from tests.catalog.finding_rows import explained
from tests.shopadmin import logins

pytestmark = pytest.mark.browser


def worker_fails(job: ImportJob | BulkJob) -> None:
    """Be the worker who gives up."""
    taken = type(job).claim(job.pk)
    assert taken is not None
    taken.fail("The disk is full.")
    (bulk.settle if isinstance(taken, BulkJob) else import_jobs.settle)(taken)


def imports_in_every_state(shop: Seller, user: User) -> dict[str, ImportBatch]:
    """An import in every state, and those whose checking, application or undoing failed."""
    known = [factories.product(f"Apple juice {number}", of=shop) for number in range(9)]

    def file_of(number: int) -> bytes:
        sku = known[number].sku
        return imports.csv_of(
            f"{sku},Pear juice,5.49,USD,US,3", f"N{number},Mug,12.50,USD,US,5", f"E{number},x,y,USD,US,"
        )

    found = {
        "received": imports.received(b"codigo;titulo;precoi\nA;Mug;1,5O\n", of=shop),
        "ready": imports.checked(file_of(0), of=shop),
        "applied": imports.applied(file_of(1), of=shop),
        "undone": imports.undone(imports.applied(file_of(2), of=shop)),
        "failed": imports.received(b"%PDF-1.7", of=shop, name="failed.pdf"),
        "cancelled": imports.received(file_of(3), of=shop),
        "checking": imports.received(file_of(4), of=shop),
        "application failed": imports.checked(file_of(5), of=shop),
        "undoing failed": imports.applied(file_of(6), of=shop),
    }
    corrected = imports.checked(imports.csv_of('A,Mug,"12,5O",EUR,ES,1', "B,Mug,5,EUE,ES,1"), of=shop)
    found["corrected"] = imports.run(services.take_suggestions(corrected, user, "price:no-amount"))
    services.cancel(found["cancelled"])
    worker_fails(services.request_apply(found["application failed"], user))
    worker_fails(services.request_undo(found["undoing failed"], user))
    services.request_check(found["checking"], user)
    elsewhere = {name: factories.seller(name.title(), user) for name in ("applying", "undoing")}
    found["applying"] = imports.checked(file_of(7), of=elsewhere["applying"])
    services.request_apply(found["applying"], user)
    found["undoing"] = imports.applied(file_of(8), of=elsewhere["undoing"])
    services.request_undo(found["undoing"], user)
    ImportJob.objects.unfinished().filter(kind="apply").update(state="pending", stage="write", progress=40)
    return found


def test_an_import_is_clean_in_every_state(walk: Walk, mallory: User) -> None:
    shop = factories.seller("Mine", mallory)
    found = imports_in_every_state(shop, mallory)
    known = Product.objects.filter(seller=shop)[0]
    for state, error in (("pending", ""), ("failed", "Gone."), ("succeeded", ""), ("cancelled", "")):
        PhotoFetch.objects.create(
            product=known,
            url=f"https://cdn.example/{state}.jpg",
            import_batch_id=found["applied"].pk,
            state=state,
            error=error,
        )
    walk.log_in(mallory)
    page = walk.inspector.page
    for name, batch in found.items():
        page.goto(walk.origin + batch.get_absolute_url())
        if name in {"checking", "applying", "undoing"}:
            with page.expect_response("**/progress"):
                pass
        elif name == "applied":
            with page.expect_response("**/photos"):
                pass
        walk.look(f"import {name}")
    walk.visit(f"{found['applied'].get_absolute_url()}undo")
    walk.visit(known.get_absolute_url(), "a listing whose photos are fetched, or are not")
    page.goto(f"{walk.origin}/catalog/imports/add")
    page.route("**/imports/add", lambda route: None if route.request.method == "POST" else route.continue_())
    page.locator("#id_file").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": b"sku,title\nA,Mug\n"})
    page.get_by_role("button", name="Go on to the columns").click(no_wait_after=True)
    walk.look("a file on its way up")

    assert walk.faults == {}
    assert set(ImportBatch.objects.values_list("state", flat=True)) == set(ImportBatch.State.values)
    assert walk.seen >= {"catalog:import-progress", "catalog:import-undo", "catalog:import-photos"}


def test_a_bulk_action_is_clean_in_every_state(walk: Walk, mallory: User, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = factories.seller("Mine", mallory)
    few, more = many(shop, 2, status="live"), many(shop, 4)
    begun = applied(mallory, Kind.STOCK, few, market="", stock=3)
    found = {
        "chosen": bulk.choose(user=mallory, kind=Kind.BRAND, keys=[item.pk for item in few]),
        "ready": previewed(mallory, Kind.REMOVE, few),
        "applied": begun,
        "undone": bulk.undo(action=applied(mallory, Kind.WITHDRAW, few), user=mallory),
    }
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    found["applying"] = applied(mallory, Kind.PRICE, more, market="US", how="raise-percent", value="10", currency="")
    for name in ("undoing", "undoing failed"):
        action = applied(mallory, Kind.STOCK, more, market="", stock=len(name))
        bulk.run_job(action.jobs.get().pk)
        found[name] = bulk.undo(action=BulkAction.objects.get(pk=action.pk), user=mallory)
    found["application failed"] = applied(mallory, Kind.REMOVE, more)
    for name in ("undoing failed", "application failed"):
        worker_fails(found[name].jobs.first())
    walk.log_in(mallory)
    for name, action in found.items():
        walk.inspector.page.goto(walk.origin + action.get_absolute_url())
        if name in {"applying", "undoing"}:
            with walk.inspector.page.expect_response("**/progress"):
                pass
        walk.look(f"bulk action {name}")
    walk.visit("/catalog/products/bulk/")

    assert walk.faults == {}
    assert set(BulkAction.objects.values_list("state", flat=True)) == set(BulkAction.State.values)
    assert "catalog:bulk-progress" in walk.seen


def test_a_listing_is_clean_in_every_status(walk: Walk, mallory: User, alice: User, bob: User) -> None:
    shop = factories.seller("Mine", mallory)
    Category.objects.create(name="Drinks")
    rows = {status: factories.product(f"Juice {status}", of=shop, status=status) for status in Product.Status.values}
    rows["empty"] = factories.product("Nothing yet", of=shop, status="draft", photos=0, brand="")
    rows["appealed"] = factories.product("Juice appealed", of=shop)
    shops.hold(rows["held"])
    make_appeal(hold=shops.hold(rows["appealed"]), text="It is another lot.", actor=mallory)
    page = walk.inspector.page
    for person in (mallory, alice, bob):
        walk.log_in(person)
        for name in rows if person == mallory else ("held", "appealed", "removed"):
            walk.visit(rows[name].get_absolute_url(), f"a listing that is {name}, as {person}")
    walk.log_in(mallory)
    page.goto(walk.origin + rows["live"].get_absolute_url())
    fresh = Product.objects.get(pk=rows["live"].pk)
    edit_listing(product=fresh, values=replace(values_of(fresh), title="Theirs"), actor=alice)
    page.evaluate("htmx.ajax('GET', document.querySelector('.news').getAttribute('hx-get'), '.news')")
    expect(page.locator(".news")).to_contain_text("changed Title")
    for label, typed, offered in (
        ("Brand", "brav", "#brand-options option"),
        ("Category", "dri", "#category-options option"),
    ):
        page.get_by_label(label).fill(typed)
        expect(page.locator(offered)).to_have_count(1)
    walk.look("a listing that somebody else has changed meanwhile")

    assert walk.faults == {}
    assert set(Product.objects.values_list("status", flat=True)) == set(Product.Status.values)
    assert walk.seen >= {"catalog:product-news", "catalog:brand-suggest", "catalog:category-suggest"}


def test_lists_are_clean_when_empty_and_while_one_filters_them(
    walk: Walk, mallory: User, erin: Creator, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = (
        (mallory, ("catalog:product-list", "catalog:import-list", "catalog:bulk-list", "catalog:seller-list")),
        (mallory, ("accounts:audit-list", "accounts:notification-list", "accounts:token-list", "mfa_index")),
        (alice, ("catalog:appeal-list", "catalog:trader-list", "catalog:authorization-queue", "catalog:brand-list")),
        (alice, ("catalog:category-list", "catalog:seller-list", "tagging:video-list", "tagging:job-list")),
        (erin.user, ("tagging:video-list", "tagging:job-list", "tagging:notice-list", "tagging:consent")),
    )
    for person, names in empty:
        walk.log_in(person)
        for name in names:
            walk.visit(reverse(name), f"{name} with nothing in it, as {person}")
    monkeypatch.setattr(listing_page, "SIZE", 2)
    for number in range(5):
        factories.product(f"Juice {number}", of=factories.seller("Mine", mallory))
    job = running_job(erin)
    walk.log_in(mallory)
    page = walk.inspector.page
    page.goto(walk.origin + reverse("catalog:product-list"))
    expect(page.locator("#count")).to_have_text("5 products")
    page.get_by_text("More filters").click()
    page.locator("#filter-brand").press_sequentially("bra")
    expect(page.locator("#brands option")).to_have_count(1)
    walk.look("a list while one types into a filter")
    walk.log_in(erin.user)
    page.goto(walk.origin + reverse("tagging:job-detail", args=[job.pk]))
    with page.expect_response("**/progress"):
        pass
    walk.look("a job that runs")

    assert walk.faults == {}
    assert walk.seen >= {"catalog:product-count", "catalog:brand-suggest", "tagging:job-progress"}


def test_the_way_in_is_clean(walk: Walk, alice: User) -> None:
    seller, owner = shops.owned()
    open_one, late = shops.invited(seller, owner), shops.invited(seller, owner, "late@example.com")
    shops.expire(late.invitation)
    walk.log_in(None)
    for what, token in (("an invitation", open_one.token), ("one that has run out", late.token), ("none", "x")):
        walk.visit(f"/catalog/invitations/{token}/", what)
    logins.authenticator_app(alice)
    logins.passkey(alice)
    page = walk.inspector.page
    page.goto(f"{walk.origin}/accounts/login/")
    page.get_by_label("E-mail address").fill("alice@example.com")
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_label("Code")).to_be_visible()
    walk.look("the second step")

    assert walk.faults == {}
    assert walk.seen >= {"catalog:invitation-answer", "mfa_authenticate"}


def test_a_backtest_is_clean_in_every_state(walk: Walk, alice: User) -> None:
    rule_rows.known(factories.product("Cheap mug"))
    ListingFacts.objects.update(verdict="clean")
    wording = Wording(text=rule_rows.CHEAP, lane=LaneChoices.HOLD)
    found = {}
    for name in ("pending", "cancelled", "failed", "succeeded"):
        found[name] = backtests.start_backtest(wording=wording, by=alice, rule=rule_rows.rule(name, alice))
    backtests.cancel(backtest=found["cancelled"])
    backtests.run_backtest(found["succeeded"].pk)
    taken = Backtest.claim(found["failed"].pk)
    assert taken is not None
    taken.fail("The disk is full.")
    walk.log_in(alice)
    for name, test in found.items():
        walk.inspector.page.goto(walk.origin + test.get_absolute_url())
        if name == "pending":
            with walk.inspector.page.expect_response("**/progress"):
                pass
        walk.look(f"backtest {name}")

    assert walk.faults == {}
    assert "catalog:backtest-progress" in walk.seen


def test_the_queue_and_decisions_are_clean_in_every_state(walk: Walk, alice: User, bob: User, mallory: User) -> None:
    live = rule_rows.live("Cheap", alice, bob, severity=4)
    walk.log_in(alice)
    walk.visit("/catalog/findings/", "an empty queue")
    found = [
        rule_rows.found(live, factories.product(title), explanation=explained()) for title in ("Bag", "Cap", "Mug")
    ]
    wrong, _similar = (
        take_down(product=each.product, ground=Hold.Ground.COUNTERFEIT, explanation="Copied.", by=bob, findings=[each])
        for each in found[:2]
    )
    walk.visit(wrong.get_absolute_url(), "a decision that stands")
    assert wrong.hold is not None
    appeal = make_appeal(hold=wrong.hold, text="It is genuine.", actor=mallory)
    answer_appeal(appeal=appeal, is_upheld=False, answer="You are right.", actor=alice)
    Decision.objects.filter(pk=wrong.pk).update(decided_at=timezone.now() - timedelta(hours=1))
    walk.visit(wrong.get_absolute_url(), "a decision that was overturned")
    assert walk.inspector.page.locator("#similar input[type=checkbox]").count() == 1
    rule_rows.found(live, factories.product("Hat"), explanation=explained())
    for by in ("brand", "seller", "photo"):
        walk.visit(f"/catalog/findings/?by={by}", f"the queue by {by}")
    page = walk.inspector.page
    page.goto(f"{walk.origin}/catalog/findings/?by=seller")
    page.locator(".queue-group").first.click()
    page.locator("#together > summary").click()
    walk.look("deciding on a group")
    page.locator("#take-down textarea").fill(" ")
    page.locator("#do-take-down").click()
    expect(page.get_by_text("Say why: the seller reads it, and can appeal.")).to_be_visible()
    walk.look("a decision without reasons")

    assert walk.faults == {}


def test_holds_are_clean_in_each_state_of_their_appeals(walk: Walk, mallory: User, alice: User, bob: User) -> None:
    shop = factories.seller("Corner Shop", mallory)
    holds = [
        place_hold(
            product=factories.product(title, of=shop),
            ground=Hold.Ground.OTHER,
            explanation="Wrong.",
            remedy="",
            actor=bob,
        )
        for title in ("Without a statement", "Appealed once", "Appealed twice")
    ]
    holds[0].decisions.all().delete()
    for number, hold in enumerate(holds):
        for _time in range(number):
            invoice = SimpleUploadedFile("invoice.jpg", factories.jpeg(), content_type="image/jpeg")
            appeal = make_appeal(hold=hold, text="It is fine.", actor=mallory, documents=[invoice])
            answer_appeal(appeal=appeal, is_upheld=True, answer="We cannot tell.", actor=alice)
    walk.log_in(mallory)
    for hold in holds:
        walk.visit(f"{hold.product.get_absolute_url()}#hold", f"{hold.product.title}: the listing")
        for decision in hold.decisions.all():
            walk.visit(decision.get_absolute_url(), f"{hold.product.title}: the decision")

    assert walk.faults == {}
