"""The nouns of the catalogue. Submodules import downwards only: sellers → traders, brands, categories, saved views →
products → photos → photo jobs, holds, bulk, imports. `words` stands alone."""

from .brands import Brand, BrandAlias, BrandAuthorization
from .bulk import BulkAction, BulkChange, BulkJob
from .categories import Category
from .holds import Appeal, Hold
from .import_rows import ImportChange, ImportIssue, ImportResult, ImportRow
from .imports import ImportBatch, ImportJob
from .photo_jobs import PhotoArchive, PhotoFetch
from .photos import ProductImage, RemovedPhoto
from .products import Offer, Product
from .saved_views import ListingColumns, SavedView
from .sellers import Seller, SellerInvitation, SellerMember
from .traders import MonthlySales, TraderFile, TraderVerification
from .words import Word

__all__ = [
    "Appeal",
    "Brand",
    "BrandAlias",
    "BrandAuthorization",
    "BulkAction",
    "BulkChange",
    "BulkJob",
    "Category",
    "Hold",
    "ImportBatch",
    "ImportChange",
    "ImportIssue",
    "ImportJob",
    "ImportResult",
    "ImportRow",
    "ListingColumns",
    "MonthlySales",
    "Offer",
    "PhotoArchive",
    "PhotoFetch",
    "Product",
    "ProductImage",
    "RemovedPhoto",
    "SavedView",
    "Seller",
    "SellerInvitation",
    "SellerMember",
    "TraderFile",
    "TraderVerification",
    "Word",
]
