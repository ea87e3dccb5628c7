"""Which of a detector's classes may be linked to products."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class LabelPolicyQuerySet(models.QuerySet["LabelPolicy"]):
    """What the tagger asks."""

    def unsellable(self) -> frozenset[str]:
        """Return the labels whose objects are dropped; asks the database."""
        return frozenset(self.filter(is_sellable=False).values_list("label", flat=True))


class LabelPolicy(models.Model):
    """Says whether objects of a class are looked up in the catalogue; staff edit it in the back office."""

    label = models.CharField(_("label"), max_length=100, unique=True)
    is_sellable = models.BooleanField(_("may be linked"), default=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = LabelPolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("label policy")
        verbose_name_plural = _("label policies")
        ordering: ClassVar = ["label"]

    def __str__(self) -> str:
        return self.label
