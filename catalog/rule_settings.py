"""A rule's settings: its title, ground, least precision and owner, which belong to no version.

The least precision guards sellers: a rule that blocks or holds and is right less often only reviews. So whoever wrote a
version that does, or waits to, may raise it but not lower it; somebody else who approves rules may.
"""

from __future__ import annotations

from typing import TypedDict

from django.db import transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shopadmin.accounts.audit.recording import record
from shopadmin.accounts.audit.values import changes, snapshot
from shopadmin.accounts.models import User
from shopadmin.accounts.notifications.sending import notify
from shopadmin.accounts.permissions import Permission, Scope

from .listings import Refusal
from .models import LaneChoices, Rule, RuleVersion
from .rule_writing import locked_rule

SETTINGS = ("title", "ground", "precision_floor", "owner")
LEAST, MOST = 0.5, 0.999
"""Between these the least precision lies: what is wrong half of the time is no rule, and none is always right."""

State = RuleVersion.State


class OwnGuard(Refusal):
    """Nobody lowers the least precision of what they wrote themselves."""


class Changed(TypedDict, total=False):
    """Settings that are to be changed; `precision_floor` from 0.5 to 0.999."""

    title: str
    ground: str
    precision_floor: float
    owner: User


@transaction.atomic
def change_settings(*, rule: Rule, changed: Changed, reason: str, by: User) -> Rule:
    """Change some of a rule's settings, and leave the others as they are by now; a new owner is told.

    Raises `OwnGuard`, and `Refusal` without a reason, when nothing differs, and for what cannot be.
    """
    if not reason.strip():
        raise Refusal(_("Say why."))
    row = locked_rule(rule.pk)
    _check(row, changed, by)
    before = snapshot(row, SETTINGS)
    for name, value in changed.items():
        setattr(row, name, value)
    told = changes(before, row, SETTINGS)
    if not told.after:
        raise Refusal(_("Nothing was changed: the settings are so already."))
    row.save(update_fields=list(told.after))
    record(by, "rule.settings-changed", row, before=told.before, after=told.after, reason=reason.strip())
    if "owner" in told.after and row.owner != by:
        _tell_owner(row, reason.strip(), by)
    return row


def why_not_lower(rule: Rule, user: User) -> str:
    """Say why somebody may not lower the least precision of a rule; empty where they may."""
    strict = rule.versions.filter(
        lane__in=[LaneChoices.BLOCK, LaneChoices.HOLD], state__in=[State.PROPOSED, State.APPROVED, State.LIVE]
    )
    written = list(strict.values_list("number", "written_by"))
    if not written:
        return ""
    if own := [number for number, writer in written if writer == user.pk]:
        return _("You wrote version %(number)s, so somebody else may lower it; you may raise it.") % {"number": own[0]}
    if user.scope(Permission.APPROVE_RULES) != Scope.ALL:
        return _("It guards a rule that blocks or holds, so only those who approve rules may lower it.")
    return ""


def _check(row: Rule, changed: Changed, by: User) -> None:
    if not changed.get("title", row.title).strip():
        raise Refusal(_("A rule needs a title."))
    floor = changed.get("precision_floor", row.precision_floor)
    if not LEAST <= floor <= MOST:
        raise Refusal(_("The least precision lies between 50 and 99.9 percent."))
    if floor < row.precision_floor and (why := why_not_lower(row, by)):
        raise OwnGuard(why)
    owner = changed.get("owner", row.owner)
    if owner != row.owner and not (owner.is_active and owner.scope(Permission.WRITE_RULES) == Scope.ALL):
        raise Refusal(_("%(name)s does not write rules. Choose somebody who does.") % {"name": owner})


def _tell_owner(row: Rule, reason: str, by: User) -> None:
    title = format_lazy(gettext_lazy("{name} made you the owner of the rule “{rule}”"), name=by, rule=row.title)
    notify(
        [row.owner],
        kind="rule.owned",
        title=title,
        body=reason,
        url=row.get_absolute_url(),
        key=f"rule-owned-{timezone.now().isoformat()}:{row.pk}",
    )
