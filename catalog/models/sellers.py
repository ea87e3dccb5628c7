"""Who sells, and who works there."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shopadmin.accounts.permissions import Permission, Scope

from ..membership import MemberRole, member_roles_with, permissions_in

if TYPE_CHECKING:
    from shopadmin.accounts.models import User

INVITATION_DAYS = 14


class MemberRoleChoices(models.TextChoices):
    """The member roles with their names for people."""

    OWNER = MemberRole.OWNER.value, _("owner")
    EDITOR = MemberRole.EDITOR.value, _("editor")
    VIEWER = MemberRole.VIEWER.value, _("viewer")


class SellerQuerySet(models.QuerySet["Seller"]):
    """Which sellers somebody may work with."""

    def for_user(self, user: User, permission: Permission = Permission.VIEW_SELLERS) -> Self:
        """Keep the sellers for whose rows the user has `permission`: all, those where membership gives it, or none."""
        scope = user.scope(permission)
        if scope == Scope.ALL:
            return self
        if scope == Scope.NONE:
            return self.none()
        return self.filter(
            pk__in=SellerMember.objects.filter(user=user, role__in=member_roles_with(permission)).values("seller")
        )

    def left_without_owner(self, users: Iterable[User]) -> Self:
        """Keep the sellers that have an owner among `users` and no other owner who can log in."""
        owners = SellerMember.objects.filter(seller=models.OuterRef("pk"), role=MemberRole.OWNER)
        going = owners.filter(user__in=users)
        staying = owners.filter(user__is_active=True).exclude(user__in=users)
        return self.filter(models.Exists(going), ~models.Exists(staying))

    def lock_owned_by(self, users: Iterable[User]) -> None:
        """Keep others from changing who works for the sellers that `users` own, until the transaction ends."""
        owned = SellerMember.objects.filter(role=MemberRole.OWNER, user__in=users).values("seller")
        list(self.filter(pk__in=owned).order_by("pk").select_for_update().values_list("pk"))

    def with_member(self, user: User, permission: Permission) -> Self:
        """Keep the sellers where the user's own membership gives `permission`; being an admin is not enough."""
        mine = SellerMember.objects.filter(user=user, role__in=member_roles_with(permission)).values("seller")
        return self.for_user(user, permission).filter(pk__in=mine)


class Seller(models.Model):
    """A merchant's shop; its members may work on its listings as their member role says."""

    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("short name"), unique=True)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="SellerMember", related_name="sellers", blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SellerQuerySet.as_manager()

    class Meta:
        verbose_name = _("seller")
        verbose_name_plural = _("sellers")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the seller's page."""
        return reverse("catalog:seller-detail", args=[self.slug])

    def role_of(self, user: User) -> MemberRole | None:
        """Return as what the user works here, None if not; asks the database."""
        role = self.memberships.filter(user=user).values_list("role", flat=True).first()
        return MemberRole(role) if role else None

    def permissions_of(self, user: User) -> frozenset[Permission]:
        """Return what the user may do to this seller's rows; asks the database."""
        return permissions_in(user.scope, self.role_of(user))

    def rename(self, name: str) -> None:
        """Give the seller another name; its short name, which addresses and files use, stays."""
        self.name = name
        self.save(update_fields=["name"])


class SellerMember(models.Model):
    """Somebody who works for a seller, and as what."""

    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=MemberRoleChoices, default=MemberRoleChoices.OWNER)
    joined_at = models.DateTimeField(_("joined at"), default=timezone.now)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering: ClassVar = ["joined_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["seller", "user"], name="catalog_member_once_in_seller"),
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in MemberRole]), name="catalog_member_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()}) in {self.seller}"


def invitation_end() -> datetime:
    """Return until when an invitation that is written now can be accepted."""
    return timezone.now() + timedelta(days=INVITATION_DAYS)


class InvitationQuerySet(models.QuerySet["SellerInvitation"]):
    """Which invitations can still be accepted."""

    def open(self) -> Self:
        """Keep invitations that were neither accepted nor taken back and have not run out."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=timezone.now())

    def with_token(self, token: str) -> Self:
        """Keep the invitation of which `token` is the secret."""
        return self.filter(token_sha256=hashlib.sha256(token.encode()).hexdigest())


class SellerInvitation(models.Model):
    """An invitation by e-mail to work for a seller; only a hash of its secret is kept."""

    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=10, choices=MemberRoleChoices, default=MemberRoleChoices.EDITOR)
    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(default=invitation_end)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering: ClassVar = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.email} → {self.seller}"

    @property
    def is_expired(self) -> bool:
        """Whether its time has run out."""
        return self.expires_at <= timezone.now()

    @property
    def sent_at(self) -> datetime:
        """When its present secret was made."""
        return self.expires_at - timedelta(days=INVITATION_DAYS)

    def renew_token(self) -> str:
        """Give the unsaved invitation a new secret and return it: it is in the mail and nowhere else."""
        token = secrets.token_urlsafe(32)
        self.token_sha256 = hashlib.sha256(token.encode()).hexdigest()
        return token
