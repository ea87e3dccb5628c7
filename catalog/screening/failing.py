"""Listings of which no rule could be asked, because finding out or writing down raised: they are held back."""

from __future__ import annotations

from datetime import datetime

from ..fact_finding import Asked as Answers
from ..fact_finding import FoundFacts, to_json, write_facts
from ..models import Product, Screening, VerdictChoices
from ..rules.facts import FACTS
from ..rules.listing_facts import ListingFacts
from .findings import Written, failed_screening, write_findings
from .fingerprints import fingerprint
from .holding_back import hold_unchecked
from .muting import muted

THE_SCREENING = "screening"
"""Under this name a screening keeps the reason why it failed, where others have the keys of rule versions."""


def hold_failed(product: Product, error: Exception, now: datetime) -> None:
    """Hold a listing back whose screening raised, and keep why; one that people released from this as it is, is not.

    All its facts count as failed, so that whatever asks them in SQL finds errors and not what they were before.
    """
    reason = f"{type(error).__name__}: {error}"
    seen = _content(product, type(error).__name__)
    failed = dict.fromkeys(FACTS, reason)
    facts = ListingFacts({}, now, failed)
    write_facts({product.pk: FoundFacts(facts, {}, product.version)}, {product.pk: Answers(VerdictChoices.ERROR)})
    screening = Screening.objects.create(
        product=product,
        product_version=product.version,
        at=now,
        verdict=VerdictChoices.ERROR,
        facts=to_json(facts),
        failed=failed,
        errors={THE_SCREENING: reason},
    )
    if muted([product], now).is_cleared(product, None, lambda: seen):
        write_findings([Written(product, screening, None, ())])
        return
    hold = hold_unchecked(product)
    write_findings([Written(product, screening, hold, [failed_screening(reason, seen)])])


def _content(product: Product, kind: str) -> str:
    """Return a fingerprint of the failure and of all that people edit in the listing: who vouches, vouches for that."""
    texts = ("title", "description", "sku", "gtin", "condition", "brand_id", "category_id")
    offers = product.offers.order_by("market").values_list("market", "price_minor", "currency")
    photos = product.images.order_by("position").values_list("sha256", flat=True)
    return fingerprint([kind, [getattr(product, name) for name in texts], [list(row) for row in offers], list(photos)])
