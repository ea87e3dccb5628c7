"""What people do with trader files, and what the money code tells of sales."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from shopadmin.accounts.audit.recording import record
from shopadmin.accounts.audit.values import HIDDEN
from shopadmin.accounts.models import User
from shopadmin.accounts.notifications.sending import notify
from shopadmin.accounts.permissions import Permission

from . import trader_clocks
from .members import people_with
from .models import MonthlySales, Seller, TraderFile, TraderVerification
from .trader_clocks import Answers, Month, Standing
from .trader_file import PUBLIC_FIELDS, TraderState, changed_since, fingerprint, missing, missing_in_the_us, state_of

CLOCK_CURRENCY = "USD"
"""The INFORM Act counts US dollars; sales in other currencies are shown apart."""

WORDS = {
    TraderState.EMPTY: _("not begun"),
    TraderState.INCOMPLETE: _("incomplete"),
    TraderState.WAITING: _("waits for verification"),
    TraderState.VERIFIED: _("verified"),
    TraderState.OUTDATED: _("changed since verified"),
    TraderState.MORE_NEEDED: _("more needed"),
    TraderState.REFUSED: _("refused"),
}


class OwnFile(Exception):
    """Nobody verifies the file of a seller for which they work."""


class NotOwnFile(Exception):
    """Only those who work for a seller can certify for it."""


class Incomplete(Exception):
    """The file cannot be verified or certified while something is missing."""


class ChangedMeanwhile(Exception):
    """The file is not any more what the person who decides has looked at."""


@dataclass(frozen=True, slots=True)
class Trader:
    """A seller's file with what it is worth: the last check, and how far the file has come."""

    file: TraderFile | None
    last: TraderVerification | None

    @property
    def contents(self) -> dict[str, str]:
        """What is checked when the file is verified; empty without a file."""
        return self.file.contents if self.file else {}

    @property
    def state(self) -> TraderState:
        """How far the file has come."""
        checked = self.last.verified if self.last else {}
        return state_of(self.file.contents if self.file else None, self.last.outcome if self.last else "", checked)

    @property
    def word(self) -> str:
        """The state in words."""
        return str(WORDS[self.state])

    @property
    def changed(self) -> list[str]:
        """The fields that changed since the last check."""
        return changed_since(self.last.verified, self.contents) if self.last else []

    @property
    def is_certified(self) -> bool:
        """Whether the seller has certified the file within the last year."""
        at = self.file.certified_at if self.file else None
        return at is not None and timezone.now().date() <= trader_clocks.one_year_after(at.date())


def traders_of(sellers: Iterable[Seller]) -> dict[int, Trader]:
    """Return each seller's file and last check by the seller's key; asks the database twice."""
    keys = [seller.pk for seller in sellers]
    files = {file.seller_id: file for file in TraderFile.objects.filter(seller__in=keys)}
    checks = (
        TraderVerification.objects.filter(seller__in=keys).order_by("seller_id", "-at", "-pk").distinct("seller_id")
    )
    last = {check.seller_id: check for check in checks}
    return {key: Trader(files.get(key), last.get(key)) for key in keys}


@transaction.atomic
def save_file(*, seller: Seller, contents: Mapping[str, str], by: User) -> list[str]:
    """Write what the seller says of itself; return the fields that changed. Without a change nothing is written."""
    file = _locked_file(seller)
    before = file.contents
    changed = changed_since(before, contents)
    if changed:
        for name in changed:
            setattr(file, name, contents[name])
        file.save(update_fields=[*changed, "updated_at"])
        record(
            by,
            "trader.edited",
            file,
            before=_for_the_log(before, changed),
            after=_for_the_log(contents, changed),
            tenant_key=seller.pk,
        )
    return changed


