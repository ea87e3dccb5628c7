"""Brands: found by any spelling, protected, merged; and the permission to sell protected ones."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.authorizations import AlreadyDecided, OwnRequest, authorised, decide, withdraw
from catalog.brand_names import NameEmpty, NameTaken, SameBrand, add_alias, add_brand, merge_brands
from catalog.documents import MAX_DOCUMENT_BYTES
from catalog.membership import MemberRole
from catalog.models import Brand, BrandAlias, BrandAuthorization, Product, Seller
from catalog.models.brands import FoldedField
from shopadmin.accounts.models import AuditEntry, Notification, User
from shopadmin.accounts.roles import Role
from tests import factories
from tests.catalog import shops
from tests.catalog.races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
State = BrandAuthorization.State
TODAY = date(2026, 3, 15)


# Names


def test_a_brand_is_found_by_its_exact_name_by_one_that_folds_alike_and_by_an_alias(django_assert_num_queries) -> None:
    loreal, bravo = Brand.objects.create(name="L'Oréal"), Brand.objects.create(name="Bravo")
    BrandAlias.objects.create(brand=bravo, name="Bravo Foods")
    names = ["L'Oréal", "LOREAL ", "l oreal", "bravo-foods", "Bravo", "Nobody", ""]

    with django_assert_num_queries(1):
        found = Brand.objects.resolve(names)

    assert found == dict(zip(names, [loreal, loreal, loreal, bravo, bravo, None, None], strict=True))


def test_nothing_is_asked_for_no_names(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert Brand.objects.resolve([]) == {}


def test_brands_that_fold_alike_are_only_known_by_their_exact_names(db: None) -> None:
    soap, chocolate = Brand.objects.create(name="Dove"), Brand.objects.create(name="DOVE!")

    found = Brand.objects.resolve(["Dove", "DOVE!", "dove"])

    assert found == {"Dove": soap, "DOVE!": chocolate, "dove": None}


def test_a_name_wins_over_an_alias(db: None) -> None:
    bravo, other = Brand.objects.create(name="Bravo"), Brand.objects.create(name="Other")
    BrandAlias.objects.create(brand=other, name="bravo")

    assert Brand.objects.resolve(["BRAVO"]) == {"BRAVO": bravo}


def test_brands_without_letters_are_not_mixed_up(db: None) -> None:
    one, two = Brand.objects.create(name="!!!"), Brand.objects.create(name="???")

    assert Brand.objects.resolve(["!!!", "???", "..."]) == {"!!!": one, "???": two, "...": None}


def test_the_folded_form_follows_the_name_also_in_bulk_and_however_long(db: None) -> None:
    Brand.objects.bulk_create([Brand(name="Ünïcode"), Brand(name="\ufdfa" * 100)])
    row = Brand.objects.get(name="Ünïcode")
    row.name = "Plain"
    row.save(update_fields=["name", "folded"])

    assert set(Brand.objects.values_list("folded", flat=True)) == {"plain", FoldedField.key("\ufdfa" * 100)}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=30), max_size=8))
def test_whatever_it_is_called_a_brand_is_found_by_its_own_name(names: list[str]) -> None:
    with transaction.atomic():
        Brand.objects.bulk_create([Brand(name=name) for name in set(names)])

        assert {name: brand.name for name, brand in Brand.objects.resolve(names).items()} == {n: n for n in names}
        transaction.set_rollback(True)


def test_a_new_name_that_another_brand_has_names_that_brand(login, paula: User) -> None:
    bravo, other = Brand.objects.create(name="Bravo"), Brand.objects.create(name="Other")
    BrandAlias.objects.create(brand=bravo, name="Bravo Foods")
    client = login(paula)

    for path, data in (
        ("add", {"name": "BRAVO"}),
        (f"{other.pk}/edit", {"name": "bravo foods"}),
        (f"{other.pk}/aliases/add", {"alias": "Brávo"}),
    ):
        response = client.post(f"/catalog/brands/{path}", data)
        assert response.status_code == 422
        assert "“Bravo” is called that already." in response.content.decode()
    assert set(Brand.objects.values_list("name", flat=True)) == {"Bravo", "Other"}


def test_a_name_without_letters_is_refused(paula: User) -> None:
    with pytest.raises(NameEmpty):
        add_brand(name="!!!", by=paula)


def test_a_brand_may_keep_its_name_when_it_is_edited(login, paula: User) -> None:
    bravo = Brand.objects.create(name="Bravo")

    login(paula).post(f"/catalog/brands/{bravo.pk}/edit", {"name": "BRAVO", "owner": "Bravo AB", "is_protected": "on"})

    bravo.refresh_from_db()
    assert (bravo.name, bravo.owner, bravo.is_protected) == ("BRAVO", "Bravo AB", True)
    assert AuditEntry.objects.get(action="brand.edited").before == {"name": "Bravo", "owner": "", "is_protected": False}


def test_aliases_come_and_go(login, paula: User) -> None:
    bravo = Brand.objects.create(name="Bravo")
    client = login(paula)

    client.post(f"/catalog/brands/{bravo.pk}/aliases/add", {"alias": "Bravo Foods"})
    alias = bravo.aliases.get()
    assert Brand.objects.resolve(["bravofoods"])["bravofoods"] == bravo
    client.post(f"/catalog/brands/{bravo.pk}/aliases/{alias.pk}/remove")
    client.post(f"/catalog/brands/{bravo.pk}/aliases/{alias.pk}/remove")

    assert not bravo.aliases.exists()
    assert sorted(AuditEntry.objects.values_list("action", flat=True)) == ["brand.alias-added", "brand.alias-removed"]


def test_merchants_read_brands_and_change_none(login, mallory: User) -> None:
    bravo = Brand.objects.create(name="Bravo")
    client = login(mallory)

    assert "Save the brand" not in client.get(f"/catalog/brands/{bravo.pk}/").content.decode()
    for path in ("edit", "merge", "aliases/add"):
        assert client.post(f"/catalog/brands/{bravo.pk}/{path}", {"name": "Mine"}).status_code == 403


def test_a_merchant_counts_only_own_products_and_sees_only_own_authorisations(login, alice: User) -> None:
    mine, owner = shops.owned("Mine")
    theirs, other = shops.owned("Theirs", "zed")
    luxor = shops.protected_brand()
    factories.product("Own perfume", of=mine, brand="Luxor")
    factories.product("Foreign perfume", of=theirs, brand="Luxor")
    shops.authorization(theirs, luxor, by=other)
    client = login(owner)

    page = client.get(f"/catalog/brands/{luxor.pk}/")

    assert client.get("/catalog/brands/").context["rows"] == [(luxor, 1)]
    assert "Foreign perfume" not in page.content.decode()
    assert "Theirs" not in page.content.decode()
    assert login(alice).get("/catalog/brands/").context["rows"] == [(luxor, 2)]


@pytest.mark.parametrize("words", ["loreal", "L'ORÉ", "oréal par"])
def test_the_list_is_searched_by_name_and_alias_whatever_the_spelling(login, paula: User, words: str) -> None:
    brand = Brand.objects.create(name="L'Oréal")
    brand.aliases.create(name="Loreal Paris")
    Brand.objects.create(name="Bravo")

    assert login(paula).get("/catalog/brands/", {"q": words}).context["rows"] == [(brand, 0)]


def test_the_list_asks_as_often_for_many_brands_as_for_one(login, paula: User) -> None:
    shops.protected_brand().aliases.create(name="Lux")
    client = login(paula)
    before = shops.queries_of(client, "/catalog/brands/")
    for number in range(5):
        Brand.objects.create(name=f"Brand {number}").aliases.create(name=f"Alias {number}")
        factories.product(brand=f"Brand {number}")

    assert shops.queries_of(client, "/catalog/brands/") == before <= 8


# Merging


def merging() -> tuple[Brand, Brand, Product]:
    kept, absorbed = Brand.objects.create(name="Bravo"), shops.protected_brand("Bravo Foods", owner="Bravo AB")
    absorbed.aliases.create(name="Bravissimo")
    return kept, absorbed, factories.product(brand="Bravo Foods")


def test_a_merge_says_first_what_it_does_and_then_does_it(login, paula: User) -> None:
    kept, absorbed, product = merging()
    seller, owner = shops.owned()
    asked = shops.authorization(seller, absorbed, by=owner)
    client = login(paula)

    preview = client.get(f"/catalog/brands/{kept.pk}/merge", {"absorbed": "bravissimo"})
    assert (preview.context["effect"].products, preview.context["effect"].authorizations) == (1, 1)
    assert Brand.objects.filter(pk=absorbed.pk).exists()
    client.post(f"/catalog/brands/{kept.pk}/merge", {"absorbed": "Bravo Foods"})

    version = product.version
    product.refresh_from_db()
    kept.refresh_from_db()
    asked.refresh_from_db()
    assert (product.brand, product.version, asked.brand) == (kept, version + 1, kept)
    assert (kept.is_protected, kept.owner) == (True, "Bravo AB")
    assert set(kept.aliases.values_list("name", flat=True)) == {"Bravo Foods", "Bravissimo"}
    assert Brand.objects.resolve(["BRAVO foods"])["BRAVO foods"] == kept
    assert not Brand.objects.filter(pk=absorbed.pk).exists()
    moved = AuditEntry.objects.get(action="listing.edited")
    assert (moved.target_key, moved.tenant_key) == (str(product.pk), product.seller_id)
    assert AuditEntry.objects.get(action="brand.merged").after == {"absorbed": "Bravo Foods", "products": 1}


def test_merging_many_products_asks_as_often_as_merging_one(paula: User) -> None:
    def merge(products: int) -> int:
        kept, absorbed, _ = merging()
        for _number in range(products - 1):
            factories.product(brand=absorbed.name)
        with CaptureQueriesContext(connection) as queries:
            merge_brands(kept=kept, absorbed=absorbed, by=paula)
        Product.objects.all().delete()
        Brand.objects.all().delete()
        return len(queries)

    assert merge(1) == merge(12)


def test_a_brand_is_not_merged_into_itself(login, paula: User) -> None:
    bravo = Brand.objects.create(name="Bravo")

    response = login(paula).post(f"/catalog/brands/{bravo.pk}/merge", {"absorbed": "BRAVO"})

    assert response.status_code == 422
    with pytest.raises(SameBrand):
        merge_brands(kept=bravo, absorbed=bravo, by=paula)


def test_a_brand_that_nobody_knows_is_not_merged(login, paula: User) -> None:
    bravo = Brand.objects.create(name="Bravo")

    assert login(paula).get(f"/catalog/brands/{bravo.pk}/merge", {"absorbed": "Nobody"}).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_two_merges_at_once_lose_no_product() -> None:
    factories.rows_of_migrations()
    paula = factories.user("paula", Role.POLICY)
    one, two = Brand.objects.create(name="One"), Brand.objects.create(name="Two")
    products = [factories.product(brand=name).pk for name in ("One", "Two")]

    results = at_once([
        partial(merge_brands, kept=one, absorbed=two, by=paula),
        partial(merge_brands, kept=two, absorbed=one, by=paula),
    ])  # fmt: skip

    assert sum(isinstance(result, Brand.DoesNotExist) for result in results) == 1
    assert Product.objects.filter(pk__in=products, brand=Brand.objects.get()).count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_alias_added_at_once_is_added_once() -> None:
    factories.rows_of_migrations()
    paula = factories.user("paula", Role.POLICY)
    brands = [Brand.objects.create(name=f"Brand {number}") for number in range(8)]

    results = at_once([partial(add_alias, brand=brand, name="Shared", by=paula) for brand in brands])

    assert sum(isinstance(result, NameTaken) for result in results) == 7
    assert BrandAlias.objects.count() == 1


# Authorisations


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
