"""The nouns of the catalogue. Submodules import downwards only: products may import sellers, not the other way."""

from .products import Brand, Category, Offer, Product, ProductImage
from .sellers import Seller

__all__ = ["Brand", "Category", "Offer", "Product", "ProductImage", "Seller"]
