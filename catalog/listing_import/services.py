"""What people, the API and the command do with imports: one verb per function."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shopadmin.accounts.models import User
from shopadmin.jobs import running, sweeping

from ..models import ImportBatch, ImportIssue, ImportJob, ImportResult
from . import error_file as failed_rows
from . import jobs, partitions, undoing
from .guessing import Guess, guess_file
from .headers import ColumnMapping
from .problems import FileProblem, Problem
from .receiving import ImportRefused, fail, look_at_columns, receive_file, receive_url
from .tables import TableFormat
from .wording import file_message, mapping_message


class MappingRefused(ImportRefused):
    """The choice of columns cannot be used; `problems` says why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(" ".join(map(mapping_message, problems)))
        self.problems = problems


class SellerBusy(ImportRefused):
    """Another import of the same seller is being written; two at once would overwrite each other."""


__all__ = [
    "Guess", "ImportRefused", "MappingRefused", "Preview", "SellerBusy", "cancel", "clear_outdated", "error_file",
    "forget", "guess", "has_errors", "leave_suggestions", "preview", "receive_file", "receive_url", "request_apply",
    "request_check", "request_undo", "set_format", "set_mapping", "set_sheet", "take_suggestions", "undo_preview",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Preview:
    """What a checked import would do, or an applied one did. Rows read are those with any outcome and the blank ones.

    `photos` are those that are fetched after the application.
    """

    rows: int
    blank: int
    create: int
    change: int
    same: int
    error: int
    conflict: int
    warnings: int
    photos: int

    @property
    def accepted(self) -> int:
        """Rows without errors."""
        return self.create + self.change + self.same + self.conflict


def guess(batch: ImportBatch) -> Guess:
    """Return how the file is read, its first rows, and what its columns are taken for. Raises `FileProblem`."""
    return guess_file(batch)


def set_format(batch: ImportBatch, form: TableFormat) -> None:
    """Read the file in another way, and guess its columns anew. Raises `ImportRefused`."""
    _refuse_unless_open(batch)
    batch.format, batch.problem, batch.state = form.as_json(), None, ImportBatch.State.RECEIVED
    try:
        with batch.file.open("rb") as file:
            look_at_columns(batch, cast(BinaryIO, file))
    except FileProblem as problem:
        fail(batch, problem)
    batch.save(update_fields=["format", "header", "mapping", "problem", "state"])


def set_sheet(batch: ImportBatch, name: str) -> None:
    """Read another sheet of the workbook, and guess its columns anew. Raises `ImportRefused` for one it does not have.

    A file that could not even be opened stays as it is, with its own problem.
    """
    form = batch.table_format
    if batch.problem and not form.sheets:
        return
    if name not in form.sheets:
        known = ", ".join(form.sheets) or _("none")
        raise ImportRefused(
            _("The file has no visible sheet “%(name)s”; it has: %(known)s.") % {"name": name, "known": known}
        )
    set_format(batch, replace(form, sheet=name))


def set_mapping(batch: ImportBatch, mapping: ColumnMapping) -> None:
    """Choose what the columns are. Raises `MappingRefused` when that cannot work, `ImportRefused` too late."""
    _refuse_unless_open(batch)
    if len(mapping.fields) != len(batch.header):
        raise ImportRefused(
            _("Choose a field, or none, for each of the %(count)d columns.") % {"count": len(batch.header)}
        )
    if problems := mapping.problems():
        raise MappingRefused(problems)
    batch.enter(ImportBatch.State.RECEIVED, mapping=mapping.as_json(), problem=None)


def request_check(batch: ImportBatch, actor: User | None, *, applies_itself: bool = False) -> ImportJob:
    """Have the file checked in the background, and with `applies_itself` applied after that.

    Rows with errors are left out then; while another import of the seller is written, it waits to be applied by hand.
    Raises `ImportRefused`, `MappingRefused`.
    """
    _refuse_unless_open(batch)
    if problems := batch.column_mapping.problems() if batch.mapping else [Problem("no-sku-column")]:
        raise MappingRefused(problems)
    if batch.applies_itself != applies_itself:
        batch.enter(batch.state, applies_itself=applies_itself)
    return _request(batch, actor, ImportJob.Kind.CHECK, ImportBatch.OPEN, ImportBatch.State.CHECKING)


def take_suggestions(batch: ImportBatch, actor: User | None, kind: str) -> ImportJob:
    """Let what was suggested for a kind of problem stand for the cells, and have the file checked again.

    `kind` is a problem's column and code, as "price:no-amount". Raises `ImportRefused` when nothing was suggested.
    """
    column, _colon, code = kind.replace("\0", "").partition(":")
    if not ImportIssue.objects.filter(batch=batch, column=column, code=code).with_suggestion().exists():
        raise ImportRefused(_("Nothing is suggested for such rows."))
    return _check_with(batch, actor, tuple(dict.fromkeys((*batch.column_mapping.taken, kind))))


def leave_suggestions(batch: ImportBatch, actor: User | None) -> ImportJob:
    """Take no suggestions any more, and have the file checked again. Raises `ImportRefused`."""
    return _check_with(batch, actor, ())


@transaction.atomic
def _check_with(batch: ImportBatch, actor: User | None, taken: tuple[str, ...]) -> ImportJob:
    batch.refresh_from_db(from_queryset=ImportBatch.objects.select_for_update())
    set_mapping(batch, replace(batch.column_mapping, taken=taken))
    return request_check(batch, actor)


def request_apply(batch: ImportBatch, actor: User | None) -> ImportJob:
    """Have a checked import written in the background. Raises `ImportRefused`, `SellerBusy`."""
    states = (ImportBatch.State.READY,)
    return _request(batch, actor, ImportJob.Kind.APPLY, states, ImportBatch.State.APPLYING)


def request_undo(batch: ImportBatch, actor: User | None) -> ImportJob:
    """Have an applied import taken back in the background. Raises `ImportRefused`, `SellerBusy`."""
    states = (ImportBatch.State.APPLIED,)
    return _request(batch, actor, ImportJob.Kind.UNDO, states, ImportBatch.State.UNDOING)


def cancel(batch: ImportBatch) -> bool:
    """Stop what is being done with the import, at its next step, or put an import aside; False when it is too late.

    A check, an application or an undoing that stops leaves everything as it was before.
    """
    job = batch.jobs.filter(state__in=ImportJob.UNFINISHED).select_related("batch").first()
    if job is not None:
        is_asked = running.cancel_job(job, on_ended=jobs.settle)
        batch.refresh_from_db(fields=["state"])
        return is_asked
    put_aside = ImportBatch.objects.filter(pk=batch.pk, state__in=ImportBatch.OPEN)
    is_open = bool(put_aside.update(state=ImportBatch.State.CANCELLED))
    batch.refresh_from_db(fields=["state"])
    return is_open


def preview(batch: ImportBatch) -> Preview:
    """Return the counts of the last check, or of the application."""
    none = dict.fromkeys(Preview.__dataclass_fields__, 0)
    return Preview(**(none | {name: count for name, count in batch.counts.items() if name in none}))


def undo_preview(batch: ImportBatch) -> dict[str, int]:
    """Return how many listings undoing would restore, delete, remove, and leave alone since they were edited later."""
    return undoing.undo_preview(batch)


def error_file(batch: ImportBatch) -> Iterator[bytes]:
    """Yield the failed rows as a file in the form of the original; see `listing_import.error_file`."""
    return failed_rows.error_file(batch)


def has_errors(batch: ImportBatch) -> bool:
    """Whether some row failed."""
    return ImportResult.objects.filter(batch=batch, outcome=ImportResult.Outcome.ERROR).exists()


def forget(batch: ImportBatch) -> None:
    """Erase an import that has had no effect, with its file and rows. Raises `ImportRefused` for any other."""
    with transaction.atomic():
        locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if locked.state not in ImportBatch.OPEN:
            raise ImportRefused(_("Only an import that was not applied can be erased."))
        partitions.drop(locked)
        name, storage = locked.file.name, locked.file.storage
        locked.delete()
    if name:
        storage.delete(name)


def clear_outdated() -> int:
    """Drop the files and rows of imports that are older than the setting says; return of how many.

    What an import did stays known and can still be undone.
    """
    cleared = 0
    for batch in ImportBatch.objects.outdated().iterator():
        with transaction.atomic():
            partitions.drop(batch)
            name, storage = batch.file.name, batch.file.storage
            batch.enter(batch.state, file="", cleared_at=timezone.now())
        if name:
            storage.delete(name)
        cleared += 1
    return cleared


def _refuse_unless_open(batch: ImportBatch) -> None:
    if batch.state not in ImportBatch.OPEN:
        raise ImportRefused(_("This import is %(state)s; send the file again to change how it is read.") % {
            "state": batch.get_state_display()
        })  # fmt: skip
    if not batch.file:
        raise ImportRefused(file_message(FileProblem("lost-file")))


def _request(
    batch: ImportBatch, actor: User | None, kind: str, from_states: tuple[str, ...], to_state: str
) -> ImportJob:
    try:
        with transaction.atomic():
            # One statement: of two people who press the button at once, one gets the job and the other is told.
            entered = ImportBatch.objects.filter(pk=batch.pk, state__in=from_states).update(state=to_state)
            if not entered:
                batch.refresh_from_db(fields=["state"])
                said = {"state": batch.get_state_display()}
                raise ImportRefused(_("This import is %(state)s; this is not possible now.") % said)
            job = ImportJob.objects.create(batch=batch, seller_id=batch.seller_id, kind=kind, requested_by=actor)
    except IntegrityError as error:
        raise SellerBusy(
            _("Another import of %(seller)s is being written; wait until it has finished.") % {"seller": batch.seller}
        ) from error
    batch.state = to_state
    transaction.on_commit(lambda: sweeping.ring(ImportJob, jobs.RUN_IMPORT_JOB, job.pk))
    return job
