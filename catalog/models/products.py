"""Products, their photos and what they cost in each market."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shopadmin.accounts.roles import Role

from .sellers import Seller

if TYPE_CHECKING:
    from shopadmin.accounts.models import User


class Brand(models.Model):
    """A maker's name."""

    name = models.CharField(_("name"), max_length=200, unique=True)

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Category(models.Model):
    """A kind of product; a tree."""

    name = models.CharField(_("name"), max_length=200)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["parent", "name"], name="catalog_category_once_in_parent", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProductQuerySet(models.QuerySet["Product"]):
    """What one asks of the catalogue."""

    def for_user(self, user: User) -> Self:
        """Keep the products that the user may see: those of their own sellers, or all for policy staff and admins."""
        if user.roles & {Role.POLICY, Role.ADMIN}:
            return self
        return self.filter(seller__members=user)

    def with_card(self) -> Self:
        """Fetch what a product card shows, so that a list of cards asks three times whatever its length."""
        return self.select_related("brand", "seller").prefetch_related("images", "offers")


class Product(models.Model):
    """A listing: one thing that one seller sells. Variants (colour, size) share a `variant_group`."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        LIVE = "live", _("live")
        HELD = "held", _("held")
        REMOVED = "removed", _("removed")

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="products")
    sku = models.CharField(_("SKU"), max_length=100)
    title = models.CharField(_("title"), max_length=300)
    description = models.TextField(_("description"), blank=True)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, null=True, blank=True, related_name="products")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="products")
    variant_group = models.CharField(_("variant group"), max_length=100, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering: ClassVar = ["title", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["seller", "sku"], name="catalog_product_sku_once_in_seller"),
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "live", "held", "removed"]), name="catalog_product_status_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title


def photo_path(image: ProductImage, filename: str) -> str:
    """Return a name of our own in a folder of its own; of the uploader's name only a known ending is kept."""
    ending = PurePath(filename).suffix.lower()
    return f"products/{uuid.uuid4().hex}/photo{ending if ending in {'.jpg', '.png', '.webp'} else '.jpg'}"


class ProductImage(models.Model):
    """A photo of a product, re-encoded when it came in."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="images")
    file = models.ImageField(_("photo"), upload_to=photo_path)
    sha256 = models.CharField(max_length=64)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("product photo")
        verbose_name_plural = _("product photos")
        ordering: ClassVar = ["position", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product", "sha256"], name="catalog_image_once_in_product"),
        ]

    def __str__(self) -> str:
        return f"{self.product} ({self.position})"


class OfferQuerySet(models.QuerySet["Offer"]):
    """Which offers may be linked."""

    def linkable(self, market: str) -> Self:
        """Keep offers of live products in `market` that are in stock and whose price is fresh (three days)."""
        fresh_since = timezone.now() - timedelta(days=settings.SHOPADMIN["PRICE_FRESH_FOR_DAYS"])
        return self.filter(
            market=market, stock__gt=0, price_refreshed_at__gte=fresh_since, product__status=Product.Status.LIVE
        )


class Offer(models.Model):
    """A product's price and stock in one market. Money is whole minor units (cents) of a currency."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="offers")
    market = models.CharField(_("market"), max_length=2)
    price_minor = models.PositiveBigIntegerField(_("price in minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    stock = models.PositiveIntegerField(_("stock"), default=0)
    price_refreshed_at = models.DateTimeField(_("price refreshed at"), default=timezone.now)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product", "market"], name="catalog_offer_once_in_market"),
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.price_minor} {self.currency} ({self.market})"
