"""The project's own user: the login is an e-mail address."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from .api_tokens import ApiToken as ApiToken
from .audit.models import AuditEntry as AuditEntry
from .notifications.models import Notification as Notification
from .notifications.models import NotificationPreference as NotificationPreference
from .permissions import Permission, Scope, scope
from .roles import PLATFORM_ROLES, STAFF_ROLES, Role

if TYPE_CHECKING:
    from allauth.account.models import EmailAddress
    from django.db.models.fields.related_descriptors import RelatedManager


class UserManager(BaseUserManager["User"]):
    """Creates users; addresses are kept in lower case, since people do not tell them apart."""

    @transaction.atomic
    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        """Create a user who may log in; without a password, only after setting one.

        The address counts as confirmed: nobody signs up by themselves, so it comes from an admin or from the answer to
        a mail.
        """
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        user.confirm_email()
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
    language = models.CharField(_("language"), max_length=10, blank=True)
    """A code of `LANGUAGES`; empty means as the browser says."""

    emailaddress_set: RelatedManager[EmailAddress]
    allowed: frozenset[Permission] | None = None
    """What the API token with which the user came lets them do; None where nothing narrows their roles."""

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

    def clean(self) -> None:
        """Keep the address as the manager does, where a form sets it."""
        super().clean()
        self.email = self.email.strip().lower()

    def confirm_email(self) -> None:
        """Make the user's address the confirmed one, and the only one, without asking them to confirm it."""
        self.emailaddress_set.exclude(email=self.email).delete()
        self.emailaddress_set.update_or_create(email=self.email, defaults={"verified": True, "primary": True})

    @cached_property
    def _held_roles(self) -> frozenset[Role]:
        names = set(self.groups.values_list("name", flat=True))
        roles = {role for role in Role if role.value in names}
        if self.is_superuser:
            roles.add(Role.ADMIN)
        return frozenset(roles)

    @property
    def roles(self) -> frozenset[Role]:
        """The user's roles; asks the database once. A superuser is an admin.

        Who comes with a narrowed token has none: they may do what the token names, which `scope` says.
        """
        return self._held_roles if self.allowed is None else frozenset()

    def scope(self, permission: Permission) -> Scope:
        """Return to whose rows `permission` applies for this user; asks the database once."""
        if self.allowed is not None and permission not in self.allowed:
            return Scope.NONE
        return scope(self._held_roles, permission)

    @property
    def sees_all_videos(self) -> bool:
        """Whether the user's work is on other people's videos."""
        return bool(self.roles & STAFF_ROLES)

    @property
    def works_for_platform(self) -> bool:
        """Whether a stranger with this login could harm everybody: for them a second factor can be required."""
        return self.is_staff or bool(self._held_roles & PLATFORM_ROLES)
