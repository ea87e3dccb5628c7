"""The nouns of the catalogue. Submodules import downwards only: sellers → traders, brands, categories → products →
photos → photo_jobs, holds."""

from .brands import Brand, BrandAlias, BrandAuthorization
from .categories import Category
from .holds import Appeal, Hold
from .photo_jobs import PhotoArchive, PhotoFetch
from .photos import ProductImage, RemovedPhoto
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
    "PhotoArchive",
    "PhotoFetch",
    "Product",
    "ProductImage",
    "RemovedPhoto",
    "Seller",
    "SellerInvitation",
    "SellerMember",
    "TraderFile",
    "TraderVerification",
]
