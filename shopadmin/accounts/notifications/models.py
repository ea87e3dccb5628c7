"""What somebody was told of, whether they have read it, and whether it went out by e-mail."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .kinds import label_of

if TYPE_CHECKING:
    from ..models import User

LEASE = timedelta(minutes=5)
"""How long one worker has for the mails it took; longer than they take even when the mail server hangs."""

GIVE_UP_AFTER = timedelta(hours=24)
_FIRST_RETRY_S, _LONGEST_RETRY_S = 30, 3600


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Whose notifications, and which of them wait."""

    def for_user(self, user: User) -> Self:
        """Keep the user's own; nobody sees another's."""
        return self.filter(recipient=user)

    def unread(self) -> Self:
        """Keep those that were not read yet."""
        return self.filter(read_at__isnull=True)

    def due(self, now: datetime) -> Self:
        """Keep those whose mail should go out, and that no worker has taken lately."""
        return self.filter(email_state=Notification.EmailState.WAITING, email_due_at__lte=now)

    def claim_due(self, now: datetime, most: int) -> list[Notification]:
        """Take up to `most` due mails for `LEASE`, the oldest first; workers that ask at once take different ones.

        The lock lasts no longer than this call, so that a slow mail server keeps nobody from marking theirs as read.
        """
        with transaction.atomic():
            due = self.due(now).order_by("email_due_at", "pk").select_related("recipient")
            rows = list(due.select_for_update(skip_locked=True, of=("self",))[:most])
            self.filter(pk__in=[row.pk for row in rows]).update(email_due_at=now + LEASE)
        return rows

    def mark_read(self) -> int:
        """Mark all of these as read, and return how many were not."""
        return self.unread().update(read_at=timezone.now())


class Notification(models.Model):
    """Something that somebody is told, in their language; `key` keeps the same from being told them twice.

    The mail is this row: it waits here until a mail server has taken it, or for a day at most.
    """

    class EmailState(models.TextChoices):
        OFF = "off", _("not wanted")
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=80)
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"), blank=True)
    url = models.CharField(max_length=500, blank=True)
    key = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    email_state = models.CharField(max_length=10, choices=EmailState, default=EmailState.OFF)
    email_due_at = models.DateTimeField(default=timezone.now)
    email_attempts = models.PositiveIntegerField(default=0)
    email_error = models.TextField(blank=True)
    emailed_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["recipient", "key"], name="accounts_notification_once"),
            models.CheckConstraint(
                condition=Q(email_state="sent", emailed_at__isnull=False)
                | Q(~Q(email_state="sent"), emailed_at__isnull=True),
                name="accounts_notification_sent_dated",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["recipient", "created_at", "id"], name="accounts_notif_newest"),
            models.Index(
                fields=["recipient", "created_at", "id"],
                name="accounts_notif_unread",
                condition=Q(read_at__isnull=True),
            ),
            models.Index(fields=["email_due_at", "id"], name="accounts_notif_due", condition=Q(email_state="waiting")),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def kind_label(self) -> str:
        """What people call the kind."""
        return label_of(self.kind)

    def note_sent(self, now: datetime) -> None:
        """Say that a mail server has taken the mail."""
        self.email_state, self.emailed_at, self.email_error = self.EmailState.SENT, now, ""
        self.save(update_fields=["email_state", "emailed_at", "email_error"])

    def note_failure(self, error: str, now: datetime) -> None:
        """Say why the mail did not go out; it waits for another try, twice as long each time, and for a day in all."""
        self.email_attempts += 1
        self.email_error = error
        wait_s = min(_FIRST_RETRY_S * 2 ** min(self.email_attempts - 1, 10), _LONGEST_RETRY_S)
        self.email_due_at = now + timedelta(seconds=wait_s)
        if self.email_due_at >= self.created_at + GIVE_UP_AFTER:
            self.email_state = self.EmailState.FAILED
        self.save(update_fields=["email_attempts", "email_error", "email_due_at", "email_state"])


class NotificationPreference(models.Model):
    """Whether somebody wants mails of one kind; without a row they get them."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=80)
    by_email = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("notification preference")
        verbose_name_plural = _("notification preferences")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "kind"], name="accounts_notification_preference_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.kind}"
