"""What somebody may do next with a version of a rule, and in words why not."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from shopadmin.accounts.models import User
from shopadmin.accounts.permissions import Permission, Scope

from .models import RuleVersion

State = RuleVersion.State


@dataclass(frozen=True, slots=True)
class Steps:
    """What is offered; `why_not_propose` and `why_not_decide` say in words why these two are not."""

    may_write: bool
    may_propose: bool
    may_decide: bool
    may_restore: bool
    may_start_shadow: bool
    may_stop_shadow: bool
    may_retire: bool
    may_roll_back: bool
    may_set_rollout: bool
    why_not_propose: str
    why_not_decide: str


def steps_for(user: User, version: RuleVersion, live: RuleVersion | None) -> Steps:
    """Return what a user may do with a version, of whose rule `live` acts now. The verbs check it all again."""
    writes = user.scope(Permission.WRITE_RULES) == Scope.ALL
    approves = user.scope(Permission.APPROVE_RULES) == Scope.ALL
    is_writer = version.written_by_id == user.pk
    is_watching = version.shadow_since is not None and version.shadow_until is None and version.state != State.LIVE
    is_past = version.state == State.RETIRED or (live is not None and version.number < live.number)
    return Steps(
        may_write=writes,
        may_propose=writes and version.state == State.DRAFT and is_writer,
        may_decide=approves and version.state == State.PROPOSED and not is_writer,
        may_restore=approves and version.state == State.LIVE and version.demoted_at is not None and not is_writer,
        may_start_shadow=writes and not is_watching and version.state not in {State.LIVE, State.RETIRED},
        may_stop_shadow=writes and is_watching,
        may_retire=writes and version.state in {State.LIVE, State.APPROVED},
        may_set_rollout=writes and version.state == State.LIVE,
        may_roll_back=writes and is_past and version.state not in {State.DRAFT, State.PROPOSED},
        why_not_propose=_why_not_propose(version, writes=writes, is_writer=is_writer),
        why_not_decide=_why_not_decide(version, approves=approves, is_writer=is_writer),
    )


def _why_not_propose(version: RuleVersion, *, writes: bool, is_writer: bool) -> str:
    if version.state != State.DRAFT or not writes or is_writer:
        return ""
    return _("%(name)s wrote this draft and proposes it. Edit it to make a version of your own.") % {
        "name": version.written_by
    }


def _why_not_decide(version: RuleVersion, *, approves: bool, is_writer: bool) -> str:
    if version.state != State.PROPOSED:
        return ""
    if is_writer:
        return _("You wrote this version, so somebody else decides about it. They have been told.")
    if not approves:
        return _("Policy staff decide about rules; your role only reads them.")
    return ""
