"""Changes of rules, lists and models for which all listings are to be gone through."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .releases import ModelRelease
from .rules import RuleVersion
from .value_lists import ValueList


class RuleSweep(models.Model):
    """A version, or all that ask a list, of which the listings are to be found on which something changes by it.

    Or a release of a maker of facts: those of which the facts were not made by it.

    The row is written with the change and goes when the listings are asked for.
    """

    version = models.ForeignKey(RuleVersion, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    list = models.ForeignKey(ValueList, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    release = models.ForeignKey(ModelRelease, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("sweep of a rule")
        verbose_name_plural = _("sweeps of rules")
        ordering: ClassVar = ["asked_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(version__isnull=False, list__isnull=True, release__isnull=True)
                | Q(version__isnull=True, list__isnull=False, release__isnull=True)
                | Q(version__isnull=True, list__isnull=True, release__isnull=False),
                name="catalog_rulesweep_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version or self.list or self.release}"
