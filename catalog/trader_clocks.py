"""PURE. When a seller is a high-volume seller under the US INFORM Consumers Act (15 USC 45f), and what is due then.

A high-volume seller has, in any continuous 12 months of the last 24, at least 200 sales of new goods and at least
$5,000 from them, counting only what the platform processed the payment of (45f(f)(3)). Its data are collected within 10
days and verified within 10 more (45f(a)(1), (2)); it certifies them once a year, and is suspended when it stays silent
for 10 days after it was asked (45f(a)(1)(C)). From $20,000 a year on, consumers are shown who it is (45f(b)(1)).

Sales are kept by calendar month, so a window is 12 calendar months.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

WINDOW_MONTHS = 12
LOOK_BACK_MONTHS = 24
HIGH_VOLUME_SALES = 200
HIGH_VOLUME_CENTS = 5_000_00
DISCLOSURE_CENTS = 20_000_00
DAYS_TO_ANSWER = 10


@dataclass(frozen=True, slots=True)
class Month:
    """What was sold in the month that starts on `first`: the number of sales and their value in US cents."""

    first: date
    sales: int
    cents: int


@dataclass(frozen=True, slots=True)
class Window:
    """What was sold in the (at most 12) months from the one that starts on `first` to the one that starts on `last`."""

    first: date
    last: date
    sales: int
    cents: int

    @property
    def is_high_volume(self) -> bool:
        """Whether both thresholds are reached."""
        return self.sales >= HIGH_VOLUME_SALES and self.cents >= HIGH_VOLUME_CENTS

    @property
    def needs_disclosure(self) -> bool:
        """Whether consumers have to be shown who sells."""
        return self.is_high_volume and self.cents >= DISCLOSURE_CENTS


def last_months(today: date) -> list[date]:
    """Return the first days of the last 24 calendar months, oldest first; the present one is the last."""
    number = today.year * 12 + today.month - 1
    return [date(at // 12, at % 12 + 1, 1) for at in range(number - LOOK_BACK_MONTHS + 1, number + 1)]


def by_month(months: Iterable[Month], today: date) -> list[Month]:
    """Return the last 24 months, oldest first, with those in which nothing was sold; other months do not count."""
    totals = dict.fromkeys(last_months(today), (0, 0))
    for month in months:
        if month.first in totals:
            sales, cents = totals[month.first]
            totals[month.first] = (sales + month.sales, cents + month.cents)
    return [Month(first, sales, cents) for first, (sales, cents) in totals.items()]


def rolling(months: Iterable[Month], today: date) -> list[Window]:
    """Return for each of the last 24 months the window of 12 months that ends with it; the first ones are shorter."""
    known = by_month(months, today)
    windows = []
    for end in range(len(known)):
        part = known[max(0, end - WINDOW_MONTHS + 1) : end + 1]
        windows.append(
            Window(
                part[0].first, part[-1].first, sum(month.sales for month in part), sum(month.cents for month in part)
            )
        )
    return windows


def crossing(windows: Sequence[Window]) -> Window | None:
    """Return the earliest window in which the seller was a high-volume seller."""
    return next((window for window in windows if window.is_high_volume), None)


def end_of_month(first: date) -> date:
    """Return the last day of the month that starts on `first`."""
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def one_year_after(day: date) -> date:
    """Return the same day of the next year; after a 29 February the 28th, so that a year is never exceeded."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


class Duty(StrEnum):
    """What is due for a high-volume seller."""

    COLLECT = "collect"
    VERIFY = "verify"
    CERTIFY = "certify"
    SUSPEND = "suspend"


@dataclass(frozen=True, slots=True)
class Clock:
    """A duty with the last day on which it can be done in time."""

    duty: Duty
    due: date
    is_done: bool = False

    def days_left(self, today: date) -> int:
        """Return how many days are left; 0 is today, negative means overdue."""
        return (self.due - today).days

    def is_overdue(self, today: date) -> bool:
        """Tell whether it should have been done."""
        return not self.is_done and today > self.due


@dataclass(frozen=True, slots=True)
class Answers:
    """What the seller has given and the platform has checked.

    `noticed_on` is the day on which recorded sales passed the thresholds, None where nobody noted it; `received_on` is
    when the file last changed, `certified_on` when the seller last certified it.
    """

    is_complete: bool = False
    received_on: date | None = None
    is_verified: bool = False
    certified_on: date | None = None
    noticed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a seller stands under the INFORM Act; `since` is None where it is not a high-volume seller."""

    windows: Sequence[Window]
    since: date | None
    needs_disclosure: bool
    clocks: Sequence[Clock]

    @property
    def present(self) -> Window:
        """The window that ends with the present month."""
        return self.windows[-1]

    def must_be_suspended(self, today: date) -> bool:
        """Tell whether the seller has been silent for longer than the law allows."""
        return any(clock.duty == Duty.SUSPEND and today > clock.due for clock in self.clocks)


def standing(months: Iterable[Month], answers: Answers, today: date) -> Standing:
    """Return where a seller with these sales and answers stands on that day."""
    windows = rolling(months, today)
    crossed = crossing(windows)
    if crossed is None:
        return Standing(windows, None, False, ())
    since = answers.noticed_on or min(end_of_month(crossed.last), today)
    needs_disclosure = any(window.needs_disclosure for window in windows)
    return Standing(windows, since, needs_disclosure, _clocks(since, answers, today))


def _clocks(since: date, answers: Answers, today: date) -> tuple[Clock, ...]:
    """Return what is due, in the order in which it comes; the suspension only once a deadline was missed."""
    wait = timedelta(days=DAYS_TO_ANSWER)
    collect = Clock(Duty.COLLECT, since + wait, answers.is_complete)
    received = max(answers.received_on or since, since) if answers.is_complete else collect.due
    verify = Clock(Duty.VERIFY, received + wait, answers.is_verified)
    certify = Clock(Duty.CERTIFY, one_year_after(answers.certified_on) if answers.certified_on else collect.due)
    missed = [clock.due for clock in (collect, certify) if clock.is_overdue(today)]
    suspend = (Clock(Duty.SUSPEND, min(missed) + wait),) if missed else ()
    return (collect, verify, certify, *suspend)
