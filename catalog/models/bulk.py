"""What was done to many listings at once, to which, and what it was like before."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shopadmin.accounts.permissions import Permission, Scope
from shopadmin.jobs.leased_job import LeasedJob, LeasedJobQuerySet, lease_constraints, lease_indexes

from ..bulk.kinds import STAFF_KINDS, Kind
from .products import Product
from .sellers import Seller

if TYPE_CHECKING:
    from shopadmin.accounts.models import User

UNDO_FOR = timedelta(hours=24)
"""For how long an action can be undone."""

CHANGES_KEPT_FOR = timedelta(days=90)
"""For how long the single changes are kept."""


class BulkKind(models.TextChoices):
    """The kinds with their names for people."""

    PUBLISH = Kind.PUBLISH.value, _("Publish")
    WITHDRAW = Kind.WITHDRAW.value, _("Withdraw to draft")
    PRICE = Kind.PRICE.value, _("Change prices")
    STOCK = Kind.STOCK.value, _("Set stock")
    CONFIRM = Kind.CONFIRM.value, _("Confirm prices")
    CATEGORY = Kind.CATEGORY.value, _("Set category")
    BRAND = Kind.BRAND.value, _("Set brand")
    REMOVE = Kind.REMOVE.value, _("Remove")
    RESTORE = Kind.RESTORE.value, _("Restore")
    HOLD = Kind.HOLD.value, pgettext_lazy("action", "Hold")
    RELEASE = Kind.RELEASE.value, _("Release")


class BulkActionQuerySet(models.QuerySet["BulkAction"]):
    """Who sees which actions, and which of them are over."""

    def for_user(self, user: User) -> Self:
        """Keep the user's own actions, and of those that were begun what colleagues did to a shop of theirs.

        What staff decided about listings is seen by those who may decide the same.
        """
        own, begun = Q(actor=user), ~Q(state__in=BulkAction.OPEN)
        decided = Q(kind__in=STAFF_KINDS)
        if user.scope(Permission.HOLD_LISTINGS) == Scope.ALL:
            own |= begun & decided
        if user.scope(Permission.EDIT_LISTINGS) == Scope.ALL:
            return self.filter(own | (begun & ~decided))
        shops = Seller.objects.for_user(user, Permission.EDIT_LISTINGS)
        return self.filter(own | (begun & ~decided & Q(seller__in=shops)))

    def begun(self) -> Self:
        """Leave out what is only a preview."""
        return self.exclude(state__in=BulkAction.OPEN)

    def abandoned(self) -> Self:
        """Keep previews that nobody has applied for a day."""
        return self.filter(state__in=BulkAction.OPEN, created_at__lt=timezone.now() - timedelta(days=1))

    def outdated(self) -> Self:
        """Keep actions of which the single changes need not be kept any longer; the audit log has them."""
        ended = (BulkAction.State.APPLIED, BulkAction.State.UNDONE)
        return self.filter(state__in=ended, applied_at__lt=timezone.now() - CHANGES_KEPT_FOR)


class BulkAction(models.Model):
    """One action on many listings, from the choice to its undoing.

    Its changes hold the listings as they were when they were chosen, so that others that come to fit the filter
    meanwhile are left alone. `counts` and `undo_counts` say how many listings had which outcome. `seller` is the one
    whose listings they all are, if it is one.
    """

    class State(models.TextChoices):
        CHOSEN = "chosen", _("being prepared")
        READY = "ready", _("ready to apply")
        APPLYING = "applying", _("being applied")
        APPLIED = "applied", _("applied")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")

    OPEN: ClassVar = (State.CHOSEN, State.READY)
    BUSY: ClassVar = (State.APPLYING, State.UNDOING)

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("action"), max_length=10, choices=BulkKind)
    parameters = models.JSONField(default=dict)
    query = models.TextField(_("filter"), blank=True)
    is_filter = models.BooleanField(default=False)
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    rows = models.PositiveIntegerField(_("chosen listings"), default=0)
    reason = models.TextField(_("reason"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CHOSEN)
    counts = models.JSONField(default=dict)
    undo_counts = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = BulkActionQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulk action")
        verbose_name_plural = _("bulk actions")
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state__in=["applied", "undoing", "undone"]) | Q(applied_at__isnull=False),
                name="catalog_bulkaction_applied_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state="undone") | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="catalog_bulkaction_undone_dated",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["actor", "-created_at", "-id"], name="catalog_bulkaction_of_actor"),
            models.Index(fields=["seller", "-created_at", "-id"], name="catalog_bulkaction_of_seller"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.pk})"

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("catalog:bulk-detail", args=[self.pk])

    @property
    def changed(self) -> int:
        """How many listings it changes, or has changed."""
        return int(self.counts.get(BulkChange.Outcome.CHANGE, 0))

    @property
    def fingerprint(self) -> str:
        """What tells one preview from another."""
        content = json.dumps([self.parameters, self.counts], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    @property
    def undo_until(self) -> datetime | None:
        """Until when it can be undone."""
        return self.applied_at + UNDO_FOR if self.applied_at else None

    @property
    def can_be_undone(self) -> bool:
        """Whether there is something to undo, and it was done within the last day."""
        is_recent = self.undo_until is not None and timezone.now() < self.undo_until
        return self.state == self.State.APPLIED and is_recent and self.changed > 0

    def enter(self, state: str, **fields: object) -> None:
        """Take on a state, with other fields that change with it."""
        self.state = state
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=["state", *fields])


class BulkChangeQuerySet(models.QuerySet["BulkChange"]):
    """What happens to the single listings."""

    def for_user(self, user: User) -> Self:
        """Keep the changes of listings that the user may see today."""
        return self.filter(product__in=Product.objects.for_user(user))

    def done(self) -> Self:
        """Keep what is changed, or will be."""
        return self.filter(outcome=BulkChange.Outcome.CHANGE)

    def left_alone(self) -> Self:
        """Keep what is not changed."""
        return self.exclude(outcome=BulkChange.Outcome.CHANGE)

    def of_erased(self) -> Self:
        """Keep changes of listings that do not exist any more."""
        return self.exclude(models.Exists(Product.objects.filter(pk=models.OuterRef("product_id"))))

    def first_of_each(self, field: str, most: int) -> Self:
        """Keep the first `most` rows of each value of `field`."""
        place = Window(RowNumber(), partition_by=F(field), order_by=F("product_id").asc())
        return self.annotate(place=place).filter(place__lte=most).order_by(field, "product_id")

    def with_card(self) -> Self:
        """Fetch what a row of the preview shows."""
        return self.select_related("product__seller", "product__brand").prefetch_related(
            "product__images", "product__offers"
        )


class BulkChange(models.Model):
    """A listing that was chosen for an action: what it was like, what becomes of it, and what the undo did.

    `version` is the listing's when it was last looked at, `version_after` that after the action. `before` and `after`
    hold only the fields that the action is about, offers by market below "offers". A listing may be erased later; its
    change stays.
    """

    class Outcome(models.TextChoices):
        CHANGE = "change", _("changes")
        SAME = "same", _("is already like that")
        NOT_ALLOWED = "not-allowed", _("you may not do this to it")
        EDITED = "edited", _("changed meanwhile")
        HELD = "held", _("held back")
        REMOVED = "removed", _("removed")
        INCOMPLETE = "incomplete", _("something is missing")
        NO_OFFER = "no-offer", _("no price in this market")
        OTHER_CURRENCY = "other-currency", _("another currency")
        TOO_LARGE = "too-large", _("the price would be too large")

    class Undo(models.TextChoices):
        UNDONE = "undone", _("put back")
        NOT_ALLOWED = "not-allowed", _("you may not do this to it")
        EDITED = "edited", _("changed since")
        GONE = "gone", _("it, or its former brand or category, is gone")
        INCOMPLETE = "incomplete", _("something is missing by now")
        DECIDED = "decided", _("an appeal has been answered")

    pk = models.CompositePrimaryKey("action_id", "product_id")
    action = models.ForeignKey(BulkAction, on_delete=models.CASCADE, related_name="changes")
    product = models.ForeignKey(Product, on_delete=models.DO_NOTHING, db_constraint=False, related_name="bulk_changes")
    version = models.PositiveIntegerField()
    outcome = models.CharField(max_length=15, choices=Outcome, blank=True, db_default="")
    lacks = ArrayField(models.TextField(), db_default=[])
    before = models.JSONField(db_default={})
    after = models.JSONField(db_default={})
    version_after = models.PositiveIntegerField(null=True)
    undo = models.CharField(max_length=15, choices=Undo, blank=True, db_default="")

    objects = BulkChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change by a bulk action")
        verbose_name_plural = _("changes by bulk actions")
        ordering: ClassVar = ["product_id"]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.outcome}"


class BulkJobQuerySet(LeasedJobQuerySet["BulkJob"]):
    """The work on large actions."""

    def with_subject(self) -> Self:
        """Fetch the action and its people along."""
        return self.select_related("action__actor", "action__undone_by")


class BulkJob(LeasedJob):
    """Applying or undoing an action on more listings than fit into a request."""

    class Stage(models.TextChoices):
        WAIT = "wait", _("waiting for a worker")
        WRITE = "write", _("changing listings")
        DONE = "done", _("done")

    action = models.ForeignKey(BulkAction, on_delete=models.CASCADE, related_name="jobs")
    is_undo = models.BooleanField(default=False)

    objects = BulkJobQuerySet.as_manager()

    class Meta(LeasedJob.Meta):
        verbose_name = _("bulk job")
        verbose_name_plural = _("bulk jobs")
        constraints: ClassVar = [
            *lease_constraints("catalog_bulkjob"),
            models.UniqueConstraint(
                fields=["action"], condition=Q(state__in=["pending", "running"]), name="catalog_bulkjob_one_in_action"
            ),
        ]
        indexes: ClassVar = lease_indexes("catalog_bulkjob")
