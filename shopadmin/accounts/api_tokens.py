"""Tokens with which programs use the API in somebody's name."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from .permissions import Permission

if TYPE_CHECKING:
    from .models import User

USE_RECORDED_EVERY = timedelta(minutes=1)
ENDED_SHOWN_FOR = timedelta(days=30)


def digest(text: str) -> str:
    """Return what is stored of a token: its SHA-256, which needs no salt for 256 random bits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """What one asks of tokens."""

    def for_user(self, user: User) -> Self:
        """Keep the user's own: nobody sees those of others."""
        return self.filter(user=user)

    def listed(self) -> Self:
        """Keep those that work, and those that ended within thirty days; newest first."""
        since = timezone.now() - ENDED_SHOWN_FOR
        ended = Q(revoked_at__lt=since) | Q(expires_at__lt=since)
        return self.exclude(ended).order_by("-created_at", "-pk")


class ApiToken(models.Model):
    """A token; its text is shown once, when it is made, and only its digest is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("prefix"), max_length=8, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    permissions = models.JSONField(_("permissions"), null=True, blank=True)
    """The values of the permissions to which the token is narrowed; null lets it do all that its user may."""
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        indexes: ClassVar = [models.Index(fields=["user", "-created_at"], name="accounts_token_of_user")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    def keep_digest(self, text: str) -> None:
        """Remember which text is this token, without being able to tell it; does not save."""
        self.digest = digest(text)

    def is_text(self, text: str) -> bool:
        """Tell, in constant time, whether `text` is this token."""
        return constant_time_compare(self.digest, digest(text))

    @property
    def allowed(self) -> frozenset[Permission] | None:
        """What the token may do at most; None is all that its user may. A permission that is no more allows nothing."""
        if self.permissions is None:
            return None
        return frozenset(permission for permission in Permission if permission.value in self.permissions)

    @property
    def state(self) -> str:
        """Return `active`, `revoked` or `expired`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= timezone.now() else "active"

    def record_use(self, now: datetime) -> None:
        """Note that the token was used; writes at most once a minute."""
        if self.last_used_at is None or now - self.last_used_at >= USE_RECORDED_EVERY:
            self.last_used_at = now
            self.save(update_fields=["last_used_at"])

    def revoke(self) -> bool:
        """End the token at once, and tell whether it was not ended before."""
        if self.revoked_at is not None:
            return False
        self.revoked_at = timezone.now()
        self.save(update_fields=["revoked_at"])
        return True
