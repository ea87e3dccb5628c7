"""A small index of brands for the tests, with the real words."""

from __future__ import annotations

from functools import cache

from catalog.rules.lookalikes.brand_index import BrandEntry, BrandIndex
from catalog.rules.lookalikes.names import names_in
from catalog.rules.lookalikes.words import ordinary_words

BRANDS = (
    BrandEntry("Nike", (), ("Shoes", "Clothing")),
    BrandEntry("Adidas", (), ("Shoes", "Clothing")),
    BrandEntry("Rolex", (), ("Watches",)),
    BrandEntry("Gucci", (), ("Bags", "Shoes")),
    BrandEntry("L'Oréal", (), ("Beauty",)),
    BrandEntry("Dr. Martens", ("Doc Martens",), ("Shoes",)),
    BrandEntry("7 For All Mankind", (), ("Clothing",)),
    BrandEntry("H&M", (), ("Clothing",)),
    BrandEntry("Levi's", (), ("Clothing",)),
    BrandEntry("Dior", (), ("Beauty", "Bags")),
    BrandEntry("Boss", ("Hugo Boss",), ("Clothing", "Shoes")),
    BrandEntry("Fila", (), ("Shoes",)),
    BrandEntry("Hermès", (), ("Bags",)),
    BrandEntry("Apple", (), ("Electronics > Phones",)),
    BrandEntry("Gap", (), ("Clothing",)),
    BrandEntry("Polo", (), ("Clothing",), is_product_word=True),
    BrandEntry("New Balance", (), ("Shoes",)),
    BrandEntry("The North Face", (), ("Clothing",)),
    BrandEntry("Calvin Klein", (), ("Clothing",)),
    BrandEntry("Modem", (), ("Electronics",)),
)


@cache
def index() -> BrandIndex:
    return BrandIndex(BRANDS, ordinary_words())


def named(text: str, category: str = "") -> list[tuple[str, str, str]]:
    """Return brand, kind and what is written, of each naming."""
    return [(naming.brand, naming.kind.value, naming.written) for naming in names_in(text, index(), category)]


def brands_in(text: str, category: str = "") -> set[str]:
    return {brand for brand, _kind, _written in named(text, category)}
