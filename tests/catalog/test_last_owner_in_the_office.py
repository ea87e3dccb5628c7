"""The back office leaves no shop without an owner, on whichever way."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from catalog.membership import MemberRole
from catalog.models import Seller, SellerMember
from shopadmin.accounts.models import User
from tests import factories
from tests.tagging.worker_process import wait_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
PEOPLE = "admin:accounts_user_changelist"


@pytest.fixture
def office(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root@example.com", name="Root"))
    return client


@pytest.fixture
def shop(mallory: User) -> Seller:
    return factories.seller("Corner Shop", mallory)


def delete(office: Client, user: User) -> str:
    return office.post(reverse("admin:accounts_user_delete", args=[user.pk]), {"post": "yes"}).content.decode()


def delete_together(office: Client, *users: User) -> str:
    data = {"action": "delete_selected", "_selected_action": [user.pk for user in users], "post": "yes"}
    return office.post(reverse(PEOPLE), data).content.decode()


def shut_out(office: Client, user: User) -> str:
    data = {
        "email": user.email, "name": user.name, "joined_at_0": "2026-01-01", "joined_at_1": "12:00:00",
    }  # fmt: skip
    return office.post(reverse("admin:accounts_user_change", args=[user.pk]), data).content.decode()


SENTENCE = "Corner Shop would have no owner. Make somebody else an owner there first."


@pytest.mark.parametrize("way", [delete, delete_together, shut_out])
def test_a_shops_last_owner_stays_and_the_page_says_why(way: object, office: Client, shop: Seller) -> None:
    owner = shop.members.get()

    assert SENTENCE in way(office, owner)  # type: ignore[operator]

    owner.refresh_from_db()
    assert owner.is_active
    assert shop.role_of(owner) == MemberRole.OWNER


def test_two_owners_cannot_be_deleted_together(office: Client, shop: Seller, charlie: User) -> None:
    SellerMember.objects.create(seller=shop, user=charlie, role=MemberRole.OWNER)

    assert SENTENCE in delete_together(office, *shop.members.all())
    assert shop.members.count() == 2


@pytest.mark.parametrize("way", [delete, delete_together, shut_out])
def test_somebody_who_leaves_another_owner_can_go(way: object, office: Client, shop: Seller, charlie: User) -> None:
    owner = shop.members.get()
    SellerMember.objects.create(seller=shop, user=charlie, role=MemberRole.OWNER)

    assert SENTENCE not in way(office, owner)  # type: ignore[operator]
    assert not User.objects.filter(pk=owner.pk, is_active=True).exists()


def test_an_owner_who_cannot_log_in_does_not_count(office: Client, shop: Seller, charlie: User) -> None:
    SellerMember.objects.create(seller=shop, user=charlie, role=MemberRole.OWNER)
    User.objects.filter(pk=charlie.pk).update(is_active=False)

    assert SENTENCE in delete(office, shop.members.get(is_active=True))


def test_an_editor_can_be_deleted(office: Client, shop: Seller, charlie: User) -> None:
    SellerMember.objects.create(seller=shop, user=charlie, role=MemberRole.EDITOR)

    assert SENTENCE not in delete(office, charlie)
    assert not User.objects.filter(pk=charlie.pk).exists()


def test_the_page_of_a_shop_changes_no_member(office: Client, shop: Seller) -> None:
    page = office.get(reverse("admin:catalog_seller_change", args=[shop.pk]))
    [members] = page.context["inline_admin_formsets"]
    prefix = members.formset.prefix
    row = shop.memberships.get()
    data = {
        "name": shop.name, "slug": shop.slug, f"{prefix}-TOTAL_FORMS": "1", f"{prefix}-INITIAL_FORMS": "1",
        f"{prefix}-0-id": row.pk, f"{prefix}-0-seller": shop.pk, f"{prefix}-0-role": "viewer",
        f"{prefix}-0-DELETE": "on",
    }  # fmt: skip

    office.post(reverse("admin:catalog_seller_change", args=[shop.pk]), data)

    assert shop.memberships.get().role == MemberRole.OWNER


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", [delete, delete_together, shut_out])
def test_two_admins_at_once_cannot_let_one_owner_each_go(way: object, office: Client, shop: Seller) -> None:
    """The second waits until the first has ended, and then sees that the other owner is gone."""
    owner, other = shop.members.get(), factories.user("olive")
    SellerMember.objects.create(seller=shop, user=other, role=MemberRole.OWNER)
    pages: list[str] = []

    def second() -> None:
        try:
            pages.append(way(office, owner))  # type: ignore[operator]
        finally:
            connection.close()

    with transaction.atomic():
        Seller.objects.lock_owned_by([other])
        admin = threading.Thread(target=second)
        admin.start()
        wait_for(lambda: is_somebody_waiting() or not admin.is_alive(), 30, "the second admin")
        SellerMember.objects.filter(user=other).delete()
    admin.join(timeout=60)

    assert SENTENCE in pages[0]
    assert User.objects.filter(pk=owner.pk, is_active=True).exists()


def is_somebody_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_locks WHERE NOT granted")
        return bool(cursor.rowcount)
