"""The back office of the catalogue."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from shopadmin.accounts.audit.admin import AuditedAdmin

from .models import Brand, BrandAlias, Category, Offer, Product, ProductImage, Seller, SellerMember


class OfferInline(admin.TabularInline):  # type: ignore[type-arg]
    """What a product costs in each market."""

    model = Offer
    extra = 0


class ProductImageInline(admin.TabularInline):  # type: ignore[type-arg]
    """Photos come in through `add_photos`, which re-encodes them; here they are only looked at."""

    model = ProductImage
    extra = 0
    fields = ("file", "position", "width", "height")
    readonly_fields = ("file", "position", "width", "height")
    can_delete = False
    max_num = 0


@admin.register(Product)
class ProductAdmin(AuditedAdmin):
    """Products with their offers and photos."""

    list_display = ("title", "sku", "seller", "brand", "status")
    list_filter = ("status",)
    list_select_related = ("seller", "brand")
    search_fields = ("title", "sku")
    autocomplete_fields = ("brand", "category", "seller")
    inlines = (OfferInline, ProductImageInline)
    show_full_result_count = False

    def tenant_of(self, obj: Any) -> int | None:
        """Let the seller's members read it."""
        return int(obj.seller_id)


class SellerMemberInline(admin.TabularInline):  # type: ignore[type-arg]
    """The people who work for a seller."""

    model = SellerMember
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Seller)
class SellerAdmin(AuditedAdmin):
    """Sellers and the people who work there."""

    list_display = ("name", "slug")
    search_fields = ("name", "slug")
    inlines = (SellerMemberInline,)

    def tenant_of(self, obj: Any) -> int | None:
        """Let the seller's members read it."""
        return int(obj.pk)


class BrandAliasInline(admin.TabularInline):  # type: ignore[type-arg]
    """What else a brand is called."""

    model = BrandAlias
    extra = 0


@admin.register(Brand)
class BrandAdmin(AuditedAdmin):
    """Brands and their other names."""

    list_display = ("name", "owner", "is_protected")
    list_filter = ("is_protected",)
    search_fields = ("name",)
    inlines = (BrandAliasInline,)


@admin.register(Category)
class CategoryAdmin(AuditedAdmin):
    """The tree of categories."""

    search_fields = ("path",)
