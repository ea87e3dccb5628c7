"""The back office of the catalogue."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from shopadmin.accounts.audit.admin import AuditedAdmin

from .models import Brand, BrandAlias, Category, Offer, Product, ProductImage, Seller, SellerMember


class OfferInline(admin.TabularInline):  # type: ignore[type-arg]
    """What a product costs in each market."""

    model = Offer
    extra = 0


class ProductImageInline(admin.TabularInline):  # type: ignore[type-arg]
    """A product's photos."""

    model = ProductImage
    extra = 0


@admin.register(Product)
class ProductAdmin(AuditedAdmin):
    """Products with their offers and photos, to look at.

    They are changed on their own pages: those count a change up, say who else has edited meanwhile, and hold listings
    with a reason.
    """

    list_display = ("title", "sku", "seller", "brand", "status")
    list_filter = ("status",)
    list_select_related = ("seller", "brand")
    search_fields = ("title", "sku")
    inlines = (OfferInline, ProductImageInline)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only on the products' own pages."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only on the products' own pages."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Listings are removed on their own pages, from where they can be brought back."""
        return False


class SellerMemberInline(admin.TabularInline):  # type: ignore[type-arg]
    """The people who work for a seller; its own page changes them, and never leaves it without an owner."""

    model = SellerMember
    extra = 0
    max_num = 0
    can_delete = False
    readonly_fields = ("user", "role", "joined_at")


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
