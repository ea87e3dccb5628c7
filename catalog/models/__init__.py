"""The nouns of the catalogue. Submodules import downwards only: sellers → traders, brands, categories → products →
photos, holds."""

from .brands import Brand, BrandAlias, BrandAuthorization
from .categories import Category
from .holds import Appeal, Hold
from .photos import ProductImage
from .products import Offer, Product
from .sellers import Seller, SellerInvitation, SellerMember
from .traders import MonthlySales, TraderFile, TraderVerification

__all__ = [
    "Appeal",
    "Brand",
    "BrandAlias",
    "BrandAuthorization",
    "Category",
    "Hold",
    "MonthlySales",
    "Offer",
    "Product",
    "ProductImage",
    "Seller",
    "SellerInvitation",
    "SellerMember",
    "TraderFile",
    "TraderVerification",
]
