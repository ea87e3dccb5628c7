"""Notices of brand owners: filing one, deciding on each of its listings, and how often their senders are right."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from shopadmin.accounts.audit.recording import record
from shopadmin.accounts.models import User
from shopadmin.jobs.doorbell import call_worker

from .decisions import take_down
from .listings import Refusal
from .models import Brand, Decision, Hold, Notice, NoticeItem, NoticeMail, Product
from .rules.measuring.intervals import Interval, wilson

SEND_MAILS = "catalog.send_notice_mails"
MOST_LISTINGS = 100
"""How many listings one notice may name: each is looked at by a person."""
LIMITS: Mapping[str, int] = {"sender_name": 200, "on_behalf_of": 300, "right": 200, "jurisdiction": 100}
"""How many letters each column of a notice takes."""

_KEY = re.compile(r"\d{1,18}", re.ASCII)


class IncompleteNotice(ValueError):
    """A notice without something that it must have; `faults` says what, by field, and how to mend it."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {fault}" for field, fault in faults.items()))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Acceptance:
    """How often notices were right: `accepted` of `decided` listings, and between which shares (0..1) that lies."""

    accepted: int
    decided: int
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who sends a notice, and for whom: empty where the sender is the brand's owner."""

    name: str
    email: str
    on_behalf_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a notice says: which right of a brand, registered where, and why the listings infringe it.

    `is_in_good_faith` is the sender's word that it is accurate and complete (Digital Services Act, Article 16(2)(d)).
    """

    brand: Brand
    right: str
    jurisdiction: str
    reasons: str
    is_in_good_faith: bool


@transaction.atomic
def file_notice(*, sender: Sender, claim: Claim, listings: Sequence[str], is_trusted_flagger: bool = False) -> Notice:
    """Keep a notice about listings, each named by its address or key; the sender gets a receipt by mail.

    Only those who have checked the sender say that it is a trusted flagger. Raises `IncompleteNotice` with every fault
    at once: a missing field, a bad address, listings that do not exist, none or more than a hundred.
    """
    products, faults = _products(listings)
    faults |= _faults(sender, claim)
    if faults:
        raise IncompleteNotice(faults)
    notice = Notice.objects.create(
        brand=claim.brand,
        sender_name=sender.name.strip(),
        sender_email=sender.email.strip().lower(),
        on_behalf_of=sender.on_behalf_of.strip(),
        right=claim.right.strip(),
        jurisdiction=claim.jurisdiction.strip(),
        reasons=claim.reasons.strip(),
        is_in_good_faith=claim.is_in_good_faith,
        is_trusted_flagger=is_trusted_flagger,
        language=get_language() or "en",
    )
    NoticeItem.objects.bulk_create(NoticeItem(notice=notice, product_id=key) for key in products)
    record("sender of a notice", "notice.received", notice, after={"brand": claim.brand, "listings": len(products)})
    _mail(notice, NoticeMail.Kind.RECEIVED)
    return notice


@transaction.atomic
def decide_item(
    item: NoticeItem, *, is_accepted: bool, reason: str, by: User, ground: Hold.Ground = Hold.Ground.COUNTERFEIT
) -> NoticeItem:
    """Accept what a notice says of a listing, which takes it down, or reject it; after the last its sender is told.

    `reason` is what the seller reads of an accepted one and the sender of a rejected one. What is taken down already
    stays so, by the decision that did it. Raises `Refusal` when it is decided already, and `IncompleteStatement`.
    """
    Notice.objects.select_for_update(no_key=True).get(pk=item.notice_id)
    row = NoticeItem.objects.select_related("notice__brand", "product").get(pk=item.pk)
    if row.state != NoticeItem.State.WAITING:
        raise Refusal(_("Nothing was changed: somebody else has just decided on this listing of the notice."))
    if is_accepted:
        row.decision = _standing(row.product) or take_down(
            product=row.product, ground=ground, explanation=reason, by=by, notice=row.notice
        )
    elif not reason.strip():
        raise Refusal(_("Say why the notice is wrong about this listing: its sender reads it."))
    row.state = NoticeItem.State.ACCEPTED if is_accepted else NoticeItem.State.REJECTED
    row.reason, row.decided_by, row.decided_at = reason.strip(), by, timezone.now()
    row.save(update_fields=["state", "decision", "reason", "decided_by", "decided_at"])
    record(by, "notice.decided", row.notice, after={"listing": row.product, "outcome": row.state}, reason=reason)
    if not NoticeItem.objects.filter(notice=row.notice, state=NoticeItem.State.WAITING).exists():
        _mail(row.notice, NoticeMail.Kind.DECIDED)
    return row


def acceptance_of_sender(email: str) -> Acceptance:
    """Return how often the notices from an e-mail address were right, whatever its case. One statement."""
    return _acceptance(NoticeItem.objects.filter(notice__sender_email=email.strip().lower()))


def acceptance_of_brand(brand: Brand) -> Acceptance:
    """Return how often the notices for a brand were right. One statement."""
    return _acceptance(NoticeItem.objects.filter(notice__brand=brand))


def _acceptance(items: QuerySet[NoticeItem]) -> Acceptance:
    """Count the decided items; an accepted one of which the decision was annulled later was not right."""
    right = Q(state=NoticeItem.State.ACCEPTED, decision__annulled_at__isnull=True)
    waiting = Q(state=NoticeItem.State.WAITING)
    counts = items.aggregate(right=Count("pk", filter=right), decided=Count("pk", filter=~waiting))
    return Acceptance(counts["right"], counts["decided"], wilson(counts["right"], counts["decided"]))


def _standing(product: Product) -> Decision | None:
    taken_down = Decision.objects.standing().filter(product=product, outcome=Decision.Outcome.TAKEN_DOWN)
    return taken_down.first()


def _faults(sender: Sender, claim: Claim) -> dict[str, str]:
    needed = {"sender_name": sender.name, "right": claim.right, "jurisdiction": claim.jurisdiction}
    faults = {
        field: _("This is too long: at most %(most)s letters are taken.") % {"most": LIMITS[field]}
        for field, text in {**needed, "on_behalf_of": sender.on_behalf_of}.items()
        if len(text.strip()) > LIMITS[field]
    }
    faults |= {
        field: _("Fill this in.") for field, text in {**needed, "reasons": claim.reasons}.items() if not text.strip()
    }
    try:
        validate_email(sender.email.strip())
    except ValidationError:
        faults["sender_email"] = _("Give an e-mail address to which we can answer.")
    if not claim.is_in_good_faith:
        faults["is_in_good_faith"] = _("A notice counts only with this statement.")
    return faults


def _products(listings: Sequence[str]) -> tuple[list[int], dict[str, str]]:
    """Return the keys of the named listings, each once, and what is wrong with the names."""
    named = [name.strip() for name in listings if name.strip()]
    if not named:
        return [], {"listings": _("Name at least one listing, by its address.")}
    if len(named) > MOST_LISTINGS:
        return [], {"listings": _("Name at most %(most)s listings in one notice.") % {"most": MOST_LISTINGS}}
    keys = {name: _key_of(name) for name in named}
    known = set(Product.objects.filter(pk__in=[key for key in keys.values() if key]).values_list("pk", flat=True))
    unknown = [name for name, key in keys.items() if key not in known]
    if unknown:
        words = ngettext("We know no such listing: %(names)s", "We know no such listings: %(names)s", len(unknown))
        return [], {"listings": words % {"names": ", ".join(name[:200] for name in unknown)}}
    return list(dict.fromkeys(key for key in keys.values() if key)), {}


def _key_of(name: str) -> int | None:
    """Return the key that an address of a listing has in it, or that the name is."""
    if _KEY.fullmatch(name):
        return int(name)
    try:
        match = resolve(urlsplit(name).path)
    except (Resolver404, ValueError):
        return None
    return match.kwargs["pk"] if match.view_name == "catalog:product-detail" else None


def _mail(notice: Notice, kind: NoticeMail.Kind) -> None:
    NoticeMail.objects.get_or_create(notice=notice, kind=kind)
    transaction.on_commit(partial(call_worker, SEND_MAILS))
