"""Staff decide on trader files: those that wait, as they were looked at, and never on their own."""

from __future__ import annotations

from functools import partial

import pytest

from catalog.membership import MemberRole
from catalog.models import TraderFile, TraderVerification
from catalog.trader_checks import (
    ChangedMeanwhile,
    Incomplete,
    OwnFile,
    decide,
    save_file,
)
from catalog.trader_file import TraderState, fingerprint, missing
from shopadmin.accounts.models import Notification, User
from tests import factories
from tests.catalog import shops
from tests.catalog.traders import address, trader

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
Outcome = TraderVerification.Outcome


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
