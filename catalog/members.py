"""What people do with sellers and those who work there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import slugify

from shopadmin.accounts.audit.recording import record
from shopadmin.accounts.models import User
from shopadmin.accounts.permissions import Permission

from .membership import MemberRole, member_roles_with
from .models import Seller, SellerMember

SLUG_LENGTH = 50


class LastOwner(Exception):
    """The change would leave a seller without an owner."""


class NoSuchMember(Exception):
    """The member is gone: somebody else was faster."""


@transaction.atomic
def add_seller(*, name: str, by: User) -> Seller:
    """Add a seller; its short name is made of its name, with a number where another seller has that already."""
    base = slugify(name)[: SLUG_LENGTH - 4] or "seller"
    number = 1
    while True:
        slug = base if number == 1 else f"{base}-{number}"
        seller, is_new = Seller.objects.get_or_create(slug=slug, defaults={"name": name})
        if is_new:
            record(by, "seller.added", seller, after={"name": name}, tenant_key=seller.pk)
            return seller
        number += 1


@transaction.atomic
def rename_seller(*, seller: Seller, name: str, by: User) -> None:
    """Give a seller another name; its short name stays."""
    before = seller.name
    seller.rename(name)
    record(by, "seller.renamed", seller, before={"name": before}, after={"name": name}, tenant_key=seller.pk)


def change_role(*, seller: Seller, member_id: int, role: MemberRole, by: User) -> SellerMember:
    """Make a member something else. Raises `LastOwner` or `NoSuchMember`."""
    with _members_locked(seller):
        member = _member(seller, member_id)
        if member.role == MemberRole.OWNER and role != MemberRole.OWNER:
            _refuse_last_owner(seller, member)
        before, member.role = member.role, role
        member.save(update_fields=["role"])
        who = member.user.email
        record(
            by,
            "seller.member-changed",
            seller,
            before={"member": who, "role": before},
            after={"member": who, "role": role},
            tenant_key=seller.pk,
        )
    return member


def remove_member(*, seller: Seller, member_id: int, by: User) -> SellerMember:
    """Take somebody out of a seller, and back the invitations that they sent and nobody has answered yet.

    Raises `LastOwner` or `NoSuchMember`.
    """
    with _members_locked(seller):
        member = _member(seller, member_id)
        if member.role == MemberRole.OWNER:
            _refuse_last_owner(seller, member)
        seller.invitations.open().filter(invited_by=member.user).update(revoked_at=timezone.now())
        SellerMember.objects.filter(pk=member.pk).delete()
        before = {"member": member.user.email, "role": member.role}
        record(by, "seller.member-removed", seller, before=before, tenant_key=seller.pk)
    return member


@contextmanager
def _members_locked(seller: Seller) -> Iterator[None]:
    """Let changes of a seller's members come one after the other, so that two owners cannot leave at once."""
    with transaction.atomic():
        Seller.objects.select_for_update(no_key=True).get(pk=seller.pk)
        yield


def _member(seller: Seller, member_id: int) -> SellerMember:
    member = seller.memberships.select_related("user").filter(pk=member_id).first()
    if member is None:
        raise NoSuchMember
    return member


def _refuse_last_owner(seller: Seller, member: SellerMember) -> None:
    """Raise `LastOwner` unless somebody else who can log in is an owner too."""
    others = seller.memberships.filter(role=MemberRole.OWNER, user__is_active=True).exclude(pk=member.pk)
    if not others.exists():
        raise LastOwner


def people_with(permission: Permission, seller: Seller) -> QuerySet[User]:
    """Return those who may do `permission` as members of the seller."""
    roles = member_roles_with(permission)
    return User.objects.filter(memberships__seller=seller, memberships__role__in=roles)
