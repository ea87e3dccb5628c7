"""Trying a rule's text on chosen listings while it is written: what it says of each, clause by clause, and why."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Max, Min
from django.utils import timezone

from shopadmin.accounts.models import User

from .fact_finding import facts_from_row, find_facts
from .listing_filters import ListingFilters
from .models import Finding, Product
from .models import ListingFacts as KeptFacts
from .models import Rule as SavedRule
from .rules.explaining import Explanation, explain
from .rules.language import Rule, compile_rule
from .rules.listing_facts import ListingFacts, RuleList
from .rules.online import Verdict
from .rules.problems import Problem, RuleRefused
from .value_lists import lists_as_rules_see_them

MOST_TRIED = 8
"""So many listings fit beside the text, and are explained in some milliseconds."""
SUGGESTED_FOUND, SUGGESTED_RANDOM = 3, 3
DRAWN = 30
"""How many keys are drawn at random to hit some listings; keys of removed ones hit nothing."""
OFFERED = 6


@dataclass(frozen=True, slots=True)
class Tried:
    """A listing with what the text says of it; `explanation` is None while the text is no rule."""

    product: Product
    explanation: Explanation | None


@dataclass(frozen=True, slots=True)
class Trial:
    """A text that is being written: its problems, or what it says of listings."""

    text: str
    problems: tuple[Problem, ...]
    rows: Sequence[Tried]

    @property
    def fires(self) -> int:
        """On how many of the listings it fires."""
        return self._count(Verdict.FIRES)

    @property
    def errors(self) -> int:
        """On how many of the listings it cannot be asked."""
        return self._count(Verdict.ERROR)

    def _count(self, verdict: Verdict) -> int:
        return sum(row.explanation is not None and row.explanation.outcome.verdict == verdict for row in self.rows)


def try_text(text: str, keys: Sequence[int], user: User) -> Trial:
    """Try a text on the listings with these keys that the user may see, in the order of the keys.

    The number of statements does not depend on how many listings there are.
    """
    lists = lists_as_rules_see_them(timezone.now())
    rule, problems = _compiled(text, lists)
    products = (
        Product.objects.for_user(user).with_card().select_related("facts__texts").in_bulk(list(keys[:MOST_TRIED]))
    )
    if rule is None:
        return Trial(text, problems, [Tried(products[key], None) for key in keys if key in products])
    facts = _facts(products.values())
    rows = [Tried(products[key], explain(rule, facts[key], lists)) for key in keys if key in facts]
    return Trial(text, problems, rows)


def suggested(user: User, rule: SavedRule | None = None) -> list[int]:
    """Return the keys of listings to try a rule on: some on which it or others fired lately, and some at random."""
    seen = Product.objects.for_user(user).filter(status__in=[Product.Status.LIVE, Product.Status.HELD])
    found = Finding.objects.filter(product__in=seen).order_by("-found_at", "-pk").values_list("product", flat=True)
    its_own = found.filter(rule=rule) if rule is not None else found.none()
    lately = [*its_own[: 4 * SUGGESTED_FOUND], *found[: 4 * SUGGESTED_FOUND]]
    keys = list(dict.fromkeys(lately))[:SUGGESTED_FOUND]
    ends = KeptFacts.objects.aggregate(least=Min("pk"), most=Max("pk"))
    if ends["least"] is None:
        return keys
    drawn = [random.randint(ends["least"], ends["most"]) for _ in range(DRAWN)]  # noqa: S311 - a sample to look at
    others = seen.filter(pk__in=drawn, facts__isnull=False).exclude(pk__in=keys)
    return [*keys, *others.values_list("pk", flat=True)[:SUGGESTED_RANDOM]]


def offered(words: str, user: User, *, but: Iterable[int]) -> list[Product]:
    """Return listings whose title or article number has the words, without those that are tried already."""
    if not words.strip():
        return []
    found = Product.objects.find_listing(user, ListingFilters(q=words)).rows
    return list(
        found.exclude(status=Product.Status.REMOVED).exclude(pk__in=list(but)).with_card().order_by("-pk")[:OFFERED]
    )


def _compiled(text: str, lists: Mapping[str, RuleList]) -> tuple[Rule | None, tuple[Problem, ...]]:
    try:
        return compile_rule(text, {name: each.kind for name, each in lists.items()}), ()
    except RuleRefused as error:
        return None, error.problems


def _facts(products: Iterable[Product]) -> dict[int, ListingFacts]:
    """Return the facts by product: those of its last screening, or as they are now where it has changed since."""
    known = {
        product.pk: facts_from_row(row)
        for product in products
        if (row := getattr(product, "facts", None)) is not None and row.product_version == product.version
    }
    left = [product.pk for product in products if product.pk not in known]
    found = find_facts(left, now=timezone.now()) if left else {}
    return known | {key: each.facts for key, each in found.items()}
