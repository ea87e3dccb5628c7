"""Letting a version of a model act on listings: a change of a model is a change of the rules.

What this code offers is noted before facts are found out. A version that nobody has let act waits for a person, who
asks it of the catalogue first (`backtests`) and approves or refuses it. What was there when a maker was seen for the
first time is live without a decision: no rule has been written against another version of it. `fact_finding.versions`
says what becomes of listings while a version waits.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shopadmin.accounts.audit.recording import Happening, record, record_many
from shopadmin.accounts.models import User
from shopadmin.accounts.notifications.sending import notify
from shopadmin.accounts.permissions import Permission

from .fact_finding.makers import offered_versions
from .listings import Refusal
from .maker_words import words_of
from .models import ModelRelease, RuleSweep
from .rule_approval import AlreadyDecided, OwnVersion
from .rule_writing import people_with
from .screening.bell import ring_after_commit

State = ModelRelease.State

DEPLOYMENT = "deployment"
"""Who acts in the audit log where code brings a version with it."""
RELEASES_LOCK = 0x5C12EE42
"""Held by whoever writes releases, so that they follow each other."""


class NotOffered(Refusal):
    """This code does not make facts with that version."""


def note_offers() -> dict[str, str]:
    """Note what this code offers and nobody has seen; return the version of each maker that acts on listings.

    Call it in a transaction; asks twice, and once more for what the models of photos offer.
    """
    offered = offered_versions()
    if _unseen(offered):
        _lock()
        _write(_unseen(offered))
    return dict(ModelRelease.objects.live().values_list("maker", "version"))


@transaction.atomic
def approve_release(*, release: ModelRelease, reason: str, by: User) -> ModelRelease:
    """Let a version act from now on in place of the live one, and have the listings asked again that it changes.

    Raises `OwnVersion`, `AlreadyDecided`, and `NotOffered` for what this code does not make facts with.
    """
    row = _waiting(release, by)
    _refuse_unoffered(row)
    now = timezone.now()
    former = ModelRelease.objects.live().get(maker=row.maker)
    former.state, former.retired_at = State.RETIRED, now
    former.save(update_fields=["state", "retired_at"])
    row.live_since = now
    _decide(row, State.LIVE, reason, by)
    record(by, "model.retired", former, before={"state": State.LIVE}, after={"state": State.RETIRED}, reason=reason)
    RuleSweep.objects.create(release=row)
    ring_after_commit()
    return row


@transaction.atomic
def refuse_release(*, release: ModelRelease, reason: str, by: User) -> ModelRelease:
    """Do not let a version act, and say why. Raises `OwnVersion`, `AlreadyDecided`, and `Refusal` without why."""
    _need(reason)
    row = _waiting(release, by)
    _decide(row, State.REFUSED, reason, by)
    return row


@transaction.atomic
def propose_again(*, release: ModelRelease, reason: str, by: User) -> ModelRelease:
    """Ask for a second decision on a version that was refused; another person takes it.

    Raises `Refusal` without a reason, `AlreadyDecided` when it was not refused, and `NotOffered`.
    """
    _need(reason)
    _lock()
    row = _newest(release)
    if row.state != State.REFUSED:
        raise AlreadyDecided(_("Nothing was changed: this version was not refused, or it was asked for again."))
    _refuse_unoffered(row)
    again = ModelRelease.objects.create(maker=row.maker, version=row.version, note=reason.strip(), written_by=by)
    record(by, "model.proposed", again, after={"state": again.state, "version": again.version}, reason=reason)
    _tell(again)
    return again


def _unseen(offered: Mapping[str, str]) -> list[ModelRelease]:
    """Return unsaved rows for what is offered, and neither live, waiting nor refused; live where a maker is new."""
    relevant = Q(state=State.LIVE) | Q(version__in=set(offered.values()))
    seen, live = {}, set()
    for maker, version, state in (
        ModelRelease.objects.filter(relevant).order_by("pk").values_list("maker", "version", "state")
    ):
        seen[maker, version] = state
        if state == State.LIVE:
            live.add(maker)
    now = timezone.now()
    return [
        ModelRelease(maker=maker, version=version, written_at=now)
        if maker in live
        else ModelRelease(maker=maker, version=version, written_at=now, state=State.LIVE, is_first=True, live_since=now)
        for maker, version in sorted(offered.items())
        if seen.get((maker, version), State.RETIRED) == State.RETIRED
    ]


def _write(rows: list[ModelRelease]) -> None:
    ModelRelease.objects.bulk_create(rows)
    for action, state in (("model.first-seen", State.LIVE), ("model.proposed", State.PROPOSED)):
        noted = [row for row in rows if row.state == state]
        happenings = [Happening(target=row, after={"state": state, "version": row.version}) for row in noted]
        if happenings:
            record_many(DEPLOYMENT, action, happenings)
    for row in rows:
        if row.state == State.PROPOSED:
            _tell(row)


def _tell(row: ModelRelease) -> None:
    others = [person for person in people_with(Permission.APPROVE_RULES) if person.pk != row.written_by_id]
    notify(
        others,
        kind="model.proposed",
        title=format_lazy(
            gettext_lazy("A new version of “{maker}” waits for your approval"), maker=words_of(row.maker)
        ),
        body=row.note or row.version,
        url=row.get_absolute_url(),
        key=f"model-proposed:{row.pk}",
    )


def _decide(row: ModelRelease, state: ModelRelease.State, reason: str, by: User) -> None:
    before, row.state = row.state, state
    row.decided_by, row.decided_at, row.decision_reason = by, timezone.now(), reason.strip()
    row.save(update_fields=["state", "decided_by", "decided_at", "decision_reason", "live_since"])
    action = "model.approved" if state == State.LIVE else "model.refused"
    after = {"state": state, "version": row.version}
    record(by, action, row, before={"state": before}, after=after, reason=reason)


def _waiting(release: ModelRelease, by: User) -> ModelRelease:
    """Return a version, under the lock, on which this person may decide. Raises `OwnVersion` or `AlreadyDecided`."""
    _lock()
    row = ModelRelease.objects.get(pk=release.pk)
    if row.written_by_id == by.pk:
        raise OwnVersion(_("You asked for this version, so somebody else decides on it."))
    if row.state != State.PROPOSED:
        raise AlreadyDecided(_("Nothing was changed: this version does not wait for a decision any more."))
    return row


def _newest(release: ModelRelease) -> ModelRelease:
    return ModelRelease.objects.filter(maker=release.maker, version=release.version).latest("pk")


def _refuse_unoffered(row: ModelRelease) -> None:
    if offered_versions().get(row.maker) != row.version:
        raise NotOffered(_("This version is not installed any more, so nothing would make facts. Refuse it."))


def _need(reason: str) -> None:
    if not reason.strip():
        raise Refusal(_("Say why."))


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RELEASES_LOCK])
