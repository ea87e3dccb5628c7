"""From a filter of the products index to conditions: the names in it become keys of rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from django.contrib.postgres.search import SearchQueryField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast

from shopadmin.accounts.permissions import Permission, Scope

from ..facets import NOTHING, Facet, any_of, facet, offer_conditions, word
from ..listing_filters import ListingFilters
from ..search import Reading, queries
from .brands import Brand, BrandAlias
from .categories import SEPARATOR, Category
from .sellers import Seller
from .words import Word

if TYPE_CHECKING:
    from shopadmin.accounts.models import User

MOST_BRANDS = 50
"""As many brands of which a word is the beginning count; it is typed on."""


class Matches(models.Func):
    """Whether a text search column fits a query in PostgreSQL's own notation, in which words are taken as they are."""

    template = "%(expressions)s"
    arg_joiner = " @@ "
    output_field: ClassVar = models.BooleanField()

    def __init__(self, column: str, query: str) -> None:
        super().__init__(column, Cast(models.Value(query), SearchQueryField()))


def sellers_in_question(user: User, filters: ListingFilters, permission: Permission) -> list[int] | None:
    """Return the keys of the sellers that the user's scope and the filter leave; None for all of them."""
    if user.scope(permission) == Scope.ALL and not filters.seller:
        return None
    sellers = Seller.objects.for_user(user, permission)
    if filters.seller:
        sellers = sellers.filter(slug=filters.seller)
    return list(sellers.order_by("pk").values_list("pk", flat=True))


def conditions_of(filters: ListingFilters) -> list[str]:
    """Return the queries for all that the filter asks for, but sellers, words and the age of prices."""
    found = offer_conditions(filters.offer, filters.market)
    if filters.status:
        found.append(facet(Facet.STATUS, filters.status))
    if filters.condition:
        found.append(facet(Facet.CONDITION, filters.condition))
    if filters.brand:
        brand = Brand.objects.resolve([filters.brand])[filters.brand]
        found.append(facet(Facet.BRAND, brand.pk) if brand else NOTHING)
    if filters.category:
        found.append(any_of(facet(Facet.CATEGORY, key) for key in _categories_below(filters.category)))
    if filters.photo:
        found.append(facet(Facet.WITHOUT_PHOTO) if filters.photo == "none" else NOTHING)
    return found


def readings(words: Sequence[str]) -> dict[Reading, str]:
    """Return the query for each way to read the folded words that somebody typed, from strict to loose."""
    if not words:
        return {Reading.EXACT: NOTHING}
    near = Word.objects.near(words)
    names = {*words, *(other for others in near.values() for other in others)}
    return queries(words, Word.objects.beginning_with(words), near, _brands_by_word(names))


def _categories_below(path: str) -> list[int]:
    """Return the category with that path and all below it."""
    below = Category.objects.filter(Q(path__iexact=path) | Q(path__istartswith=f"{path}{SEPARATOR}"))
    return list(below.order_by("pk").values_list("pk", flat=True))


def _brands_by_word(names: Iterable[str]) -> dict[str, list[int]]:
    """Return for each of `names` the brands of which a name or another name has such a word, or one that begins so."""
    asked = sorted(names)
    query = any_of(word(name, is_prefix=True) for name in asked)
    own = Brand.objects.filter(Matches("words", query)).order_by().values_list("pk", "words")
    others = BrandAlias.objects.filter(Matches("words", query)).order_by().values_list("brand", "words")
    found: dict[str, list[int]] = defaultdict(list)
    for key, vector in own.union(others, all=True).order_by()[: MOST_BRANDS * len(asked)]:
        texts = [text.strip("'") for text in vector.split()]
        for name in asked:
            if any(text.startswith(name) for text in texts) and key not in found[name]:
                found[name].append(key)
    return {name: keys[:MOST_BRANDS] for name, keys in found.items()}
