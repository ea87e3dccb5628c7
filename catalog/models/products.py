"""Products and what they cost in each market."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shopadmin.accounts.permissions import Permission, Scope

from ..facets import Facet, any_of, facet
from ..listing_filters import ListingFilters
from ..screening.bell import ring_after_commit
from .brands import Brand
from .categories import Category
from .listing_conditions import Matches, conditions_of, sellers_in_question
from .listing_rows import Listing, few_hits, strictest
from .sellers import Seller
from .words import folded_words

if TYPE_CHECKING:
    from shopadmin.accounts.models import User


class ProductQuerySet(models.QuerySet["Product"]):
    """What one asks of the catalogue."""

    def for_user(self, user: User, permission: Permission = Permission.VIEW_LISTINGS) -> Self:
        """Keep the products of the sellers for whose rows the user has `permission`."""
        if user.scope(permission) == Scope.ALL:
            return self
        return self.filter(seller__in=Seller.objects.for_user(user, permission))

    def matching(self, *queries: str) -> Self:
        """Keep the products that fit all these queries of `catalog/facets.py`; the empty one fits all.

        PostgreSQL is a fifth quicker with several than with one that joins them.
        """
        found = self
        for query in filter(None, queries):
            found = found.filter(Matches("search", query))
        return found

    def listing(
        self, user: User, filters: ListingFilters, permission: Permission = Permission.VIEW_LISTINGS
    ) -> ProductQuerySet:
        """Keep what the user may see (or may do `permission` with) and what fits the filter, in no order."""
        return self.find_listing(user, filters, permission).rows

    def find_listing(
        self,
        user: User,
        filters: ListingFilters,
        permission: Permission = Permission.VIEW_LISTINGS,
        *,
        look: Callable[[Listing], int] | None = None,
    ) -> Listing:
        """Return the listing with how its words were read: the strictest reading that finds something.

        `look` looks at what a reading finds and returns how much it is; the last look is at what is returned. Asks the
        database for the sellers, brands and categories that the filter names, for words, and for each look.
        """
        sellers = sellers_in_question(user, filters, permission)
        rows, among = self.order_by(), self.order_by("-pk")
        if sellers is not None and len(sellers) == 1:
            among = self.filter(seller__in=sellers).order_by("sku")
        if filters.offer == "stale":
            rows = rows.filter(models.Exists(Offer.objects.stale().of_row(filters.market)))
        conditions = conditions_of(filters)
        if sellers is not None and (conditions or filters.q):
            # Either the facet or the column: both say the same, and the planner would take them for two conditions.
            conditions.append(any_of(facet(Facet.SELLER, key) for key in sellers))
        elif sellers is not None:
            rows = rows.filter(seller__in=sellers)
        if not filters.q:
            return Listing(rows.matching(*conditions), among)
        return strictest(rows, folded_words(filters.q), conditions, among, look or few_hits)

    def with_card(self) -> Self:
        """Fetch what a product card shows, so that a list of cards asks three times whatever its length."""
        return self.select_related("brand", "seller").prefetch_related("images", "offers")

    def with_row(self) -> Self:
        """Fetch what a row of the products index shows, so that a page asks three times whatever its length."""
        return self.with_card().select_related("brand", "seller", "category").defer("description", "search")

    def with_page(self) -> Self:
        """Fetch what a product's own page shows."""
        return self.with_card().select_related("brand", "seller", "category").defer("search")

    def in_group_of(self, product: Product) -> Self:
        """Keep the product and its variants: those of its seller with the same variant group."""
        if not product.variant_group:
            return self.filter(pk=product.pk)
        return self.filter(seller=product.seller_id, variant_group=product.variant_group)


class Product(models.Model):
    """A listing: one thing that one seller sells. Variants (colour, size) share a `variant_group`.

    `version` counts the changes of what people can edit here and in its offers and photos: it tells an editor that
    somebody else was faster, and an undo that there were later edits. Whoever changes one of them adds one to it.

    `screened_version` is the version of which the rules were asked last, 0 before they were: whenever the two differ a
    screening is due.

    The database itself writes three columns, and nothing else can: `traits` (what its offers and photos make of it, see
    `catalog/facets.py`), `title_key` (the title as lists sort it, without case and accents) and `search` (its words and
    facets, for the one index behind search and filters).
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

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="products", db_index=False)
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
    screened_version = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    traits = ArrayField(models.TextField(), db_default=["=-m", "=-p"], editable=False)
    title_key = models.GeneratedField(
        expression=models.Func("title", function="catalog_title_key"),
        output_field=models.CharField(max_length=200, db_collation="C"),
        db_persist=True,
    )
    search = models.GeneratedField(
        expression=models.Func(
            *("title", "sku", "gtin", "seller", "brand", "category", "status", "condition", "traits"),
            function="catalog_searchable",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering: ClassVar = ["title_key", "pk"]
        indexes: ClassVar = [
            GinIndex(fields=["search"], name="catalog_product_search", gin_pending_list_limit=1024),
            models.Index(fields=["title_key", "id"], name="catalog_product_by_title"),
            models.Index(fields=["seller", "title_key", "id"], name="catalog_product_of_seller"),
            models.Index(fields=["updated_at", "id"], name="catalog_product_by_update"),
            models.Index(
                fields=["updated_at", "id"],
                condition=models.Q(status="live") & ~models.Q(screened_version=F("version")),
                name="catalog_product_to_screen",
            ),
        ]
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

    def change(self, **fields: Any) -> bool:
        """Write these fields and count the version up, if nobody has changed the listing since it was read.

        One statement compares and writes, so of two people at once one gets False. Call it without fields when offers
        or photos change. What is live is screened after the commit.
        """
        now = timezone.now()
        unchanged = Product.objects.filter(pk=self.pk, version=self.version)
        if not unchanged.update(version=F("version") + 1, updated_at=now, **fields):
            return False
        for name, value in {**fields, "version": self.version + 1, "updated_at": now}.items():
            setattr(self, name, value)
        if self.status == Product.Status.LIVE:
            ring_after_commit()
        return True


def _fresh_since() -> datetime:
    """Return since when a price must have been confirmed to be fresh."""
    return timezone.now() - timedelta(days=settings.SHOPADMIN["PRICE_FRESH_FOR_DAYS"])


class OfferQuerySet(models.QuerySet["Offer"]):
    """Which offers may be linked."""

    def fresh(self) -> Self:
        """Keep offers whose price was confirmed within the last three days (a setting)."""
        return self.filter(price_refreshed_at__gte=_fresh_since())

    def stale(self) -> Self:
        """Keep offers whose price is older than that, which are not linked."""
        return self.filter(price_refreshed_at__lt=_fresh_since())

    def of_row(self, market: str = "") -> Self:
        """Keep the offers of a product in the query around this one; in one market, or in all."""
        offers = self.filter(product=models.OuterRef("pk"))
        return offers.filter(market=market) if market else offers

    def linkable(self, market: str) -> Self:
        """Keep offers of live products in `market` that are in stock and whose price is fresh.

        A product of which the rules were never asked is not linked; one that has changed since stays linked for the
        second that asking again takes.
        """
        return self.fresh().filter(
            market=market, stock__gt=0, product__status=Product.Status.LIVE, product__screened_version__gt=0
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
        ordering: ClassVar = ["market"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product", "market"], name="catalog_offer_once_in_market"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["market", "price_refreshed_at"], name="catalog_offer_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.price_minor} {self.currency} ({self.market})"

    @property
    def is_fresh(self) -> bool:
        """Whether the price was confirmed lately enough to be linked."""
        return self.price_refreshed_at >= _fresh_since()
