"""What people do with backtests: start one, look at it, stop it. A worker does each once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shopadmin.accounts.models import User
from shopadmin.jobs import running, sweeping
from shopadmin.jobs.heartbeat import Heartbeat
from shopadmin.jobs.patience import patiently
from shopadmin.statements import TookTooLong, one_snapshot

from ..fact_finding.makers import offered_versions
from ..fact_finding.rows import STORED, FactTables
from ..list_entries import read_entries
from ..listings import Refusal
from ..models import Backtest, ListEntry, ModelRelease, Rule, RuleVersion, ValueList
from ..rule_text import check_text
from ..rule_writing import Wording
from ..rules.listing_facts import ListKind
from ..rules.problems import RuleRefused
from ..rules.sql import NotTranslatable
from .asking import ask, forget
from .candidates import Question, question_of
from .finding import find, forget_found
from .replaying import count_as_they_were
from .resolving import resolve_rows
from .results import count

RUN_BACKTEST = "catalog.run_backtest"
LONGEST_S = 300
"""Asking all listings takes seconds; what takes so long, in one statement or in all, will not end well."""
MOST_DAYS = 90

Stage = Backtest.Stage


def start_backtest(
    *, wording: Wording, by: User, rule: Rule | None = None, version: RuleVersion | None = None, days: int = 0
) -> Backtest:
    """Ask a text, kept as a version or not, of all listings, as a version of `rule` (None for a new one).

    With `days`, it is also asked of the screenings of so many days back. Raises `RuleRefused` or `EnginesDisagree`.
    """
    check_text(wording.text)
    return _start(
        Backtest(
            rule=version.rule if version else rule,
            version=version,
            text=wording.text,
            lane=wording.lane,
            order=wording.order,
            severity=wording.severity,
            rollout_percent=wording.rollout_percent,
            days=min(max(days, 0), MOST_DAYS),
            requested_by=by,
        )
    )


def start_list_backtest(
    *, of: ValueList, by: User, added: Sequence[str] = (), removed: Sequence[int] = (), days: int = 0
) -> Backtest:
    """Ask what changes if values were added to a list and entries, by key, taken off it.

    Raises `Refusal` when a value does not fit the list, or nothing would change in it.
    """
    entries, unfit = read_entries(ListKind(of.kind), added)
    if unfit:
        raise Refusal(_("“%(value)s” cannot stand in this list: %(reason)s") % {
            "value": unfit[0].value, "reason": unfit[0].reason})  # fmt: skip
    keys = ListEntry.objects.filter(list=of, pk__in=removed).values_list("key", flat=True)
    if not entries and not keys:
        raise Refusal(_("Nothing would change in the list."))
    return _start(
        Backtest(
            list=of,
            added=[entry.key for entry in entries],
            removed=list(keys),
            days=min(max(days, 0), MOST_DAYS),
            requested_by=by,
        )
    )


def start_release_backtest(*, release: ModelRelease, by: User) -> Backtest:
    """Ask what changes if the facts of this version of a model acted in the place of those in force.

    Raises `Refusal` when this code does not offer the version.
    """
    if offered_versions().get(release.maker) != release.version:
        raise Refusal(_("This version is not installed any more, so it cannot be asked."))
    return _start(Backtest(release=release, requested_by=by))


def cancel(*, backtest: Backtest) -> bool:
    """Ask the worker to stop; False when it has ended already."""
    return running.cancel_job(backtest, on_ended=_nothing_to_settle)


def run_backtest(job_id: int) -> Backtest | None:
    """Claim a backtest and do it; return it as it ended, or None when it is not due or somebody else has it."""
    return running.run_leased(Backtest, job_id, work=_work, hopeless=Refusal, on_ended=_nothing_to_settle)


def ring_due_backtests() -> int:
    """Ring for backtests that are due, and park those that have had all their attempts; return how many were rung."""
    return sweeping.ring_due(Backtest, RUN_BACKTEST, on_parked=_nothing_to_settle)


def erase_outdated() -> int:
    """Erase backtests of long ago; return how many."""
    return Backtest.objects.outdated(timezone.now()).delete()[0]


@transaction.atomic
def _start(backtest: Backtest) -> Backtest:
    """Keep a backtest and call a worker to it; what the same person still waits for about the same is given up."""
    backtest.save(force_insert=True)
    for former in Backtest.objects.of_same(backtest).filter(state__in=Backtest.UNFINISHED):
        running.cancel_job(former, on_ended=_nothing_to_settle)
    transaction.on_commit(partial(sweeping.ring, Backtest, RUN_BACKTEST, backtest.pk))
    return backtest


def _work(backtest: Backtest, heartbeat: Heartbeat) -> None:
    result = patiently(lambda: _find_and_ask(backtest, heartbeat))
    patiently(lambda: backtest.succeed(result=result))


def _find_and_ask(backtest: Backtest, heartbeat: Heartbeat) -> dict[str, Any]:
    """Ask of the stored facts, or of those that a release would make, which are found out first."""
    if backtest.release is None:
        heartbeat.enter(Stage.ASK)
        return _ask_and_count(backtest, heartbeat, STORED)
    heartbeat.enter(Stage.FIND)
    try:
        tables = find(backtest.release, timezone.now(), heartbeat.report)
        heartbeat.enter(Stage.ASK)
        return _ask_and_count(backtest, heartbeat, tables)
    finally:
        forget_found()


def _ask_and_count(backtest: Backtest, heartbeat: Heartbeat, tables: FactTables) -> dict[str, Any]:
    """Ask and count in one transaction; what is counted is what listings were like when they were asked."""
    with _plain_words(), one_snapshot(), heartbeat.ending_statements():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{LONGEST_S}s'")
        question = question_of(backtest, timezone.now(), tables)
        if not question.candidates:
            raise Refusal(_("No live rule asks this, so nothing would change."))
        ask(question, _in_time(heartbeat))
        heartbeat.report(0.0, Stage.COUNT)
        resolve_rows(question)
        heartbeat.report(0.5)
        result = count(question)
        forget()
        return result | _as_they_were(backtest, question, heartbeat)


def _in_time(heartbeat: Heartbeat) -> Callable[[float], None]:
    """Return what reports how much has been asked, and raises `TookTooLong` when it has taken too long by then."""
    give_up_at = time.monotonic() + LONGEST_S

    def report(share: float) -> None:
        heartbeat.report(share)
        if time.monotonic() > give_up_at:
            raise TookTooLong

    return report


def _as_they_were(backtest: Backtest, question: Question, heartbeat: Heartbeat) -> dict[str, Any]:
    if not backtest.days:
        return {}
    heartbeat.report(0.0, Stage.REPLAY)
    return {"as_they_were": count_as_they_were(question, backtest.days, heartbeat.report)}


@contextmanager
def _plain_words() -> Iterator[None]:
    """Raise `Refusal` for what will not go better the next time."""
    try:
        yield
    except RuleRefused as error:
        raise Refusal(str(error)) from error
    except NotTranslatable as error:
        raise Refusal(_("The catalogue cannot be asked this: %(reason)s") % {"reason": error}) from error
    except (OperationalError, TookTooLong) as error:
        if isinstance(error, TookTooLong) or isinstance(error.__cause__, psycopg.errors.QueryCanceled):
            words = _("Asking all listings takes longer than %(seconds)s seconds. Make the rule simpler.")
            raise Refusal(words % {"seconds": LONGEST_S}) from error
        raise


def _nothing_to_settle(_backtest: Backtest) -> None:
    """No other row shows the state of a backtest."""
