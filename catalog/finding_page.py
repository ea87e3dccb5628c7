"""What the queue shows beside a finding: the authentic listing, the seller's standing, and what was decided before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils import translation

from .authentic_listings import Authentic, authentic_beside
from .finding_queue import Focus
from .models import Brand, Decision, Finding, Hold, Product
from .reasons import PLAIN
from .standings import SellerStanding, strikes_of
from .stating import languages_of
from .telling_sellers import told_of

SHOWN_DECISIONS = 5
Ground = Hold.Ground


@dataclass(frozen=True, slots=True)
class SellerRecord:
    """What is known of a seller: its standing, how its findings were decided, its live listings, the last decisions."""

    standing: SellerStanding
    findings: Mapping[str, int]
    live_listings: int
    decisions: Sequence[Decision]


@dataclass(frozen=True, slots=True)
class Beside:
    """What is shown beside a finding."""

    authentic: Authentic | None
    record: SellerRecord


def beside(focus: Focus) -> Beside:
    """Return what is shown beside the listing that is looked at. A fixed number of statements."""
    return beside_listing(focus.product, focus.first.brand or focus.product.brand)


def beside_listing(product: Product, brand: Brand | None) -> Beside:
    """Return what is shown beside a listing that is said to be of the brand. A fixed number of statements."""
    return Beside(authentic_beside(product, brand), _record(product))


def suggested_ground(findings: Sequence[Finding]) -> Ground:
    """Return the ground of the gravest finding's rule."""
    rule = next((finding.rule for finding in findings if finding.rule), None)
    return Ground(rule.ground) if rule else Ground.OTHER


def suggested_explanation(findings: Sequence[Finding]) -> str:
    """Return what the seller is told: the rule author's words, else the rule's own for sellers, else plain ones.

    What is not written by people is in the language that the seller reads.
    """
    first = next((finding for finding in findings if not finding.is_error), findings[0])
    if first.version and first.version.seller_message.strip():
        return first.version.seller_message.strip()
    with translation.override(languages_of([first.seller_id])[first.seller_id]):
        return told_of(first) or str(PLAIN[suggested_ground(findings)])


def _record(product: Product) -> SellerRecord:
    seller = product.seller
    states = (Finding.State.OPEN, Finding.State.CONFIRMED, Finding.State.CLEARED)
    counts = {state.value: Count("product", filter=Q(state=state), distinct=True) for state in states}
    decisions = Decision.objects.filter(seller=seller).select_related("product", "decided_by")
    return SellerRecord(
        standing=strikes_of(seller),
        findings=Finding.objects.filter(seller=seller).aggregate(**counts),
        live_listings=Product.objects.filter(seller=seller, status=Product.Status.LIVE).count(),
        decisions=list(decisions[:SHOWN_DECISIONS]),
    )
