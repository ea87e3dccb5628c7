"""What the API says of products, and what it takes."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.reverse import reverse

from .models import Offer, Product, ProductImage


class OfferSerializer(serializers.ModelSerializer[Offer]):
    """Price and stock in a market; an offer that is not fresh is not linked."""

    is_fresh = serializers.BooleanField(read_only=True)

    class Meta:
        model = Offer
        fields: ClassVar = ["market", "price_minor", "currency", "stock", "price_refreshed_at", "is_fresh"]


class PhotoSerializer(serializers.ModelSerializer[ProductImage]):
    """A photo and where to get it."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = ProductImage
        fields: ClassVar = ["id", "url", "width", "height", "sha256"]

    def get_url(self, image: ProductImage) -> str:
        """Return the address of the photo in full size."""
        return reverse("catalog:photo-file", args=[image.pk], request=self.context.get("request"))


class ProductSerializer(serializers.ModelSerializer[Product]):
    """A listing. `version` counts its changes and is its ETag."""

    seller = serializers.SlugRelatedField[Product](slug_field="slug", read_only=True)
    brand = serializers.CharField(source="brand.name", default="")
    category = serializers.CharField(source="category.path", default="")
    offers = OfferSerializer(many=True)
    photos = PhotoSerializer(source="images", many=True)

    class Meta:
        model = Product
        fields: ClassVar = [
            "id", "seller", "sku", "title", "description", "brand", "category", "gtin", "condition", "variant_group",
            "variant_name", "status", "version", "offers", "photos", "created_at", "updated_at",
        ]  # fmt: skip


class Shape(serializers.Serializer[Any]):
    """A body of which every name is known: a name that is misspelt is no silent nothing."""

    def to_internal_value(self, data: Any) -> Any:
        """Refuse names that the API does not know."""
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            raise serializers.ValidationError({name: [_("There is no such field.")] for name in unknown})
        return super().to_internal_value(data)


class OfferShape(Shape):
    """An offer as it is sent. `is_sure` says that a price which looks like a slip is right."""

    market = serializers.CharField(max_length=100)
    price_minor = serializers.IntegerField(min_value=0, max_value=10**15)
    currency = serializers.CharField(max_length=3, required=False, allow_blank=True)
    stock = serializers.IntegerField(min_value=0, required=False)
    is_sure = serializers.BooleanField(required=False)


class ListingShape(Shape):
    """A listing as it is sent: only its shape; what is said in it is checked by the form of its page.

    `offers` are all offers: those that are left out are taken away.
    """

    sku = serializers.CharField(required=False, allow_blank=True)
    title = serializers.CharField(required=False, allow_blank=True)
    description = serializers.CharField(required=False, allow_blank=True)
    brand = serializers.CharField(required=False, allow_blank=True)
    category = serializers.CharField(required=False, allow_blank=True)
    gtin = serializers.CharField(required=False, allow_blank=True)
    condition = serializers.CharField(required=False)
    variant_group = serializers.CharField(required=False, allow_blank=True)
    variant_name = serializers.CharField(required=False, allow_blank=True)
    offers = OfferShape(many=True, required=False)


class NewListingShape(ListingShape):
    """A new listing, with the short name of its seller."""

    seller = serializers.SlugField()
