"""Changes of rules and lists for which all listings are to be gone through."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .rules import RuleVersion
from .value_lists import ValueList


class RuleSweep(models.Model):
    """A version, or all that ask a list, of which the listings are to be found on which something changes by it.

    The row is written with the change and goes when the listings are asked for.
    """

    version = models.ForeignKey(RuleVersion, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    list = models.ForeignKey(ValueList, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("sweep of a rule")
        verbose_name_plural = _("sweeps of rules")
        ordering: ClassVar = ["asked_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(version__isnull=True, list__isnull=False) | Q(version__isnull=False, list__isnull=True),
                name="catalog_rulesweep_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version or self.list}"
