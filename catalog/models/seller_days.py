"""How many orders sellers had on each day, and what became of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .sellers import Seller


class SellerDay(models.Model):
    """A seller's orders of one day; refunds and disputes are counted on the day of the order."""

    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="days")
    day = models.DateField(_("day"))
    orders = models.PositiveIntegerField(_("orders"), default=0)
    refunds = models.PositiveIntegerField(_("refunded"), default=0)
    disputes = models.PositiveIntegerField(_("disputed"), default=0)

    class Meta:
        verbose_name = _("seller’s day")
        verbose_name_plural = _("sellers’ days")
        ordering: ClassVar = ["day"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["seller", "day"], name="catalog_sellerday_once"),
            models.CheckConstraint(
                condition=Q(refunds__lte=F("orders"), disputes__lte=F("orders")), name="catalog_sellerday_parts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seller} {self.day}"
