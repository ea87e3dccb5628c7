"""Inviting people to work for a seller, and accepting: secrets are in mails and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import Group
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shopadmin.accounts.audit.recording import record
from shopadmin.accounts.models import User
from shopadmin.accounts.notifications.sending import notify
from shopadmin.accounts.permissions import Permission
from shopadmin.accounts.roles import Role

from .members import people_with
from .membership import MemberRole
from .models import Seller, SellerInvitation, SellerMember
from .models.sellers import invitation_end

MAX_OPEN = 50
MAX_A_DAY = 100
RESEND_AFTER = timedelta(minutes=1)


class AlreadyMember(Exception):
    """Somebody with that address works for the seller already."""


class TooMany(Exception):
    """The seller has invited as many people as it may for now."""


class TooSoon(Exception):
    """The invitation was sent a moment ago."""


class NotOpen(Exception):
    """The invitation was accepted or taken back, or has run out."""


class WrongPerson(Exception):
    """The invitation is for another address."""


class HasLogin(Exception):
    """There is a login with the invitation's address already."""


@dataclass(frozen=True, slots=True)
class Written:
    """An invitation and its secret; the secret is empty when an open invitation was left as it is."""

    invitation: SellerInvitation
    token: str


@transaction.atomic
def invite(*, seller: Seller, email: str, role: MemberRole, by: User) -> Written:
    """Write an invitation. An address that was invited already keeps its invitation, which gets the new role.

    Raises `AlreadyMember` or `TooMany`.
    """
    Seller.objects.select_for_update(no_key=True).get(pk=seller.pk)
    email = email.strip().lower()
    if seller.memberships.filter(user__email=email).exists():
        raise AlreadyMember
    known = seller.invitations.open().filter(email=email).first()
    if known:
        before, known.role = known.role, role
        known.save(update_fields=["role"])
        _record(by, "seller.invitation-changed", known, before={"email": email, "role": before})
        return Written(known, "")
    lately = seller.invitations.filter(created_at__gt=timezone.now() - timedelta(days=1))
    if seller.invitations.open().count() >= MAX_OPEN or lately.count() >= MAX_A_DAY:
        raise TooMany
    invitation = SellerInvitation(seller=seller, email=email, role=role, invited_by=by)
    token = invitation.renew_token()
    invitation.save()
    _record(by, "seller.member-invited", invitation)
    return Written(invitation, token)


@transaction.atomic
def resend(*, invitation: SellerInvitation, by: User) -> Written:
    """Give an invitation a new secret and another 14 days; the old secret is worth nothing from now on.

    Raises `NotOpen` when it was accepted or taken back, `TooSoon` within a minute of the last mail.
    """
    locked = SellerInvitation.objects.select_for_update().select_related("seller", "invited_by").get(pk=invitation.pk)
    if locked.accepted_at or locked.revoked_at:
        raise NotOpen
    if timezone.now() - locked.sent_at < RESEND_AFTER:
        raise TooSoon
    token = locked.renew_token()
    locked.expires_at = invitation_end()
    locked.save(update_fields=["token_sha256", "expires_at"])
    _record(by, "seller.invitation-sent-again", locked)
    return Written(locked, token)


@transaction.atomic
def revoke(*, invitation: SellerInvitation, by: User) -> None:
    """Take an invitation back, so that its secret opens nothing any more. Raises `NotOpen`."""
    waiting = SellerInvitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True, revoked_at__isnull=True)
    if not waiting.update(revoked_at=timezone.now()):
        raise NotOpen
    _record(by, "seller.invitation-taken-back", invitation)


def mail(*, written: Written, link: str) -> None:
    """Send the invitation with its link. Raises what the mail server raises."""
    invitation = written.invitation
    context = {"invitation": invitation, "seller": invitation.seller, "link": link}
    subject = _("%(who)s invites you to %(seller)s") % {
        "who": _on_one_line(str(invitation.invited_by)),
        "seller": _on_one_line(invitation.seller.name),
    }
    body = render_to_string("catalog/invitation_mail.txt", context)
    EmailMessage(subject, body, to=[invitation.email]).send()


@transaction.atomic
def accept(*, invitation: SellerInvitation, user: User) -> SellerMember:
    """Make the user a member as the invitation says, and a merchant. Once, however often it is tried at once.

    Who is a member already stays what they are. Raises `NotOpen` or `WrongPerson`.
    """
    locked = _locked(invitation)
    if user.email != locked.email:
        raise WrongPerson
    return _join(locked, user)


@transaction.atomic
def accept_with_new_login(*, invitation: SellerInvitation, name: str, password: str) -> SellerMember:
    """Add a login with the invitation's address, and accept with it: the secret came by mail to that address.

    Raises `NotOpen`, or `HasLogin` when somebody has that address already.
    """
    locked = _locked(invitation)
    if User.objects.filter(email=locked.email).exists():
        raise HasLogin
    return _join(locked, User.objects.create_user(locked.email, password, name=name))


def _locked(invitation: SellerInvitation) -> SellerInvitation:
    """Return the invitation, locked, if its secret is still the one that was shown and it can be accepted."""
    waiting = SellerInvitation.objects.open().filter(token_sha256=invitation.token_sha256)
    locked = waiting.select_for_update(of=("self",)).select_related("seller").filter(pk=invitation.pk).first()
    if locked is None:
        raise NotOpen
    return locked


def _join(invitation: SellerInvitation, user: User) -> SellerMember:
    member, _is_new = SellerMember.objects.get_or_create(
        seller=invitation.seller, user=user, defaults={"role": invitation.role}
    )
    user.groups.add(Group.objects.get(name=Role.MERCHANT.value))
    invitation.accepted_by, invitation.accepted_at = user, timezone.now()
    invitation.save(update_fields=["accepted_by", "accepted_at"])
    _record(user, "seller.member-joined", invitation)
    notify(
        people_with(Permission.MANAGE_MEMBERS, invitation.seller).exclude(pk=user.pk),
        kind="member.invited",
        title=format_lazy(gettext_lazy("{who} works for {seller} now"), who=user, seller=invitation.seller),
        url=reverse("catalog:member-list", args=[invitation.seller.slug]),
        key=f"member-joined:{invitation.pk}",
    )
    return member


def _record(by: User, action: str, invitation: SellerInvitation, before: Mapping[str, object] | None = None) -> None:
    """Write into the seller's history what became of an invitation."""
    after = {"email": invitation.email, "role": invitation.role}
    record(by, action, invitation.seller, before=before, after=after, tenant_key=invitation.seller_id)


def _on_one_line(text: str) -> str:
    """Return the text without line breaks, which a mail's subject may not have."""
    return " ".join(text.split())
