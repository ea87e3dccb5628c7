"""What was decided about listings, with its reasons, and what follows: strikes, appeals' documents, known mistakes."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shopadmin.accounts.permissions import Permission, Scope

from ..statements import Automation
from .brands import Brand
from .holds import Appeal, Hold
from .products import Product
from .rules import Rule, RuleVersion
from .screenings import Finding, Screening
from .sellers import Seller

if TYPE_CHECKING:
    from shopadmin.accounts.models import User


UNDO_FOR = timedelta(minutes=10)
"""For how long whoever decided can take it back as a slip; later it takes an appeal."""


class AutomationChoices(models.TextChoices):
    """How much of a decision was taken without people."""

    FULLY = Automation.FULLY.value, _("by a rule alone")
    PARTIALLY = Automation.PARTIALLY.value, _("found by a rule, decided by a person")
    NOT = Automation.NOT.value, _("by a person alone")


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Which decisions stand, and who sees them."""

    def for_user(self, user: User) -> Self:
        """Keep decisions that the user may see: sellers see what restricts them, not what was looked at."""
        if user.scope(Permission.VIEW_LISTINGS) == Scope.ALL:
            return self
        return self.restrictions().filter(seller__in=Seller.objects.for_user(user, Permission.VIEW_LISTINGS))

    def standing(self) -> Self:
        """Keep those that hold: neither annulled nor replaced by a graver one."""
        return self.filter(annulled_at__isnull=True, replaced_at__isnull=True)

    def restrictions(self) -> Self:
        """Keep those that hold a listing back or take it down."""
        return self.exclude(outcome=Decision.Outcome.CLEARED)

    def unsent(self, now: datetime) -> Self:
        """Keep restrictions of which the public database has no statement yet, and that are no slips.

        A restriction that was found wrong later did happen, and is told; one that was taken back at once is not.
        """
        slip = Q(annulled_at__lte=F("decided_at") + UNDO_FOR)
        return self.restrictions().filter(exported_at__isnull=True, decided_at__lte=now - UNDO_FOR).exclude(slip)


class Decision(models.Model):
    """What somebody, or a rule alone, decided about a listing, and why; it is annulled, never changed.

    `hold` is the hold that it placed, took over or ended. `statement` is the statement of reasons as it was sent (see
    `catalog/statements.py`), `{}` where nothing was restricted. `language` is the one in which the seller was told.
    What holds a listing back stands once: taking it down replaces the decision that held it.
    """

    class Outcome(models.TextChoices):
        TAKEN_DOWN = "taken down", _("taken down")
        HELD = "held", _("held back")
        CLEARED = "cleared", _("found in order")

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="decisions")
    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="decisions")
    hold = models.ForeignKey(Hold, on_delete=models.SET_NULL, null=True, blank=True, related_name="decisions")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    outcome = models.CharField(_("decision"), max_length=10, choices=Outcome)
    ground = models.CharField(_("ground"), max_length=20, choices=Hold.Ground)
    explanation = models.TextField(_("explanation"), max_length=2000, blank=True)
    status_before = models.CharField(max_length=10, choices=Product.Status)
    automation = models.CharField(max_length=50, choices=AutomationChoices)
    language = models.CharField(max_length=10, default="en")
    statement = models.JSONField(default=dict)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(default=timezone.now)
    exported_at = models.DateTimeField(null=True, blank=True)
    annulled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    annulled_at = models.DateTimeField(null=True, blank=True)
    annulled_because = models.TextField(blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)
    findings = models.ManyToManyField(Finding, related_name="decisions")

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering: ClassVar = ["-decided_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product"],
                condition=Q(outcome__in=["held", "taken down"], annulled_at__isnull=True, replaced_at__isnull=True),
                name="catalog_decision_one_restriction",
            ),
            models.CheckConstraint(
                condition=Q(outcome="cleared") | ~Q(statement={}), name="catalog_decision_has_reasons"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["decided_at"],
                condition=Q(exported_at__isnull=True) & ~Q(outcome="cleared"),
                name="catalog_decision_unsent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.get_outcome_display()}"

    def get_absolute_url(self) -> str:
        """Return the address of the decision's page."""
        return reverse("catalog:decision-detail", args=[self.key])


class StrikeQuerySet(models.QuerySet["Strike"]):
    """Which strikes count."""

    def counting(self, at: datetime) -> Self:
        """Keep those that count at a moment: given by then, neither expired nor annulled."""
        return self.filter(Q(annulled_at__isnull=True) | Q(annulled_at__gt=at), given_at__lte=at, expires_at__gt=at)

    def weight(self, at: datetime) -> int:
        """Return the sum of the weights of those that count."""
        return self.counting(at).aggregate(sum=Sum("weight"))["sum"] or 0


class Strike(models.Model):
    """What a decision costs the seller's record, until it expires or the decision is annulled.

    `brand` is the one whose rights it is about, empty where it is about none.
    """

    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="strikes")
    decision = models.OneToOneField(Decision, on_delete=models.CASCADE, related_name="strike")
    brand = models.ForeignKey(Brand, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    weight = models.PositiveSmallIntegerField(_("weight"))
    given_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"))
    annulled_at = models.DateTimeField(null=True, blank=True)

    objects = StrikeQuerySet.as_manager()

    class Meta:
        verbose_name = _("strike")
        verbose_name_plural = _("strikes")
        ordering: ClassVar = ["-given_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(weight__gte=1, weight__lte=10), name="catalog_strike_weight_range"),
        ]

    def __str__(self) -> str:
        return f"{self.seller}: {self.weight}"


def appeal_path(document: AppealDocument, filename: str) -> str:
    """Return a name of our own in a folder of its own; of the uploader's name only a known ending is kept."""
    ending = PurePath(filename).suffix.lower()
    return f"appeals/{uuid.uuid4().hex}/document{ending if ending in {'.pdf', '.jpg', '.png'} else '.bin'}"


class AppealDocumentQuerySet(models.QuerySet["AppealDocument"]):
    """Who sees documents."""

    def for_user(self, user: User) -> Self:
        """Keep documents of appeals that the user may see."""
        return self.filter(appeal__in=Appeal.objects.for_user(user))


class AppealDocument(models.Model):
    """An invoice, a letter of authorisation or a photo that a merchant sends with an appeal."""

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="documents")
    file = models.FileField(_("document"), upload_to=appeal_path)
    name = models.CharField(max_length=200)
    added_at = models.DateTimeField(default=timezone.now)

    objects = AppealDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appeal document")
        verbose_name_plural = _("appeal documents")
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.name


class RegressionCaseQuerySet(models.QuerySet["RegressionCase"]):
    """Which cases count."""

    def standing(self) -> Self:
        """Keep the cases that nobody has dropped."""
        return self.filter(dropped_at__isnull=True)


class RegressionCase(models.Model):
    """A listing on which a rule was wrong: no version that would be wrong there again is proposed.

    A case that shows nothing any more is dropped, with the reason.
    """

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="regression_cases")
    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="+")
    should_fire = models.BooleanField(default=False)
    reason = models.TextField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    dropped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    dropped_at = models.DateTimeField(null=True, blank=True)
    dropped_because = models.TextField(blank=True)

    objects = RegressionCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("regression case")
        verbose_name_plural = _("regression cases")
        ordering: ClassVar = ["-added_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule", "screening"], name="catalog_regressioncase_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.screening}"
