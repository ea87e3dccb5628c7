"""Trader files: what a seller says about itself, its word for it, and who reads that."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from catalog.membership import MemberRole
from catalog.models import TraderFile
from catalog.trader_checks import (
    NotOwnFile,
    certify,
    save_file,
)
from catalog.trader_file import TraderState, missing
from shopadmin.accounts.models import AuditEntry, User
from tests.catalog import shops
from tests.catalog.traders import address, trader

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


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


def test_reviewers_do_not_read_the_file_but_viewers_of_the_seller_do(login, bob: User) -> None:
    seller, _ = shops.owned()
    vera = shops.member(seller, "vera", MemberRole.VIEWER)

    assert login(bob).get(address(seller)).status_code == 403
    assert login(vera).get(address(seller)).status_code == 200
