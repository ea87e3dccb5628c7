"""What is counted and sampled to know how well rules work."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .products import Product
from .rules import RuleVersion


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


class BlindSample(models.Model):
    """A listing drawn at random among the live ones on which no rule fired, to be judged without knowing that.

    `population` is how many such listings there were then: what the share of counterfeits in the sample stands for. All
    have the same chance; `stratum` says what kind of listing it is, so that the sample can be told apart by that.
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
    drawn_at = models.DateTimeField(default=timezone.now)
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict, null=True, blank=True)  # noqa: DJ001 - none yet
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
