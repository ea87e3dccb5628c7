"""The permission to sell a protected brand: asked for with a document, decided by others, held to place and time."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from catalog.authorizations import AlreadyDecided, OwnRequest, authorised, decide, withdraw
from catalog.documents import MAX_DOCUMENT_BYTES
from catalog.membership import MemberRole
from catalog.models import Brand, BrandAuthorization, Seller
from shopadmin.accounts.models import AuditEntry, Notification, User
from shopadmin.accounts.roles import Role
from tests import factories
from tests.catalog import shops

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
State = BrandAuthorization.State
TODAY = date(2026, 3, 15)


def asked(**fields: object) -> tuple[Seller, User, Brand, BrandAuthorization]:
    seller, owner = shops.owned()
    brand = shops.protected_brand()
    return seller, owner, brand, shops.authorization(seller, brand, by=owner, **fields)


def form(**fields: object) -> dict[str, object]:
    return {"brand": "luxor", "territory": "", "valid_from": "2026-01-01", "document": shops.document(), **fields}


def test_an_editor_asks_for_a_brand_with_a_document(login) -> None:
    seller, _ = shops.owned()
    luxor = shops.protected_brand()
    eddy = shops.member(seller, "eddy", MemberRole.EDITOR)
    data = form(territory="FR", document=shops.document(shops.picture("JPEG"), "../../etc/passwd.pdf"))

    response = login(eddy).post(f"/catalog/sellers/{seller.slug}/authorizations/ask", data)

    row = BrandAuthorization.objects.get()
    assert response.status_code == 302
    assert (row.brand, row.territory, row.asked_by, row.state) == (luxor, "FR", eddy, State.ASKED)
    assert Path(row.document.name).name == "document.jpg"
    assert "passwd" not in row.document.name


@pytest.mark.parametrize(("change", "fault"), [
    ({"brand": "Nobody"}, "We know no brand of that name."),
    ({"brand": "Open"}, "Everybody may sell this brand"),
    ({"valid_until": "2025-12-31"}, "cannot end before it starts"),
    ({"valid_from": "2020-01-01", "valid_until": "2021-01-01"}, "This is over already"),
    ({"territory": "XX"}, "Select a valid choice"),
    ({"document": shops.document(b"<html><script>alert(1)</script>", "x.pdf")}, "not a readable PDF"),
    ({"document": shops.document(b"MZ\x90", "x.png")}, "not a readable PDF"),
    ({"document": shops.document(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "x.png")}, "not a readable PDF"),
    ({"document": shops.document(b"%PDF-1.7 and nothing else")}, "not a readable PDF"),
    ({"document": shops.document(shops.PDF + b"\0" * MAX_DOCUMENT_BYTES)}, "larger than 10 MB"),
    ({"document": shops.document(b"")}, "submitted file is empty"),
    ({"document": ""}, "Add the document"),
])  # fmt: skip
def test_a_bad_request_is_refused_with_the_reason(login, change: dict[str, object], fault: str) -> None:
    seller, owner = shops.owned()
    shops.protected_brand()
    Brand.objects.create(name="Open")
    if change.get("document"):
        change["document"].seek(0)

    response = login(owner).post(f"/catalog/sellers/{seller.slug}/authorizations/ask", form(**change))

    assert response.status_code == 422
    assert fault in response.content.decode()
    assert not BrandAuthorization.objects.exists()


def test_a_document_is_shown_to_its_seller_and_to_those_who_decide_only(client: Client, bob: User, paula: User) -> None:
    seller, owner, _brand, row = asked()
    vera = shops.member(seller, "vera", MemberRole.VIEWER)
    _, other = shops.owned("Theirs", "zed")
    address = f"/catalog/authorizations/{row.pk}/document"

    statuses = {}
    for person in (owner, paula, bob, vera, other):
        client.force_login(person)
        statuses[person.name] = client.get(address).status_code

    assert statuses == {"Olive": 200, "Paula": 200, "Bob": 404, "Vera": 404, "Zed": 404}


@pytest.mark.parametrize(("content", "content_type", "disposition"), [
    (shops.PDF, "application/pdf", "attachment"), (shops.picture("PNG"), "image/png", "inline"),
])  # fmt: skip
def test_a_document_is_served_so_that_nothing_in_it_runs(
    login, content: bytes, content_type: str, disposition: str
) -> None:
    _seller, owner, _brand, row = asked(document=shops.document(content))

    response = login(owner).get(f"/catalog/authorizations/{row.pk}/document")

    assert b"".join(response.streaming_content) == content
    assert response["Content-Type"] == content_type
    assert response["Content-Disposition"].startswith(disposition)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"


def test_staff_grant_with_a_reason_and_the_seller_is_told(login, paula: User) -> None:
    _seller, owner, _brand, row = asked()

    response = login(paula).post(
        f"/catalog/authorizations/{row.pk}/decide", {"decision": "grant", "reason": "Letter checked."}
    )

    row.refresh_from_db()
    assert response.url == row.get_absolute_url()
    assert (row.state, row.decided_by, row.reason) == (State.GRANTED, paula, "Letter checked.")
    told = Notification.objects.get()
    assert (told.recipient, told.body) == (owner, "Letter checked.")
    assert AuditEntry.objects.get(action="authorization.granted").reason == "Letter checked."


@pytest.mark.parametrize("data", [{"decision": "grant"}, {"reason": "Fine."}, {"decision": "maybe", "reason": "Hm."}])
def test_a_decision_without_choice_or_reason_is_refused(login, paula: User, data: dict[str, str]) -> None:
    *_, row = asked()

    assert login(paula).post(f"/catalog/authorizations/{row.pk}/decide", data).status_code == 422
    row.refresh_from_db()
    assert row.state == State.ASKED


def test_nobody_decides_on_their_own_request_nor_on_that_of_their_seller(login, alice: User) -> None:
    seller, _owner, brand, _row = asked()
    own = shops.authorization(seller, brand, by=alice)
    grant = {"decision": "grant", "reason": "Trust me."}

    assert login(alice).post(f"/catalog/authorizations/{own.pk}/decide", grant).status_code == 403
    colleague = factories.user("ada", Role.ADMIN)
    factories.seller(seller.name, colleague, MemberRole.VIEWER)
    with pytest.raises(OwnRequest):
        decide(authorization=own, is_granted=True, reason="For us.", by=colleague)


def test_the_database_refuses_a_decision_by_the_one_who_asked(db: None) -> None:
    _seller, owner, _brand, row = asked()

    with pytest.raises(IntegrityError, match="decided_by_another"), transaction.atomic():
        row.decide(state=State.GRANTED, by=owner, reason="Mine.")


def test_what_was_decided_is_not_decided_again(paula: User) -> None:
    *_, row = asked()
    decide(authorization=row, is_granted=False, reason="No.", by=paula)

    with pytest.raises(AlreadyDecided):
        decide(authorization=row, is_granted=True, reason="Yes.", by=paula)
    with pytest.raises(AlreadyDecided):
        withdraw(authorization=row, reason="Too late.", by=paula)


@pytest.mark.parametrize("who", ["owner", "staff"])
def test_the_seller_and_staff_take_a_grant_back(login, paula: User, who: str) -> None:
    seller, owner, brand, row = asked(state=State.GRANTED, staff=factories.user("pat", Role.POLICY))
    assert authorised(seller=seller, brand=brand, market="US", on=TODAY)

    client = login(owner if who == "owner" else paula)
    client.post(f"/catalog/authorizations/{row.pk}/withdraw", {"reason": "It ended."})

    row.refresh_from_db()
    assert row.state == State.WITHDRAWN
    assert not authorised(seller=seller, brand=brand, market="US", on=TODAY)


@pytest.mark.parametrize(("fields", "market", "on", "may"), [
    ({}, "US", TODAY, True),
    ({"territory": "FR"}, "FR", TODAY, True),
    ({"territory": "FR"}, "US", TODAY, False),
    ({"valid_from": TODAY}, "US", TODAY, True),
    ({"valid_from": TODAY + timedelta(days=1)}, "US", TODAY, False),
    ({"valid_until": TODAY}, "US", TODAY, True),
    ({"valid_until": TODAY - timedelta(days=1)}, "US", TODAY, False),
])  # fmt: skip
def test_a_grant_holds_in_its_territory_and_time(
    paula: User, fields: dict[str, object], market: str, on: date, may: bool
) -> None:
    seller, _owner, brand, _row = asked(state=State.GRANTED, staff=paula, **fields)
    other = factories.seller("Other")

    assert authorised(seller=seller, brand=brand, market=market, on=on) is may
    assert not authorised(seller=other, brand=brand, market=market, on=on)


@pytest.mark.parametrize("state", [State.ASKED, State.REFUSED, State.WITHDRAWN])
def test_what_is_not_granted_opens_nothing(paula: User, state: str) -> None:
    seller, _owner, brand, _row = asked(state=state, staff=paula)

    assert not authorised(seller=seller, brand=brand, market="US", on=TODAY)
    assert not Brand.objects.open_to(seller, market="US", on=TODAY).filter(pk=brand.pk).exists()


def test_a_brand_that_is_not_protected_is_open_to_all(db: None) -> None:
    brand = Brand.objects.create(name="Open")

    assert authorised(seller=factories.seller(), brand=brand, market="US", on=TODAY)


def test_the_queue_shows_what_waits_and_what_ends_soon(login, paula: User) -> None:
    seller, owner, brand, row = asked()
    today = timezone.localdate()
    granted = partial(shops.authorization, seller, brand, by=owner, state=State.GRANTED, staff=paula)
    soon = granted(valid_until=today + timedelta(days=30))
    granted(valid_until=today + timedelta(days=31))
    granted(valid_until=today - timedelta(days=1))
    client = login(paula)

    def shown(queue: str) -> list[int]:
        return [item.pk for item in client.get(f"/catalog/authorizations/?queue={queue}").context["page"].rows]

    assert shown("asked") == [row.pk]
    assert shown("expiring") == [soon.pk]
    assert len(shown("granted")) == 3
    assert len(shown("all")) == 4


def test_the_lists_of_authorisations_ask_as_often_for_many_as_for_one(login, paula: User) -> None:
    seller, owner, brand, _row = asked()
    client = login(paula)
    pages = ("/catalog/authorizations/", f"/catalog/sellers/{seller.slug}/authorizations/")
    before = [shops.queries_of(client, page) for page in pages]
    for _ in range(4):
        shops.authorization(seller, brand, by=owner)

    assert [shops.queries_of(client, page) for page in pages] == before
    assert max(before) <= 8
