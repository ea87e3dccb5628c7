"""How often notices are right: by sender and by brand, for whole pages at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from .models import Brand, NoticeItem
from .rules.measuring.intervals import Interval, wilson


@dataclass(frozen=True, slots=True)
class Acceptance:
    """How often notices were right: `accepted` of `decided` listings, and between which shares (0..1) that lies."""

    accepted: int
    decided: int
    interval: Interval

    @property
    def share(self) -> float | None:
        """The share of right ones, None where nothing is decided."""
        return self.accepted / self.decided if self.decided else None


def acceptance_of_sender(email: str) -> Acceptance:
    """Return how often the notices from an e-mail address were right, whatever its case. One statement."""
    key = email.strip().lower()
    return acceptance_by_sender([key])[key]


def acceptance_of_brand(brand: Brand) -> Acceptance:
    """Return how often the notices for a brand were right. One statement."""
    return acceptance_by_brand([brand.pk])[brand.pk]


def acceptance_by_sender(emails: Collection[str]) -> Mapping[str, Acceptance]:
    """Return how often the notices from each address were right, written as they are kept. One statement."""
    return _acceptances(NoticeItem.objects.filter(notice__sender_email__in=emails), "notice__sender_email")


def acceptance_by_brand(brands: Collection[int]) -> Mapping[int, Acceptance]:
    """Return how often the notices for each brand were right, by its key. One statement."""
    return _acceptances(NoticeItem.objects.filter(notice__brand__in=brands), "notice__brand")


def _acceptances[K](items: QuerySet[NoticeItem], by: str) -> Mapping[K, Acceptance]:
    """Count the decided items; an accepted one of which the decision was annulled later was not right."""
    right = Q(state=NoticeItem.State.ACCEPTED, decision__annulled_at__isnull=True)
    counted = items.order_by().values_list(by).exclude(state=NoticeItem.State.WAITING)
    rows = counted.annotate(right=Count("pk", filter=right), decided=Count("pk"))
    found: defaultdict[K, Acceptance] = defaultdict(lambda: _of(0, 0))
    found.update({key: _of(right, decided) for key, right, decided in rows})
    return found


def _of(accepted: int, decided: int) -> Acceptance:
    return Acceptance(accepted, decided, wilson(accepted, decided))
