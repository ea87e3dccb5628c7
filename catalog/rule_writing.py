"""Writing rules: drafts, their versions, and proposing them to a second person.

A version is a draft until it is proposed, and never changes after that. Whoever edits anything but a draft of their own
makes the next version, copied from it. So a version has one writer, and the second pair of eyes is another's.

The share of listings on which a rule acts is part of a version as its text is: a larger one holds more people's
listings, so it needs approval too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shopadmin.accounts.audit.recording import record
from shopadmin.accounts.audit.values import changes, snapshot
from shopadmin.accounts.models import User
from shopadmin.accounts.notifications.sending import notify
from shopadmin.accounts.permissions import ROLE_PERMISSIONS, Permission

from .listings import Refusal
from .models import Hold, LaneChoices, Rule, RuleVersion
from .regression import refuse_wrong
from .rule_text import check_text

State = RuleVersion.State

WRITTEN = (
    "text", "lane", "order", "severity", "rollout_percent", "starts_at", "ends_at", "seller_message", "remedy",
)  # fmt: skip
"""What a version says; the rest of its fields is what became of it."""


class NameTaken(Refusal):
    """Another rule has this short name."""


class NotTheWriter(Refusal):
    """Only the one who wrote a version proposes it."""


class NoLongerDraft(Refusal):
    """The version was proposed meanwhile, or decided on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a version says: the fields of `RuleVersion` that people write, in its units."""

    text: str
    lane: LaneChoices = LaneChoices.REVIEW
    order: int = 100
    severity: int = 3
    rollout_percent: Decimal = Decimal(100)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    seller_message: str = ""
    remedy: str = ""

    @classmethod
    def of(cls, version: RuleVersion) -> Wording:
        """Return what a version says."""
        return cls(**{name: getattr(version, name) for name in WRITTEN})


def draft_rule(
    *,
    slug: str,
    title: str,
    wording: Wording,
    by: User,
    ground: str = Hold.Ground.COUNTERFEIT,
    precision_floor: float = 0.9,
    note: str = "",
) -> RuleVersion:
    """Add a rule that its writer owns, and return its first version, a draft.

    Raises `RuleRefused` or `EnginesDisagree` for its text, `NameTaken`, and `Refusal` for what cannot be.
    """
    _check(wording)
    try:
        with transaction.atomic():
            rule = Rule.objects.create(slug=slug, title=title, ground=ground, precision_floor=precision_floor, owner=by)
            record(by, "rule.added", rule, after=snapshot(rule, ["slug", "title", "ground", "precision_floor"]))
            return _add_version(rule, wording, note=note, by=by)
    except IntegrityError as error:
        raise NameTaken(_("Another rule has the short name “%(name)s”. Choose another.") % {"name": slug}) from error


def write_version(*, version: RuleVersion, wording: Wording, note: str, by: User) -> RuleVersion:
    """Write something else into one's own draft, or the next version from it; return the draft that was written.

    A draft that watches listings stays as it is too, since what it saw would be of another text. `note` says what
    changed and why. Raises `RuleRefused` or `EnginesDisagree` for the text, and `Refusal` without a note.
    """
    if not note.strip():
        raise Refusal(_("Say what you changed, and why."))
    _check(wording)
    with transaction.atomic():
        rule = locked_rule(version.rule_id)
        row = RuleVersion.objects.get(pk=version.pk)
        if row.state != State.DRAFT or row.written_by_id != by.pk or row.shadow_since is not None:
            return _add_version(rule, wording, note=note, by=by, copied_from=row)
        row.rule = rule
        before = snapshot(row, WRITTEN)
        _fill(row, wording)
        row.note, row.written_at = note.strip(), timezone.now()
        row.save(update_fields=[*WRITTEN, "note", "written_at"])
        record(by, "rule.draft-edited", row, **changes(before, row, WRITTEN)._asdict(), reason=row.note)
    return row


def propose(*, version: RuleVersion, by: User) -> RuleVersion:
    """Ask a second person to let a draft go live; from then on it does not change.

    Raises `NotTheWriter`, `NoLongerDraft`, and `RuleRefused`, `EnginesDisagree` or `WrongAgain` for its text.
    """
    check_text(version.text)
    refuse_wrong(version.text, version.rule)
    with transaction.atomic():
        rule = locked_rule(version.rule_id)
        row = RuleVersion.objects.get(pk=version.pk)
        row.rule = rule
        if row.state != State.DRAFT:
            raise NoLongerDraft(_("This version is no draft any more. Look at it again."))
        if row.written_by_id != by.pk:
            raise NotTheWriter(_("Somebody else wrote this version. Ask them, or save a version of your own."))
        if row.text != version.text:
            raise NoLongerDraft(_("The draft has changed meanwhile, perhaps in another window. Look at it again."))
        _propose(row, by)
    return row


def set_rollout(*, version: RuleVersion, percent: Decimal, note: str, by: User) -> RuleVersion:
    """Propose that a live version acts on another share of listings (0 to 100 percent); return the new version.

    Raises `Refusal` when it is not live, for the share that it has, or without a note.
    """
    if version.state != State.LIVE:
        raise Refusal(_("Only a live version acts on a share of listings. Change the draft instead."))
    if percent == version.rollout_percent:
        raise Refusal(_("Nothing was changed: it acts on this share of listings already."))
    wording = replace(Wording.of(version), rollout_percent=percent)
    return _copy_and_propose(version, wording, note=note, by=by)


def roll_back(*, to: RuleVersion, note: str, by: User) -> RuleVersion:
    """Propose that a rule asks again what an earlier version asked; return the new version.

    Its dates are left out, since they are over. To stop a rule at once use `retire`. Raises `Refusal` for a draft or
    without a note, and `RuleRefused` when its text asks what is gone.
    """
    if to.state in {State.DRAFT, State.PROPOSED}:
        raise Refusal(_("Nothing was decided about this version yet, so there is nothing to go back to."))
    wording = replace(Wording.of(to), starts_at=None, ends_at=None)
    return _copy_and_propose(to, wording, note=note, by=by)


def locked_rule(rule_id: int) -> Rule:
    """Lock a rule, so that of two people who do something with its versions one comes second and sees what is done."""
    return Rule.objects.select_for_update(of=("self",)).select_related("owner").get(pk=rule_id)


def people_with(permission: Permission) -> Iterable[User]:
    """Return those whose role gives them a permission for all rows."""
    roles = [role.value for role, granted in ROLE_PERMISSIONS.items() if permission in granted]
    return User.objects.filter(groups__name__in=roles, is_active=True).distinct()


def _copy_and_propose(source: RuleVersion, wording: Wording, *, note: str, by: User) -> RuleVersion:
    if not note.strip():
        raise Refusal(_("Say what you changed, and why."))
    _check(wording)
    refuse_wrong(wording.text, source.rule)
    with transaction.atomic():
        rule = locked_rule(source.rule_id)
        row = _add_version(rule, wording, note=note, by=by, copied_from=source)
        _propose(row, by)
    return row


def _add_version(
    rule: Rule, wording: Wording, *, note: str, by: User, copied_from: RuleVersion | None = None
) -> RuleVersion:
    """Write the next version; the caller holds the rule's lock, or has just made the rule."""
    newest = rule.versions.aggregate(newest=Max("number"))["newest"] or 0
    row = RuleVersion(rule=rule, number=newest + 1, note=note.strip(), written_by=by)
    _fill(row, wording)
    row.save(force_insert=True)
    changed = changes(copied_from or {}, row, WRITTEN)
    record(by, "rule.version-written", row, **changed._asdict(), reason=row.note)
    return row


