"""What people do with bulk actions: choose, look, apply, undo. Each is done once, however often it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shopadmin.accounts.models import User
from shopadmin.accounts.permissions import Scope
from shopadmin.jobs import running, sweeping
from shopadmin.jobs.heartbeat import Heartbeat
from shopadmin.jobs.patience import patiently

from ..listing_filters import ListingFilters
from ..listings import Refusal
from ..models import BulkAction, BulkChange, BulkJob, Product, Seller
from ..models.bulk import BulkChangeQuerySet
from ..models.products import ProductQuerySet
from ..screening.bell import ring_after_commit
from .kinds import OFFER_KINDS, Kind, needs_reason, permission_for
from .noting import note, tell_of_photos, tell_sellers
from .planning import WRITTEN, TargetGone, plan, undo_plan
from .writing import (
    add_changes,
    lock,
    place_holds,
    place_holds_again,
    release_holds,
    write_annotations,
    write_offers,
    write_products,
)

RUN_BULK_JOB = "catalog.run_bulk_job"
MOST = 100_000
"""How many listings one action may be about."""
AT_ONCE = 1_000
"""With more, a worker does it."""

State = BulkAction.State
type Report = Callable[[float], None]


def allowed_kinds(user: User) -> list[Kind]:
    """Return what the user may do to some listings at least; asks the database twice at most."""
    permissions = {permission_for(kind) for kind in Kind}
    granted = {
        permission
        for permission in permissions
        if user.scope(permission) == Scope.ALL or Seller.objects.for_user(user, permission).exists()
    }
    return [kind for kind in Kind if permission_for(kind) in granted]


@transaction.atomic
def choose(*, user: User, kind: Kind, keys: Sequence[int] = (), filters: ListingFilters | None = None) -> BulkAction:
    """Keep which listings an action is to be about: those with `keys`, or all that fit `filters` at this moment.

    Raises `Refusal` when these are none, or too many.
    """
    chosen = _chosen(user, keys, filters)
    count = chosen[: MOST + 1].count()
    if not count:
        raise Refusal(_("No listing was chosen. Tick those that you mean, or choose all that fit the filter."))
    if count > MOST:
        raise Refusal(_("These are more than %(most)s listings. Narrow the filter first.") % {"most": f"{MOST:,}"})
    query = filters.to_query() if filters else ""
    action = BulkAction.objects.create(actor=user, kind=kind, query=query, is_filter=filters is not None)
    rows = add_changes(action, chosen)
    sellers = action.changes.aggregate(first=Min("product__seller"), last=Max("product__seller"))
    action.enter(State.CHOSEN, rows=rows, seller_id=sellers["first"] if sellers["first"] == sellers["last"] else None)
    return action


@transaction.atomic
def preview(*, action: BulkAction, user: User, parameters: Mapping[str, Any]) -> BulkAction:
    """Work out what the action would do to each of its listings now, and keep that.

    Raises `Refusal` when it was applied already, or what listings were to get is gone.
    """
    row = _locked(action)
    if row.state not in BulkAction.OPEN:
        raise Refusal(_("This action was begun already."))
    row.parameters = dict(parameters)
    _write_plan(row, row.changes.all(), user)
    row.enter(State.READY, parameters=row.parameters, counts=_counts(row, "outcome"))
    return row


def apply(*, action: BulkAction, user: User, reason: str = "", seen: str = "") -> BulkAction:
    """Do what the preview shows, at once or by a worker; asked for twice, it is done once.

    `seen` is the fingerprint of the preview that somebody looked at. Raises `Refusal` when it is not the newest one,
    without a reason where one is needed, and when what listings were to get is gone.
    """
    kind = Kind(action.kind)
    if not reason.strip() and needs_reason(kind, user.scope(permission_for(kind))):
        raise Refusal(_("Say why: these are other people's listings."))
    with transaction.atomic():
        row = _locked(action)
        if row.state != State.READY:
            return row
        if seen and seen != row.fingerprint:
            raise Refusal(_("The preview has changed meanwhile, perhaps in another window. Look at it again."))
        row.enter(State.APPLYING, reason=reason.strip())
        if row.changed > AT_ONCE:
            _request(row, is_undo=False)
        else:
            _apply(row, user, report=_unheard)
    return row


def undo(*, action: BulkAction, user: User) -> BulkAction:
    """Put back what the action changed and nobody has changed since; asked for twice, it is done once.

    Raises `Refusal` when it was too long ago.
    """
    with transaction.atomic():
        row = _locked(action)
        if row.state != State.APPLIED:
            return row
        if not row.can_be_undone:
            raise Refusal(_("An action can be undone for 24 hours, and only where it has changed something."))
        row.enter(State.UNDOING, undone_by=user)
        if row.changed > AT_ONCE:
            _request(row, is_undo=True)
        else:
            _undo(row, user, report=_unheard)
    return row


def cancel(*, action: BulkAction) -> bool:
    """Ask the worker to stop before anything is written; False when it is too late."""
    job = action.jobs.first()
    return job is not None and running.cancel_job(job, on_ended=settle)


def run_job(job_id: int) -> BulkJob | None:
    """Claim a job and do it; return it as it ended, or None when it is not due or somebody else has it."""
    return running.run_leased(BulkJob, job_id, work=_work, hopeless=Refusal, on_ended=settle)


def ring_due_jobs() -> int:
    """Ring for jobs that are due, and park those that have had all their attempts; return how many bells were rung."""
    return sweeping.ring_due(BulkJob, RUN_BULK_JOB, on_parked=settle)


def settle(job: BulkJob) -> None:
    """Give the action of a job that ended without effect the state that it had before."""
    before = (State.UNDOING, State.APPLIED) if job.is_undo else (State.APPLYING, State.READY)
    BulkAction.objects.filter(pk=job.action_id, state=before[0]).update(state=before[1])


def tidy() -> None:
    """Erase previews that nobody applied, and the single changes of actions of long ago."""
    BulkChange.objects.filter(action__in=BulkAction.objects.outdated()).delete()
    BulkAction.objects.abandoned().delete()


def _chosen(user: User, keys: Sequence[int], filters: ListingFilters | None) -> ProductQuerySet:
    if filters is not None:
        return Product.objects.listing(user, filters)
    return Product.objects.for_user(user).filter(pk__in=keys)


def _locked(action: BulkAction) -> BulkAction:
    """Lock the action: of two who apply it at once, one comes second and sees that it is done."""
    return BulkAction.objects.select_for_update(of=("self",)).select_related("actor", "undone_by").get(pk=action.pk)


def _request(action: BulkAction, *, is_undo: bool) -> None:
    job = BulkJob.objects.create(action=action, is_undo=is_undo)
    transaction.on_commit(partial(sweeping.ring, BulkJob, RUN_BULK_JOB, job.pk))


def _work(job: BulkJob, heartbeat: Heartbeat) -> None:
    heartbeat.enter(BulkJob.Stage.WRITE)
    patiently(lambda: _work_in_one(job, heartbeat))


@transaction.atomic
def _work_in_one(job: BulkJob, heartbeat: Heartbeat) -> None:
    """Do all of it or nothing. The job's row is written last, so that until then it can be cancelled from outside."""
    action = _locked(job.action)
    if job.is_undo and action.state == State.UNDOING and action.undone_by:
        _undo(action, action.undone_by, report=heartbeat.report)
    elif not job.is_undo and action.state == State.APPLYING:
        _apply(action, action.actor, report=heartbeat.report)
    job.succeed()


