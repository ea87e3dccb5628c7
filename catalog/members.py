"""What people do with sellers and those who work there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from shopadmin.accounts.models import User

from .membership import MemberRole
from .models import Seller, SellerMember

SLUG_LENGTH = 50


class LastOwner(Exception):
    """The change would leave a seller without an owner."""


class NoSuchMember(Exception):
    """The member is gone: somebody else was faster."""


def add_seller(*, name: str) -> Seller:
    """Add a seller; its short name is made of its name, with a number where another seller has that already."""
    base = slugify(name)[: SLUG_LENGTH - 4] or "seller"
    number = 1
    while True:
        slug = base if number == 1 else f"{base}-{number}"
        seller, is_new = Seller.objects.get_or_create(slug=slug, defaults={"name": name})
        if is_new:
            return seller
        number += 1


def change_role(*, seller: Seller, member_id: int, role: MemberRole) -> SellerMember:
    """Make a member something else. Raises `LastOwner` or `NoSuchMember`."""
    with _members_locked(seller):
        member = _member(seller, member_id)
        if member.role == MemberRole.OWNER and role != MemberRole.OWNER:
            _refuse_last_owner(seller, member)
        member.role = role
        member.save(update_fields=["role"])
    return member


def remove_member(*, seller: Seller, member_id: int) -> SellerMember:
    """Take somebody out of a seller, and back the invitations that they sent and nobody has answered yet.

    Raises `LastOwner` or `NoSuchMember`.
    """
    with _members_locked(seller):
        member = _member(seller, member_id)
        if member.role == MemberRole.OWNER:
            _refuse_last_owner(seller, member)
        seller.invitations.open().filter(invited_by=member.user).update(revoked_at=timezone.now())
        SellerMember.objects.filter(pk=member.pk).delete()
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


def member_addresses(seller: Seller) -> set[str]:
    """Return the e-mail addresses of those who work there; asks the database."""
    return set(User.objects.filter(memberships__seller=seller).values_list("email", flat=True))