def _propose(row: RuleVersion, by: User) -> None:
    row.state, row.proposed_at = State.PROPOSED, timezone.now()
    row.save(update_fields=["state", "proposed_at"])
    record(by, "rule.proposed", row, before={"state": State.DRAFT}, after={"state": row.state}, reason=row.note)
    others = [person for person in people_with(Permission.APPROVE_RULES) if person.pk != by.pk]
    notify(
        others,
        kind="rule.proposed",
        title=format_lazy(gettext_lazy("The rule “{rule}” waits for your approval"), rule=row.rule.title),
        body=row.note,
        url=row.get_absolute_url(),
        key=f"rule-proposed:{row.pk}",
    )


def _check(wording: Wording) -> None:
    """Raise `Refusal` for what cannot be, and what `check_text` raises for the text."""
    if wording.starts_at and wording.ends_at and wording.ends_at <= wording.starts_at:
        raise Refusal(_("The rule would end before it starts."))
    if not 1 <= wording.severity <= 5:
        raise Refusal(_("The severity is a whole number from 1 to 5."))
    if wording.order < 0:
        raise Refusal(_("The order is a whole number from 0 on."))
    share = wording.rollout_percent
    if not (share.is_finite() and 0 <= share <= 100 and share == round(share, 2)):
        raise Refusal(_("The share of listings lies between 0 and 100 percent, with at most two decimals."))
    check_text(wording.text)


def _fill(row: RuleVersion, wording: Wording) -> None:
    for name, value in asdict(wording).items():
        setattr(row, name, value)
