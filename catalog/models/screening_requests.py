"""Listings of which the rules have to be asked again, although nobody has edited them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .products import Product


class ScreeningRequest(models.Model):
    """Something that rules ask of a listing has changed: a model has looked at its photos, a rule or a list is another.

    Whoever screens takes the row away *before* finding out the facts, in the same transaction: then a request that
    comes in meanwhile waits for that transaction and is a new row, and none is lost.
    """

    product = models.OneToOneField(
        Product, on_delete=models.CASCADE, primary_key=True, related_name="screening_request"
    )
    asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("request for screening")
        verbose_name_plural = _("requests for screening")
        ordering: ClassVar = ["asked_at"]
        indexes: ClassVar = [models.Index(fields=["asked_at"], name="catalog_screeningrequest_age")]

    def __str__(self) -> str:
        return f"{self.product}"
