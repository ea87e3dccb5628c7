"""Deciding on rules: a second person lets a version go live or refuses it; and what stops a rule.

To hold people's listings takes two: one who writes, another who approves. To stop doing so takes one (`retire`,
`demote`), since it holds nobody's listing. A version that watches (*shadow*) holds nobody's either.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shopadmin.accounts.audit.recording import Doer, record
from shopadmin.accounts.models import User
from shopadmin.accounts.notifications.sending import notify

from .listings import Refusal
from .models import LaneChoices, Rule, RuleVersion, ValueList
from .regression import refuse_wrong
from .rule_text import check_text, list_kinds, lists_asked, no_list
from .rule_writing import locked_rule
from .rules.problems import RuleRefused
from .screening.sweeping import ask_again_where

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

State = RuleVersion.State
SCHEDULE = "schedule of rules"
"""Who acts in the audit log when a rule starts or ends by itself."""


class OwnVersion(Refusal):
    """Nobody decides on a version that they wrote."""


class AlreadyDecided(Refusal):
    """Somebody else was faster, or there is nothing to decide."""


def approve(*, version: RuleVersion, reason: str, by: User) -> RuleVersion:
    """Let a version go live, at once or when its start comes.

    Raises `OwnVersion`, `AlreadyDecided`, `Refusal` when its end has come already, and what `check_text` and
    `refuse_wrong` raise, since lists may have gone, and appeals been answered, since it was proposed.
    """
    check_text(version.text)
    refuse_wrong(version.text, version.rule)
    with transaction.atomic():
        row = _proposed(version, by)
        now = timezone.now()
        if row.ends_at is not None and row.ends_at <= now:
            raise Refusal(_("Its end has come already. Refuse it, and write a version with another end."))
        _decide(row, State.APPROVED, reason, by, now)
        if row.starts_at is None or row.starts_at <= now:
            _go_live(row, now, by)
    return row


@transaction.atomic
def refuse(*, version: RuleVersion, reason: str, by: User) -> RuleVersion:
    """Do not let a version go live, and say why. Raises `OwnVersion`, `AlreadyDecided`, and `Refusal` without why."""
    _need(reason)
    row = _proposed(version, by)
    _decide(row, State.REFUSED, reason, by, timezone.now())
    return row


@transaction.atomic
def retire(*, rule: Rule, reason: str, by: User) -> RuleVersion | None:
    """Stop a rule at once; return the version that was live, if one was. Versions that wait for their start stop too.

    Raises `Refusal` without a reason, or when nothing of the rule is live or waits for its start.
    """
    _need(reason)
    row = locked_rule(rule.pk)
    stopped = list(row.versions.filter(state__in=[State.LIVE, State.APPROVED]))
    if not stopped:
        raise Refusal(_("Nothing was changed: this rule does not act on listings."))
    now, live = timezone.now(), None
    for version in stopped:
        version.rule = row
        live = version if version.state == State.LIVE else live
        _retire(version, now, by, reason)
    return live


@transaction.atomic
def start_shadow(*, version: RuleVersion, by: User) -> RuleVersion:
    """Let a version that is not live watch listings without acting; another version that watched stops.

    Raises `Refusal` for a live or retired version, and `RuleRefused` when its text asks what is gone.
    """
    row = _locked(version)
    if row.state in {State.LIVE, State.RETIRED}:
        raise Refusal(_("This version acts, or did so: write a new version that watches."))
    if row.shadow_since is not None and row.shadow_until is None:
        return row
    _hold_lists(row)
    for other in RuleVersion.objects.filter(rule=row.rule).shadowing():
        other.rule = row.rule
        _stop_shadow(other, by)
    row.shadow_since, row.shadow_until = timezone.now(), None
    row.save(update_fields=["shadow_since", "shadow_until"])
    record(by, "rule.shadow-started", row, after={"state": row.state})
    ask_again_where(row)
    return row


@transaction.atomic
def stop_shadow(*, version: RuleVersion, by: User) -> RuleVersion:
    """Let a version watch no longer. Raises `Refusal` when it does not watch."""
    row = _locked(version)
    if row.shadow_since is None or row.shadow_until is not None:
        raise Refusal(_("Nothing was changed: this version does not watch listings."))
    _stop_shadow(row, by)
    return row


@transaction.atomic
def demote(*, version: RuleVersion, reason: str, by: Doer) -> RuleVersion:
    """Let a live version that blocks or holds only review from now on, and tell the rule's owner.

    `by` may be the name of a check. Raises `Refusal` without a reason, and when it is not live or milder already.
    """
    _need(reason)
    row = _locked(version)
    if row.state != State.LIVE or row.lane not in {LaneChoices.BLOCK, LaneChoices.HOLD} or row.demoted_at:
        raise Refusal(_("Only a live rule that blocks or holds can be made to review instead."))
    row.demoted_at = timezone.now()
    row.save(update_fields=["demoted_at"])
    record(by, "rule.demoted", row, before={"lane": row.lane}, after={"lane": row.acting_lane}, reason=reason)
    title = format_lazy(gettext_lazy("The rule “{rule}” only reviews from now on"), rule=row.rule.title)
    _tell(row, row.rule.owner, "rule.demoted", title, reason, f"demoted-{row.demoted_at.isoformat()}")
    ask_again_where(row)
    return row


@transaction.atomic
def restore(*, version: RuleVersion, reason: str, by: User) -> RuleVersion:
    """Let a demoted version block or hold again, which takes another person than its writer; its watch begins anew.

    Raises `OwnVersion`, and `Refusal` without a reason or when it is not demoted.
    """
    _need(reason)
    row = _locked(version)
    if row.state != State.LIVE or row.demoted_at is None:
        raise Refusal(_("Nothing was changed: this rule acts as it was written."))
    if row.written_by_id == by.pk:
        raise OwnVersion(_("You wrote this version, so somebody else decides whether it acts fully again."))
    before, row.demoted_at, row.watched_since = row.acting_lane, None, timezone.now()
    row.save(update_fields=["demoted_at", "watched_since"])
    record(by, "rule.restored", row, before={"lane": before}, after={"lane": row.lane}, reason=reason)
    ask_again_where(row)
    return row


def start_and_end_rules(now: datetime | None = None) -> int:
    """Let versions go live of which the start has come, and retire those of which the end has come; return how many.

    A version whose text asks what is gone by now is retired instead of going live.
    """
    moment = now or timezone.now()
    ended = [_end_one(key, moment) for key in RuleVersion.objects.over(moment).values_list("pk", flat=True)]
    waiting = RuleVersion.objects.due(moment).order_by("starts_at", "pk").values_list("pk", flat=True)
    return sum(ended) + sum([_start_one(key, moment) for key in waiting])


@transaction.atomic
def _start_one(key: int, now: datetime) -> bool:
    row = _locked(RuleVersion.objects.get(pk=key))
    if not RuleVersion.objects.due(now).filter(pk=key).exists():
        return False
    try:
        if row.ends_at is not None and row.ends_at <= now:
            raise Refusal(_("Its end came before it could start."))
        _go_live(row, now, SCHEDULE)
    except (RuleRefused, Refusal) as error:
        _retire(row, now, SCHEDULE, str(error))
    return True


@transaction.atomic
def _end_one(key: int, now: datetime) -> bool:
    row = _locked(RuleVersion.objects.get(pk=key))
    if not RuleVersion.objects.over(now).filter(pk=key).exists():
        return False
    _retire(row, now, SCHEDULE, _("Its end has come."))
    return True


def _go_live(row: RuleVersion, now: datetime, by: Doer) -> None:
    """Let it act in place of the version that is live now. Raises `RuleRefused` or `Refusal` when a list is gone."""
    _hold_lists(row)
    older = RuleVersion.objects.filter(rule=row.rule, state=State.LIVE).first()
    if older is not None:
        older.rule = row.rule
        _retire(older, now, by, _("Version %(number)s takes its place.") % {"number": row.number})
    row.state, row.live_since, row.watched_since = State.LIVE, now, now
    if row.shadow_since is not None and row.shadow_until is None:
        row.shadow_until = now
    row.save(update_fields=["state", "live_since", "watched_since", "shadow_until"])
    after = {"state": row.state, "lane": row.lane, "version": row.number}
    record(by, "rule.went-live", row, before={"version": older.number if older else None}, after=after)
    ask_again_where(row)


def _retire(row: RuleVersion, now: datetime, by: Doer, reason: str) -> None:
    before = row.state
    row.state, row.retired_at = State.RETIRED, now
    row.save(update_fields=["state", "retired_at"])
    record(by, "rule.retired", row, before={"state": before}, after={"state": row.state}, reason=reason)
    if by != row.rule.owner:
        title = gettext_lazy("The rule “{rule}”, version {number}, has ended")
        words = format_lazy(title, rule=row.rule.title, number=row.number)
        _tell(row, row.rule.owner, "rule.decided", words, reason, "retired")
    ask_again_where(row)


def _stop_shadow(row: RuleVersion, by: Doer) -> None:
    row.shadow_until = timezone.now()
    row.save(update_fields=["shadow_until"])
    record(by, "rule.shadow-stopped", row, after={"state": row.state})
    ask_again_where(row)


def _proposed(version: RuleVersion, by: User) -> RuleVersion:
    """Lock a version about which somebody is to decide. Raises `OwnVersion` or `AlreadyDecided`."""
    row = _locked(version)
    if row.written_by_id == by.pk:
        raise OwnVersion(_("You wrote this version, so somebody else decides on it."))
    if row.state != State.PROPOSED:
        raise AlreadyDecided(_("Nothing was changed: this version does not wait for a decision any more."))
    return row


def _decide(row: RuleVersion, state: RuleVersion.State, reason: str, by: User, now: datetime) -> None:
    before, row.state = row.state, state
    row.decided_by, row.decided_at, row.decision_reason = by, now, reason.strip()
    row.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    record(by, f"rule.{state}", row, before={"state": before}, after={"state": state}, reason=reason)
    title = gettext_lazy("Your version of the rule “{rule}”: {state}")
    _tell(
        row, row.written_by, "rule.decided", format_lazy(title, rule=row.rule.title, state=state.label), reason, state
    )


def _tell(row: RuleVersion, person: User, kind: str, title: _StrPromise, body: str, what: str) -> None:
    address = row.get_absolute_url()
    notify([person], kind=kind, title=title, body=body, url=address, key=f"rule-{what}:{row.pk}")


def _need(reason: str) -> None:
    if not reason.strip():
        raise Refusal(_("Say why."))


def _hold_lists(row: RuleVersion) -> None:
    """Lock the lists that a version asks until it runs, so that nobody deletes them meanwhile.

    Raises `RuleRefused` or `Refusal` when one is gone.
    """
    asked = lists_asked(row.text, list_kinds())
    held = set(
        ValueList.objects.select_for_update(no_key=True)
        .filter(name__in=asked)
        .order_by("pk")
        .values_list("name", flat=True)
    )
    for name in asked:
        if name not in held:
            raise no_list(name)


def _locked(version: RuleVersion) -> RuleVersion:
    rule = locked_rule(version.rule_id)
    row = RuleVersion.objects.select_related("written_by").get(pk=version.pk)
    row.rule = rule
    return row
