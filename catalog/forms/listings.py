"""The form of a listing: what is said about a product in all markets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..gtin import InvalidGtin, clean_gtin
from ..listings import brand_named
from ..models import Product, Seller
from ..names import folded
from ..wording import about_gtin
from .category_names import category_called
from .checking import Checked


class ListingForm(Checked):
    """What is said about a product in all markets."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=300,
        help_text=gettext_lazy("What it is, and what sets it apart: “Apple juice, unfiltered, 1 l”."),
        error_messages={"required": gettext_lazy("Give the listing a title.")},
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    brand = forms.CharField(
        label=gettext_lazy("Brand"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Choose one, or type a new one. Leave it empty for things without a brand."),
        widget=forms.TextInput(attrs={"list": "brand-options", "autocomplete": "off"}),
    )
    category = forms.CharField(
        label=gettext_lazy("Category"),
        max_length=1000,
        required=False,
        help_text=gettext_lazy("Type a part of its name and choose."),
        widget=forms.TextInput(attrs={"list": "category-options", "autocomplete": "off"}),
    )
    condition = forms.ChoiceField(label=gettext_lazy("Condition"), choices=Product.Condition.choices)
    sku = forms.CharField(
        label=gettext_lazy("SKU"),
        max_length=100,
        help_text=gettext_lazy("Your own number for it; each is used once in your shop."),
        error_messages={"required": gettext_lazy("Give the listing a SKU: your own number for it.")},
    )
    gtin = forms.CharField(
        label=gettext_lazy("GTIN"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("The number under the barcode (EAN, UPC, ISBN)."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    variant_group = forms.CharField(
        label=gettext_lazy("Variant group"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("The same for all colours and sizes of one thing, for example “shirt-oak”."),
    )
    variant_name = forms.CharField(
        label=gettext_lazy("Variant"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("What sets this one apart in its group: “red, M”."),
    )

    def __init__(self, *args: Any, seller: Seller, product: Product | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seller = seller
        self.own_pk = product.pk if product else 0

    def clean_description(self) -> str:
        """Return the text with plain line ends: browsers send those of Windows."""
        return "\n".join(str(self.cleaned_data["description"]).splitlines())

    def clean_brand(self) -> str:
        """Return the brand's own name for any of its names; a new one stays as it is typed."""
        name = " ".join(str(self.cleaned_data["brand"]).split())
        if name and not folded(name):
            raise forms.ValidationError(_("A brand’s name has letters or digits."))
        brand = brand_named(name)
        return brand.name if brand else name

    def clean_category(self) -> str:
        """Return the path of the category that is meant."""
        text = str(self.cleaned_data["category"]).strip()
        return category_called(text).path if text else ""

    def clean_sku(self) -> str:
        """Refuse a SKU that another listing of the seller has."""
        sku = str(self.cleaned_data["sku"])
        other = Product.objects.filter(seller=self.seller, sku=sku).exclude(pk=self.own_pk).first()
        if other is not None:
            message = _("“%(title)s” has this SKU already. Use another one, or edit that listing.")
            raise forms.ValidationError(message % {"title": other.title})
        return sku

    def clean_gtin(self) -> str:
        """Return the GTIN's digits; say which last digit would fit when it is wrong."""
        text = str(self.cleaned_data["gtin"])
        try:
            return clean_gtin(text) if text else ""
        except InvalidGtin as error:
            raise forms.ValidationError(about_gtin(error)) from error
