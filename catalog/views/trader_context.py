"""What the page of a trader file says, in words: facts, what is missing, clocks and charts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from ..charts import bars
from ..countries import name_of
from ..forms.traders import TraderFileForm
from ..models import MonthlySales, Seller
from ..money import amount, with_sign
from ..tax_numbers import TaxNumber, checked
from ..trader_checks import CLOCK_CURRENCY, Trader, months_of, standing_of
from ..trader_clocks import HIGH_VOLUME_CENTS, HIGH_VOLUME_SALES, Clock, Duty, Standing
from ..trader_file import (
    CHECKED_FIELDS,
    PUBLIC_FIELDS,
    Gap,
    completeness,
    fingerprint,
    gaps_for_the_eu,
    missing,
)

CHART_HEIGHT = 60

DUTIES = {
    Duty.COLLECT: gettext_lazy("Complete the file"),
    Duty.VERIFY: gettext_lazy("Verify the file"),
    Duty.CERTIFY: gettext_lazy("Certify the file again"),
    Duty.SUSPEND: gettext_lazy("Suspend the seller if it stays silent"),
}

GAPS = {
    Gap.INCOMPLETE: gettext_lazy("The file is not complete."),
    Gap.UNCERTIFIED: gettext_lazy("The seller has not certified it within the last year."),
    Gap.UNVERIFIED: gettext_lazy("Staff have not verified it as it is now."),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the file: which changed since it was last checked, and whether customers see it."""

    name: str
    label: str
    value: str
    is_public: bool
    is_changed: bool


@dataclass(frozen=True, slots=True)
class SpokenClock:
    """A clock in words; `tone` is that of the badges, `when` says how long is left."""

    label: str
    due: date
    when: str
    tone: str


def trader_context(seller: Seller, trader: Trader, today: date) -> dict[str, Any]:
    """Return what the page of the file shows; asks the database for the sales only."""
    contents = trader.contents
    filled, asked = completeness(contents, is_certified=trader.is_certified)
    standing = standing_of(trader, months_of(seller), today)
    return {
        "trader": trader,
        "facts": facts(trader),
        "public": public_lines(contents),
        "seen": fingerprint(contents),
        "filled": filled,
        "asked": asked,
        "missing": [(name, label_of(name)) for name in missing(contents)],
        "tax_is_odd": checked(contents.get("tax_number", ""), contents.get("country", "")) == TaxNumber.IMPLAUSIBLE,
        "gaps": [GAPS[gap] for gap in gaps_for_the_eu(contents, state=trader.state, is_certified=trader.is_certified)],
        "standing": standing,
        "clocks": [spoken(clock, today) for clock in standing.clocks],
        "must_be_suspended": standing.must_be_suspended(today),
        "charts": charts(standing),
        "numbers": [
            (date_format(window.last, "YEAR_MONTH_FORMAT"), window.sales, dollars(window.cents))
            for window in reversed(standing.windows)
        ],
        "other_currencies": other_currencies(seller),
    }


def label_of(name: str) -> str:
    """Return what people call a field of the file."""
    return str(TraderFileForm.base_fields[name].label)


def facts(trader: Trader) -> list[Fact]:
    """Return the file line by line, countries by name."""
    contents, changed = trader.contents, set(trader.changed)
    language = get_language() or "en"
    found = []
    for name in CHECKED_FIELDS:
        value = contents.get(name, "")
        shown = name_of(value, language) if name == "country" and value else value
        found.append(Fact(name, label_of(name), shown, name in PUBLIC_FIELDS, name in changed))
    return found


def spoken(clock: Clock, today: date) -> SpokenClock:
    """Say how long is left, or by how much it is late."""
    days = clock.days_left(today)
    if clock.is_done:
        when, tone = _("done"), "good"
    elif days < 0:
        when, tone = ngettext("%(days)s day late", "%(days)s days late", -days) % {"days": -days}, "bad"
    elif days == 0:
        when, tone = _("due today"), "warn"
    else:
        when = ngettext("due in %(days)s day", "due in %(days)s days", days) % {"days": days}
        tone = "warn" if days <= 10 else "quiet"
    return SpokenClock(str(DUTIES[clock.duty]), clock.due, when, tone)


def public_lines(contents: Mapping[str, str]) -> list[str]:
    """Return what customers see, as an address is written; empty lines are left out."""
    if not contents:
        return []
    shown = {name: contents[name] for name in PUBLIC_FIELDS}
    lines = (
        shown["legal_name"],
        shown["street"],
        f"{shown['postal_code']} {shown['city']}".strip(),
        name_of(shown["country"], get_language() or "en"),
        shown["email"],
        shown["phone"],
        " ".join(filter(None, (shown["register"], shown["registration_number"]))),
    )
    return [line for line in lines if line]


def charts(standing: Standing) -> list[dict[str, Any]]:
    """Return the two rolling counters: sales and their value in the 12 months that end with each of the last 24."""
    windows, present = standing.windows, standing.present
    sales = bars([window.sales for window in windows], height=CHART_HEIGHT, threshold=HIGH_VOLUME_SALES)
    value = bars([window.cents for window in windows], height=CHART_HEIGHT, threshold=HIGH_VOLUME_CENTS)
    months = [date_format(window.last, "YEAR_MONTH_FORMAT") for window in windows]
    return [
        {
            "title": _("Sales in 12 months"),
            "now": present.sales,
            "line": HIGH_VOLUME_SALES,
            "chart": sales,
            "bars": list(zip(sales.bars, months, [str(window.sales) for window in windows], strict=True)),
        },
        {
            "title": _("Value in 12 months"),
            "now": dollars(present.cents),
            "line": dollars(HIGH_VOLUME_CENTS),
            "chart": value,
            "bars": list(zip(value.bars, months, [dollars(window.cents) for window in windows], strict=True)),
        },
    ]


def dollars(cents: int) -> str:
    """Return whole US dollars with their sign."""
    return with_sign(f"{amount(cents, CLOCK_CURRENCY):,.0f}", CLOCK_CURRENCY)


def other_currencies(seller: Seller) -> list[str]:
    """Return the currencies in which the seller sold too, which the clocks do not count; asks the database."""
    rows: Iterable[str] = (
        MonthlySales.objects.filter(seller=seller)
        .exclude(currency=CLOCK_CURRENCY)
        .order_by("currency")
        .values_list("currency", flat=True)
        .distinct()
    )
    return list(rows)
