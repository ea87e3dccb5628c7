"""Trader files: what a seller says, its word for it, what staff decide, and the clocks."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest
import time_machine
from django.utils import timezone

from catalog import trader_checks
from catalog.membership import MemberRole
from catalog.models import MonthlySales, Seller, TraderFile, TraderVerification
from catalog.trader_checks import (
    ChangedMeanwhile,
    Incomplete,
    NotOwnFile,
    OwnFile,
    certify,
    decide,
    months_of,
    record_sales,
    save_file,
    standing_of,
    traders_of,
)
from catalog.trader_file import TraderState, fingerprint, missing
from shopadmin.accounts.models import AuditEntry, Notification, User
from tests import factories
from tests.catalog import shops
from tests.catalog.races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
Outcome = TraderVerification.Outcome


def address(seller: Seller, verb: str = "") -> str:
    return f"/catalog/sellers/{seller.slug}/trader/{verb}"


def trader(seller: Seller) -> trader_checks.Trader:
    return traders_of([seller])[seller.pk]


def test_an_owner_fills_the_file_in(login) -> None:
    seller, owner = shops.owned()

    response = login(owner).post(address(seller, "edit"), shops.FILE)

    assert response.url == address(seller)
    assert trader(seller).contents == shops.FILE
    assert trader(seller).state == TraderState.WAITING


def test_half_a_file_can_be_saved_and_the_page_says_what_is_missing(login) -> None:
    seller, owner = shops.owned()
    client = login(owner)

    client.post(address(seller, "edit"), {"legal_name": "Mercado Norte S.L."})
    page = client.get(address(seller))

    assert trader(seller).state == TraderState.INCOMPLETE
    assert "Still missing:" in page.content.decode()
    assert [name for name, _label in page.context["missing"]] == missing({"legal_name": "x"})


@pytest.mark.parametrize(("field", "value", "fault"), [
    ("payment_account_last4", "ES9121000418450200051332", "exactly the last four"),
    ("payment_account_last4", "12", "exactly the last four"),
    ("phone", "call me", "no phone number"),
    ("email", "nobody", "valid email address"),
    ("country", "XX", "Select a valid choice"),
])  # fmt: skip
def test_a_bad_field_is_refused_with_the_reason_and_nothing_is_saved(login, field: str, value: str, fault: str) -> None:
    seller, owner = shops.owned()

    response = login(owner).post(address(seller, "edit"), shops.FILE | {field: value})

    assert response.status_code == 422
    assert fault in response.content.decode()
    assert not TraderFile.objects.exists()


def test_saving_the_same_again_changes_nothing_and_outdates_no_verification(login, paula: User) -> None:
    seller, owner = shops.owned()
    shops.complete_file(seller)
    shops.verified(seller, paula)

    login(owner).post(address(seller, "edit"), shops.FILE)

    assert trader(seller).state == TraderState.VERIFIED


def test_a_change_outdates_the_verification_and_marks_the_line(login, paula: User) -> None:
    seller, owner = shops.owned()
    shops.complete_file(seller)
    shops.verified(seller, paula)
    client = login(owner)

    client.post(address(seller, "edit"), shops.FILE | {"city": "Barcelona"})
    page = client.get(address(seller))

    assert trader(seller).state == TraderState.OUTDATED
    assert [fact.name for fact in page.context["facts"] if fact.is_changed] == ["city"]
    assert seller.verifications.get().verified["city"] == "Madrid"


def test_an_odd_tax_number_is_a_warning_and_no_obstacle(login) -> None:
    seller, owner = shops.owned()
    client = login(owner)

    client.post(address(seller, "edit"), shops.FILE | {"tax_number": "B58378432"})

    assert "does not look like one of that country" in client.get(address(seller)).content.decode()
    assert trader(seller).state == TraderState.WAITING
    client.post(address(seller, "edit"), shops.FILE)
    assert "does not look like one of that country" not in client.get(address(seller)).content.decode()


def test_customers_see_neither_tax_number_nor_account(login) -> None:
    seller, owner = shops.owned()
    shops.complete_file(seller)

    public = login(owner).get(address(seller)).context["public"]

    assert public[0] == "Mercado Norte S.L."
    assert "28013 Madrid" in public
    assert "Spain" in public
    assert not any(secret in line for line in public for secret in ("B58378431", "4821"))


def test_the_log_keeps_what_customers_see_and_only_that_the_rest_changed(db: None) -> None:
    seller, owner = shops.owned()

    save_file(seller=seller, contents=shops.FILE, by=owner)

    entry = AuditEntry.objects.get(action="trader.edited")
    assert entry.after["city"] == "Madrid"
    assert entry.after["tax_number"] == entry.after["payment_account_last4"] == "•••"
    assert entry.tenant_key == seller.pk


def test_an_owner_certifies_a_complete_file_for_a_year(login) -> None:
    seller, owner = shops.owned()
    shops.complete_file(seller)
    client = login(owner)

    assert client.post(address(seller, "certify"), {}).status_code == 422
    client.post(address(seller, "certify"), {"is_true": "on"})

    assert trader(seller).file.certified_by == owner
    assert trader(seller).is_certified
    with time_machine.travel(timezone.now() + timedelta(days=367)):
        assert not trader(seller).is_certified


def test_a_file_that_lacks_something_cannot_be_certified(login) -> None:
    seller, owner = shops.owned()

    page = login(owner).post(address(seller, "certify"), {"is_true": "on"}, follow=True).content.decode()

    assert "Complete the file first" in page
    assert not trader(seller).is_certified


def test_nobody_certifies_for_a_seller_for_which_they_do_not_work(login, alice: User) -> None:
    seller, _ = shops.owned()
    shops.complete_file(seller)

    assert login(alice).post(address(seller, "certify"), {"is_true": "on"}).status_code == 403
    with pytest.raises(NotOwnFile):
        certify(seller=seller, by=alice)


def test_staff_verify_a_file_with_a_snapshot_and_the_owner_is_told(login, paula: User) -> None:
    seller, owner = shops.owned()
    shops.member(seller, "vera", MemberRole.VIEWER)
    shops.complete_file(seller)
    client = login(paula)
    seen = client.get(address(seller)).context["seen"]

    client.post(address(seller, "decide"), {"outcome": "verified", "note": "", "seen": seen})

    check = seller.verifications.get()
    assert (check.by, check.verified) == (paula, shops.FILE)
    assert trader(seller).state == TraderState.VERIFIED
    assert [row.recipient for row in Notification.objects.select_related("recipient")] == [owner]


@pytest.mark.parametrize("outcome", ["more needed", "refused"])
def test_whoever_does_not_verify_says_why(login, paula: User, outcome: str) -> None:
    seller, owner = shops.owned()
    shops.complete_file(seller)
    client = login(paula)
    seen = client.get(address(seller)).context["seen"]

    silent = client.post(address(seller, "decide"), {"outcome": outcome, "note": " ", "seen": seen})
    client.post(address(seller, "decide"), {"outcome": outcome, "note": "The register knows nobody.", "seen": seen})

    assert silent.status_code == 422
    assert "Say what is wrong" in silent.content.decode()
    assert seller.verifications.get().note == "The register knows nobody."
    assert "The register knows nobody." in login(owner).get(address(seller)).content.decode()


def test_no_decision_is_chosen_beforehand(login, paula: User) -> None:
    seller, _ = shops.owned()
    shops.complete_file(seller)

    assert login(paula).post(address(seller, "decide"), {"outcome": "", "note": ""}).status_code == 422
    assert not seller.verifications.exists()


def test_a_file_that_changed_while_it_was_looked_at_is_not_verified(login, paula: User) -> None:
    seller, owner = shops.owned()
    shops.complete_file(seller)
    client = login(paula)
    seen = client.get(address(seller)).context["seen"]
    save_file(seller=seller, contents=shops.FILE | {"legal_name": "Somebody Else S.L."}, by=owner)

    page = client.post(address(seller, "decide"), {"outcome": "verified", "seen": seen}, follow=True).content.decode()

    assert "was changed while you looked at it" in page
    assert not seller.verifications.exists()


def test_nobody_verifies_an_incomplete_file_nor_their_own(alice: User) -> None:
    seller, owner = shops.owned()
    empty = partial(decide, seller=seller, outcome=Outcome.VERIFIED, note="", seen=fingerprint({}))

    with pytest.raises(Incomplete):
        empty(by=alice)
    with pytest.raises(OwnFile):
        empty(by=owner)
    with pytest.raises(ChangedMeanwhile):
        decide(seller=seller, outcome=Outcome.REFUSED, note="No.", seen="", by=alice)


def test_staff_who_work_for_the_seller_are_refused(login, alice: User) -> None:
    seller, _ = shops.owned()
    factories.seller(seller.name, alice)
    shops.complete_file(seller)
    seen = fingerprint(trader(seller).contents)

    assert login(alice).post(address(seller, "decide"), {"outcome": "verified", "seen": seen}).status_code == 403


def test_reviewers_do_not_read_the_file_but_viewers_of_the_seller_do(login, bob: User) -> None:
    seller, _ = shops.owned()
    vera = shops.member(seller, "vera", MemberRole.VIEWER)

    assert login(bob).get(address(seller)).status_code == 403
    assert login(vera).get(address(seller)).status_code == 200


def test_the_queue_holds_complete_files_that_wait_the_longest_waiting_first(login, paula: User) -> None:
    waiting, verified, changed, begun = (shops.owned(name, f"owner-{name}")[0] for name in ("w", "v", "c", "b"))
    for seller in (waiting, verified, changed):
        shops.complete_file(seller)
    save_file(seller=begun, contents=shops.FILE | {"city": ""}, by=paula)
    shops.verified(verified, paula)
    shops.verified(changed, paula)
    save_file(seller=changed, contents=shops.FILE | {"city": "Vigo"}, by=paula)
    client = login(paula)

    def shown(queue: str) -> list[str]:
        return [file.seller.name for file, _ in client.get(f"/catalog/traders/?queue={queue}").context["rows"]]

    assert shown("") == ["w", "c"]
    assert shown("incomplete") == ["b"]
    assert len(shown("all")) == 4


@pytest.mark.parametrize("field", list(shops.FILE))
def test_the_condition_for_rows_says_the_same_as_the_pure_one(field: str) -> None:
    seller, owner = shops.owned()
    for contents in (shops.FILE | {field: ""}, shops.FILE | {field: "", "country": "AE"}):
        save_file(seller=seller, contents=contents, by=owner)

        assert TraderFile.objects.incomplete().exists() == bool(missing(contents))
        assert TraderFile.objects.complete().exists() != bool(missing(contents))


def test_sales_add_up_by_month_and_currency(db: None) -> None:
    seller, _ = shops.owned()
    for _ in range(2):
        record_sales(seller=seller, month=date(2026, 3, 15), currency="USD", sales=3, value_minor=1000)
    record_sales(seller=seller, month=date(2026, 3, 31), currency="EUR", sales=1, value_minor=500)

    rows = MonthlySales.objects.order_by("currency").values_list("month", "currency", "sales_count", "value_minor")
    assert list(rows) == [(date(2026, 3, 1), "EUR", 1, 500), (date(2026, 3, 1), "USD", 6, 2000)]
    assert [month.sales for month in months_of(seller)] == [6]


def test_the_day_on_which_the_line_is_passed_is_noted_once(db: None) -> None:
    seller, _ = shops.owned()
    sell = partial(record_sales, seller=seller, currency="USD", sales=150, value_minor=300_000)

    with time_machine.travel("2026-03-10T12:00Z"):
        sell(month=date(2026, 3, 1))
        assert trader(seller).file is None
        sell(month=date(2026, 3, 1))
    with time_machine.travel("2026-04-20T12:00Z"):
        sell(month=date(2026, 4, 1))

    assert trader(seller).file.high_volume_since == date(2026, 3, 10)
    standing = standing_of(trader(seller), months_of(seller), date(2026, 3, 12))
    assert standing.clocks[0].due == date(2026, 3, 20)
    assert standing.clocks[0].days_left(date(2026, 3, 14)) == 6


def test_euros_do_not_count_and_the_page_says_so(login) -> None:
    seller, owner = shops.owned()
    shops.sold(seller, {1: (1000, 10**8)}, "EUR")

    page = login(owner).get(address(seller))

    assert page.context["standing"].since is None
    assert "Sales in EUR are not counted here." in page.content.decode()


def test_the_page_of_a_busy_seller_shows_what_is_due(login) -> None:
    seller, owner = shops.owned()
    shops.sold(seller, {1: (400, 10**7)})

    page = login(owner).get(address(seller)).content.decode()

    assert "days late" in page or "due in" in page
    assert "consumers in the US are shown who sells" in page


def test_a_seller_that_stays_silent_is_said_to_be_suspended(login) -> None:
    seller, owner = shops.owned()
    shops.sold(seller, {12: (400, 10**7)})

    assert "silent for longer than the INFORM Act allows" in login(owner).get(address(seller)).content.decode()


def test_the_page_and_the_queue_ask_as_often_for_much_as_for_little(login, paula: User) -> None:
    seller, _owner = shops.owned()
    shops.complete_file(seller)
    client = login(paula)
    before = [shops.queries_of(client, page) for page in (address(seller), "/catalog/traders/")]
    shops.sold(seller, dict.fromkeys(range(20), (1, 100)))
    for number in range(4):
        other, _ = shops.owned(f"Shop {number}")
        shops.complete_file(other)
        decide(
            seller=seller,
            outcome=Outcome.MORE_NEEDED,
            note="More.",
            seen=fingerprint(trader(seller).contents),
            by=paula,
        )

    assert [shops.queries_of(client, page) for page in (address(seller), "/catalog/traders/")] == before
    assert max(before) <= 14


@pytest.mark.django_db(transaction=True)
def test_sales_recorded_at_once_are_all_counted() -> None:
    factories.rows_of_migrations()
    seller, _ = shops.owned()

    results = at_once(
        [partial(record_sales, seller=seller, month=date(2026, 3, 1), currency="USD", sales=1, value_minor=7)] * 20
    )

    assert not [result for result in results if isinstance(result, Exception)]
    row = MonthlySales.objects.get()
    assert (row.sales_count, row.value_minor) == (20, 140)
