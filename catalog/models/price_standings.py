"""What authorised sellers ask for things of a brand, to tell how low a price is."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .brands import Brand
from .categories import Category
from .products import Product


class PriceStanding(models.Model):
    """Authorised sellers' prices for one brand, category, condition and currency, as of the last refreshing.

    `quantiles` has 101 prices in minor units: the one below which 0 %, 1 % … 100 % of the `count` prices lie; NULL
    where there are too few prices to tell (see `catalog/fact_finding/price_standings.py`).
    """

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+")
    condition = models.CharField(_("condition"), max_length=12, choices=Product.Condition)
    currency = models.CharField(_("currency"), max_length=3)
    count = models.PositiveIntegerField(_("prices"))
    quantiles = ArrayField(models.FloatField(), size=101, null=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("standing of prices")
        verbose_name_plural = _("standings of prices")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["brand", "category", "condition", "currency"], name="catalog_pricestanding_once"
            ),
            models.CheckConstraint(
                condition=models.Q(quantiles__isnull=True) | models.Q(quantiles__len=101),
                name="catalog_pricestanding_quantiles",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand}, {self.category}, {self.get_condition_display()}: {self.currency}"
