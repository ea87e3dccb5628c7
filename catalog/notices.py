"""Notices of brand owners: filing one, deciding on each of its listings, and taking a slip back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from shopadmin.accounts.audit.recording import record
from shopadmin.accounts.models import User
from shopadmin.jobs.doorbell import call_worker

from .decisions import refuse_own, take_down, undo
from .listings import Refusal
from .models import Brand, Decision, Finding, Hold, Notice, NoticeItem, NoticeMail, Product
from .models.decisions import UNDO_FOR
from .notice_reopening import reopen
from .statements import NoticeSource

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
    at once: a missing field, a bad address, listings that nobody has ever seen, none or more than a hundred.
    """
    products, faults = _named(listings)
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
    item: NoticeItem,
    *,
    is_accepted: bool,
    reason: str,
    by: User,
    ground: Hold.Ground = Hold.Ground.COUNTERFEIT,
    severity: int | None = None,
) -> NoticeItem:
    """Accept what a notice says of a listing, which takes it down, or reject it; after the last its sender is told.

    `reason` is what the seller reads of an accepted one and the sender of a rejected one. What is taken down already
    stays so, by the decision that did it. Raises `Refusal` when it is decided already or the seller is one for whom
    `by` works, and `IncompleteStatement`.
    """
    Notice.objects.select_for_update(no_key=True).get(pk=item.notice_id)
    row = _decidable(item)
    if row.state != NoticeItem.State.WAITING:
        raise Refusal(_("Nothing was changed: somebody else has just decided on this listing of the notice."))
    refuse_own(row.product, by)
    if is_accepted:
        row.decision = _standing(row.product) or take_down(
            product=row.product,
            ground=ground,
            explanation=reason,
            by=by,
            findings=_found_too(row.product, ground),
            notice=row.notice,
            severity=severity,
        )
    elif not reason.strip():
        raise Refusal(_("Say why the notice is wrong about this listing: its sender reads it."))
    row.state = NoticeItem.State.ACCEPTED if is_accepted else NoticeItem.State.REJECTED
    row.reason, row.decided_by, row.decided_at = reason.strip(), by, timezone.now()
    row.save(update_fields=["state", "decision", "reason", "decided_by", "decided_at"])
    record(by, "notice.decided", row.notice, after={"listing": row.product, "outcome": row.state}, reason=reason)
    if not NoticeItem.objects.filter(notice=row.notice, state=NoticeItem.State.WAITING).exists():
        Notice.objects.filter(pk=row.notice_id).update(decided_at=row.decided_at)
        _mail(row.notice, NoticeMail.Kind.DECIDED)
    return row


@transaction.atomic
def undo_item(item: NoticeItem, *, by: User) -> None:
    """Take back what one has decided on a listing of a notice within ten minutes, and what that took down.

    Its sender has not been told by then. Raises `Refusal` for somebody else's, one of longer ago, and one that waits.
    """
    Notice.objects.select_for_update(no_key=True).get(pk=item.notice_id)
    row = _decidable(item)
    if not may_undo(row, by):
        raise Refusal(_("A decision can be taken back for ten minutes, by whoever decided."))
    if row.decision and _has_taken_down(row):
        undo(decision=row.decision, by=by)  # which lets the listing wait again in every notice that named it
        return
    reopen(NoticeItem.objects.filter(pk=row.pk), by=by)


def may_undo(item: NoticeItem, by: User) -> bool:
    """Tell whether somebody can take back what was decided on a listing of a notice."""
    return item.decided_at is not None and item.decided_by_id == by.pk and timezone.now() - item.decided_at < UNDO_FOR


@transaction.atomic
def mark_trusted(notice: Notice, *, is_trusted: bool, by: User) -> None:
    """Say whether a notice comes from a trusted flagger; whoever says so has checked who sent it.

    It goes for this notice only, since anybody can write any address as the sender's.
    """
    unlike = Notice.objects.filter(pk=notice.pk, is_trusted_flagger=not is_trusted)
    if unlike.update(is_trusted_flagger=is_trusted):
        before, after = {"is_trusted_flagger": not is_trusted}, {"is_trusted_flagger": is_trusted}
        record(by, "notice.trust-changed", notice, before=before, after=after)


def fault_of_listings(listings: Sequence[str]) -> str:
    """Return what is wrong with the names of listings, empty if nothing is."""
    return _named(listings)[1].get("listings", "")


def _decidable(item: NoticeItem) -> NoticeItem:
    return NoticeItem.objects.select_related("notice__brand", "product__seller", "decision").get(pk=item.pk)


def _has_taken_down(item: NoticeItem) -> bool:
    """Tell whether the listing was taken down for this item, and not before it for something else."""
    decision = item.decision
    if decision is None or decision.annulled_at or decision.decided_by_id != item.decided_by_id:
        return False
    earlier = NoticeItem.objects.filter(decision=decision, decided_at__lt=item.decided_at).exclude(pk=item.pk)
    return decision.statement["source_type"] != NoticeSource.OWN_INITIATIVE and not earlier.exists()


def _found_too(product: Product, ground: Hold.Ground) -> list[Finding]:
    """Return what rules found of the listing for the same ground, which waits: whoever accepts a notice sees it."""
    found = Finding.objects.open().filter(product=product, is_error=False, rule__ground=ground)
    return list(found.select_related("rule", "version", "screening").order_by("-severity", "pk"))


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


def _named(listings: Sequence[str]) -> tuple[list[int], dict[str, str]]:
    """Return the keys of the named listings, each once, and what is wrong with the names.

    Only what people may have seen can be named, whatever became of it: rules are asked of live listings only. Others
    and those that do not exist get the same answer, so that strangers do not learn what is in the making.
    """
    named = [name.strip() for name in listings if name.strip()]
    if not named:
        return [], {"listings": _("Name at least one listing, by its address.")}
    if len(named) > MOST_LISTINGS:
        return [], {"listings": _("Name at most %(most)s listings in one notice.") % {"most": MOST_LISTINGS}}
    keys = {name: _key_of(name) for name in named}
    seen = Product.objects.filter(pk__in=[key for key in keys.values() if key], screened_version__gt=0)
    known = set(seen.values_list("pk", flat=True))
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
    """Let a mail be due: of the outcome once nobody can take a slip back any more."""
    due_at = timezone.now() + (UNDO_FOR if kind == NoticeMail.Kind.DECIDED else timedelta())
    NoticeMail.objects.get_or_create(notice=notice, kind=kind, defaults={"due_at": due_at})
    transaction.on_commit(partial(call_worker, SEND_MAILS))
