"""The project's own user: the login is an e-mail address."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from .audit.models import AuditEntry as AuditEntry
from .notifications.models import Notification as Notification
from .notifications.models import NotificationPreference as NotificationPreference
from .permissions import Permission, Scope, scope
from .roles import STAFF_ROLES, Role


class UserManager(BaseUserManager["User"]):
    """Creates users; addresses are kept in lower case, since people do not tell them apart."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        """Create a user who may log in; without a password, only after setting one."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> User:
        """Create a user who may do everything in the back office."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        """Find the user by e-mail address, whatever its case."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person with a login."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    is_staff = models.BooleanField(_("may use the back office"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(_("joined at"), default=timezone.now)

    token_name = ""
    """The name of the API token with which the user came, for the audit log; whoever checks the token sets it."""

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="accounts_user_email_any_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The user's roles; asks the database once. A superuser is an admin."""
        names = set(self.groups.values_list("name", flat=True))
        roles = {role for role in Role if role.value in names}
        if self.is_superuser:
            roles.add(Role.ADMIN)
        return frozenset(roles)

    def scope(self, permission: Permission) -> Scope:
        """Return to whose rows `permission` applies for this user; asks the database once."""
        return scope(self.roles, permission)

    @property
    def sees_all_videos(self) -> bool:
        """Whether the user's work is on other people's videos."""
        return bool(self.roles & STAFF_ROLES)
