"""Products and what they cost in each market."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shopadmin.accounts.permissions import Permission, Scope

from .brands import Brand
from .categories import Category
from .sellers import Seller

if TYPE_CHECKING:
    from shopadmin.accounts.models import User


class ProductQuerySet(models.QuerySet["Product"]):
    """What one asks of the catalogue."""

    def for_user(self, user: User, permission: Permission = Permission.VIEW_LISTINGS) -> Self:
        """Keep the products of the sellers for whose rows the user has `permission`."""
        if user.scope(permission) == Scope.ALL:
            return self
        return self.filter(seller__in=Seller.objects.for_user(user, permission))

    def with_card(self) -> Self:
        """Fetch what a product card shows, so that a list of cards asks three times whatever its length."""
        return self.select_related("brand", "seller").prefetch_related("images", "offers")

    def in_group_of(self, product: Product) -> Self:
        """Keep the product and its variants: those of its seller with the same variant group."""
        if not product.variant_group:
            return self.filter(pk=product.pk)
        return self.filter(seller=product.seller_id, variant_group=product.variant_group)


class Product(models.Model):
    """A listing: one thing that one seller sells. Variants (colour, size) share a `variant_group`.

    `version` counts the changes of what people can edit here and in its offers and photos: it tells an editor that
    somebody else was faster, and an undo that there were later edits. Whoever changes one of them adds one to it.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        LIVE = "live", _("live")
        HELD = "held", _("held")
        REMOVED = "removed", _("removed")

    class Condition(models.TextChoices):
        NEW = "new", _("new")
        REFURBISHED = "refurbished", _("refurbished")
        USED = "used", _("used")

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="products")
    sku = models.CharField(_("SKU"), max_length=100)
    title = models.CharField(_("title"), max_length=300)
    description = models.TextField(_("description"), blank=True)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, null=True, blank=True, related_name="products")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="products")
    gtin = models.CharField(_("GTIN"), max_length=14, blank=True, db_default="")
    condition = models.CharField(
        _("condition"), max_length=12, choices=Condition, default=Condition.NEW, db_default="new"
    )
    variant_group = models.CharField(_("variant group"), max_length=100, blank=True)
    variant_name = models.CharField(_("variant"), max_length=100, blank=True, db_default="")
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

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
            models.CheckConstraint(
                condition=models.Q(condition__in=["new", "refurbished", "used"]),
                name="catalog_product_condition_known",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the product's page."""
        return reverse("catalog:product-detail", args=[self.pk])


class OfferQuerySet(models.QuerySet["Offer"]):
    """Which offers may be linked."""

    def fresh(self) -> Self:
        """Keep offers whose price was confirmed within the last three days (a setting)."""
        fresh_since = timezone.now() - timedelta(days=settings.SHOPADMIN["PRICE_FRESH_FOR_DAYS"])
        return self.filter(price_refreshed_at__gte=fresh_since)

    def linkable(self, market: str) -> Self:
        """Keep offers of live products in `market` that are in stock and whose price is fresh."""
        return self.fresh().filter(market=market, stock__gt=0, product__status=Product.Status.LIVE)


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
        ordering: ClassVar = ["market"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product", "market"], name="catalog_offer_once_in_market"),
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.price_minor} {self.currency} ({self.market})"

    @property
    def is_fresh(self) -> bool:
        """Whether the price was confirmed lately enough to be linked."""
        age = timezone.now() - self.price_refreshed_at
        return age <= timedelta(days=settings.SHOPADMIN["PRICE_FRESH_FOR_DAYS"])
