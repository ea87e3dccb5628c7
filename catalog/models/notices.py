"""Notices: brand owners say that listings infringe their rights, and are told what became of that."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Case, Q, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .brands import Brand
from .decisions import UNDO_FOR, Decision
from .products import Product

LEASE = timedelta(minutes=5)
"""How long one worker has for the mails that it took."""

FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=30), timedelta(hours=1)


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Which notices wait."""

    def waiting(self) -> Self:
        """Keep notices with a listing about which nobody has decided."""
        return self.filter(decided_at__isnull=True)

    def decided(self) -> Self:
        """Keep notices of which every listing is decided."""
        return self.filter(decided_at__isnull=False)


class Notice(models.Model):
    """A brand owner says that listings infringe its rights (Digital Services Act, Article 16).

    `turn` says who comes first among those that wait: trusted flaggers do (Article 22(1)). `decided_at` is when the
    last listing was decided, empty while one waits.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="notices")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sender_name = models.CharField(_("your name"), max_length=200)
    sender_email = models.EmailField(_("your e-mail address"))
    on_behalf_of = models.CharField(_("on behalf of"), max_length=300, blank=True)
    right = models.CharField(_("registration of the right"), max_length=200)
    jurisdiction = models.CharField(_("where it is registered"), max_length=100)
    reasons = models.TextField(_("why the listings infringe it"))
    is_in_good_faith = models.BooleanField(_("I believe in good faith that what I say is accurate and complete."))
    is_trusted_flagger = models.BooleanField(_("trusted flagger"), default=False)
    language = models.CharField(max_length=10, default="en")
    received_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    turn = models.GeneratedField(
        expression=Case(When(is_trusted_flagger=True, then=Value(0)), default=Value(1)),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering: ClassVar = ["-received_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["sender_email"], name="catalog_notice_by_sender"),
            models.Index(fields=["received_at", "id"], name="catalog_notice_by_time"),
            models.Index(
                fields=["turn", "received_at", "id"],
                condition=Q(decided_at__isnull=True),
                name="catalog_notice_waiting",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(is_in_good_faith=True), name="catalog_notice_in_good_faith"),
        ]

    def __str__(self) -> str:
        return f"{self.brand}: {self.sender_name}"

    def get_absolute_url(self) -> str:
        """Return the address at which staff decides on it."""
        return reverse("catalog:brand-notice-detail", args=[self.pk])

    def get_receipt_url(self) -> str:
        """Return the address at which its sender reads what becomes of it; who has the key may."""
        return reverse("catalog:notice-receipt", args=[self.key])

    @property
    def is_told(self) -> bool:
        """Tell whether its outcome is final, and so may be told: slips can be taken back for ten minutes."""
        return self.decided_at is not None and timezone.now() - self.decided_at >= UNDO_FOR


class NoticeItemQuerySet(models.QuerySet["NoticeItem"]):
    """Which listings of notices can wait again."""

    def untold(self, now: datetime) -> Self:
        """Keep decided ones of notices whose senders were not mailed the outcome, and are not about to be."""
        told = NoticeMail.objects.filter(kind=NoticeMail.Kind.DECIDED).filter(
            Q(sent_at__isnull=False) | Q(due_at__lte=now)
        )
        return self.exclude(state=NoticeItem.State.WAITING).exclude(notice__in=told.values("notice"))


class NoticeItem(models.Model):
    """One listing of a notice, and what became of it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("to be decided")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="items")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="notice_items")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    decision = models.ForeignKey(Decision, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.TextField(_("reason"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("noticed listing")
        verbose_name_plural = _("noticed listings")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notice", "product"], name="catalog_noticeitem_once"),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(decided_at__isnull=False), name="catalog_noticeitem_decision_dated"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.get_state_display()}"


class NoticeMailQuerySet(models.QuerySet["NoticeMail"]):
    """Which mails wait."""

    def claim_due(self, now: datetime, most: int) -> list[NoticeMail]:
        """Take up to `most` due mails for `LEASE`, the oldest first; workers that ask at once take different ones."""
        with transaction.atomic():
            due = self.filter(sent_at__isnull=True, due_at__lte=now).order_by("due_at", "pk")
            rows = list(due.select_related("notice__brand").select_for_update(skip_locked=True, of=("self",))[:most])
            self.filter(pk__in=[row.pk for row in rows]).update(due_at=now + LEASE)
        return rows


class NoticeMail(models.Model):
    """A mail to the sender of a notice, who has no login; the row is due until a mail server has taken it."""

    class Kind(models.TextChoices):
        RECEIVED = "received", _("received")
        DECIDED = "decided", _("decided")

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="mails")
    kind = models.CharField(max_length=10, choices=Kind)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail to the sender of a notice")
        verbose_name_plural = _("mails to the senders of notices")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notice", "kind"], name="catalog_noticemail_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(sent_at__isnull=True), name="catalog_noticemail_due"),
        ]

    def __str__(self) -> str:
        return f"{self.notice}: {self.get_kind_display()}"

    def note_sent(self, now: datetime) -> None:
        """Say that a mail server has taken it."""
        self.sent_at, self.error = now, ""
        self.save(update_fields=["sent_at", "error"])

    def note_failure(self, error: str, now: datetime) -> None:
        """Say why it did not go out; it waits twice as long each time, up to an hour."""
        self.attempts += 1
        self.error, self.due_at = error, now + min(FIRST_RETRY * 2 ** min(self.attempts - 1, 10), LONGEST_RETRY)
        self.save(update_fields=["attempts", "error", "due_at"])
