"""Who sees and does what on the pages of bulk actions: members, colleagues, staff, and those who left."""

from __future__ import annotations

import pytest
from django.test import Client

from catalog.bulk.kinds import Kind
from catalog.membership import MemberRole
from catalog.models import BulkAction
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from tests import factories

from .bulk_buttons import BULK, LIST, choose, press, text_of
from .bulk_shop import applied

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


def test_to_the_wrong_merchant_an_action_does_not_exist(merchant: Client, shop, client: Client) -> None:
    item = factories.product(of=shop)
    choose(merchant, "remove", item)
    address = BulkAction.objects.get().get_absolute_url()
    oscar = factories.user("oscar", Role.MERCHANT)
    factories.seller("Theirs", oscar)
    client.force_login(oscar)

    for verb in ("preview", "apply", "undo", "cancel"):
        assert client.post(f"{address}{verb}").status_code == 404
    for page in ("", "progress"):
        assert client.get(f"{address}{page}").status_code == 404
    client.force_login(User.objects.get(email="mallory@example.com"))
    press(client, "apply")
    client.force_login(oscar)
    assert client.post(f"{address}undo").status_code == 404
    assert "Nothing yet" in text_of(client.get(BULK))
    item.refresh_from_db()
    assert item.status == "removed"


def test_a_viewer_sees_no_bar_and_may_do_nothing(client: Client) -> None:
    vera = factories.user("vera", Role.MERCHANT)
    item = factories.product(of=factories.seller("Mine", vera, MemberRole.VIEWER))
    client.force_login(vera)

    assert 'id="selection"' not in client.get(LIST).content.decode()
    assert client.post(f"{BULK}choose", {"kind": "remove", "product": item.pk}).status_code == 403


def test_a_merchant_may_not_hold_and_a_reviewer_may_do_nothing(merchant: Client, shop, bob: User) -> None:
    item = factories.product(of=shop)
    assert merchant.post(f"{BULK}choose", {"kind": "hold", "product": item.pk}).status_code == 403
    assert "Choose what to do" in choose(merchant, "nonsense", item)
    merchant.force_login(bob)
    assert merchant.post(f"{BULK}choose", {"kind": "remove", "product": item.pk}).status_code == 403
    assert 'id="selection"' not in merchant.get(LIST).content.decode()


def test_colleagues_see_and_undo_what_was_done_to_their_shop_but_no_previews(merchant: Client, shop) -> None:
    item = factories.product(of=shop)
    choose(merchant, "remove", item)
    address = BulkAction.objects.get().get_absolute_url()
    olga = factories.user("olga", Role.MERCHANT)
    factories.seller("Mine", olga, MemberRole.EDITOR)
    colleague = Client()
    colleague.force_login(olga)

    assert colleague.get(address).status_code == 404
    press(merchant, "apply")
    assert "Mallory" in text_of(colleague.get(BULK))
    assert colleague.post(f"{address}apply").status_code == 404
    press(colleague, "undo")

    item.refresh_from_db()
    assert (item.status, BulkAction.objects.get().undone_by) == ("live", olga)


def test_merchants_do_not_see_what_staff_decided(merchant: Client, shop) -> None:
    petra = factories.user("petra", Role.POLICY)
    action = applied(petra, Kind.HOLD, [factories.product(of=shop)], ground="other", explanation="Look", remedy="")

    assert merchant.get(action.get_absolute_url()).status_code == 404
    assert "Petra" not in merchant.get(BULK).content.decode()


def test_who_left_a_shop_no_longer_sees_its_listings_in_old_actions(merchant: Client, shop, mallory: User) -> None:
    applied(mallory, Kind.REMOVE, [factories.product("Secret", of=shop)])
    address = BulkAction.objects.get().get_absolute_url()
    page = merchant.get(address).content.decode()
    assert "Secret" in page
    assert 'id="undo"' in page
    shop.memberships.all().delete()

    page = merchant.get(address).content.decode()

    assert "Secret" not in page
    assert 'id="undo"' not in page
