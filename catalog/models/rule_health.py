"""What is counted and sampled to know how well rules work."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..rules.measuring.intervals import Interval, Recall
from .brands import Brand
from .products import Product
from .rules import Rule, RuleVersion


class RuleHour(models.Model):
    """How often a version was asked within an hour (UTC, from its beginning), fired and could not be asked."""

    version = models.ForeignKey(RuleVersion, on_delete=models.CASCADE, related_name="hours")
    hour = models.DateTimeField()
    asked = models.PositiveIntegerField(default=0)
    fired = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("rule’s hour")
        verbose_name_plural = _("rules’ hours")
        ordering: ClassVar = ["hour"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "hour"], name="catalog_rulehour_once"),
            models.CheckConstraint(condition=Q(asked__gte=F("fired") + F("errors")), name="catalog_rulehour_parts"),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.hour}"


class BlindSampleQuerySet(models.QuerySet["BlindSample"]):
    """Which listings of the sample wait to be judged, and which are."""

    def waiting(self) -> Self:
        """Keep those that nobody has judged."""
        return self.filter(verdict__isnull=True)

    def judged(self) -> Self:
        """Keep those that somebody has judged."""
        return self.filter(verdict__isnull=False)

    def by_brand(self) -> Iterable[tuple[int | None, int | None, str | None, int]]:
        """Return how many there are of each brand, each brand that is copied, and each verdict."""
        return self.order_by().values_list("brand", "copies", "verdict").annotate(number=Count("pk"))


class BlindSample(models.Model):
    """A listing drawn at random among the live ones on which no rule fired, to be judged without knowing that.

    `population` is how many such listings there were then: what the share of counterfeits in the sample stands for. All
    have the same chance; `stratum` says what kind of listing it is, so that the sample can be told apart by that.
    `brand` is the one whose name it imitates, or else declares, as it was drawn; `copies` is the one that a counterfeit
    copies, as the judge says.
    """

    class Stratum(models.TextChoices):
        PROTECTED = "protected", _("protected brand")
        BRANDED = "branded", _("another brand")
        UNBRANDED = "unbranded", _("without a brand")

    class Verdict(models.TextChoices):
        COUNTERFEIT = "counterfeit", _("counterfeit")
        FINE = "fine", _("fine")

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="blind_samples")
    stratum = models.CharField(_("kind of listing"), max_length=10, choices=Stratum)
    population = models.PositiveIntegerField()
    brand = models.ForeignKey(Brand, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    drawn_at = models.DateTimeField(default=timezone.now)
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict, null=True, blank=True)  # noqa: DJ001 - none yet
    copies = models.ForeignKey(
        Brand,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("which brand it copies"),
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = BlindSampleQuerySet.as_manager()

    class Meta:
        verbose_name = _("listing of the blind sample")
        verbose_name_plural = _("listings of the blind sample")
        ordering: ClassVar = ["drawn_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product"], condition=Q(verdict__isnull=True), name="catalog_blindsample_waits_once"
            ),
            models.CheckConstraint(
                condition=Q(verdict__isnull=True, decided_at__isnull=True)
                | Q(verdict__isnull=False, decided_at__isnull=False, decided_by__isnull=False),
                name="catalog_blindsample_verdict_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product}"


class RecallEstimate(models.Model):
    """Which share of all counterfeits a rule finds, or all rules find for a brand or a kind of listing, counted last.

    Of a rule there are two: among all counterfeits, and within its reach (see `catalog/rules/measuring/recalls.py`).
    `share` is NULL where it is not known; `low` and `high` bound it at 95 %. `found` of `known` counterfeits were
    found; of `judged` listings of the blind sample `missed` were counterfeit.
    """

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, null=True, blank=True, related_name="recalls")
    is_within_reach = models.BooleanField(default=False)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, null=True, blank=True, related_name="recalls")
    stratum = models.CharField(max_length=10, null=True, blank=True)  # noqa: DJ001 - "" stands for all listings
    share = models.FloatField(null=True, blank=True)
    low = models.FloatField()
    high = models.FloatField()
    found = models.PositiveIntegerField()
    known = models.PositiveIntegerField()
    judged = models.PositiveIntegerField()
    missed = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("share of counterfeits found")
        verbose_name_plural = _("shares of counterfeits found")
        ordering: ClassVar = ["-known", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule", "is_within_reach"], name="catalog_recallestimate_of_rule"),
            models.UniqueConstraint(fields=["brand"], name="catalog_recallestimate_of_brand"),
            models.UniqueConstraint(fields=["stratum"], name="catalog_recallestimate_of_stratum"),
            models.CheckConstraint(
                condition=Q(rule__isnull=False, brand__isnull=True, stratum__isnull=True)
                | Q(rule__isnull=True, brand__isnull=False, stratum__isnull=True)
                | Q(rule__isnull=True, brand__isnull=True, stratum__isnull=False),
                name="catalog_recallestimate_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule or self.brand or self.stratum}: {self.found} / {self.known}"

    @property
    def recall(self) -> Recall:
        """The share with its interval."""
        return Recall(self.share, Interval(self.low, self.high))


class OverlapReport(models.Model):
    """How rules stand to each other (`rules.measuring.overlap.Overlap` as JSON); only the newest is kept."""

    as_of = models.DateTimeField()
    found = models.JSONField()

    class Meta:
        verbose_name = _("comparison of rules")
        verbose_name_plural = _("comparisons of rules")
        ordering: ClassVar = ["-as_of"]

    def __str__(self) -> str:
        return f"{self.as_of}"