def _for_the_log(contents: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Return fields as the log may keep them for ever: of what customers do not see, only whether it was there."""
    return {name: contents[name] if name in PUBLIC_FIELDS or not contents[name] else HIDDEN for name in names}


@transaction.atomic
def certify(*, seller: Seller, by: User) -> TraderFile:
    """Note that `by` has certified, for the seller, that the file is true and only lawful goods are offered.

    Raises `NotOwnFile` or `Incomplete`.
    """
    file = _locked_file(seller)
    if seller.role_of(by) is None:
        raise NotOwnFile
    if missing(file.contents):
        raise Incomplete
    file.certify(by)
    record(by, "trader.certified", file, tenant_key=seller.pk)
    return file


@transaction.atomic
def decide(
    *, seller: Seller, outcome: TraderVerification.Outcome, note: str, seen: str, by: User
) -> TraderVerification:
    """Add a check of the seller's file with a snapshot of it; `seen` is the fingerprint of what `by` has looked at.

    Raises `OwnFile`, `Incomplete` (for a verification only) or `ChangedMeanwhile`.
    """
    file = _locked_file(seller)
    if seller.role_of(by) is not None:
        raise OwnFile
    if fingerprint(file.contents) != seen:
        raise ChangedMeanwhile
    if outcome == TraderVerification.Outcome.VERIFIED and missing(file.contents):
        raise Incomplete
    check = TraderVerification.objects.create(
        seller=seller, outcome=outcome, note=note, verified=file.contents, by=by, at=timezone.now()
    )
    record(by, "trader.checked", file, after={"outcome": outcome}, reason=note, tenant_key=seller.pk)
    notify(
        people_with(Permission.EDIT_SELLERS, seller),
        kind="trader.checked",
        title=format_lazy(
            _("The trader file of {seller}: {outcome}"), seller=seller, outcome=check.get_outcome_display()
        ),
        body=note,
        url=reverse("catalog:trader-detail", args=[seller.slug]),
        key=f"trader-check:{check.pk}",
    )
    return check


@transaction.atomic
def record_sales(*, seller: Seller, month: date, currency: str, sales: int, value_minor: int) -> MonthlySales:
    """Add sales of new goods, and their value in minor units, to what the seller sold in the month of that day.

    Adding is safe beside others who add; it is not idempotent, so call it in the transaction that keeps the sale. The
    day on which a seller passes the INFORM Act's line is noted, since the clocks run from it.
    """
    first = month.replace(day=1)
    before = _is_high_volume(seller)
    row, _is_new = MonthlySales.objects.get_or_create(seller=seller, month=first, currency=currency)
    MonthlySales.objects.filter(pk=row.pk).update(
        sales_count=F("sales_count") + sales, value_minor=F("value_minor") + value_minor
    )
    if currency == CLOCK_CURRENCY and not before and _is_high_volume(seller):
        file = _locked_file(seller)
        file.high_volume_since = timezone.now().date()
        file.save(update_fields=["high_volume_since"])
    row.refresh_from_db()
    return row


def months_of(seller: Seller) -> list[Month]:
    """Return the seller's months of sales in US dollars; asks the database."""
    rows = MonthlySales.objects.filter(seller=seller, currency=CLOCK_CURRENCY)
    return [Month(row.month, row.sales_count, row.value_minor) for row in rows]


def standing_of(trader: Trader, months: Iterable[Month], today: date) -> Standing:
    """Return where the seller stands under the INFORM Act on that day."""
    file = trader.file
    answers = Answers(
        is_complete=bool(file) and not missing_in_the_us(trader.contents),
        received_on=file.updated_at.date() if file else None,
        is_verified=trader.state == TraderState.VERIFIED,
        certified_on=file.certified_at.date() if file and file.certified_at else None,
        noticed_on=file.high_volume_since if file else None,
    )
    return trader_clocks.standing(months, answers, today)


def _is_high_volume(seller: Seller) -> bool:
    today = timezone.now().date()
    return trader_clocks.crossing(trader_clocks.rolling(months_of(seller), today)) is not None


def _locked_file(seller: Seller) -> TraderFile:
    """Return the seller's file, locked; an empty one is added where there is none."""
    TraderFile.objects.get_or_create(seller=seller)
    return TraderFile.objects.select_for_update().get(seller=seller)
