"""Sellers: their list, the page of each, adding and renaming."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client

from catalog.members import add_seller
from catalog.membership import MemberRole
from catalog.models import Seller, SellerInvitation
from shopadmin.accounts.models import User
from tests import factories
from tests.catalog import shops

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
LIST = "/catalog/sellers/"


def test_a_merchant_with_one_shop_goes_straight_to_it(login) -> None:
    seller, owner = shops.owned()
    factories.seller("Foreign")

    assert login(owner).get(LIST).url == f"/catalog/sellers/{seller.slug}/"


def test_a_merchant_with_two_shops_sees_both_and_no_other(login) -> None:
    _, owner = shops.owned("First")
    shops.owned("Second")
    factories.seller("Foreign")

    page = login(owner).get(LIST)

    assert [row.seller.name for row in page.context["rows"]] == ["First", "Second"]


def test_a_merchant_without_a_shop_is_told_what_to_do(login, mallory: User) -> None:
    assert "Ask the owner of the shop to invite you" in login(mallory).get(LIST).content.decode()


def test_staff_search_all_sellers_by_name(login, bob: User) -> None:
    factories.seller("Mercado Norte")
    factories.seller("Corner Shop")

    rows = login(bob).get(f"{LIST}?q=NORTE").context["rows"]

    assert [row.seller.name for row in rows] == ["Mercado Norte"]


def test_htmx_gets_the_rows_only(login, bob: User) -> None:
    response = login(bob).get(LIST, headers={"HX-Request": "true"})

    assert b"<html" not in response.content
    assert b'id="results"' in response.content


def test_the_list_asks_as_often_for_many_sellers_as_for_one(login, bob: User) -> None:
    shops.owned()
    client = login(bob)
    before = shops.queries_of(client, LIST)
    for number in range(5):
        seller, _owner = shops.owned(f"Shop {number}", f"owner{number}")
        shops.complete_file(seller)
        factories.product(of=seller)

    assert shops.queries_of(client, LIST) == before <= 12


def test_the_list_goes_on_page_by_page(login, bob: User) -> None:
    for number in range(30):
        factories.seller(f"Shop {number:02}")
    client = login(bob)

    first = client.get(LIST).context
    second = client.get(LIST + first["page"].older).context

    assert [row.seller.name for row in (*first["rows"], *second["rows"])] == [
        f"Shop {number:02}" for number in range(30)
    ]


def test_the_page_counts_listings_stale_prices_holds_people_and_sales(login) -> None:
    seller, owner = shops.owned()
    shops.member(seller, "eddy", MemberRole.EDITOR)
    fresh, stale = factories.product(of=seller), factories.product(of=seller)
    factories.product(of=seller, status="draft")
    factories.product(of=factories.seller("Foreign"))
    stale.offers.update(price_refreshed_at="2020-01-01T00:00Z")
    shops.hold(fresh)
    shops.sold(seller, {0: (3, 100), 23: (4, 100)})

    overview = login(owner).get(f"/catalog/sellers/{seller.slug}/").context["overview"]

    assert {value: count for value, _word, count in overview.listings} == {
        "draft": 1,
        "live": 1,
        "held": 1,
        "removed": 0,
    }
    assert (overview.stale_prices, overview.open_holds, overview.members) == (1, 1, 2)
    assert overview.sales == 7
    assert [bar.number for bar in overview.sparkline.bars] == [4, *[0] * 22, 3]


def test_the_page_asks_as_often_with_much_as_with_little(login) -> None:
    seller, owner = shops.owned()
    client = login(owner)
    before = shops.queries_of(client, f"/catalog/sellers/{seller.slug}/")
    for number in range(4):
        factories.product(of=seller)
        shops.member(seller, f"person{number}", MemberRole.VIEWER)
    shops.sold(seller, dict.fromkeys(range(20), (1, 1)))

    assert shops.queries_of(client, f"/catalog/sellers/{seller.slug}/") == before <= 16


def test_the_shop_of_others_does_not_exist_for_a_merchant(login, mallory: User) -> None:
    seller, _ = shops.busy_shop()
    client = login(mallory)

    for page in ("", "members/", "trader/", "authorizations/", "edit", "trader/edit", "authorizations/ask"):
        assert client.get(f"/catalog/sellers/{seller.slug}/{page}").status_code == 404, page


def test_a_viewer_sees_the_shop_and_may_change_nothing(login) -> None:
    seller, owner = shops.owned()
    invitation = shops.invited(seller, owner).invitation
    viewer = shops.member(seller, "vera", MemberRole.VIEWER)
    membership = seller.memberships.get(user=owner)
    client = login(viewer)
    base = f"/catalog/sellers/{seller.slug}"

    assert client.get(f"{base}/").status_code == 200
    assert client.get(f"{base}/members/").status_code == 200
    assert client.get(f"{base}/trader/").status_code == 200
    for path in (
        "/edit", "/trader/edit", "/trader/certify", "/trader/decide", "/authorizations/ask", "/invitations/add",
        f"/members/{membership.pk}/role", f"/members/{membership.pk}/remove",
        f"/invitations/{invitation.pk}/resend", f"/invitations/{invitation.pk}/revoke",
    ):  # fmt: skip
        assert client.post(base + path, {"role": "viewer", "name": "Mine"}).status_code == 403, path
    assert client.get(f"{base}/authorizations/").status_code == 403
    seller.refresh_from_db()
    assert seller.name == "Mercado Norte"


def test_an_editor_may_not_manage_the_shop(login) -> None:
    seller, _ = shops.owned()
    client = login(shops.member(seller, "eddy", MemberRole.EDITOR))

    assert client.post(f"/catalog/sellers/{seller.slug}/edit", {"name": "Mine"}).status_code == 403
    assert client.post(f"/catalog/sellers/{seller.slug}/invitations/add", {}).status_code == 403
    assert client.get(f"/catalog/sellers/{seller.slug}/authorizations/").status_code == 200


def test_a_member_who_lost_the_role_of_a_merchant_sees_nothing(login) -> None:
    seller, owner = shops.owned()
    owner.groups.clear()

    assert login(owner).get(f"/catalog/sellers/{seller.slug}/").status_code == 403


def test_an_owner_renames_the_shop_and_its_address_stays(login) -> None:
    seller, owner = shops.owned()

    response = login(owner).post(f"/catalog/sellers/{seller.slug}/edit", {"name": "Mercado del Norte"})

    seller.refresh_from_db()
    assert (seller.name, seller.slug, response.url) == (
        "Mercado del Norte",
        "mercado-norte",
        "/catalog/sellers/mercado-norte/",
    )


def test_a_shop_without_a_name_is_refused_with_a_reason(login) -> None:
    seller, owner = shops.owned()

    response = login(owner).post(f"/catalog/sellers/{seller.slug}/edit", {"name": " "})

    assert response.status_code == 422
    assert "Give the seller a name." in response.content.decode()


def test_an_admin_adds_a_seller_and_invites_its_owner(login, alice: User) -> None:
    response = login(alice).post("/catalog/sellers/add", {"name": "Nueva Tienda", "owner": "New@Example.com"})

    seller = Seller.objects.get(name="Nueva Tienda")
    invitation = SellerInvitation.objects.get(seller=seller)
    assert response.url == f"/catalog/sellers/{seller.slug}/members/"
    assert (invitation.email, invitation.role) == ("new@example.com", "owner")
    assert mail.outbox[0].to == ["new@example.com"]


def test_two_sellers_of_one_name_get_different_short_names(alice: User) -> None:
    slugs = [add_seller(name=name, by=alice).slug for name in ("Café Sol", "Café Sol", "Cafe sol", "日本", "!!!")]

    assert slugs == ["cafe-sol", "cafe-sol-2", "cafe-sol-3", "seller", "seller-2"]


def test_nobody_but_an_admin_adds_sellers(client: Client, bob: User, mallory: User) -> None:
    for person in (bob, mallory):
        client.force_login(person)
        assert client.post("/catalog/sellers/add", {"name": "Mine"}).status_code == 403
    assert not Seller.objects.exists()
