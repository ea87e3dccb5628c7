"""The queue of notices, and the page of one: what it says of each listing, beside what is known of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from shopadmin.accounts.models import User
from shopadmin.keyset import Page, page

from .decisions import works_for
from .finding_page import Beside, beside_listing
from .models import Brand, BrandAuthorization, Finding, Hold, Notice, NoticeItem
from .models.notices import NoticeQuerySet
from .notice_acceptance import Acceptance, acceptance_by_brand, acceptance_by_sender
from .notices import may_undo
from .reasons import PLAIN
from .stating import languages_of

SHOWN_FINDINGS = 8
State = NoticeItem.State


class Shown(StrEnum):
    """Which notices are shown."""

    WAITING = ""
    DECIDED = "decided"
    ALL = "all"


ORDERS = {
    Shown.WAITING: ("turn", "received_at", "pk"),
    Shown.DECIDED: ("-received_at", "-pk"),
    Shown.ALL: ("-received_at", "-pk"),
}
"""Trusted flaggers wait at the front, then who has waited longest; of what is done the newest stands first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which notices somebody asked for: `brand` by its name or alias, `sender` by the whole e-mail address."""

    shown: Shown = Shown.WAITING
    brand: str = ""
    sender: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Wanted:
        """Return what an address asks for; what is not one of ours is left out."""
        named = query.get("state", "")
        shown = Shown(named) if named in set(Shown) else Shown.WAITING
        return cls(shown, query.get("brand", "").strip()[:200], query.get("sender", "").strip().lower()[:254])

    def filters(self) -> str:
        """Return what is asked for besides the state, as a query string."""
        return urlencode({name: value for name, value in (("brand", self.brand), ("sender", self.sender)) if value})

    def notices(self) -> NoticeQuerySet:
        """Return the notices that fit; none for a brand that is unknown."""
        found = Notice.objects.all()
        if self.shown == Shown.WAITING:
            found = found.waiting()
        elif self.shown == Shown.DECIDED:
            found = found.decided()
        if self.brand:
            found = found.filter(brand=Brand.objects.resolve([self.brand])[self.brand])
        return found.filter(sender_email=self.sender) if self.sender else found


@dataclass(frozen=True, slots=True)
class Row:
    """A notice in the queue: how many of its listings are decided, and how often sender and brand were right."""

    notice: Notice
    listings: int
    decided: int
    of_sender: Acceptance
    of_brand: Acceptance


@dataclass(frozen=True, slots=True)
class Focus:
    """The listing of a notice that is looked at, with what is known of it."""

    item: NoticeItem
    beside: Beside
    findings: Sequence[Finding]
    authorizations: Sequence[BrandAuthorization]
    works_for_seller: bool
    next_key: int | None


@dataclass(frozen=True, slots=True)
class NoticePage:
    """A notice, its listings, and the one that is looked at."""

    notice: Notice
    items: Sequence[NoticeItem]
    focus: Focus | None
    of_sender: Acceptance
    of_brand: Acceptance
    undoable: Sequence[NoticeItem]

    @property
    def last(self) -> NoticeItem | None:
        """The listing on which the reader has decided last, if that can be taken back."""
        return max(self.undoable, key=lambda item: (item.decided_at or timezone.now(), item.pk), default=None)

    @property
    def waiting(self) -> int:
        """How many listings are to be decided."""
        return sum(item.state == State.WAITING for item in self.items)


def notice_rows(wanted: Wanted, query: QueryDict) -> tuple[Page[Notice], list[Row]]:
    """Return the page of the queue that the address asks for. A fixed number of statements."""
    found = page(wanted.notices().select_related("brand"), fields=ORDERS[wanted.shown], query=query)
    items = NoticeItem.objects.filter(notice__in=found.rows).order_by().values_list("notice")
    counted = items.annotate(listings=Count("pk"), decided=Count("pk", filter=~Q(state=State.WAITING)))
    counts = {key: (listings, decided) for key, listings, decided in counted}
    senders = acceptance_by_sender({notice.sender_email for notice in found.rows})
    brands = acceptance_by_brand({notice.brand_id for notice in found.rows})
    rows = [
        Row(notice, *counts.get(notice.pk, (0, 0)), senders[notice.sender_email], brands[notice.brand_id])
        for notice in found.rows
    ]
    return found, rows


def notice_page(notice: Notice, wanted: int | None, user: User) -> NoticePage:
    """Return the page of a notice; `wanted` is the key of the item that is asked for, if any.

    A fixed number of statements, however many listings the notice has.
    """
    items = list(notice.items.select_related("product__seller", "product__brand", "product__category", "decision"
        ).prefetch_related("product__images", "product__offers").order_by("pk"))  # fmt: skip
    asked = next((item for item in items if item.pk == wanted), None)
    first = asked or next((item for item in items if item.state == State.WAITING), None) or next(iter(items), None)
    return NoticePage(
        notice=notice,
        items=items,
        focus=_focus(notice, items, first, user) if first else None,
        of_sender=acceptance_by_sender([notice.sender_email])[notice.sender_email],
        of_brand=acceptance_by_brand([notice.brand_id])[notice.brand_id],
        undoable=[item for item in items if may_undo(item, user)],
    )


def suggested_acceptance(item: NoticeItem) -> str:
    """Return what the seller is told where a notice is right, in the language that the seller reads."""
    seller = item.product.seller_id
    with translation.override(languages_of([seller])[seller]):
        return str(PLAIN[Hold.Ground.COUNTERFEIT])


def suggested_rejection(item: NoticeItem, *, is_authorised: bool) -> str:
    """Return what the sender is told where a notice is wrong, in the language in which it was written."""
    with translation.override(item.notice.language):
        if is_authorised:
            return _("The seller has shown us the authorisation to sell this brand, and nothing speaks against it.")
        return _("We have looked at the listing and found nothing that infringes the right.")


def _focus(notice: Notice, items: Sequence[NoticeItem], item: NoticeItem, user: User) -> Focus:
    product, place = item.product, items.index(item)
    findings = Finding.objects.filter(product=product).select_related("rule", "version", "hold")
    granted = BrandAuthorization.objects.filter(brand=notice.brand_id, seller=product.seller_id)
    others = [other for other in [*items[place + 1 :], *items[:place]] if other.state == State.WAITING]
    return Focus(
        item=item,
        beside=beside_listing(product, notice.brand),
        findings=list(findings.order_by("-found_at", "-pk")[:SHOWN_FINDINGS]),
        authorizations=list(granted.in_force(timezone.localdate())),
        works_for_seller=works_for(user, product),
        next_key=others[0].pk if others else None,
    )