def _apply(action: BulkAction, user: User, *, report: Report) -> None:
    """Look again under locks, write, and tell of it; in the caller's transaction."""
    kind, changes = Kind(action.kind), action.changes.done()
    changes.of_erased().update(outcome=BulkChange.Outcome.EDITED)
    lock(changes)
    report(0.1)
    _write_plan(action, changes, user, is_final=True)
    report(0.3)
    if kind in OFFER_KINDS:
        write_offers(changes, to="after")
    if kind != Kind.CONFIRM:
        write_products(changes, to="after")
    if kind == Kind.HOLD:
        place_holds(changes, by=user, parameters=action.parameters)
        tell_sellers(action, changes, is_held=True, words=action.parameters["explanation"])
    elif kind == Kind.RELEASE:
        release_holds(changes, by=user, reason=action.reason)
        tell_sellers(action, changes, is_held=False, words=action.reason)
    elif kind == Kind.BRAND:
        tell_of_photos(changes)
    report(0.5)
    action.enter(State.APPLIED, counts=_counts(action, "outcome"), applied_at=timezone.now())
    ring_after_commit()
    note(action, changes, report=lambda share: report(0.5 + share / 2))


def _undo(action: BulkAction, user: User, *, report: Report) -> None:
    """Put back what is as the action left it, and tell of it; in the caller's transaction."""
    kind, done = Kind(action.kind), action.changes.done()
    lock(done)
    report(0.1)
    done.of_erased().update(undo=BulkChange.Undo.GONE)
    write_annotations(undo_plan(action, done, user), {"undo": "new_undo"})
    changes = action.changes.filter(undo=BulkChange.Undo.UNDONE)
    report(0.3)
    if kind in OFFER_KINDS:
        write_offers(changes, to="before")
    if kind != Kind.CONFIRM:
        write_products(changes, to="before")
    if kind == Kind.HOLD:
        words = gettext_lazy("The hold was a mistake and is undone.")
        release_holds(changes, by=user, reason=str(words))
        tell_sellers(action, changes, is_held=False, words=words)
    elif kind == Kind.RELEASE:
        place_holds_again(changes, by=user)
        tell_sellers(action, changes, is_held=True, words=gettext_lazy("The release was a mistake and is undone."))
    elif kind == Kind.BRAND:
        tell_of_photos(changes)
    report(0.5)
    action.enter(State.UNDONE, undo_counts=_counts(action, "undo"), undone_at=timezone.now(), undone_by=user)
    ring_after_commit()
    note(action, changes, report=lambda share: report(0.5 + share / 2))


def _write_plan(action: BulkAction, changes: BulkChangeQuerySet, user: User, *, is_final: bool = False) -> None:
    try:
        planned = plan(action, changes, user, timezone.now(), is_final=is_final)
    except TargetGone as error:
        raise Refusal(_("The brand or category that was chosen is gone. Choose another one.")) from error
    write_annotations(planned, WRITTEN)


def _counts(action: BulkAction, field: str) -> dict[str, int]:
    """Return how many listings had which outcome."""
    found = action.changes.exclude(**{field: ""}).order_by(field).values_list(field).annotate(Count("product"))
    return dict(found)


def _unheard(_share: float) -> None:
    """Nobody waits for the progress of what is done at once."""
